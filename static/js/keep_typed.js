// form[data-keep]: what is typed is kept in this tab until the form was accepted, so that nothing is lost on the way.
(() => {
  const kept = (form) => `keep:${form.getAttribute("action") || window.location.pathname}`;
  const fields = (form) => [...form.querySelectorAll("textarea, input[type=text], input[type=number]")];
  const say = (form, words) => {
    const place = form.querySelector("[data-kept]");
    if (place) place.textContent = words;
  };
  document.addEventListener("DOMContentLoaded", () => {
    for (const form of document.querySelectorAll("form[data-keep]")) {
      if (document.querySelector(".flash.success")) sessionStorage.removeItem(kept(form));
      const before = JSON.parse(sessionStorage.getItem(kept(form)) || "null");
      let restored = false;
      for (const field of before ? fields(form) : []) {
        if (field.name in before && field.value === field.defaultValue && field.value !== before[field.name]) {
          field.value = before[field.name];
          restored = true;
        }
      }
      if (restored) say(form, "前に入力した内容を戻しました。");
    }
  });
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-keep]");
    if (!form) return;
    const values = Object.fromEntries(fields(form).map((field) => [field.name, field.value]));
    sessionStorage.setItem(kept(form), JSON.stringify(values));
    const now = new Date();
    say(form, `${now.getHours()}:${String(now.getMinutes()).padStart(2, "0")} この端末に一時保存しました。`);
  });
})();
