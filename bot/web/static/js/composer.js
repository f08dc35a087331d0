// Where residents write: Enter sends, Shift+Enter makes a line, the limit is told before sending.

import { byId } from "./dom.js";
import { canListen, listen } from "./speech.js";
import * as store from "./store.js";
import { LIMIT, SAY } from "./words.js";

const TELL_FROM = LIMIT - 1000;

export class Composer {
  #box = byId("say");
  #hint = byId("hint");
  #microphone = byId("microphone");
  #send;
  #ear = null;

  /** @param send called with what was written */
  constructor(send) {
    this.#send = send;
    this.#box.value = store.draft();
    this.#box.addEventListener("input", () => this.#changed());
    this.#box.addEventListener("keydown", (event) => this.#key(event));
    byId("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#microphone.hidden = !canListen();
    this.#microphone.addEventListener("click", () => this.#listen());
    window.addEventListener("resize", () => this.#grow());
    this.#changed();
  }

  /** Put back what could not be sent, unless something new was written meanwhile. */
  giveBack(text) {
    if (this.#box.value.trim()) return;
    this.#box.value = text;
    this.#changed();
  }

  focus() {
    this.#box.focus();
  }

  #key(event) {
    // While an input method composes, Enter belongs to it; Safari says so by 229 only.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.#submit();
  }

  #submit() {
    const text = this.#box.value.trim();
    const used = length(text);
    if (!used || used > LIMIT) {
      this.#tell(used ? SAY.tooLong(used) : SAY.empty, used > LIMIT);
      this.#box.focus();
      return;
    }
    this.#ear?.abort();
    this.#box.value = "";
    this.#changed();
    this.#send(text);
  }

  #changed() {
    const used = length(this.#box.value);
    store.keepDraft(this.#box.value);
    this.#grow();
    byId("composer").classList.toggle("written", used > 0);
    this.#tell(used > LIMIT ? SAY.tooLong(used) : used >= TELL_FROM ? SAY.count(used) : "", used > LIMIT);
  }

  /** As high as what is written; CSS sets the limit. */
  #grow() {
    this.#box.style.height = "auto";
    this.#box.style.height = `${this.#box.scrollHeight + this.#box.offsetHeight - this.#box.clientHeight}px`;
  }

  #tell(words, bad = false) {
    this.#hint.textContent = words;
    this.#hint.classList.toggle("bad", bad);
    this.#box.setAttribute("aria-invalid", String(bad));
  }

  #listen() {
    if (this.#ear) {
      this.#ear.stop();
      return;
    }
    const before = this.#box.value;
    this.#tell(SAY.listening);
    this.#microphone.setAttribute("aria-pressed", "true");
    this.#ear = listen({
      heard: (text) => {
        this.#box.value = before + text;
        this.#changed();
        this.#tell(SAY.speechNote);
      },
      trouble: (words) => this.#tell(words),
      ended: () => {
        this.#ear = null;
        this.#microphone.setAttribute("aria-pressed", "false");
        if (this.#hint.textContent === SAY.listening) this.#tell("");
      },
    });
  }
}

/** Characters as the server counts them. */
const length = (text) => [...text].length;
