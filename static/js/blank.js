// The blank page, for projectors: `b` (js/waymark.js) shows it, any key or tap brings the page back. While it is there,
// no dialog lies over it, and the browser's tab gives no name away.

const blank = document.getElementById("wm-blank");

if (blank) {
  let title = "";
  let closed = [];
  const MODIFIERS = ["Shift", "Control", "Alt", "Meta", "AltGraph", "CapsLock"];

  new MutationObserver(() => {
    if (!blank.hidden && !title) {
      title = document.title;
      document.title = title.split(" · ").at(-1);
      closed = [...document.querySelectorAll("dialog[open]:not(#wm-idle)")];
      closed.forEach((dialog) => dialog.close());
    } else if (blank.hidden && title) {
      document.title = title;
      title = "";
      closed.filter((dialog) => dialog.isConnected).forEach((dialog) => dialog.showModal());
    }
  }).observe(blank, { attributes: true, attributeFilter: ["hidden"] });

  window.addEventListener("keydown", (event) => {
    if (blank.hidden || event.ctrlKey || event.metaKey || event.altKey || MODIFIERS.includes(event.key)) return;
    if (document.querySelector("dialog[open]")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    blank.click();
  }, true);
}
