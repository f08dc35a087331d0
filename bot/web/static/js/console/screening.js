// The form of a screening: nothing found, or one block for each dispute. The browser asks for a block's fields only once it is begun.
const form = document.getElementById("screening");
const found = document.getElementById("found");
const more = document.getElementById("more");
const zero = form.elements.zero_finding;

function fit() {
  found.hidden = zero.checked;
  more.hidden = zero.checked || found.children.length >= Number(form.dataset.most);
  for (const block of found.children) {
    const fields = [...block.querySelectorAll("input, select, textarea")];
    const begun = fields.some((f) => f.type !== "checkbox" && !f.name.endsWith("_risk") && f.value.trim());
    for (const one of fields) {
      one.disabled = zero.checked;
      if (/_(type|risk|responsible|measures)$/.test(one.name)) one.required = begun || found.children.length > 1;
    }
  }
}

more.addEventListener("click", () => {
  const last = found.lastElementChild;
  const copy = last.cloneNode(true);
  const n = Number(last.querySelector("select").name.match(/^f(\d+)_/)[1]) + 1;
  for (const one of copy.querySelectorAll("input, select, textarea")) {
    one.name = one.name.replace(/^f\d+_/, `f${n}_`);
    if (one.type === "checkbox") one.checked = false; else one.value = "";
    one.removeAttribute("aria-invalid");
    one.removeAttribute("aria-describedby");
  }
  copy.querySelectorAll(".wrong").forEach((said) => said.remove());
  found.append(copy);
  fit();
  copy.querySelector("select").focus();
});
form.addEventListener("input", fit);
form.addEventListener("change", fit);
fit();
form.addEventListener("submit", () => { form.querySelector("button.primary").disabled = true; });
addEventListener("pageshow", () => { form.querySelector("button.primary").disabled = false; });
