// What this browser keeps: the conversation's name, messages not yet sent, the draft, the choice of 长辈版.
// Where a browser forbids storage, everything works for as long as the page is open.

const PREFIX = "legal.";
const OUTBOX = `${PREFIX}outbox.`;

class Memory {
  #values = new Map();
  get length() { return this.#values.size; }
  key(index) { return [...this.#values.keys()][index] ?? null; }
  getItem(name) { return this.#values.get(name) ?? null; }
  setItem(name, value) { this.#values.set(name, value); }
  removeItem(name) { this.#values.delete(name); }
}

function usable(name) {
  try {
    const storage = window[name];
    storage.setItem(`${PREFIX}try`, "1");
    storage.removeItem(`${PREFIX}try`);
    return storage;
  } catch {
    return new Memory();
  }
}

const kept = usable("localStorage");
const tab = usable("sessionStorage");

/** Return a uuid; `crypto.randomUUID` is missing on plain http. */
export function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** Return the conversation's name, or null before the first message. */
export const conversation = () => kept.getItem(`${PREFIX}conversation`);

/** Return the conversation's name; the first message makes it. */
export function conversationForWriting() {
  if (!conversation()) kept.setItem(`${PREFIX}conversation`, uuid());
  return conversation();
}

/** Messages that wait to be sent, oldest first. One key each, so that two tabs never overwrite each other's. */
export function waiting() {
  return names(OUTBOX).map((name) => JSON.parse(kept.getItem(name) ?? "null")).filter(Boolean).sort((a, b) => a.at - b.at);
}

export const keepWaiting = (message) => keep(OUTBOX + message.id, JSON.stringify(message));
export const sent = (message) => kept.removeItem(OUTBOX + message.id);

export const draft = () => kept.getItem(`${PREFIX}draft`) ?? "";
export const keepDraft = (text) => (text ? keep(`${PREFIX}draft`, text) : kept.removeItem(`${PREFIX}draft`));

export const elder = () => kept.getItem(`${PREFIX}elder`) === "1";
export const keepElder = (on) => keep(`${PREFIX}elder`, on ? "1" : "0");

/** The community whose poster was scanned: its code, or null. */
export const community = () => kept.getItem(`${PREFIX}community`);
export const keepCommunity = (code) => keep(`${PREFIX}community`, code);

export const isQuiet = () => tab.getItem(`${PREFIX}quiet`) === "1";
export const keepQuiet = (on) => tab.setItem(`${PREFIX}quiet`, on ? "1" : "0");

/** Forget everything that tells of a conversation. */
export function forget() {
  names(PREFIX).filter((name) => name !== `${PREFIX}elder`).forEach((name) => kept.removeItem(name));
}

/** Call when another tab forgot the conversation. */
export function whenForgotten(react) {
  window.addEventListener("storage", (change) => {
    if (change.key === `${PREFIX}conversation` && change.oldValue && !change.newValue) react();
  });
}

function names(prefix) {
  return Array.from({ length: kept.length }, (_, index) => kept.key(index)).filter((name) => name?.startsWith(prefix));
}

function keep(name, value) {
  try {
    kept.setItem(name, value);
  } catch {
    // Full storage: the page goes on with what it holds in memory.
  }
}
