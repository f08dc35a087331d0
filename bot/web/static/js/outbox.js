// Messages go out one after another, each until the server has it. The id never changes, so sending twice is receiving once.

import * as store from "./store.js";
import { Refused, say } from "./server.js";

const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 15000;

export class Outbox {
  #on;
  #draining = null;
  #wakeUp = () => {};
  #stopped = new AbortController();

  /** @param on callbacks: sending(message), answered(message, answer), delayed(message, words), refused(message, words), sentElsewhere() */
  constructor(on) {
    this.#on = on;
    window.addEventListener("online", () => this.#wakeUp());
  }

  /** Keep a message and send it as soon as may be. */
  add(message) {
    store.keepWaiting(message);
    this.drain(message);
  }

  /** Send what waits. */
  async drain(message = null) {
    if (this.#draining) {
      this.#wakeUp();
      return;
    }
    this.#draining = alone(() => this.#sendAll());
    const sentHere = await this.#draining;
    this.#draining = null;
    if (this.#stopped.signal.aborted) return;
    if (store.waiting().length) this.drain();
    else if (message && !sentHere.has(message.id)) this.#on.sentElsewhere();
  }

  /** Send nothing more. */
  stop() {
    this.#stopped.abort();
    this.#wakeUp();
  }

  async #sendAll() {
    const done = new Set();
    let pause = FIRST_PAUSE;
    for (let [message] = store.waiting(); message && !this.#stopped.signal.aborted; [message] = store.waiting()) {
      if (await this.#send(message)) {
        done.add(message.id);
        pause = FIRST_PAUSE;
      } else {
        await this.#sleep(pause);
        pause = Math.min(pause * 2, LONGEST_PAUSE);
      }
    }
    return done;
  }

  /** Try once; returns whether the server has decided. */
  async #send(message) {
    this.#on.sending(message);
    try {
      const answer = await say(store.conversationForWriting(), message, this.#stopped.signal);
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

/** One tab sends at a time, where the browser can arrange it; elsewhere the server tells doubles by their id. */
function alone(work) {
  return navigator.locks ? navigator.locks.request("legal.outbox", work) : work();
}
