// Filtering the rows of the page by what is typed: [data-row-filter="id of the table"] holds the field, a [data-filter-count]
// and is shown by this script; [data-filter-empty] says that nothing was found, [data-filter-without] is for pages without
// script. Nothing is sent and nothing stands in the address. A row that is not seen is not ticked either.
(() => {
  const plain = (text) => text.normalize("NFKC").toLowerCase().replace(/\s+/g, "");
  for (const place of document.querySelectorAll("[data-row-filter]")) {
    const table = document.getElementById(place.dataset.rowFilter);
    const field = place.querySelector("input");
    if (!table || !field) continue;
    const rows = [...table.querySelectorAll("tbody tr")].map((row) => [row, plain(row.textContent)]);
    const count = place.querySelector("[data-filter-count]");
    const empty = document.querySelector("[data-filter-empty]");
    const filter = () => {
      const words = field.value.split(/\s+/).map(plain).filter(Boolean);
      let shown = 0;
      for (const [row, text] of rows) {
        row.hidden = !words.every((word) => text.includes(word));
        if (row.hidden) for (const box of row.querySelectorAll("input[type=checkbox]")) box.checked = false;
        else shown += 1;
      }
      count.textContent = words.length ? `${rows.length}件のうち${shown}件を表示しています` : "";
      empty.hidden = shown > 0;
      table.closest("form")?.dispatchEvent(new Event("change", { bubbles: true }));
    };
    place.hidden = false;
    for (const other of document.querySelectorAll("[data-filter-without]")) other.hidden = true;
    field.addEventListener("input", filter);
    // Enter must send no form.
    field.addEventListener("keydown", (event) => { if (event.key === "Enter" && !event.isComposing) event.preventDefault(); });
    window.addEventListener("pageshow", filter);
  }
})();
