// Runs parts of `members.js` outside a browser: the module, a file with jobs as JSON, and what came of them.
import { readFileSync } from "node:fs";
import { webcrypto } from "node:crypto";

globalThis.crypto ??= webcrypto;
const members = await import(process.argv[2]);

const hex = (bytes) => Buffer.from(bytes).toString("hex");
const bytes = (text) => new Uint8Array(Buffer.from(text, "hex"));

const outcome = async (act) => {
  try {
    return { value: await act() };
  } catch (error) {
    return { trouble: error.kind ?? `not foreseen: ${error}` };
  }
};

const keyOf = async (slot, { secret, kek }) =>
  kek
    ? crypto.subtle.importKey("raw", bytes(kek), "AES-GCM", false, ["decrypt"])
    : members.memberKey(slot, secret);

const read = (ring) => {
  try {
    return JSON.parse(ring);
  } catch {
    throw new members.Trouble("damaged");
  }
};

const open = async ({ ring, page, locator, ...how }) => {
  const slot = members.slotOf(members.checkedRing(read(ring)), locator);
  const tiers = await members.tierKeys(slot, await keyOf(slot, how));
  return members.openText(members.checkedPage(page), tiers);
};

const text = (data) => new TextDecoder().decode(data);

// Each bit of one of the two files turned over, one at a time: what came of it, counted.
const flips = async ({ of, ...job }) => {
  const right = JSON.stringify(await open(job));
  const counts = {};
  const whole = new TextEncoder().encode(job[of]);
  for (let place = 0; place < whole.length; place += 1) {
    for (let bit = 0; bit < 8; bit += 1) {
      const other = Uint8Array.from(whole);
      other[place] ^= 1 << bit;
      const { value, trouble } = await outcome(() => open({ ...job, [of]: text(other) }));
      const name = trouble ?? (JSON.stringify(value) === right ? "right" : "another text");
      counts[name] ??= [];
      counts[name].push(place);
    }
  }
  return counts;
};

const JOBS = {
  passcode: ({ typed }) => members.passcode(typed),
  framed: ({ parts }) => hex(members.framed(...parts)),
  unpadded: ({ data }) => hex(members.unpadded(bytes(data))),
  tiers: async ({ ring, locator, ...how }) => {
    const slot = members.slotOf(members.checkedRing(JSON.parse(ring)), locator);
    return Object.fromEntries(await members.tierKeys(slot, await keyOf(slot, how)));
  },
  open,
  flips,
  file: async ({ page, name, key, sealed }) => hex(await members.openFile(page, name, key, bytes(sealed))),
  extractable: async ({ salt, rounds, secret }) => (await members.memberKey({ salt, rounds }, secret)).extractable,
};

const results = [];
for (const { job, ...rest } of JSON.parse(readFileSync(process.argv[3], "utf8"))) {
  results.push(await outcome(() => JOBS[job](rest)));
}
process.stdout.write(JSON.stringify(results));
