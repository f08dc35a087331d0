// Passwords: a box to see what one types, and how long a new one is against what is hard to guess.

for (const field of document.querySelectorAll('input[type="password"]')) {
  if (field.autocomplete !== "new-password" || field.name === "new") addShow(field);
}

const fresh = document.querySelector('input[name="new"]');
const strength = document.querySelector(".strength");
if (fresh && strength) {
  strength.hidden = false;
  fresh.addEventListener("input", () => measure(fresh.value));
}

function addShow(field) {
  const label = document.createElement("label");
  label.className = "check";
  const box = document.createElement("input");
  box.type = "checkbox";
  box.addEventListener("change", () => {
    const again = field.form.elements.again;
    for (const one of field.name === "new" && again ? [field, again] : [field]) one.type = box.checked ? "text" : "password";
  });
  label.append(box, "显示密码");
  field.closest("label").after(label);
}

function measure(text) {
  // A sign that repeats adds little, a Chinese one more than a letter; the server has the last word.
  const value = text.length < 12 ? Math.min(text.length, 11) : new Set(text).size + (text.match(/[^\x00-\x7f]/g) || []).length / 2;
  strength.querySelector("meter").value = value;
  strength.querySelector("span").textContent = text.length < 12 ? `还差${12 - text.length}个字` : value < 12 ? "容易猜" : value < 18 ? "还行" : "好";
}
