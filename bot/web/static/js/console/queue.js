// The queue stays current by itself and is worked with the keyboard: j k Enter / ? 1-5 p.

import { listen, part } from "./live.js";

const NAMES = { new: "新", overdue: "超时", risk: "险", waiting: "等" };
const title = document.title;
const list = () => document.getElementById("list");
const help = document.getElementById("help");

function showCounts(counts) {
  for (const [code, number] of Object.entries(counts)) {
    const place = document.querySelector(`[data-count="${code}"]`);
    if (place) place.textContent = number;
  }
  const waiting = document.getElementById("waiting");
  if (waiting) {
    waiting.hidden = !counts.waiting;
    document.getElementById("waiting-count").textContent = counts.waiting;
  }
  const said = Object.entries(NAMES).filter(([code]) => counts[code]).map(([code, name]) => `${name}${counts[code]}`);
  document.title = said.length ? `(${said.join(" ")}) ${title}` : title;
}

/** Load the list again; whoever stands on a line stays on it. */
async function refresh() {
  const held = document.activeElement?.closest("#list a")?.getAttribute("href");
  const fresh = await part(location.href, "list");
  if (!fresh) return;
  list().replaceWith(fresh);
  if (held) list().querySelector(`a[href="${held}"]`)?.focus({ preventScroll: true });
  showCounts(JSON.parse(fresh.dataset.counts));
}

/** Move by so many lines; from nowhere to the first. */
function move(by) {
  const links = [...document.querySelectorAll("#list a.case-link")];
  const at = links.indexOf(document.activeElement);
  const next = links[at < 0 ? 0 : Math.min(links.length - 1, Math.max(0, at + by))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  "/": () => document.querySelector(".filters [name=search]").focus(),
  "?": () => (help.open ? help.close() : help.showModal()),
  p: () => (location.href = "/console/people"),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.matches("input, select, textarea")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const tab = /^[1-5]$/.test(event.key) && document.querySelectorAll(".tabs a")[Number(event.key) - 1];
  const act = tab ? () => tab.click() : KEYS[event.key];
  if (!act || (help.open && event.key !== "?")) return;
  event.preventDefault();
  act();
});

document.getElementById("keys").addEventListener("click", KEYS["?"]);
for (const field of document.querySelectorAll(".filters select, .filters [type=checkbox]")) field.addEventListener("change", () => field.form.requestSubmit());
if (matchMedia("(min-width: 701px)").matches) document.querySelector(".filters details").open = true;
document.querySelector(".tabs [aria-current]").scrollIntoView({ block: "nearest", inline: "center" });
showCounts(JSON.parse(list().dataset.counts));
listen(`/console/queue/events${location.search}`, ({ counts, changed }) => {
  showCounts(counts);
  if (changed) refresh();
});
