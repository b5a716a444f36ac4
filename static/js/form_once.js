// Twice clicked is sent once: the button rests after the first click. The server would not repeat it either.
(() => {
  const REST = 15000; // An answer that is a file leaves the page as it is: the button comes back.
  const wake = (form) => {
    delete form.dataset.sending;
    for (const button of form.querySelectorAll("button[aria-disabled]")) button.removeAttribute("aria-disabled");
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sending) {
      event.preventDefault();
      return;
    }
    form.dataset.sending = "yes";
    // After this turn, so that the pressed button's own name and value are still sent.
    window.setTimeout(() => {
      const own = [...form.elements].filter((element) => element.matches("button:not([type=button])"));
      for (const button of own) button.setAttribute("aria-disabled", "true");
    }, 0);
    window.setTimeout(() => wake(form), REST);
  });
  // Coming back by the browser's back button shows the page as it was left.
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sending]").forEach(wake));
})();
