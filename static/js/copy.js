// button[data-copy="id of a field"] puts the field's text into the clipboard and says so in [data-copied] beside it.
document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("button[data-copy]");
  const field = button && document.getElementById(button.dataset.copy);
  if (!field) return;
  field.focus();
  field.select();
  const place = button.parentElement.querySelector("[data-copied]");
  try {
    await navigator.clipboard.writeText(field.value);
    place.textContent = "コピーしました";
  } catch {
    // Forbidden by the browser: the text is selected, so the keyboard can still do it.
    place.textContent = "選択しました。Ctrl+C でコピーしてください";
  }
});
