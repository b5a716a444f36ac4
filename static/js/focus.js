// After a refused form the reader starts at the summary of what to put right; wide tables can be scrolled by keyboard.
document.addEventListener("DOMContentLoaded", () => {
  document.querySelector("[data-focus]")?.focus();
  for (const area of document.querySelectorAll(".table-scroll")) {
    if (area.scrollWidth <= area.clientWidth && area.scrollHeight <= area.clientHeight) continue;
    const name = area.querySelector("caption")?.textContent.trim();
    area.tabIndex = 0;
    area.setAttribute("role", "region");
    area.setAttribute("aria-label", name || "表");
  }
});
