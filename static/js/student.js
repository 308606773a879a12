// The student page: on a phone the cards come first, folded, so that the timeline is one flick away. On paper all of
// them stand open, since a folded one says nothing there.

const narrow = window.matchMedia("screen and (max-width: 991.98px)");

function fold() {
  document.querySelectorAll("[data-fold-on-phone]").forEach((card) => {
    if (!card.dataset.touched) card.open = !narrow.matches;
  });
}

window.addEventListener("beforeprint", () => {
  document.querySelectorAll("[data-fold-on-phone]").forEach((card) => {
    card.dataset.opened = String(card.open);
    card.open = true;
  });
});
window.addEventListener("afterprint", () => {
  document.querySelectorAll("[data-fold-on-phone][data-opened]").forEach((card) => {
    card.open = card.dataset.opened === "true";
    delete card.dataset.opened;
  });
});

fold();
narrow.addEventListener("change", fold);
document.addEventListener("click", (event) => {
  const card = event.target.closest("[data-fold-on-phone] > summary")?.parentElement;
  if (card) card.dataset.touched = "yes";
});
