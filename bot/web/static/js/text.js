// From an answer's text to what one reads: headings, numbered steps, labels, and telephone numbers that dial.

import { element } from "./dom.js";
import { SAY } from "./words.js";

const HEADING = /^【(.+)】(.*)$/;
const ITEM = /^(\d{1,2}\.(?!\d)|·)\s*(.+)$/;
const LABEL = /^([^：，。；]{2,12})：(.*)$/;
const FINE = /^(以上为一般法律信息|——)/;
export const CASE_NUMBER = /[A-Z]{1,6}\d{4}-\d{5,}/;
// An amount, a span of time or a part of a longer number is no telephone number.
const NO_NUMBER_AFTER = /^\s*(?:[\d.,/%-]|[元块万千百亿天日个年月周岁号条款件人次米平亩度斤克分倍项名户])/;
const NO_NUMBER_BEFORE = /[\d.,/#￥¥第-]$/;
const LANDLINE = "0\\d{2,3}-\\d{7,8}";

const hotlines = JSON.parse(document.body?.dataset.hotlines || "{}");
const numbers = new RegExp([LANDLINE, ...Object.keys(hotlines).sort((a, b) => b.length - a.length)].join("|"), "g");

/** Return the text as paragraphs. @param labelled whether "姓名：张三" is a label and its value */
export function paragraphs(text, labelled = false) {
  const made = [];
  let gap = false;
  for (const line of text.split("\n")) {
    if (!line.trim()) {
      gap = made.length > 0;
      continue;
    }
    const paragraph = readLine(line, labelled);
    if (gap) paragraph.classList.add("after-gap");
    made.push(paragraph);
    gap = false;
  }
  return made;
}

/** Return the hotlines a text names, in its order, each once: [number, label]. */
export function hotlinesIn(text) {
  const found = pieces(text).filter((piece) => piece.number).map((piece) => piece.number);
  return [...new Set(found)].map((number) => [number, hotlines[number] ?? ""]);
}

/** Return all hotlines of the office: [number, label]. */
export const allHotlines = () => Object.entries(hotlines);

/** Return a link that dials. */
export const dial = (number, look = "tel", ...words) =>
  element("a", { href: `tel:${number}`, class: look, "aria-label": SAY.call(number, hotlines[number]) }, ...(words.length ? words : [number]));

function readLine(line, labelled) {
  const heading = line.match(HEADING);
  if (heading) return element("p", { class: "heading" }, ...dialling(heading[1] + heading[2]));
  const item = line.match(ITEM);
  if (item) return element("p", { class: "item" }, element("span", { class: "mark" }, item[1]), element("span", {}, ...dialling(item[2])));
  const label = line.match(LABEL);
  if (label && labelled && label[2]) return element("p", { class: "field" }, element("span", { class: "label" }, `${label[1]}：`), element("span", {}, label[2]));
  if (label && (labelled || label[1].length <= 8)) return element("p", {}, element("strong", {}, `${label[1]}：`), ...dialling(label[2]));
  return element("p", { class: FINE.test(line) ? "fine" : null }, ...dialling(line));
}

/** Return one line with its telephone numbers as links. */
export function dialling(text) {
  return pieces(text).map((piece) => (piece.number ? dial(piece.number) : marked(piece.text)));
}

function marked(text) {
  const number = text.match(CASE_NUMBER);
  if (!number) return text;
  const fragment = document.createDocumentFragment();
  fragment.append(text.slice(0, number.index), element("strong", { class: "number" }, number[0]), text.slice(number.index + number[0].length));
  return fragment;
}

function pieces(text) {
  const found = [];
  let done = 0;
  for (const match of text.matchAll(numbers)) {
    const end = match.index + match[0].length;
    if (NO_NUMBER_BEFORE.test(text.slice(0, match.index)) || NO_NUMBER_AFTER.test(text.slice(end))) continue;
    found.push({ text: text.slice(done, match.index) }, { number: match[0] });
    done = end;
  }
  return [...found, { text: text.slice(done) }].filter((piece) => piece.number || piece.text);
}
