// Triage: mark the open row, and on a phone show the record instead of the list.

document.addEventListener("htmx:afterSwap", (event) => {
  const record = document.getElementById("record");
  if (event.detail.target.id !== "record" || !record) return;
  record.closest(".sg-split")?.classList.add("sg-has-record");
  const link = event.detail.requestConfig.elt;
  document.querySelectorAll(".sg-list [aria-current]").forEach((row) => row.removeAttribute("aria-current"));
  link.closest("[data-item]")?.setAttribute("aria-current", "true");
  document.title = document.title.replace(/^Triage/, "Concern");
  record.focus({ preventScroll: true });
  if (window.matchMedia("(max-width: 991.98px)").matches) window.scrollTo(0, 0);
  else if (record.getBoundingClientRect().top < 0) record.scrollIntoView({ block: "start" });
});
