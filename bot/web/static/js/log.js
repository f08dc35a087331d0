// The log of the conversation: what is on the page, in order, each thing once.

import { closeChoices, isPerson, openLastChoices, replyBubble, saidBubble, showState, signature } from "./bubbles.js";
import { byId, element } from "./dom.js";
import { dialling } from "./text.js";
import { BOT } from "./words.js";

const NEAR = 120;
const EDGE = 4;
const QUIET_MINUTES = 5;

export class Log {
  #log = byId("log");
  #scroller = byId("scroller");
  #on;
  #said = new Map();
  #replies = new Set();
  #answers = null;
  #lastTime = 0;

  /** @param on callbacks of the bubbles: choose(payload), cite(citations, index) */
  constructor(on) {
    this.#on = on;
    byId("newer").addEventListener("click", () => this.reveal(true));
    byId("earlier").addEventListener("click", () => document.documentElement.classList.add("all"));
    this.#scroller.addEventListener("scroll", () => this.#isNear() && (byId("newer").hidden = true), { passive: true });
  }

  /** Whether anything was said yet. */
  get isEmpty() {
    return this.#said.size === 0;
  }

  hasSaid(id) {
    return this.#said.has(id);
  }

  hasReply(id) {
    return this.#replies.has(id);
  }

  /** Show what a resident said; a message that is there already moves to the end. */
  say(message, state = "") {
    closeChoices(this.#log);
    this.#past();
    const bubble = this.#said.get(message.id) ?? saidBubble(message);
    this.#said.set(message.id, bubble);
    this.#answers = bubble;
    this.#time(message.at);
    this.#log.append(bubble);
    showState(bubble, state);
    this.reveal(true);
  }

  /** Show how far a message got. */
  mark(id, state) {
    const bubble = this.#said.get(id);
    if (bubble) showState(bubble, state);
  }

  /** Show a reply, unless it is there. */
  reply(reply) {
    if (this.#replies.has(reply.id)) return;
    this.#replies.add(reply.id);
    const wasNear = this.#isNear();
    if (reply.buttons?.length) closeChoices(this.#log, reply.message ?? null);
    const bubble = replyBubble(reply, this.#on);
    if (this.#log.lastElementChild?.querySelector(".by span")?.textContent === signature(reply)) bubble.classList.add("goes-on");
    this.#time(reply.at);
    this.#log.append(bubble);
    byId("speaker").textContent = isPerson(reply) ? signature(reply) : BOT;
    document.documentElement.classList.toggle("with-person", isPerson(reply));
    if (reply.kind === "emergency") byId("clear-now").hidden = false;
    this.reveal(wasNear);
  }

  /** Show a reply of the page's own once more, at the end. */
  again(reply) {
    this.#log.querySelector(`[data-reply="${reply.id}"]`)?.remove();
    this.#replies.delete(reply.id);
    this.reply(reply);
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  /** Say something of the page's own, such as an error. */
  note(words) {
    this.#log.append(element("p", { class: "note" }, ...dialling(words)));
    this.reveal(true);
  }

  /** Let the newest buttons be used again after a message was refused. */
  reopen() {
    openLastChoices(this.#log);
  }

  /** Show that an answer is being made. */
  typing(on) {
    byId("typing").hidden = !on;
    if (on && this.#isNear()) this.reveal(true);
  }

  /** Read additions aloud from now on; what was restored is not read again. */
  speakUp() {
    this.#log.setAttribute("aria-live", "polite");
  }

  /** Scroll so that the newest answer can be read from its beginning. @param wanted false leaves a reader where they are */
  reveal(wanted) {
    byId("newer").hidden = wanted || this.#isNear();
    if (!wanted) return;
    this.#scroller.scrollTop = Math.min(this.#newest(), this.#scroller.scrollHeight - this.#scroller.clientHeight);
  }

  /** Where the newest exchange begins: with the question if both fit, else with the answer. */
  #newest() {
    const { scrollHeight, clientHeight, offsetTop } = this.#scroller;
    const top = this.#answers ? this.#answers.offsetTop - offsetTop - EDGE : 0;
    const answer = this.#answers?.nextElementSibling;
    return answer && scrollHeight - top > clientHeight ? answer.offsetTop - offsetTop - EDGE : top;
  }

  #isNear() {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    return scrollTop + clientHeight > scrollHeight - NEAR || Math.abs(scrollTop - this.#newest()) < NEAR;
  }

  #past() {
    for (const entry of this.#log.children) entry.classList.add("past");
    document.documentElement.classList.remove("all");
    byId("earlier").hidden = false;
  }

  #time(at) {
    const when = new Date(at ?? Date.now());
    if (Number.isNaN(when.getTime()) || when - this.#lastTime < QUIET_MINUTES * 60000) return;
    this.#lastTime = when.getTime();
    this.#log.append(element("p", { class: "when", "aria-hidden": "true" }, spoken(when)));
  }
}

function spoken(when) {
  const clock = when.toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false });
  const today = new Date().toDateString() === when.toDateString();
  return today ? clock : `${when.getMonth() + 1}月${when.getDate()}日 ${clock}`;
}
