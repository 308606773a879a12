// The search box at the top: arrows move through what is found while typing, Escape puts it away.

const box = document.getElementById("wm-search");
const found = document.getElementById("wm-suggestions");
const links = () => [...(found?.querySelectorAll("[data-suggestion]") ?? [])];

function step(event, by) {
  const all = [box, ...links()];
  const at = all.indexOf(document.activeElement);
  const next = all[(at + by + all.length) % all.length];
  if (all.length < 2 || at < 0) return;
  next.focus();
  event.preventDefault();
}

box?.form.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown") step(event, 1);
  else if (event.key === "ArrowUp") step(event, -1);
  else if (event.key === "Escape") {
    found.replaceChildren();
    box.focus();
  }
});

// What was found belongs to the words that were typed; with the words it goes.
box?.addEventListener("input", () => {
  if (!box.value.trim()) found?.replaceChildren();
});
