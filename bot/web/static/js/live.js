// Hearing what is said: server-sent events with resume, and asking for the history where events do not come through.

import { events } from "./server.js";

const FIRST_PAUSE = 2000;
const LONGEST_PAUSE = 30000;
const LOOK_WHILE_WAITING = 4000;
const FAILURES_BORNE = 3;

export class Live {
  #on;
  #conversation = "";
  #last = 0;
  #stream = null;
  #again = 0;
  #failures = 0;
  #looking = 0;

  /** @param on callbacks: reply(reply), gap() when something may have been missed, connected() */
  constructor(on) {
    this.#on = on;
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#close() : this.#resume()));
    // An open stream would keep the page out of the back-forward cache.
    window.addEventListener("pagehide", () => this.#close());
    window.addEventListener("pageshow", (event) => event.persisted && this.#resume());
    window.addEventListener("online", () => this.#resume());
  }

  /** Listen to a conversation, from the reply after `last` on. */
  listen(conversation, last) {
    this.#last = Math.max(this.#last, last);
    this.#conversation = conversation;
    if (!this.#stream) this.#open();
  }

  /** While an answer is due, look for it as well: some networks hold events back. */
  expect(due) {
    if (due === Boolean(this.#looking)) return;
    clearInterval(this.#looking);
    this.#looking = due ? setInterval(() => this.#on.gap(), LOOK_WHILE_WAITING) : 0;
  }

  /** Listen no more. */
  stop() {
    this.#conversation = "";
    this.expect(false);
    this.#close();
  }

  #open() {
    clearTimeout(this.#again);
    if (!this.#conversation || document.hidden || !window.EventSource) return;
    const stream = events(this.#conversation, this.#last);
    this.#stream = stream;
    stream.onopen = () => {
      this.#failures = 0;
      this.#on.connected();
    };
    stream.onmessage = ({ data, lastEventId }) => {
      this.#last = Math.max(this.#last, Number(lastEventId) || 0);
      this.#on.reply(JSON.parse(data));
    };
    stream.onerror = () => this.#stumble(stream);
  }

  #stumble(stream) {
    if (stream !== this.#stream) return;
    this.#failures += 1;
    if (stream.readyState !== EventSource.CLOSED && this.#failures < FAILURES_BORNE) return;
    this.#close();
    const pause = Math.min(FIRST_PAUSE * 2 ** Math.min(this.#failures, 5), LONGEST_PAUSE);
    this.#again = setTimeout(() => this.#resume(), pause);
  }

  #resume() {
    if (!this.#conversation || document.hidden) return;
    this.#on.gap();
    if (!this.#stream) this.#open();
  }

  #close() {
    clearTimeout(this.#again);
    this.#stream?.close();
    this.#stream = null;
  }
}
