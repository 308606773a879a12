// Taking a register by keyboard or finger. Works over radio inputs, so the page is whole with scripts off.
// The data attributes are described in templates/components/README.md under "Register".

const form = document.querySelector("form[data-register]");

if (form) {
  const rows = [...form.querySelectorAll("[data-row]")];
  const radios = (row) => [...row.querySelectorAll("input[type=radio]:not(:disabled)")];
  const more = (row) => row.querySelector("select[data-more]");
  const tally = form.querySelector("[data-tally]");
  const rest = form.querySelector("[data-mark-rest]");

  /** The kind (present, absent, late …) that a row is marked as, or "" when nobody has marked it. */
  const kindOf = (row) => {
    const chosen = more(row)?.selectedOptions[0];
    if (chosen?.value) return chosen.dataset.kind ?? "other";
    return radios(row).find((radio) => radio.checked)?.dataset.kind ?? "";
  };

  const count = () => {
    const counts = new Map();
    for (const row of rows) {
      const kind = kindOf(row);
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      row.querySelectorAll("[data-when]").forEach((part) => { part.hidden = !part.dataset.when.split(" ").includes(kind); });
    }
    const unmarked = counts.get("") ?? 0;
    if (tally) {
      const order = (tally.dataset.order ?? "present absent late").split(" ");
      const words = order.filter((kind, place) => place === 0 || counts.get(kind)).map((kind) => `${counts.get(kind) ?? 0} ${kind}`);
      for (const [kind, number] of counts) if (kind && !order.includes(kind)) words.push(`${number} ${kind}`);
      if (unmarked) words.push(`${unmarked} not marked`);
      tally.textContent = words.join(" · ");
    }
    if (rest) {
      rest.hidden = unmarked === 0;
      const { words: other, wordsAll: all, wordsOne: one } = rest.dataset;
      const words = unmarked === rows.length ? all : unmarked === 1 ? (one ?? "Mark the other one present") : other;
      rest.textContent = (words ?? "Mark the other {n} present").replace("{n}", String(unmarked));
    }
  };

  const mark = (row, radio) => {
    const select = more(row);
    if (select) select.value = "";
    radio.checked = true;
    radio.dispatchEvent(new Event("input", { bubbles: true }));
    count();
  };

  const clear = (row) => {
    radios(row).forEach((radio) => { radio.checked = false; });
    if (more(row)) more(row).value = "";
    row.dispatchEvent(new Event("input", { bubbles: true }));
    count();
  };

  const focusRow = (row) => {
    const target = radios(row).find((radio) => radio.checked) ?? radios(row)[0];
    target?.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  };

  const step = (row, by) => {
    const next = rows[rows.indexOf(row) + by];
    if (next) focusRow(next);
    else if (by > 0) (rest && !rest.hidden ? rest : form.querySelector("[data-save]"))?.focus();
  };

  form.addEventListener("keydown", (event) => {
    const row = event.target.closest("[data-row]");
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("select, textarea, input:not([type=radio])")) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      step(row, event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      clear(row);
    } else if (event.key === "Enter") {
      form.requestSubmit(form.querySelector("[data-save]"));
    } else if (event.key.length === 1 && event.key !== " ") {
      const letter = event.key.toLowerCase();
      const radio = radios(row).find((each) => (each.dataset.letter ?? each.value).toLowerCase().split(" ").includes(letter));
      const option = radio ? null : [...(more(row)?.options ?? [])].find((each) => each.value && (each.dataset.letter ?? each.value).toLowerCase() === letter);
      if (radio) {
        mark(row, radio);
      } else if (option) {
        radios(row).forEach((each) => { each.checked = false; });
        more(row).value = option.value;
        more(row).dispatchEvent(new Event("input", { bubbles: true }));
        count();
      } else {
        return;
      }
      const wanted = row.querySelector("[data-when]:not([hidden]) input");
      if (wanted) wanted.focus();
      else step(row, 1);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  });

  form.addEventListener("change", (event) => {
    const row = event.target.closest("[data-row]");
    if (!row) return;
    if (event.target.matches("input[type=radio]") && more(row)) more(row).value = "";
    if (event.target.matches("select[data-more]") && event.target.value) radios(row).forEach((radio) => { radio.checked = false; });
    count();
  });

  rest?.addEventListener("click", (event) => {
    event.preventDefault();
    const value = rest.dataset.markRest;
    for (const row of rows.filter((each) => kindOf(each) === "")) {
      const radio = radios(row).find((each) => each.value === value || each.dataset.kind === value);
      if (radio) radio.checked = true;
    }
    form.dispatchEvent(new Event("input", { bubbles: true }));
    rows[0]?.querySelector("input[type=radio]")?.dispatchEvent(new Event("input", { bubbles: true }));
    count();
    form.querySelector("[data-save]")?.focus();
    document.dispatchEvent(new CustomEvent("wm:say", { detail: tally?.textContent ?? "" }));
  });

  count();
  window.addEventListener("pageshow", count);
}
