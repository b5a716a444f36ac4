// A warning two minutes before the idle logout, and one button to go on.
(() => {
  const WARN_BEFORE = 120;
  let last = Date.now();
  document.addEventListener("DOMContentLoaded", () => {
    const limit = Number(document.body.dataset.idleSeconds || 0);
    const dialog = document.getElementById("idle-dialog");
    if (!limit || !dialog) return;
    const left = dialog.querySelector("[data-idle-left]");
    window.setInterval(() => {
      const seconds = limit - Math.floor((Date.now() - last) / 1000);
      if (seconds > WARN_BEFORE) return;
      left.textContent = seconds > 60 ? `${Math.ceil(seconds / 60)}分` : `${Math.max(seconds, 0)}秒`;
      if (!dialog.open) dialog.showModal();
      if (seconds <= 0) window.location.reload();
    }, 1000);
    dialog.querySelector("[data-idle-continue]").addEventListener("click", async () => {
      const token = document.querySelector("input[name=csrfmiddlewaretoken]")?.value || "";
      const answer = await fetch(document.body.dataset.keepaliveUrl, {
        method: "POST",
        headers: { "X-CSRFToken": token },
      });
      if (!answer.ok) return window.location.reload();
      last = Date.now();
      dialog.close();
    });
  });
})();
