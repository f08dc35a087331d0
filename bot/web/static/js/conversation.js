// The conversation: what the resident says goes out once, what is answered is shown once, whichever way it comes.

import { Live } from "./live.js";
import { Outbox } from "./outbox.js";
import { history } from "./server.js";
import * as store from "./store.js";
import { SAY } from "./words.js";

export class Conversation {
  #log;
  #on;
  #outbox;
  #live;
  #restored = false;
  #over = false;
  #rows = new Map();
  #due = new Set();
  #held = [];
  #sending = false;
  #catchingUp = null;
  #refused = null;
  #network = "";
  #notice = "";

  /**
   * @param log where it is shown
   * @param on callbacks: refused(text) gives back what could not be sent, status(words) says what keeps an answer away
   */
  constructor(log, on) {
    this.#log = log;
    this.#on = on;
    this.#outbox = new Outbox({
      sending: (message) => this.#isSending(message),
      answered: (message, answer) => this.#answered(message, answer),
      delayed: (message, words) => this.#delayed(message, words),
      refused: (message, words) => this.#wasRefused(message, words),
    });
    this.#live = new Live({
      reply: (reply) => this.#heard(reply),
      gap: () => this.catchUp(),
      connected: () => this.#connection(""),
    });
    window.addEventListener("offline", () => this.#connection(SAY.offline));
    window.addEventListener("online", () => this.#connection(""));
  }

  /** Show again what was said before, then send what still waits. */
  async restore() {
    if (store.conversation()) {
      await this.catchUp();
      this.#listen(0);
    }
    for (const message of store.waiting()) if (!this.#rows.has(message.id)) this.#log.say(message, "sending");
    this.#restored = true;
    this.#log.speakUp();
    this.#outbox.takeUp();
  }

  /** Say something. The same words as were refused just now go out under the same id. */
  say(text) {
    const again = this.#refused?.text === text ? this.#refused : null;
    const message = { id: again?.id ?? store.uuid(), text, at: Date.now() };
    this.#refused = null;
    this.#log.say(message, "sending");
    if (this.#restored) this.#outbox.add(message);
    else store.keepWaiting(message);
  }

  /** End it here: nothing is sent, heard or shown any more. */
  end() {
    this.#over = true;
    this.#outbox.stop();
    this.#live.stop();
  }

  /** Ask the server for what is missing here. */
  catchUp() {
    this.#catchingUp ??= history(store.conversation())
      .then((found) => this.#merge(found), () => this.#connection(navigator.onLine ? SAY.lost : SAY.offline))
      .finally(() => (this.#catchingUp = null));
    return this.#catchingUp;
  }

  #isSending(message) {
    this.#sending = true;
    if (this.#log.hasSaid(message.id)) this.#log.mark(message.id, "sending");
    else this.#log.say(message, "sending");
    this.#tell();
  }

  #answered(message, answer) {
    this.#sending = false;
    this.#network = "";
    this.#log.mark(message.id, "");
    if (answer.row) this.#rows.set(message.id, answer.row);
    if (answer.pending) this.#due.add(answer.row);
    this.#notice = answer.notice ?? "";
    answer.messages.forEach((reply, part) => this.#show({ id: `${message.id}.${part}`, message: answer.row ?? null, ...reply }));
    this.#listen(0);
    this.#hearHeld();
  }

  #delayed(message, words) {
    this.#sending = false;
    this.#log.mark(message.id, "delayed");
    this.#network = words || (navigator.onLine ? SAY.lost : SAY.offline);
    this.#hearHeld();
  }

  #wasRefused(message, words) {
    this.#sending = false;
    this.#refused = message;
    this.#log.mark(message.id, "refused");
    this.#log.note(words || SAY.failed);
    this.#log.reopen();
    this.#on.refused(message.text);
    this.#hearHeld();
  }

  /** A reply came by itself. While a message is under way it may be its answer, so it waits until that is known. */
  #heard(reply) {
    if (this.#over || this.#log.hasReply(reply.id)) return;
    const known = reply.message === null || [...this.#rows.values()].includes(reply.message);
    if (!known && this.#sending) this.#held.push(reply);
    else if (!known) this.catchUp();
    else this.#show(reply);
    this.#tell();
  }

  #hearHeld() {
    this.#held.splice(0).forEach((reply) => this.#heard(reply));
    this.#tell();
  }

  #show(reply) {
    this.#due.delete(reply.message);
    this.#log.reply(reply);
  }

  #merge({ said, replies }) {
    if (this.#over) return;
    for (const entry of inOrder(said, replies)) {
      if ("row" in entry) this.#take(entry);
      else this.#show(entry);
    }
    this.#listen(replies.length ? replies[replies.length - 1].id : 0);
    this.#connection("");
  }

  #take({ id, row, text, at, pending }) {
    this.#rows.set(id, row);
    if (pending) this.#due.add(row);
    else this.#due.delete(row);
    // What the server tells of, it has: it need not be sent again.
    store.sent({ id });
    if (this.#log.hasSaid(id)) this.#log.mark(id, "");
    else this.#log.say({ id, text, at });
  }

  #listen(last) {
    if (!this.#over) this.#live.listen(store.conversation(), last);
  }

  #connection(words) {
    this.#network = words;
    this.#tell();
  }

  #tell() {
    const due = this.#due.size > 0;
    if (!due) this.#notice = "";
    this.#log.typing(this.#sending || due);
    this.#live.expect(due);
    this.#on.status(this.#network || this.#notice);
  }
}

/** Merge by time; a reply never comes before what it answers. */
function inOrder(said, replies) {
  const merged = [];
  const [mine, theirs] = [[...said], [...replies]];
  const told = new Set();
  while (mine.length || theirs.length) {
    const [next] = theirs;
    const its = next && (next.message === null || told.has(next.message));
    if (next && (!mine.length || (its && Date.parse(next.at) <= Date.parse(mine[0].at)))) {
      merged.push(theirs.shift());
    } else {
      told.add(mine[0].row);
      merged.push(mine.shift());
    }
  }
  return merged;
}
