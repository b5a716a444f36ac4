// Keys on tables marked data-keys: j/k move, x ticks, Enter opens, / goes to the search field, ? explains.
(() => {
  const KEYS = [
    ["j ／ k", "次の行・前の行へ動く"],
    ["x", "行を選ぶ・選ぶのをやめる"],
    ["Enter", "行を開く"],
    ["/", "探す欄へ動く"],
    ["?", "この説明を出す"],
  ];
  const typing = (target) => target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]");
  const rowsOf = (table) => [...table.querySelectorAll("tbody tr[data-row]")].filter((row) => row.offsetParent !== null);
  const move = (table, step) => {
    const rows = rowsOf(table);
    if (!rows.length) return;
    const at = rows.findIndex((row) => row.hasAttribute("data-at"));
    const next = rows[at < 0 ? 0 : Math.min(Math.max(at + step, 0), rows.length - 1)];
    table.querySelectorAll("tr[data-at]").forEach((row) => row.removeAttribute("data-at"));
    next.setAttribute("data-at", "");
    next.querySelector("a, input[type=checkbox]")?.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  };
  const explain = () => {
    let dialog = document.getElementById("keys-dialog");
    if (!dialog) {
      dialog = document.createElement("dialog");
      dialog.id = "keys-dialog";
      dialog.className = "dialog";
      const title = document.createElement("h2");
      title.id = "keys-title";
      title.textContent = "キーボードの使い方";
      dialog.setAttribute("aria-labelledby", title.id);
      const list = document.createElement("dl");
      list.className = "facts";
      for (const [key, words] of KEYS) {
        const name = document.createElement("dt");
        name.append(Object.assign(document.createElement("kbd"), { textContent: key }));
        list.append(name, Object.assign(document.createElement("dd"), { textContent: words }));
      }
      const close = Object.assign(document.createElement("button"), { type: "button", className: "button", textContent: "閉じる" });
      close.addEventListener("click", () => dialog.close());
      dialog.append(title, list, close);
      document.body.append(dialog);
    }
    if (!dialog.open) dialog.showModal();
  };
  // A row reached by Tab or mouse is the row the keys go on from.
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest?.("table[data-keys] tbody tr[data-row]");
    if (!row || row.hasAttribute("data-at")) return;
    row.closest("table").querySelectorAll("tr[data-at]").forEach((other) => other.removeAttribute("data-at"));
    row.setAttribute("data-at", "");
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    const table = event.target.closest?.("table[data-keys]") || document.querySelector("table[data-keys]");
    if (!table || typing(event.target) || document.querySelector("dialog[open]")) return;
    const row = table.querySelector("tr[data-at]");
    if (event.key === "j") move(table, 1);
    else if (event.key === "k") move(table, -1);
    else if (event.key === "x" && row) row.querySelector("input[type=checkbox]")?.click();
    else if (event.key === "Enter" && row && !event.target.closest("a, button, summary")) row.querySelector("a")?.click();
    else if (event.key === "/" && document.querySelector("input[type=search]")) document.querySelector("input[type=search]").focus();
    else if (event.key === "?") explain();
    else return;
    event.preventDefault();
  });
})();
