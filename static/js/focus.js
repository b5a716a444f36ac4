// After a refused form the reader starts at the summary of what to put right.
document.addEventListener("DOMContentLoaded", () => {
  document.querySelector("[data-focus]")?.focus();
});
