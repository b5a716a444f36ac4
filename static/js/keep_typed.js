// form[data-keep]: what is typed stays in this tab until the form was accepted, so that nothing is lost on the way.
(() => {
  const PREFIX = "keep:";
  const SENT = "keep-sent";
  const kept = (form) => `${PREFIX}${form.getAttribute("action") || window.location.pathname}`;
  const fields = (form) => [...form.querySelectorAll("textarea, input[type=text], input[type=number]")].filter((f) => f.name);
  const say = (form, words) => {
    const place = form.querySelector("[data-kept]");
    if (place) place.textContent = words;
  };
  const read = (key) => {
    try {
      return JSON.parse(sessionStorage.getItem(key) || "null");
    } catch {
      return null;
    }
  };
  const write = (key, value) => {
    try {
      sessionStorage.setItem(key, JSON.stringify(value));
      return true;
    } catch {
      return false; // Full or forbidden: typing goes on as without this help.
    }
  };
  const forget = (key) => {
    try {
      sessionStorage.removeItem(key);
    } catch {
      // Nothing was kept then.
    }
  };
  const restore = (form) => {
    const before = read(kept(form));
    if (!before) return;
    let restored = false;
    for (const field of fields(form)) {
      if (field.name in before && field.value === field.defaultValue && field.value !== before[field.name]) {
        field.value = before[field.name];
        restored = true;
      }
    }
    if (restored) say(form, "前に入力した内容を戻しました。保存はまだです。");
  };
  document.addEventListener("DOMContentLoaded", () => {
    const sent = read(SENT);
    // Sent and neither refused nor led to the login page: accepted.
    if (sent && document.body.dataset.side !== "plain" && !document.querySelector(".error-summary")) forget(sent);
    forget(SENT);
    document.querySelectorAll("form[data-keep]").forEach(restore);
  });
  document.addEventListener("input", (event) => {
    const form = event.target.closest?.("form[data-keep]");
    if (!form) return;
    const values = Object.fromEntries(fields(form).map((field) => [field.name, field.value]));
    if (!write(kept(form), values)) return;
    const now = new Date();
    say(form, `入力内容をこの端末に一時保存しました ${now.getHours()}:${String(now.getMinutes()).padStart(2, "0")}`);
  });
  document.addEventListener("submit", (event) => {
    if (event.target.matches("form[data-keep]")) write(SENT, kept(event.target));
    // Whoever uses this machine next must not find the words of whoever left.
    if (event.target.matches("form.logout")) Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX)).forEach(forget);
  });
})();
