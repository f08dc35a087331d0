// The server as the page sees it.

/** The server refuses this message for good; `message` tells the resident why. */
export class Refused extends Error {}

/** Not reachable just now; the same message may be sent again. `message` is the server's word, or "". */
export class Away extends Error {}

const PATIENCE = 30000;
const WORTH_TRYING_AGAIN = [408, 425, 429, 502, 503, 504];

/** Send one message; returns {id, row, messages, pending, notice?}. `community` is the code of a scanned poster, or null. */
export function say(conversation, { id, text }, community, signal) {
  return ask("/api/chat/messages", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ conversation, id, text, community }),
    signal,
  });
}

/** Return what was said so far: {said: [...], replies: [...]}. */
export const history = (conversation) => ask(`/api/chat/history?${new URLSearchParams({ conversation })}`);

/** Return articles that may be related to a question: {articles, note}. */
export const relatedLaws = (text) => ask(`/api/laws/search?${new URLSearchParams({ text })}`);

/** Return the address of a file, or of an agreed time, that a person gave in a conversation. */
export const givenFile = (conversation, token) => `/api/chat/files/${token}?${new URLSearchParams({ conversation })}`;
export const appointmentFile = (conversation, token) => `/api/chat/appointments/${token}?${new URLSearchParams({ conversation })}`;

/** Bind the file behind a pick-up code to this browser; returns {url}. */
export const claim = (code) => ask("/api/chat/claim", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ code }) });

/** Return the address of a copy of everything stored about a conversation. */
export const mine = (conversation) => `/api/chat/mine?${new URLSearchParams({ conversation })}`;

/** Return an article's text, day of effect and source. */
export const article = (law, number) => ask(`/api/laws/article?${new URLSearchParams({ law, article: number })}`);

/** Return a stream of what is said from now on. */
export const events = (conversation, after) => new EventSource(`/api/chat/events?${new URLSearchParams({ conversation, after })}`);

async function ask(url, options = {}) {
  const { answer, body } = await exchange(url, options);
  if (answer.ok && body) return body;
  const words = typeof body?.error === "string" ? body.error : "";
  throw answer.ok || WORTH_TRYING_AGAIN.includes(answer.status) ? new Away(words) : new Refused(words);
}

async function exchange(url, options) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE);
  options.signal?.addEventListener("abort", () => patience.abort());
  try {
    const answer = await fetch(url, { ...options, signal: patience.signal, credentials: "same-origin" });
    return { answer, body: await answer.json().catch(() => null) };
  } catch {
    throw new Away("");
  } finally {
    clearTimeout(timer);
  }
}
