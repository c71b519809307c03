// Everything here is a convenience: each page can be read, and left, without it.

const status = (element, text) => {
  const place = element.closest(".share")?.querySelector("[role=status]");
  if (place) place.textContent = text;
};

const ownAddress = (given) => given || location.href.split("#")[0];

// Copy the address of a post. The button says so for a moment, and tells screen readers.
if (navigator.clipboard) {
  for (const button of document.querySelectorAll("[data-site-copy]")) {
    const label = button.querySelector("span");
    const before = label.textContent;
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(ownAddress(button.dataset.siteCopy));
      } catch {
        return;
      }
      label.textContent = button.dataset.siteDone;
      button.classList.add("is-done");
      status(button, button.dataset.siteDone);
      setTimeout(() => {
        label.textContent = before;
        button.classList.remove("is-done");
        status(button, "");
      }, 2500);
    });
  }
}

// Hand a post to the device's own share sheet.
if (navigator.share) {
  for (const button of document.querySelectorAll("[data-site-share]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const url = ownAddress(button.dataset.siteShare);
      navigator.share({ title: button.dataset.siteTitle, url }).catch(() => {});
    });
  }
}

// The folded menu closes on Escape, on a click beside it, and when the focus leaves it.
for (const menu of document.querySelectorAll(".folded-menu")) {
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
  });
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
}
