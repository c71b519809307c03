/* The preview's side in the browser, in two places that share this file.

   The worker keeps the channel to the server open. It is started before the page's own
   Content-Security-Policy is read, and has none itself, so it can connect under any policy.
   The page reloads, swaps styles or shows what is wrong, as the worker tells it. */

"use strict";

(() => {
  const DELAY_MS = 100;
  const LONGEST_DELAY_MS = 2000;

  /* ---- the channel: LiveReload protocol 7 ---- */

  function channel(page, tell) {
    let build = page.build;
    let delay = DELAY_MS;
    const token = encodeURIComponent(page.token);

    function connect() {
      const socket = new WebSocket(`ws://${page.host}/livereload?token=${token}`);
      const say = (message) => socket.send(JSON.stringify(message));
      let opened = false;

      socket.onopen = () => {
        opened = true;
        delay = DELAY_MS;
        say({ command: "hello", protocols: ["http://livereload.com/protocols/official-7"] });
      };
      socket.onmessage = (event) => {
        const message = JSON.parse(event.data);
        if (message.command === "hello") {
          say({ command: "info", url: page.url, build });
          return;
        }
        tell(message);
        if (message.command === "reload" && message.liveCSS) build = message.build;
      };
      socket.onclose = () => {
        const wait = opened ? DELAY_MS : delay;
        delay = Math.min(LONGEST_DELAY_MS, delay * 1.5);
        setTimeout(ask, wait);
      };
    }

    /* Browsers make a socket wait for seconds where others have failed before; a question they do not. */
    async function ask() {
      let status = 0;
      try {
        status = (await fetch(`http://${page.host}/__sitegen__/state?token=${token}`)).status;
      } catch {
        setTimeout(ask, delay);
        delay = Math.min(LONGEST_DELAY_MS, delay * 1.5);
        return;
      }
      /* A server that is there but refuses us is another run of the preview: it has its own token. */
      if (status === 403) tell({ command: "renew" });
      connect();
    }

    connect();
  }

  if (typeof document === "undefined") {
    self.onmessage = (event) => channel(event.data, (message) => self.postMessage(message));
    return;
  }

  /* ---- the page ---- */

  const script = document.currentScript;
  const page = {
    host: location.host,
    url: location.href,
    token: script.dataset.token,
    build: Number(script.dataset.build),
  };
  let leaving = false;

  function reload() {
    if (leaving) return;
    leaving = true;
    location.reload();
  }

  function hear(message) {
    if (message.command === "alert") {
      whenParsed(() => overlay(message.problems || []));
    } else if (message.command === "renew") {
      reload();
    } else if (message.command === "reload" && message.build !== page.build) {
      page.build = message.build;
      if (message.liveCSS) whenParsed(swapStyles);
      else reload();
    }
  }

  function whenParsed(action) {
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", action);
    else action();
  }

  /* All sheets of ours, since a changed one may be imported by another. The old one stays until the
     new one is there, so that the page is never seen without. */
  function swapStyles() {
    const importing = [...document.querySelectorAll("style")];
    if (importing.some((style) => style.textContent.includes("@import"))) {
      reload();
      return;
    }
    for (const old of document.querySelectorAll("link[rel~=stylesheet]")) {
      const address = new URL(old.href, location.href);
      if (address.origin !== location.origin || old.dataset.sitegenOld) continue;
      address.searchParams.set("sitegen", page.build);
      const link = old.cloneNode();
      link.href = address.href;
      link.onload = () => old.remove();
      link.onerror = reload;
      old.dataset.sitegenOld = "yes";
      old.after(link);
    }
  }

  /* ---- what is wrong ---- */

  const STYLE = `
    :host { all: initial; position: fixed; inset: 0; z-index: 2147483647; display: block;
      background: rgb(0 0 0 / 60%); overflow: auto; font: 16px/1.5 system-ui, sans-serif; }
    [role=alertdialog] { box-sizing: border-box; max-width: 56rem; margin: 6vh auto; padding: 1.5rem 2rem;
      background: #1b1b1f; color: #f4f4f5; border-radius: 8px; border-top: 6px solid #f87171;
      overflow-wrap: anywhere; outline-offset: -4px; }
    h2 { margin: 0 0 .25rem; font-size: 1.25rem; }
    p { margin: 0 0 1rem; color: #d4d4d8; }
    ol { margin: 0; padding: 0; list-style: none; }
    li { padding: .75rem 0; border-top: 1px solid #3f3f46; }
    code { display: block; font: .875rem/1.5 ui-monospace, monospace; color: #fca5a5; }
    .hint { color: #a7f3d0; }
    button { margin-top: 1rem; padding: .5rem 1rem; font: inherit; color: inherit; background: #3f3f46;
      border: 1px solid #a1a1aa; border-radius: 6px; cursor: pointer; }
    @media print { :host { display: none; } }
  `;
  let shown = null;
  let shownText = "";
  let before = null;

  function overlay(problems) {
    const text = JSON.stringify(problems);
    if (text === shownText) return;
    hide();
    shownText = text;
    // Only the outermost page speaks: its frames would say the same once more.
    if (problems.length && window === window.top) show(problems);
  }

  function hide() {
    if (!shown) return;
    shown.remove();
    shown = null;
    document.removeEventListener("keydown", onKey, true);
    if (before && before.isConnected) before.focus({ preventScroll: true });
  }

  function onKey(event) {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    hide();
  }

  /* Every text goes in as text: a message quotes what stands in the files. */
  function element(name, text, attributes) {
    const made = document.createElement(name);
    made.textContent = text || "";
    for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
    return made;
  }

  function show(problems) {
    shown = document.createElement("sitegen-problems");
    const root = shown.attachShadow({ mode: "open" });
    // A constructed sheet is allowed where a policy forbids inline styles.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    const count = problems.length === 1 ? "One mistake" : `${problems.length} mistakes`;
    const box = element("div", "", {
      role: "alertdialog",
      "aria-labelledby": "title",
      "aria-describedby": "list",
      tabindex: "-1",
      lang: "en",
      dir: "ltr",
    });
    const list = element("ol", "", { id: "list" });
    for (const problem of problems) {
      const item = element("li");
      item.append(element("code", problem.place), element("div", `${problem.message}.`));
      if (problem.hint) item.append(element("div", problem.hint, { class: "hint" }));
      list.append(item);
    }
    const button = element("button", "Hide (Esc)", { type: "button" });
    button.addEventListener("click", hide);
    box.append(
      element("h2", `${count} to mend`, { id: "title" }),
      element("p", "Below is the last version that was fine. This goes away by itself once the files are."),
      list,
      button,
    );
    root.append(box);
    before = document.activeElement;
    document.documentElement.append(shown);
    document.addEventListener("keydown", onKey, true);
    box.focus({ preventScroll: true });
  }

  /* ---- start ---- */

  try {
    const worker = new Worker(script.src);
    worker.onmessage = (event) => hear(event.data);
    worker.postMessage(page);
  } catch {
    channel(page, hear);
  }
})();
