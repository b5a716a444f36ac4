// Keys on tables marked data-keys: j/k or arrows move, x ticks, Enter opens, / goes to the search field.
(() => {
  const typing = (target) => target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
  const rowsOf = (table) => [...table.querySelectorAll("tbody tr[data-row]")];
  const move = (table, step) => {
    const rows = rowsOf(table);
    if (!rows.length) return;
    const at = rows.findIndex((row) => row.hasAttribute("data-at"));
    const next = rows[Math.min(Math.max(at + step, 0), rows.length - 1)];
    rows.forEach((row) => row.removeAttribute("data-at"));
    next.setAttribute("data-at", "");
    const target = next.querySelector("a, input[type=checkbox]");
    target?.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const table = document.querySelector("table[data-keys]");
    if (!table || typing(event.target)) return;
    const row = table.querySelector("tr[data-at]");
    if (event.key === "j") move(table, 1);
    else if (event.key === "k") move(table, -1);
    else if (event.key === "x" && row) row.querySelector("input[type=checkbox]")?.click();
    else if (event.key === "Enter" && row && !event.target.closest("a, button")) row.querySelector("a")?.click();
    else if (event.key === "/") document.querySelector("input[type=search]")?.focus();
    else return;
    event.preventDefault();
  });
})();
