// 安静模式: nothing on the page, in its title or in this browser tells what it was used for. It becomes a calendar.

import { element } from "./dom.js";
import { hush } from "./speech.js";
import * as store from "./store.js";

const WEEKDAYS = ["一", "二", "三", "四", "五", "六", "日"];

/** Forget the conversation and show a calendar. */
export function goQuiet() {
  hush();
  store.forget();
  store.keepQuiet(true);
  showCalendar();
}

/** Make this page a calendar of the month. */
export function showCalendar() {
  const today = new Date();
  document.title = "日历";
  document.querySelector("link[rel=manifest]")?.remove();
  document.querySelector("link[rel=icon]")?.setAttribute("href", "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E");
  document.documentElement.className = "quiet";
  document.body.replaceChildren(
    element(
      "main",
      { class: "calendar" },
      element("h1", {}, `${today.getFullYear()}年${today.getMonth() + 1}月`),
      element("table", {}, element("thead", {}, row(WEEKDAYS, "th")), element("tbody", {}, ...weeks(today))),
      element("button", { type: "button", class: "back", click: leave }, "返回"),
    ),
  );
  window.scrollTo(0, 0);
}

function leave() {
  store.keepQuiet(false);
  location.replace("/");
}

function weeks(today) {
  const first = new Date(today.getFullYear(), today.getMonth(), 1);
  const days = new Date(today.getFullYear(), today.getMonth() + 1, 0).getDate();
  const cells = [...Array((first.getDay() + 6) % 7).fill(""), ...Array.from({ length: days }, (_, day) => day + 1)];
  const rows = [];
  for (let start = 0; start < cells.length; start += 7) rows.push(row(cells.slice(start, start + 7), "td", today.getDate()));
  return rows;
}

function row(cells, tag, today) {
  return element("tr", {}, ...cells.map((cell) => element(tag, { "aria-current": cell === today ? "date" : null }, String(cell))));
}
