// Messages go out one after another, each until the server has it. The id never changes, so sending twice is receiving once.

import * as store from "./store.js";
import { Refused, say } from "./server.js";

const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 15000;

export class Outbox {
  #on;
  #queue = [];
  #draining = false;
  #wakeUp = () => {};
  #stopped = new AbortController();

  /** @param on callbacks: sending(message), answered(message, answer), delayed(message, words), refused(message, words) */
  constructor(on) {
    this.#on = on;
    window.addEventListener("online", () => this.#wakeUp());
  }

  /** Keep a message and send it as soon as may be. */
  add(message) {
    store.keepWaiting(message);
    this.#queue.push(message);
    this.#drain();
  }

  /** Send what an earlier visit left, or another tab has in hand; the server tells doubles by their id. */
  takeUp() {
    const mine = new Set(this.#queue.map((message) => message.id));
    this.#queue.push(...store.waiting().filter((message) => !mine.has(message.id)));
    this.#drain();
  }

  /** Send nothing more. */
  stop() {
    this.#stopped.abort();
    this.#wakeUp();
  }

  async #drain() {
    this.#wakeUp();
    if (this.#draining) return;
    this.#draining = true;
    let pause = FIRST_PAUSE;
    while (this.#queue.length && !this.#stopped.signal.aborted) {
      if (await this.#send(this.#queue[0])) {
        this.#queue.shift();
        pause = FIRST_PAUSE;
      } else {
        await this.#sleep(pause);
        pause = Math.min(pause * 2, LONGEST_PAUSE);
      }
    }
    this.#draining = false;
  }

  /** Try once; returns whether the server has decided. */
  async #send(message) {
    this.#on.sending(message);
    try {
      const answer = await say(store.conversationForWriting(), message, store.community(), this.#stopped.signal);
      store.sent(message);
      this.#on.answered(message, answer);
      return true;
    } catch (error) {
      if (this.#stopped.signal.aborted) return false;
      if (!(error instanceof Refused)) {
        this.#on.delayed(message, error.message);
        return false;
      }
      store.sent(message);
      this.#on.refused(message, error.message);
      return true;
    }
  }

  #sleep(milliseconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
