// The grade grid by keyboard: Enter and the arrows move up and down a column, and what isn't in the scale is shown at once.

const plain = (typed) => typed.replace(/\s+/g, "").toLowerCase();

document.addEventListener("keydown", (event) => {
  const field = event.target;
  if (!field.matches?.("form[data-grades] input[data-allowed]") || event.altKey || event.ctrlKey || event.metaKey) return;
  const step = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const cell = field.closest("td");
  let row = field.closest("tr");
  do row = step > 0 ? row.nextElementSibling : row.previousElementSibling;
  while (row && !row.children[cell.cellIndex]?.querySelector("input[data-allowed]"));
  const next = row?.children[cell.cellIndex].querySelector("input[data-allowed]");
  if (next) {
    next.focus();
    next.select();
  } else if (step > 0) {
    field.form.querySelector("[data-save]")?.focus();
  }
});

document.addEventListener("change", (event) => {
  const field = event.target;
  if (!field.matches?.("form[data-grades] input[data-allowed]")) return;
  const wanted = field.dataset.allowed.split("|").find((grade) => plain(grade) === plain(field.value));
  if (wanted) field.value = wanted;
  const wrong = field.value.trim() !== "" && !wanted;
  field.classList.toggle("is-invalid", wrong);
  if (wrong) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
});
