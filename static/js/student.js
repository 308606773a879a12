// The student page: on a phone the panels come first, folded, so that the timeline is one flick away.

const narrow = window.matchMedia("(max-width: 991.98px)");

function fold() {
  document.querySelectorAll("[data-fold-on-phone]").forEach((panel) => {
    if (!panel.dataset.touched) panel.open = !narrow.matches;
  });
}

fold();
narrow.addEventListener("change", fold);
document.addEventListener("click", (event) => {
  const panel = event.target.closest("[data-fold-on-phone] > summary")?.parentElement;
  if (panel) panel.dataset.touched = "yes";
});
