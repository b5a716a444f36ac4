// Ticking all rows that are seen, and counting the ticked ones: form[data-selection], input[data-all], [data-count],
// [data-sum]. A box that stands for several has their number in data-weight.
(() => {
  const boxesOf = (form) =>
    [...form.querySelectorAll("input[type=checkbox][data-select]:not(:disabled)")].filter((box) => !box.closest("[hidden]"));
  const update = (form) => {
    const boxes = boxesOf(form);
    const ticked = boxes.filter((box) => box.checked);
    const sum = ticked.reduce((total, box) => total + Number(box.dataset.yen || 0), 0);
    const count = ticked.reduce((total, box) => total + Number(box.dataset.weight || 1), 0);
    for (const place of form.querySelectorAll("[data-count]")) place.textContent = count.toLocaleString("ja-JP");
    for (const place of form.querySelectorAll("[data-sum]")) place.textContent = sum.toLocaleString("ja-JP");
    for (const all of form.querySelectorAll("input[data-all]")) {
      all.checked = boxes.length > 0 && ticked.length === boxes.length;
      all.indeterminate = ticked.length > 0 && ticked.length < boxes.length;
    }
  };
  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("form[data-selection]");
    if (!form) return;
    if (event.target.matches("input[data-all]")) {
      for (const box of boxesOf(form)) box.checked = event.target.checked;
    }
    update(form);
  });
  // pageshow comes after the browser has put back what was ticked before.
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-selection]").forEach(update));
})();
