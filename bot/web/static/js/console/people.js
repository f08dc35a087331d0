// Who waits for a person: current by itself, the number in the title, j k Enter on the keyboard.

import { listen, part } from "./live.js";

const title = document.title;
const links = () => [...document.querySelectorAll("a.person-link")];

function tell() {
  const number = Number(document.getElementById("waiting-count").textContent);
  document.title = number ? `(等${number}) ${title}` : title;
}

async function refresh() {
  const held = document.activeElement?.closest("a.person-link")?.getAttribute("href");
  const fresh = await part(location.href, "list");
  if (!fresh) return;
  document.getElementById("list").replaceWith(fresh);
  if (held) links().find((link) => link.getAttribute("href") === held)?.focus({ preventScroll: true });
  tell();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, select, textarea") || !["j", "k"].includes(event.key)) return;
  const at = links().indexOf(document.activeElement);
  links()[at < 0 ? 0 : Math.min(links().length - 1, Math.max(0, at + (event.key === "j" ? 1 : -1)))]?.focus();
});

tell();
listen("/console/people/0/events", refresh);
