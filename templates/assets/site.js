// Everything here is a convenience: each page can be read, and left, without it.

const status = (element, text) => {
  const place = element.closest(".share")?.querySelector("[role=status]");
  if (place) place.textContent = text;
};

// What the head of the page says of it to others.
const said = (name) => document.head.querySelector(`meta[property="og:${name}"]`)?.content;
const ownAddress = () => said("url") || location.href.split("#")[0];

// Copy the address of a post. The button says so for a moment, and tells screen readers.
if (navigator.clipboard) {
  for (const button of document.querySelectorAll("[data-site-copy]")) {
    const label = button.querySelector("span");
    const before = label.textContent;
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(ownAddress());
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
      navigator.share({ title: said("title"), url: ownAddress() }).catch(() => {});
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

// Whether a member is logged in on this device. `members.js` keeps the key; here it is only looked for, and
// forgotten. Both labels of a door take the same place, so that nothing moves when the answer comes.
const doors = document.querySelectorAll("[data-site-members]");
const kept = `sitegen-members-${doors[0]?.dataset.siteMembers}`;

const show = (isIn) => {
  for (const door of doors) door.toggleAttribute("data-in", isIn);
};

const keys = (mode, act) =>
  new Promise((resolve) => {
    const opening = indexedDB.open(kept, 1);
    // Where there is nothing, nobody is logged in, and nothing is made.
    opening.onupgradeneeded = () => opening.transaction.abort();
    opening.onerror = () => resolve();
    opening.onsuccess = () => {
      const step = opening.result.transaction("keys", mode);
      const asked = act(step.objectStore("keys"));
      step.oncomplete = () => resolve(asked.result);
      step.onabort = () => resolve();
      opening.result.close();
    };
  });

const look = async () => {
  const tab = sessionStorage.getItem(kept);
  if (tab) show(true);
  const found = [await keys("readonly", (all) => all.get("device"))];
  if (tab) found.push(await keys("readonly", (all) => all.get(tab)));
  show(found.some((one) => one?.until > Date.now()));
};

if (doors.length && globalThis.BroadcastChannel) {
  const others = new BroadcastChannel(kept);
  // No storage, no log-in: the door stays what it is without a script.
  const update = () => look().catch(() => show(false));
  const leave = async () => {
    sessionStorage.removeItem(kept);
    await keys("readwrite", (all) => all.clear());
    others.postMessage("left");
    location.reload();
  };
  for (const door of doors) {
    door.querySelector("button").addEventListener("click", () => leave().catch(() => location.reload()));
  }
  others.addEventListener("message", update);
  document.addEventListener("sitegen-members", update);
  addEventListener("pageshow", (event) => event.persisted && update());
  update();
}

// A form that its script did not come for says so, instead of not being there.
const waiting = document.querySelector("[data-members]");
addEventListener("load", () => {
  if (!waiting || waiting.hasAttribute("data-ready")) return;
  waiting.setAttribute("data-failed", "");
  const says = waiting.querySelector("[role=status]");
  says.replaceChildren(waiting.querySelector("[data-says=unready]").content.cloneNode(true));
});
