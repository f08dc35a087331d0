// The form of one service asks only for what its kind needs. Without this script everything is shown.
const form = document.getElementById("service");
const EVIDENCE = new Set(["lecture", "legal_opinion", "litigation_support", "village_rule_review"]);
const FOR_MANY = new Set(["lecture", "screening", "village_rule_review", "legal_opinion"]);

function fit() {
  const kind = new FormData(form).get("kind");
  show("attendance", kind === "lecture");
  show("evidence", EVIDENCE.has(kind) || Boolean(form.elements.evidence.value));
  form.elements.attendance.required = kind === "lecture";
  form.elements.evidence.required = EVIDENCE.has(kind);
  form.elements.who.required = Boolean(kind) && !FOR_MANY.has(kind);
}

function show(name, wanted) {
  form.querySelector(`[data-field="${name}"]`).hidden = !wanted;
}

form.addEventListener("change", fit);
fit();
// One tap too many sends one form: the number of the record is made from the form, and the button says that it is on its way.
form.addEventListener("submit", () => { form.querySelector("button.primary").disabled = true; });
addEventListener("pageshow", () => { form.querySelector("button.primary").disabled = false; });
