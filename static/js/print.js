// A button that prints the page: <button type="button" data-print hidden data-scripts>.

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
