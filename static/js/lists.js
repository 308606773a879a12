// Lists: j and k move, Enter opens, x ticks; ticking brings up the bar of actions.

const items = () => [...document.querySelectorAll("[data-list] [data-item]")].filter((item) => item.offsetParent !== null);
const opener = (item) => item.querySelector("[data-open], .wm-row-link, th[scope=row] a, a[href]");
const typing = (target) => target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable=true]");
const keysAreOn = () => !document.cookie.includes("waymark_keys=off");

function here(all) {
  const focused = document.activeElement?.closest("[data-item]");
  return all.indexOf(focused ?? document.querySelector("[data-list] [data-item].wm-on"));
}

function move(step) {
  const all = items();
  if (!all.length) return false;
  const at = here(all);
  const next = all[Math.max(0, Math.min(all.length - 1, at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step))];
  all.forEach((item) => item.classList.toggle("wm-on", item === next));
  opener(next)?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !keysAreOn()) return;
  if (typing(event.target) || event.target.closest?.("[data-own-keys]") || document.querySelector("dialog[open]")) return;
  if (event.key === "j" || event.key === "k") {
    if (move(event.key === "j" ? 1 : -1)) event.preventDefault();
  } else if (event.key === "x") {
    const all = items();
    const tick = all[here(all)]?.querySelector("[data-tick]");
    if (tick) {
      tick.click();
      event.preventDefault();
    }
  }
});

document.addEventListener("focusin", (event) => {
  const item = event.target.closest?.("[data-item]");
  if (item) document.querySelectorAll("[data-item].wm-on").forEach((other) => other.classList.toggle("wm-on", other === item));
});

// --- Tick boxes --------------------------------------------------------------------------------------------------

let lastTicked = null;

/** The ticks that a “Tick all” is for: those of its table, where several tables share one bar. */
const ticksOf = (all, scope) => [...(all.closest("table") ?? scope).querySelectorAll("[data-tick]")];

function countTicks(scope) {
  const ticks = [...scope.querySelectorAll("[data-tick]")];
  const ticked = ticks.filter((tick) => tick.checked).length;
  scope.querySelectorAll("[data-tick-all]").forEach((all) => {
    const own = ticksOf(all, scope);
    const here = own.filter((tick) => tick.checked).length;
    all.checked = here > 0 && here === own.length;
    all.indeterminate = here > 0 && here < own.length;
  });
  scope.querySelectorAll("[data-tick-count]").forEach((place) => { place.textContent = `${ticked} of ${ticks.length} ticked`; });
  scope.querySelectorAll("[data-ticked-or-all]").forEach((place) => {
    place.dataset.all ??= place.textContent;
    place.textContent = ticked > 0 && ticked < ticks.length ? `the ${ticked} ticked of ${ticks.length}` : place.dataset.all;
  });
  scope.querySelectorAll("[data-action-bar]").forEach((bar) => {
    bar.hidden = ticked === 0;
    bar.classList.toggle("wm-shown", ticked > 0);
  });
}

document.addEventListener("click", (event) => {
  const tick = event.target.closest("[data-tick]");
  const scope = tick?.closest("[data-ticks]");
  if (!scope) return;
  if (event.shiftKey && lastTicked && scope.contains(lastTicked)) {
    const ticks = [...scope.querySelectorAll("[data-tick]")];
    const [from, to] = [ticks.indexOf(lastTicked), ticks.indexOf(tick)].sort((a, b) => a - b);
    ticks.slice(from, to + 1).forEach((each) => { each.checked = tick.checked; });
  }
  lastTicked = tick;
});

document.addEventListener("change", (event) => {
  const scope = event.target.closest?.("[data-ticks]");
  if (!scope) return;
  if (event.target.matches("[data-tick-all]")) {
    ticksOf(event.target, scope).forEach((tick) => { tick.checked = event.target.checked; });
  }
  countTicks(scope);
});

document.addEventListener("click", (event) => {
  const clear = event.target.closest("[data-tick-none]");
  const scope = clear?.closest("[data-ticks]");
  if (!scope) return;
  scope.querySelectorAll("[data-tick]").forEach((tick) => { tick.checked = false; });
  countTicks(scope);
});

const countAll = () => document.querySelectorAll("[data-ticks]").forEach(countTicks);
countAll();
window.addEventListener("pageshow", countAll);
document.addEventListener("htmx:afterSettle", countAll);
