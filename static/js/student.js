// The student page: on a phone the panels come first, folded, so that the timeline is one flick away. On paper all of
// them stand open, since a folded one says nothing there.

const narrow = window.matchMedia("screen and (max-width: 991.98px)");

function fold() {
  document.querySelectorAll("[data-fold-on-phone]").forEach((panel) => {
    if (!panel.dataset.touched) panel.open = !narrow.matches;
  });
}

window.addEventListener("beforeprint", () => {
  document.querySelectorAll("[data-fold-on-phone]").forEach((panel) => {
    panel.dataset.opened = String(panel.open);
    panel.open = true;
  });
});
window.addEventListener("afterprint", () => {
  document.querySelectorAll("[data-fold-on-phone][data-opened]").forEach((panel) => {
    panel.open = panel.dataset.opened === "true";
    delete panel.dataset.opened;
  });
});

fold();
narrow.addEventListener("change", fold);
document.addEventListener("click", (event) => {
  const panel = event.target.closest("[data-fold-on-phone] > summary")?.parentElement;
  if (panel) panel.dataset.touched = "yes";
});
