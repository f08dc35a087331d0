// One key labels the question one is at: 1-5 a guess, q w e r what is no question of law, / another meaning, j k up and down.
const questions = () => [...document.querySelectorAll("form.question")];
const here = () => document.querySelector("form.question.at") || questions()[0];

function stand(form) {
  document.querySelector("form.question.at")?.classList.remove("at");
  form?.classList.add("at");
  form?.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input, select, textarea")) return;
  const form = here();
  if (!form) return;
  if (event.key === "j" || event.key === "k") {
    const all = questions();
    stand(all[Math.min(all.length - 1, Math.max(0, all.indexOf(form) + (event.key === "j" ? 1 : -1)))]);
  } else if (event.key === "/") {
    form.nextElementSibling?.querySelector("select")?.focus();
  } else {
    const button = form.querySelector(`button[data-key="${CSS.escape(event.key)}"]`);
    if (!button) return;
    button.click();
  }
  event.preventDefault();
});

document.addEventListener("htmx:afterSettle", () => stand(questions()[0]));
stand(questions()[0]);
