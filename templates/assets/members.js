// Opens texts for members, in the browser and nowhere else. docs/file-format.md describes what it reads; this
// is version 1. All that it says stands in the page, as `<template data-says="...">`.

const VERSION = 1;
const HASH = "SHA-256";
const LEAST_ROUNDS = 600_000;
const MOST_ROUNDS = 10_000_000;
const HOUR = 3_600_000;
const FOR_A_TAB = 12 * HOUR;
const FOR_A_DEVICE = 30 * 24 * HOUR;
const DEVICE = "device";

/** Why something does not open: the name of what the page says of it. */
export class Trouble extends Error {
  constructor(kind) {
    super(kind);
    this.kind = kind;
  }
}

// --- passcodes: four symbols of a locator, fifteen of a secret, one that finds slips of the pen

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH = 20;
const GAPS = /[\s\-_.\u00ad\u200b\u2010-\u2015\u2060\u2212]/g;

const timesX = (element) => (element << 1) ^ (element & 16 ? 0b100101 : 0);

/** Locator and secret of a passcode as somebody typed it; null if it cannot be one. */
export const passcode = (typed) => {
  const symbols = typed.replace(GAPS, "").toUpperCase().replaceAll("O", "0").replace(/[IL]/g, "1");
  const places = [...symbols].map((symbol) => ALPHABET.indexOf(symbol));
  if (places.length !== LENGTH || places.includes(-1)) return null;
  const check = places.pop();
  if (places.reduce((total, place) => timesX(total ^ place), 0) !== check) return null;
  return { locator: symbols.slice(0, 4), secret: symbols.slice(4, 19) };
};

// --- bytes

const bytesOf = (text) => new TextEncoder().encode(text);
const textOf = (bytes) => new TextDecoder("utf-8", { fatal: true }).decode(bytes);

/** The bytes that are written in base 64, in the one way in which they can be. */
const decoded = (base64) => {
  const end = base64.slice(-4);
  if (btoa(atob(end)) !== end) throw new Trouble("damaged");
  return Uint8Array.from(atob(base64), (symbol) => symbol.charCodeAt(0));
};

/** Parts in a row, each with its length before it. */
export const framed = (...parts) => {
  const pieces = parts.map((part) => bytesOf(String(part)));
  const whole = new Uint8Array(pieces.reduce((size, piece) => size + 4 + piece.length, 0));
  const view = new DataView(whole.buffer);
  let place = 0;
  for (const piece of pieces) {
    view.setUint32(place, piece.length);
    whole.set(piece, place + 4);
    place += 4 + piece.length;
  }
  return whole;
};

/** What was filled up with zeros to hide its size. */
export const unpadded = (bytes) => {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0));
  if (length > bytes.length - 8 || bytes.subarray(8 + length).some(Boolean)) throw new Trouble("damaged");
  return bytes.subarray(8, 8 + length);
};

const inflated = async (bytes) => {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
};

// --- keys

const aes = (bytes) => crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["decrypt"]);

const unsealed = async (key, nonce, sealed, place) => {
  const how = { name: "AES-GCM", iv: nonce, additionalData: place };
  return new Uint8Array(await crypto.subtle.decrypt(how, key, sealed));
};

/** What stands behind its own nonce. */
const withNonce = (key, bytes, place) => unsealed(key, bytes.subarray(0, 12), bytes.subarray(12), place);

const placeOf = ({ site, epoch }, kind, id) => framed("sitegen/members/v1", site, epoch, kind, id);

/** What happens, or one and the same trouble whatever went wrong in it. */
const orElse = async (kind, act) => {
  try {
    return await act();
  } catch {
    throw new Trouble(kind);
  }
};

/** The published key file, or a part of it, if it is one that we know and trust. */
export const checkedRing = (ring) => {
  if (ring?.v !== VERSION || ring.hash !== HASH) throw new Trouble("refused");
  if (ring.split !== undefined && ring.split !== 1) throw new Trouble("refused");
  return ring;
};

/** A member's entry in it. */
export const slotOf = (ring, locator) => {
  if (!Array.isArray(ring.slots)) throw new Trouble("damaged");
  const slot = ring.slots.find((one) => one[0] === locator);
  if (!slot) throw new Trouble("wrong");
  const [, salt, rounds, sealed] = slot;
  if (!Number.isSafeInteger(rounds) || rounds < LEAST_ROUNDS || rounds > MOST_ROUNDS) throw new Trouble("refused");
  return { ring, locator, salt, rounds, sealed };
};

/** The key that a passcode stands for. It can be used and kept, and not be read. */
export const memberKey = async ({ salt, rounds }, secret) => {
  const material = await crypto.subtle.importKey("raw", bytesOf(secret), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: HASH, salt: await orElse("damaged", () => decoded(salt)), iterations: rounds };
  return crypto.subtle.deriveKey(how, material, { name: "AES-GCM", length: 256 }, false, ["decrypt"]);
};

/** The keys of a member's tiers, by the tiers' names. */
export const tierKeys = ({ ring, locator, sealed }, key) =>
  orElse("wrong", async () => {
    const inside = await withNonce(key, decoded(sealed), placeOf(ring, "slot", locator));
    return new Map(Object.entries(JSON.parse(textOf(unpadded(inside))).tiers));
  });

/** What a page holds sealed, if it is of a kind that we know. */
export const checkedPage = (text) => {
  let page;
  try {
    page = JSON.parse(text);
  } catch {
    throw new Trouble("damaged");
  }
  if (page?.v !== VERSION) throw new Trouble("refused");
  return page;
};

/** The text of a page, and what belongs to it. */
export const openText = async (page, tiers) => {
  if (!page.keys) throw new Trouble("damaged");
  const tier = Object.keys(page.keys).find((name) => tiers.has(name));
  if (tier === undefined) throw new Trouble("tier");
  return orElse("damaged", async () => {
    const place = placeOf(page, "key", `${page.post} ${tier}`);
    const raw = await withNonce(await aes(decoded(tiers.get(tier))), decoded(page.keys[tier]), place);
    const key = await aes(raw);
    const filled = await unsealed(key, new Uint8Array(12), decoded(page.ct), placeOf(page, "text", page.post));
    return JSON.parse(textOf(await inflated(unpadded(filled))));
  });
};

/** The bytes of a sealed file. */
export const openFile = (page, name, key, sealed) =>
  orElse("damaged", async () => {
    const opened = await unsealed(await aes(decoded(key)), new Uint8Array(12), sealed, placeOf(page, "file", name));
    return unpadded(opened);
  });

// --- what the site publishes

const fetched = async (url, options) => {
  const answer = await orElse("offline", () => fetch(url, options));
  if (!answer.ok) throw new Trouble("missing");
  return orElse("offline", () => answer.arrayBuffer());
};

const fetchedRing = async (url) => {
  const bytes = await fetched(url, { cache: "no-store" });
  return checkedRing(await orElse("damaged", () => JSON.parse(textOf(bytes))));
};

/** A member's entry as it is now: a member who was removed has none. */
export const fetchedSlot = async (url, locator) => {
  const ring = await fetchedRing(url);
  if (!ring.split) return slotOf(ring, locator);
  const part = await fetchedRing(url.replace(/\.json$/, `/${locator[0].toLowerCase()}.json`));
  if (part.site !== ring.site || part.epoch !== ring.epoch) throw new Trouble("stale");
  return slotOf(part, locator);
};

// --- what this device keeps: a key that can be used and not read, never a passcode

const named = (site) => `sitegen-members-${site}`;

const opened = (name) =>
  new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore("keys");
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

// All is asked for at once: a transaction in which somebody waits may be over before they go on.
const inStore = async (name, mode, act) => {
  const database = await opened(name);
  try {
    return await new Promise((resolve, reject) => {
      const step = database.transaction("keys", mode);
      const asked = act(step.objectStore("keys"));
      step.oncomplete = () => resolve(asked.result);
      step.onabort = () => reject(step.error);
    });
  } finally {
    database.close();
  }
};

const withoutOld = (store) => {
  store.openCursor().onsuccess = ({ target: { result: cursor } }) => {
    if (!cursor) return;
    if (!(cursor.value.until > Date.now())) cursor.delete();
    cursor.continue();
  };
};

/** Keep a member's key. False where the browser does not: then one is asked again. */
const keep = async (name, locator, kek, forDevice) => {
  try {
    const random = crypto.getRandomValues(new Uint8Array(16));
    const tab = forDevice ? DEVICE : Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("");
    const until = Date.now() + (forDevice ? FOR_A_DEVICE : FOR_A_TAB);
    await inStore(name, "readwrite", (store) => {
      withoutOld(store);
      return store.put({ locator, kek, until, tab }, tab);
    });
    sessionStorage.setItem(name, tab);
    return true;
  } catch {
    return false;
  }
};

/** What is kept for this tab, else for this device. */
const recall = async (name) => {
  try {
    for (const tab of new Set([sessionStorage.getItem(name) ?? DEVICE, DEVICE])) {
      const found = await inStore(name, "readonly", (store) => store.get(tab));
      if (found?.until > Date.now()) {
        sessionStorage.setItem(name, tab);
        return found;
      }
    }
    sessionStorage.removeItem(name);
  } catch {
    // A browser that keeps nothing has nothing.
  }
  return null;
};

const forget = async (name) => {
  try {
    sessionStorage.removeItem(name);
    await inStore(name, "readwrite", (store) => store.clear());
  } catch {
    // As above.
  }
};

// --- the page

const asMarkup = globalThis.trustedTypes?.createPolicy("sitegen-members", { createHTML: (html) => html });

/** HTML as elements: of what the author sealed, and nobody else can have made, or only to be looked into. */
const elements = (html) => {
  const made = document.createElement("template");
  made.innerHTML = asMarkup ? asMarkup.createHTML(html) : html;
  return made.content;
};

/** What the fragment of the address names. */
const pointedAt = () => {
  const id = location.hash.slice(1);
  try {
    return document.getElementById(decodeURIComponent(id)) ?? document.getElementById(id);
  } catch {
    return document.getElementById(id);
  }
};

/** What the browser does not have, or have here. */
const lacking = () => {
  if (!globalThis.isSecureContext) return "insecure";
  return globalThis.crypto?.subtle && globalThis.DecompressionStream ? "" : "old";
};

class Page {
  constructor(panel) {
    this.panel = panel;
    this.form = panel.querySelector("form");
    this.field = panel.querySelector("[type=password]");
    this.says = panel.querySelector("[role=status]");
    this.keyring = panel.dataset.keyring;
    this.name = named(panel.dataset.site);
    this.sealed = document.getElementById("sealed");
    this.loggedIn = document.querySelector(".logged-in");
    this.text = document.getElementById("unlocked");
    this.bar = document.querySelector(".opened");
    this.isOpen = false;
    this.isBusy = false;
  }

  async start() {
    const linked = this.takeLinked();
    this.panel.setAttribute("data-ready", "");
    const missing = lacking();
    if (missing) {
      this.panel.setAttribute("data-failed", "");
      this.say(missing);
      return;
    }
    this.listen();
    const kept = linked ? null : await recall(this.name);
    if (kept) {
      this.say("opening");
      await this.openKept(kept);
    }
    if (!this.isOpen) this.form.hidden = false;
  }

  // A passcode behind the # of the log-in page's address, or nearly one. It is taken out of there before all else.
  takeLinked() {
    const given = location.hash.slice(1);
    const size = given.replace(GAPS, "").length;
    if (this.sealed || size < LENGTH - 1 || size > LENGTH + 1 || pointedAt()) return false;
    history.replaceState(history.state, "", location.pathname + location.search);
    this.field.value = given;
    this.say(passcode(given) ? "linked" : "typing");
    return true;
  }

  listen() {
    const show = this.form.querySelector("[aria-pressed]");
    this.conceal = (isHidden) => {
      this.field.type = isHidden ? "password" : "text";
      show.setAttribute("aria-pressed", String(!isHidden));
    };
    show.addEventListener("click", () => this.conceal(this.field.type === "text"));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    for (const button of document.querySelectorAll("[data-members-leave]")) {
      button.addEventListener("click", () => this.leave());
    }
    addEventListener("hashchange", () => this.takeLinked());
    this.others = new BroadcastChannel(this.name);
    this.others.addEventListener("message", () => this.isOpen && location.reload());
    // A page that the browser had put aside, opened, when its reader logged out elsewhere.
    addEventListener("pageshow", async (event) => {
      if (event.persisted && this.isOpen && !(await recall(this.name))) location.reload();
    });
  }

  say(kind) {
    const found = this.panel.querySelector(`[data-says="${kind}"]`);
    this.says.replaceChildren(found ? found.content.cloneNode(true) : kind);
    this.says.dataset.kind = kind;
    for (const link of this.says.querySelectorAll("a[data-reload]")) {
      // Not from the browser's own store, which may be what is out of date.
      link.addEventListener("click", (event) => {
        event.preventDefault();
        location.reload();
      });
    }
  }

  get isPost() {
    return this.sealed !== null;
  }

  async submit() {
    if (this.isBusy) return;
    this.isBusy = true;
    this.conceal(true);
    this.field.removeAttribute("aria-invalid");
    this.say("busy");
    try {
      await this.enter(this.field.value, this.form.querySelector("[type=checkbox]").checked);
    } catch (trouble) {
      this.refuse(trouble);
    } finally {
      this.isBusy = false;
    }
  }

  async enter(typed, forDevice) {
    if (!typed.trim()) throw new Trouble("empty");
    const parts = passcode(typed);
    if (!parts) throw new Trouble("typing");
    const slot = await fetchedSlot(this.keyring, parts.locator);
    await this.match(slot.ring);
    const kek = await memberKey(slot, parts.secret);
    const tiers = await tierKeys(slot, kek);
    // Who is known stays known, also where this very post is not for them.
    const isKept = await keep(this.name, parts.locator, kek, forDevice);
    document.dispatchEvent(new Event("sitegen-members"));
    await this.show(tiers);
    this.field.value = "";
    if (!isKept) this.tell("unkept");
    this.moveFocus();
  }

  async openKept(kept) {
    try {
      const slot = await fetchedSlot(this.keyring, kept.locator);
      await this.match(slot.ring);
      await this.show(await tierKeys(slot, kept.kek));
      this.followFragment();
    } catch (trouble) {
      if (trouble.kind !== "wrong") {
        this.refuse(trouble, false);
        return;
      }
      await forget(this.name);
      document.dispatchEvent(new Event("sitegen-members"));
      this.say("removed");
    }
  }

  // The page and the key file have to be of one upload.
  async match(ring) {
    if (ring.site !== this.panel.dataset.site) throw new Trouble("stale");
    if (!this.isPost) return;
    this.page = checkedPage(this.sealed.textContent);
    if (this.page.epoch !== ring.epoch) this.page = await this.renewed();
    if (this.page.site !== ring.site) throw new Trouble("damaged");
    if (this.page.epoch !== ring.epoch) throw new Trouble("stale");
  }

  // The page as it is published now: this one came out of the browser's own store, or has long been open.
  async renewed() {
    const html = textOf(await fetched(location.pathname + location.search, { cache: "reload" }));
    return checkedPage(elements(html).getElementById("sealed")?.textContent ?? "");
  }

  refuse(trouble, withFocus = true) {
    const kind = trouble.kind ?? "damaged";
    this.say(kind);
    if (!["empty", "typing", "wrong", "tier"].includes(kind)) return;
    if (kind !== "tier") this.field.setAttribute("aria-invalid", "true");
    if (withFocus) this.field.focus();
  }

  async show(tiers) {
    if (this.isPost) this.put(await openText(this.page, tiers));
    else {
      this.panel.hidden = true;
      this.loggedIn.hidden = false;
      this.leadBack();
    }
    this.isOpen = true;
  }

  put(inside) {
    this.text.replaceChildren(elements(inside.html));
    this.files = inside.files;
    this.urls = new Map();
    this.contents(inside.toc_html);
    this.retitle(inside.title);
    document.getElementById("locked").hidden = true;
    this.text.hidden = false;
    this.bar.hidden = false;
    this.links();
    this.pictures();
    // For scripts of a theme that do something to the text.
    this.text.dispatchEvent(new Event("sitegen-opened", { bubbles: true }));
  }

  contents(html) {
    if (!html) return;
    for (const place of document.querySelectorAll("[data-members-toc]")) {
      place.querySelector("ol")?.remove();
      place.append(elements(html));
      place.closest("nav").hidden = false;
      place.closest(".sheet")?.classList.add("sheet--toc");
    }
  }

  retitle(title) {
    if (!title) return;
    const heading = document.querySelector("h1");
    const before = heading.textContent;
    document.title = document.title.replace(before, () => title);
    heading.textContent = title;
    for (const crumb of document.querySelectorAll("[aria-current=page]")) {
      if (crumb.textContent === before) crumb.textContent = title;
    }
  }

  // Pictures first, in order; what plays after them.
  async pictures() {
    const all = [...this.text.querySelectorAll("[data-sealed-src], [data-sealed-poster]")];
    const isPicture = (one) => one.matches("img");
    for (const one of [...all.filter(isPicture), ...all.filter((one) => !isPicture(one))]) {
      const { sealedSrc, sealedPoster } = one.dataset;
      try {
        if (sealedPoster) one.poster = await this.url(sealedPoster);
        if (sealedSrc) one.src = await this.url(sealedSrc);
      } catch {
        this.tell("picture");
      }
    }
  }

  // A file is saved, never shown: shown, it could run as a page of this site.
  links() {
    for (const link of this.text.querySelectorAll("a[data-sealed-href]")) {
      const name = link.dataset.sealedHref;
      link.href = this.fileUrl(name);
      link.addEventListener("click", async (event) => {
        event.preventDefault();
        const saved = document.createElement("a");
        try {
          saved.href = await this.url(name);
        } catch {
          this.tell("picture");
          return;
        }
        saved.download = this.files[`${name}.bin`].name;
        saved.click();
      });
    }
  }

  fileUrl(name) {
    return new URL(`a/${name}.bin`, new URL(this.keyring, location.href)).href;
  }

  /** The address of a sealed file, opened, for this page alone. */
  url(name) {
    if (!this.urls.has(name)) this.urls.set(name, this.open(name));
    return this.urls.get(name);
  }

  async open(name) {
    const { key, type } = this.files[`${name}.bin`];
    const sealed = new Uint8Array(await fetched(this.fileUrl(name)));
    return URL.createObjectURL(new Blob([await openFile(this.page, name, key, sealed)], { type }));
  }

  /** Says something beside what is open. */
  tell(kind) {
    this.say(kind);
    const place = this.isPost ? this.bar : this.loggedIn;
    place.querySelector("[role=status]").replaceChildren(...this.says.childNodes);
  }

  moveFocus() {
    if (this.followFragment()) return;
    const heading = this.text?.querySelector("h2, h3, h4, h5, h6");
    const target = heading ?? this.text ?? this.loggedIn.querySelector("[tabindex]");
    target.tabIndex = -1;
    target.focus();
  }

  followFragment() {
    const target = this.text && pointedAt();
    if (!target || !this.text.contains(target)) return false;
    // Going there once more is what marks it as the target.
    location.replace(location.hash);
    return true;
  }

  leadBack() {
    const from = document.referrer && new URL(document.referrer);
    const back = document.querySelector("[data-members-back]");
    if (back && from && from.origin === location.origin && from.pathname !== location.pathname) {
      back.href = from.href;
    }
  }

  async leave() {
    await forget(this.name);
    this.others.postMessage("left");
    location.reload();
  }
}

const panel = globalThis.document?.querySelector("[data-members]");
if (panel) new Page(panel).start();
