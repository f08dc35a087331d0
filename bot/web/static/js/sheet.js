// The sheet that comes up from below: an article, the menu, a question.

import { byId, element, icon } from "./dom.js";
import { Refused, article } from "./server.js";
import { SAY } from "./words.js";

let asked = 0;

/** Show a sheet with a title and content; returns the place of the content. */
export function open(title, ...content) {
  const sheet = byId("sheet");
  const heading = byId("sheet-title");
  heading.textContent = title;
  const body = byId("sheet-body");
  body.replaceChildren(...content);
  body.scrollTop = 0;
  asked += 1;
  if (!sheet.open) {
    if (sheet.showModal) sheet.showModal();
    else sheet.setAttribute("open", "");
  }
  heading.focus();
  return body;
}

/** Close it. */
export function close() {
  const sheet = byId("sheet");
  if (!sheet.open) return;
  if (sheet.close) sheet.close();
  else sheet.removeAttribute("open");
}

/** Close on the button, on Escape (the browser does that) and on a tap beside it. */
export function prepare() {
  byId("sheet-close").addEventListener("click", close);
  byId("sheet").addEventListener("click", (event) => event.target === event.currentTarget && close());
}

/** Show the article at `index` of an answer's citations, with ways to its neighbours. */
export async function showArticle(citations, index) {
  const { law, article: number, label } = citations[index];
  open(label, element("p", { class: "loading", role: "status" }, SAY.loading));
  const mine = asked;
  const content = await article(law, number).then(articleContent, (error) => [element("p", { role: "alert" }, whyNot(error, law, number))]);
  if (mine !== asked || !byId("sheet").open) return;
  byId("sheet-body").replaceChildren(...content, neighbours(citations, index));
}

const whyNot = (error, law, number) => (error instanceof Refused ? SAY.notHeld(law, number) : error.message || SAY.noArticle);

function articleContent(found) {
  const [year, month, day] = found.effective_date.split("-").map(Number);
  const parts = [
    element("p", { class: "law-title" }, `《${found.law}》`),
    element("blockquote", { class: "law-text" }, element("p", {}, element("strong", {}, `${found.article}　`), withoutLabel(found))),
    element("p", { class: "fine" }, SAY.effective(`${year}年${month}月${day}日`)),
    source(found.source),
    element("p", { class: "fine" }, SAY.articleFine),
  ];
  return parts.filter(Boolean);
}

const withoutLabel = ({ text, article: label }) => (text.startsWith(label) ? text.slice(label.length).trim() : text);

function source(address) {
  if (!/^https?:\/\//.test(address ?? "")) return address ? element("p", { class: "fine" }, SAY.packaged(address)) : null;
  const link = element("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, new URL(address).hostname);
  return element("p", { class: "fine" }, SAY.source, link);
}

function neighbours(citations, index) {
  const step = (by, ...words) =>
    citations[index + by] && element("button", { type: "button", class: "weui-btn weui-btn_default", click: () => showArticle(citations, index + by) }, ...words);
  return element("div", { class: "neighbours" }, step(-1, icon("back"), "上一条"), step(1, "下一条", icon("forth")));
}
