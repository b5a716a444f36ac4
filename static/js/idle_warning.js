// A warning two minutes before the idle logout, and one button to go on. Tabs of one person share the clock.
(() => {
  const WARN_BEFORE = 120;
  const CLOCK = "hagukumi:last-seen";
  const seen = () => {
    try {
      localStorage.setItem(CLOCK, String(Date.now()));
    } catch {
      // Without storage each tab counts for itself.
    }
  };
  const lastSeen = (opened) => {
    try {
      return Math.max(opened, Number(localStorage.getItem(CLOCK) || 0));
    } catch {
      return opened;
    }
  };
  document.addEventListener("DOMContentLoaded", () => {
    const limit = Number(document.body.dataset.idleSeconds || 0);
    const dialog = document.getElementById("idle-dialog");
    if (!limit || !dialog) return;
    let opened = Date.now();
    seen();
    const left = dialog.querySelector("[data-idle-left]");
    const leave = () => window.location.assign(window.location.href.split("#")[0]);
    window.setInterval(() => {
      const seconds = limit - Math.floor((Date.now() - lastSeen(opened)) / 1000);
      if (seconds > WARN_BEFORE) {
        if (dialog.open) dialog.close();
        return;
      }
      left.textContent = seconds > 60 ? `${Math.ceil(seconds / 60)}分` : `${Math.max(seconds, 0)}秒`;
      if (!dialog.open) dialog.showModal();
      if (seconds < 0) leave();
    }, 1000);
    dialog.querySelector("[data-idle-continue]").addEventListener("click", async () => {
      const token = document.querySelector("input[name=csrfmiddlewaretoken]")?.value || "";
      try {
        const answer = await fetch(document.body.dataset.keepaliveUrl, {
          method: "POST",
          headers: { "X-CSRFToken": token },
          redirect: "manual",
        });
        if (!answer.ok) return leave();
      } catch {
        left.textContent = "少し（通信できません。もう一度押してください）";
        return;
      }
      opened = Date.now();
      seen();
      dialog.close();
    });
  });
})();
