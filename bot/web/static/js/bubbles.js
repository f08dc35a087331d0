// One bubble each: what a resident said, what was answered.

import { element, icon } from "./dom.js";
import { canRead, read } from "./speech.js";
import { CASE_NUMBER, dial, hotlinesIn, paragraphs } from "./text.js";
import { BOT, CLEAR, PERSON, ROLES, SAY, STATES } from "./words.js";

const LAWS_SHOWN = 3;

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
    element("p", { class: "by" }, icon(isPerson(reply) ? "person" : "scales"), signature(reply)),
    element(
      "div",
      { class: "bubble" },
      ...paragraphs(reply.text, kind === "summary"),
      kind === "emergency" ? calls(reply.text) : null,
      reply.citations?.length ? laws(reply.citations, on.cite) : null,
    ),
    reply.buttons?.length ? choices(reply.buttons, kind, on.choose) : null,
    tools(reply.text),
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
  const first = ["consent", "summary", "greeting"].includes(kind);
  return element(
    "div",
    { class: "choices" },
    ...buttons.map(({ title, payload }, index) => {
      const look = payload === CLEAR ? "choice clear" : first && index === 0 ? "choice main" : "choice";
      return element("button", { type: "button", class: look, click: () => choose(payload) }, title);
    }),
  );
}

function calls(text) {
  return element("p", { class: "calls" }, ...hotlinesIn(text).map(([number, label]) => dial(number, SAY.call(number, label), "call")));
}

function laws(citations, cite) {
  const chip = ({ label }, index) => element("button", { type: "button", class: "law", click: () => cite(citations, index) }, icon("book"), label);
  const chips = citations.map(chip);
  const hidden = chips.slice(LAWS_SHOWN);
  const more = hidden.length > 1 && element("button", { type: "button", class: "law more", "aria-expanded": "false", click: showAll }, SAY.moreLaws(hidden.length));
  if (more) hidden.forEach((law) => (law.hidden = true));
  function showAll() {
    hidden.forEach((law) => (law.hidden = false));
    more.remove();
    hidden[0].focus();
  }
  return element("div", { class: "laws", role: "group", "aria-label": SAY.laws }, element("p", { class: "laws-title" }, SAY.laws), ...chips, more || null);
}

function tools(text) {
  const number = text.match(CASE_NUMBER)?.[0];
  const copy = number && navigator.clipboard && element("button", { type: "button", class: "tool", click: () => copied(number, copy) }, icon("copy"), SAY.copy);
  const aloud = canRead() && element("button", { type: "button", class: "tool", "aria-pressed": "false", click: () => read(text, readingChanged) }, icon("sound"), SAY.read);
  function readingChanged(on) {
    aloud.setAttribute("aria-pressed", String(on));
    aloud.lastChild.textContent = on ? SAY.stop : SAY.read;
  }
  return copy || aloud ? element("div", { class: "tools" }, copy || null, aloud || null) : null;
}

async function copied(number, button) {
  await navigator.clipboard.writeText(number).then(() => (button.lastChild.textContent = SAY.copied), () => {});
}
