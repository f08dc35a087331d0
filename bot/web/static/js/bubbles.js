// One bubble each: what a resident said, what was answered.

import { element, icon } from "./dom.js";
import { appointmentFile, givenFile, mine, relatedLaws } from "./server.js";
import { canRead, read } from "./speech.js";
import { conversation } from "./store.js";
import { CASE_NUMBER, dial, hotlinesIn, paragraphs } from "./text.js";
import { BOT, CLEAR, PERSON, ROLES, SAY, STATES } from "./words.js";

const LAWS_SHOWN = 4;

/** Return the bubble of what a resident said. */
export function saidBubble({ id, text }) {
  return element(
    "div",
    { class: "entry said", "data-id": id },
    element("div", { class: "bubble" }, element("span", { class: "only-heard" }, SAY.you), text),
    element("p", { class: "state" }),
  );
}

/** Show how far a resident's message got: sending, delayed, refused, or "" when it is there. */
export function showState(bubble, state) {
  bubble.dataset.state = state;
  bubble.querySelector(".state").textContent = STATES[state] ?? "";
}

/**
 * Return the bubble of a reply.
 * @param reply as the server describes it
 * @param on callbacks: choose(payload), cite(citations, index)
 */
export function replyBubble(reply, on) {
  const kind = reply.kind || "text";
  return element(
    "div",
    { class: `entry reply kind-${kind} by-${isPerson(reply) ? "person" : "bot"}`, "data-reply": reply.id, "data-message": reply.message ?? null },
    element("div", { class: "by" }, icon(isPerson(reply) ? "person" : "scales"), element("span", {}, signature(reply)), canRead() ? aloud() : null),
    element(
      "div",
      { class: "bubble" },
      ...paragraphs(reply.text, kind === "summary"),
      kind === "emergency" ? calls(reply.text) : null,
      ["ask_back", "lead"].includes(kind) && reply.data?.question ? related(reply.data.question, on.cite) : null,
      kind === "my_data" ? copyOfAll() : null,
      reply.data?.file ? given(reply.data.file) : null,
      reply.data?.calendar ? calendar(reply.data.calendar) : null,
      reply.citations?.length ? laws(reply.citations, on.cite) : null,
    ),
    reply.buttons?.length ? choices(reply.buttons, kind, on.choose) : null,
    copier(reply.text),
  );
}

/** Return who speaks, in the words of the page. */
export function signature(reply) {
  if (!isPerson(reply)) return BOT;
  const role = reply.data?.role ?? ROLES[reply.said_by];
  return role ? `${PERSON} · ${role}` : PERSON;
}

/** Whether a person wrote this, not the assistant. */
export const isPerson = (reply) => Boolean(reply.said_by) && reply.said_by !== "bot";

/** Make the buttons of older answers unusable; 清空本页 stays. @param except the message whose answers stay open */
export function closeChoices(within, except = null) {
  for (const choices of within.querySelectorAll(".choices:not(.closed)")) {
    const of = choices.closest(".entry").dataset.message;
    if (except !== null && of === String(except)) continue;
    choices.classList.add("closed");
    choices.querySelectorAll("button:not(.clear)").forEach((button) => (button.disabled = true));
  }
}

/** Make the buttons of the newest answer usable again. */
export function openLastChoices(within) {
  const last = [...within.querySelectorAll(".choices")].pop();
  last?.classList.remove("closed");
  last?.querySelectorAll("button").forEach((button) => (button.disabled = false));
}

function choices(buttons, kind, choose) {
  const first = ["consent", "summary", "greeting", "appointment"].includes(kind);
  return element(
    "div",
    { class: "choices" },
    ...buttons.map(({ title, payload }, index) => {
      const look = payload === CLEAR ? "choice clear" : first && index === 0 ? "choice main" : "choice";
      return element("button", { type: "button", class: look, click: () => choose(payload) }, title);
    }),
  );
}

/** A button that shows articles which may be related; they are no answer, and say so. */
function related(question, cite) {
  const place = element("div", { class: "related" });
  const button = element("button", { type: "button", class: "law more", click: show }, SAY.related);
  async function show() {
    button.disabled = true;
    try {
      const { articles, note } = await relatedLaws(question);
      place.replaceChildren(element("p", { class: "fine" }, note), ...articles.slice(0, 5).map((cited, index) => lawChip(cited, () => cite(articles, index))));
    } catch (error) {
      place.replaceChildren(element("p", { class: "fine" }, error.message || SAY.failed));
    }
  }
  place.append(button);
  return place;
}

/** A link to a file with everything stored about this conversation. */
function copyOfAll() {
  return element("p", {}, element("a", { class: "call", href: mine(conversation()), download: SAY.mineFile }, SAY.mine));
}

/** A link to a file that a person gave; it opens with this browser's cookie only. */
function given({ token, name, size }) {
  return element("p", {}, element("a", { class: "call", href: givenFile(conversation(), token), download: name }, `${name}（${size}）`));
}

/** A link that puts an agreed time into the phone's calendar. */
function calendar(token) {
  return element("p", {}, element("a", { class: "call", href: appointmentFile(conversation(), token), download: "appointment.ics" }, SAY.calendar));
}

function calls(text) {
  return element("p", { class: "calls" }, ...hotlinesIn(text).map(([number, label]) => dial(number, "call", SAY.call(number, label))));
}

/** The articles an answer rests on, under the name of their law; the first few, the rest on demand. */
function laws(citations, cite) {
  const chips = citations.map((cited, index) => lawChip(cited, () => cite(citations, index)));
  const rows = [];
  citations.forEach((cited, index) => {
    if (cited.law !== citations[index - 1]?.law) rows.push(element("p", { class: "law-name" }, lawName(cited)));
    rows.push(chips[index]);
  });
  const hidden = chips.length > LAWS_SHOWN + 1 ? rows.slice(rows.indexOf(chips[LAWS_SHOWN])) : [];
  hidden.forEach((row) => (row.hidden = true));
  const more = hidden.length ? element("button", { type: "button", class: "law more", "aria-expanded": "false", click: showAll }, SAY.moreLaws(chips.length - LAWS_SHOWN)) : null;
  function showAll() {
    hidden.forEach((row) => (row.hidden = false));
    more.remove();
    chips[LAWS_SHOWN].focus();
  }
  return element("div", { class: "laws", role: "group", "aria-label": SAY.laws }, element("p", { class: "laws-title" }, icon("book"), SAY.laws), ...rows, more);
}

const lawName = ({ label, article }) => label.replace(article, "").trim();

const lawChip = ({ label, article }, open) => element("button", { type: "button", class: "law", "aria-label": label, click: open }, article);

/** A button that reads the whole answer, all its parts. */
function aloud() {
  const button = element("button", { type: "button", class: "tool", "aria-pressed": "false", click: () => read(answerAround(button), changed) }, icon("sound"), SAY.read);
  function changed(on) {
    button.setAttribute("aria-pressed", String(on));
    button.lastChild.textContent = on ? SAY.stop : SAY.read;
  }
  return button;
}

function answerAround(button) {
  const texts = [];
  for (let entry = button.closest(".entry"); entry && (!texts.length || entry.classList.contains("goes-on")); entry = entry.nextElementSibling) {
    texts.push([...entry.querySelectorAll(".bubble > p:not(.calls)")].map((p) => p.textContent).join("\n"));
  }
  return texts.join("\n");
}

function copier(text) {
  const number = text.match(CASE_NUMBER)?.[0];
  if (!number || !navigator.clipboard) return null;
  const button = element("button", { type: "button", class: "tool copy", click: () => copy(number, button) }, icon("copy"), SAY.copy);
  return button;
}

async function copy(number, button) {
  await navigator.clipboard.writeText(number).then(() => (button.lastChild.textContent = SAY.copied), () => {});
}
