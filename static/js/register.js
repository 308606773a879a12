// Taking a register by keyboard or finger. Works over radio inputs, so the page is whole with scripts off.
// The data attributes are described in templates/components/README.md under "Register".

const form = document.querySelector("form[data-register]");

// --- Flags, notes and reasons: folded away at load, because the page may stand on a projector -----------------------------

const folding = form ?? document.querySelector("[data-register-read]");
const fold = folding && document.querySelector("[data-unfold]");
const showFolded = (open) => {
  folding.toggleAttribute("data-folded", !open);
  document.querySelectorAll("[data-private]").forEach((part) => { part.hidden = !open; });
  folding.querySelectorAll(".wm-history, .wm-note").forEach((part) => {
    part.open = open && (part.matches(".wm-history") || part.querySelector("textarea").value !== "");
  });
  fold.setAttribute("aria-pressed", String(open));
  fold.querySelector("[data-unfold-word]").textContent = open ? "Fold" : "Show";
};
if (fold) {
  fold.setAttribute("role", "button");
  fold.setAttribute("aria-pressed", String(!folding.hasAttribute("data-folded")));
  fold.addEventListener("click", (event) => {
    event.preventDefault();
    event.stopPropagation();
    showFolded(folding.hasAttribute("data-folded"));
  });
  // A page that comes back from the browser's memory is folded like a fresh one.
  window.addEventListener("pageshow", (event) => { if (event.persisted) showFolded(false); });
}

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
    if (row.matches("[data-locked]")) return;
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

  // --- Codes by key. A code of two characters is typed one after the other: C, then 1. ---------------------------------

  const OWN_KEYS = "bfr"; // blank, flags, the rest: with Shift they are the codes B, F and R
  const SLASHES = ["/", "\\"];
  const WAIT_FOR_SECOND = 1200;
  let begun = null; // {row, letters, timer}: a code that may go on

  const lettersOf = (choice) => (choice.dataset.letter ?? choice.value).toLowerCase().split(" ");
  const choicesOf = (row) => [...radios(row), ...[...(more(row)?.options ?? [])].filter((option) => option.value)];
  const choiceFor = (row, letters) => choicesOf(row).find((choice) => lettersOf(choice).includes(letters));
  const mayGoOn = (row, letters) => choicesOf(row).some((choice) => choice.value.length > letters.length && choice.value.toLowerCase().startsWith(letters));

  const set = (row, choice) => {
    if (choice.matches("input")) {
      mark(row, choice);
      return;
    }
    radios(row).forEach((radio) => { radio.checked = false; });
    more(row).value = choice.value;
    more(row).dispatchEvent(new Event("input", { bubbles: true }));
    count();
  };

  const goOn = (row) => {
    const wanted = row.querySelector("[data-when]:not([hidden]) input");
    if (wanted) wanted.focus();
    else step(row, 1);
  };

  const settle = () => {
    if (!begun) return null;
    const was = begun;
    clearTimeout(was.timer);
    begun = null;
    return was;
  };

  /** Mark by a letter; gives whether it meant anything here. */
  const typeLetter = (row, typed) => {
    const before = settle();
    // Each slash is the letter of present, whichever of the two the code of this session is.
    const letter = SLASHES.includes(typed) && !choiceFor(row, typed) ? "p" : typed;
    const together = before?.row === row ? choiceFor(row, before.letters + letter) : null;
    const choice = together ?? choiceFor(row, letter);
    if (choice) set(row, choice);
    if (!together && mayGoOn(row, letter)) {
      const timer = setTimeout(() => { if (settle() && choice && row.contains(document.activeElement)) goOn(row); }, WAIT_FOR_SECOND);
      begun = { row, letters: letter, timer };
      return true;
    }
    if (choice) goOn(row);
    return Boolean(choice);
  };

  /** Say whose a code is that is not offered here; gives whether there is such a code. */
  const sayWhose = (key) => {
    const code = key.toUpperCase();
    if (!(form.dataset.officersCodes ?? "").split(" ").includes(code)) return false;
    document.dispatchEvent(new CustomEvent("wm:toast", { detail: { words: `${code} is set by the attendance officer.` } }));
    return true;
  };

  form.addEventListener("keydown", (event) => {
    const row = event.target.closest("[data-row]");
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("input[type=number]") && ["ArrowDown", "ArrowUp"].includes(event.key)) {
      // Minutes are typed; an arrow goes to the next student and never counts the minutes down on the way.
      step(row, event.key === "ArrowDown" ? 1 : -1);
      event.preventDefault();
      return;
    }
    if (event.target.matches("input[type=number]") && event.key === "Enter") {
      // Enter ends the minutes, as in any box for a number, and goes on; it never saves a register that is half taken.
      step(row, 1);
      event.preventDefault();
      return;
    }
    if (event.target.matches("select, textarea, input:not([type=radio])")) return;
    if (event.target.matches("summary, a") && !SLASHES.includes(event.key)) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      settle();
      step(row, event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      settle();
      clear(row);
    } else if (event.key === "Enter") {
      form.requestSubmit(form.querySelector("[data-save]"));
    } else if (event.key === ".") {
      openCodes(row);
    } else if (event.key.length === 1 && event.key !== " ") {
      const own = OWN_KEYS.includes(event.key) && !begun;
      if (own || !(typeLetter(row, event.key.toLowerCase()) || sayWhose(event.key))) return;
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  });

  const nextRow = () => rows.find((row) => kindOf(row) === "") ?? rows[0];

  // Arrows and letters work as soon as the page stands, before any student has the focus, and from a message above the
  // register: on the first student whom nobody has marked. / is the key of the search until a student has the focus.
  document.addEventListener("keydown", (event) => {
    const nowhere = event.target === document.body || event.target.matches("[tabindex='-1'], [data-focus]");
    if (!nowhere || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector("dialog[open]") || document.querySelector("#wm-blank:not([hidden])")) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      focusRow(nextRow());
      event.preventDefault();
    } else if (event.key === ".") {
      openCodes(rows[0]);
      event.preventDefault();
    } else if (/^[a-z]$/i.test(event.key) && !OWN_KEYS.includes(event.key)) {
      const [row, letter] = [nextRow(), event.key.toLowerCase()];
      if (!row) return;
      if (!(choiceFor(row, letter) || mayGoOn(row, letter))) {
        if (sayWhose(letter)) event.preventDefault();
        return;
      }
      focusRow(row);
      typeLetter(row, letter);
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  });

  // --- Every code with its meaning, one key away -----------------------------------------------------------------------

  const dialog = document.getElementById("wm-codes");
  const list = dialog?.querySelector("[data-code-choices]");
  let codesFor = rows[0];
  const meanings = [...document.querySelectorAll("[data-code-meanings] dt")];

  const fillCodes = () => {
    if (!list || list.childElementCount) return;
    for (const term of meanings) {
      const item = document.createElement("li");
      const button = document.createElement("button");
      const code = document.createElement("b");
      button.type = "button";
      button.dataset.code = code.textContent = term.textContent;
      button.append(code, ` ${term.nextElementSibling.textContent}`);
      item.append(button);
      list.append(item);
    }
  };

  function openCodes(row) {
    if (!dialog || !row) return;
    settle();
    fillCodes();
    codesFor = row;
    dialog.querySelector("[data-codes-title]").textContent = `Codes for ${row.dataset.name}`;
    dialog.showModal();
    list.querySelector("button")?.focus();
  }

  document.querySelector("[data-code-list]")?.addEventListener("click", () => openCodes(lastRow));
  list?.addEventListener("click", (event) => {
    const code = event.target.closest("[data-code]")?.dataset.code;
    const choice = code && choicesOf(codesFor).find((each) => each.value === code);
    if (!choice) return;
    dialog.close();
    set(codesFor, choice);
    focusRow(codesFor);
  });
  list?.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by === undefined) return;
    const buttons = [...list.querySelectorAll("button")];
    buttons[buttons.indexOf(document.activeElement) + by]?.focus();
    event.preventDefault();
  });

  let lastRow = rows[0];
  form.addEventListener("focusin", (event) => { lastRow = event.target.closest("[data-row]") ?? lastRow; });

  // The list of keys behind ? says the keys of this page first.
  const keyList = document.querySelector("#wm-keys .wm-keys");
  document.querySelectorAll("[data-page-keys]").forEach((own) => keyList?.prepend(...[...own.children].map((part) => part.cloneNode(true))));

  form.addEventListener("change", (event) => {
    const row = event.target.closest("[data-row]");
    if (!row) return;
    if (event.target.matches("input[type=radio]") && more(row)) more(row).value = "";
    if (event.target.matches("select[data-more]") && event.target.value) radios(row).forEach((radio) => { radio.checked = false; });
    count();
  });

  // What “Mark the others present” filled says so, so that it never takes the place of a colleague's mark by itself; a row
  // that somebody then marks is theirs.
  const filledByRest = (row) => {
    const field = row.querySelector("[name^='filled-']") ?? document.createElement("input");
    field.type = "hidden";
    field.name = row.querySelector("[name^='seen-']").name.replace("seen-", "filled-");
    field.value = "rest";
    if (!field.isConnected) row.querySelector("fieldset").append(field);
  };
  const isByRest = (row) => row.querySelector("[name^='filled-']")?.value === "rest";
  let filling = false;
  form.addEventListener("input", (event) => {
    const row = event.target.closest("[data-row]");
    if (row && !filling && isByRest(row)) row.querySelector("[name^='filled-']").remove();
  });

  rest?.addEventListener("click", (event) => {
    event.preventDefault();
    const value = rest.dataset.markRest;
    filling = true;
    for (const row of rows.filter((each) => kindOf(each) === "")) {
      const radio = radios(row).find((each) => each.value === value || each.dataset.kind === value);
      if (!radio) continue;
      radio.checked = true;
      filledByRest(row);
    }
    form.dispatchEvent(new Event("input", { bubbles: true }));
    rows[0]?.querySelector("input[type=radio]")?.dispatchEvent(new Event("input", { bubbles: true }));
    filling = false;
    count();
    form.querySelector("[data-save]")?.focus();
    document.dispatchEvent(new CustomEvent("wm:say", { detail: tally?.textContent ?? "" }));
  });

  // --- Why marks change once the register has closed: asked for before it is sent ----------------------------------------

  const reason = form.querySelector("[data-reason]");
  const codeOf = (row) => more(row)?.value || radios(row).find((radio) => radio.checked)?.value || "";
  const isChanged = (row) => {
    const [, was = "", late = ""] = row.querySelector("[name^='seen-']").value.split("|");
    const minutes = kindOf(row) === "late" ? row.querySelector("[name^='minutes-']")?.value ?? "" : "";
    return was !== "" && (codeOf(row) !== was || minutes !== late);
  };
  // On its way down, before whatever sends the register in the background.
  window.addEventListener("submit", (event) => {
    if (event.target !== form || !reason || reason.value.trim() || !rows.some(isChanged)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const fault = document.getElementById("reason-fault");
    fault.hidden = false;
    reason.required = true;
    reason.setAttribute("aria-invalid", "true");
    reason.setAttribute("aria-describedby", fault.id);
    reason.classList.add("is-invalid");
    reason.focus({ preventScroll: true }); // the bar with it stays in view
  }, true);

  // --- Students whom nobody has marked: asked about once, by number and name, before the register is sent ----------------

  const MOST_NAMED = 12;
  const box = form.querySelector("[data-blanks]");
  const asked = box?.querySelector("[name=blanks]");
  const keyOf = (row) => row.querySelector("[name^='seen-']").name.slice("seen-".length);
  const isKnown = (row) => {
    const [version, was = ""] = row.querySelector("[name^='seen-']").value.split("|");
    return Number(version) > 0 && was === ""; // saved as a blank before
  };
  const blanks = () => rows.filter((row) => codeOf(row) === "" && !isKnown(row) && !row.matches("[data-locked]"));
  const ask = (left) => {
    asked.value = left.map(keyOf).join(" ");
    const who = left.length === 1 ? "1 student is" : `${left.length} students are`;
    const names = left.slice(0, MOST_NAMED).map((row) => row.dataset.name).join(", ");
    const others = left.length > MOST_NAMED ? ` and ${left.length - MOST_NAMED} more` : "";
    box.querySelector("[data-blanks-words]").textContent = `${who} not marked: ${names}${others}.`;
    box.hidden = false;
    box.querySelector("[data-save-anyway]").focus({ preventScroll: true }); // the bar with it stays in view
    document.dispatchEvent(new CustomEvent("wm:say", { detail: box.querySelector("[data-blanks-words]").textContent }));
  };
  window.addEventListener("submit", (event) => {
    if (event.target !== form || event.defaultPrevented || !box) return;
    const before = asked.value.split(" ");
    const left = blanks();
    if (left.every((row) => before.includes(keyOf(row)))) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(left);
  }, true);
  box?.querySelector("[data-go-back]").addEventListener("click", (event) => {
    event.preventDefault();
    box.hidden = true;
    focusRow(blanks()[0] ?? rows[0]);
  });
  const nobodyLeft = () => { if (box && !box.hidden && !blanks().length) box.hidden = true; };
  form.addEventListener("input", nobodyLeft);
  form.addEventListener("change", nobodyLeft);

  count();
  window.addEventListener("pageshow", count);
}
