// The picture of a form: the cell whose panel came stands out, also where only the panel was fetched.
(() => {
  const sheet = document.getElementById("form-sheet");
  if (!sheet) return;
  const mark = (address) => {
    for (const cell of sheet.querySelectorAll(".is-chosen")) cell.classList.remove("is-chosen");
    sheet.querySelector(`[data-cell="${address}"]`)?.classList.add("is-chosen");
  };
  document.addEventListener("htmx:afterSwap", () => {
    const panel = document.getElementById("cell-panel");
    if (panel?.dataset.chosen) mark(panel.dataset.chosen);
  });
})();
