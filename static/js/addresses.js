// [data-addresses-url]: a form, or a table in one, where a postal code brings its address. The code is sent by POST: it can
// be somebody's home. An empty address is filled in; one that stands there is never written over, the town is offered.
(() => {
  const LOOKS_LIKE_A_CODE = /^[0-9０-９][0-9０-９‐－ー-]{6,7}$/;
  const field = (place, name) => place?.querySelector(`input[name="${name}"], input[data-column="${name}"]`);

  const put = (address, text) => {
    address.value = text;
    address.dispatchEvent(new Event("input", { bubbles: true }));
  };

  const offer = (address, found) => {
    const list = document.createElement("datalist");
    list.className = "cell-list";
    list.id = `${address.id}-towns`;
    document.getElementById(list.id)?.remove();
    list.append(...found.map((words) => Object.assign(document.createElement("option"), { value: words })));
    address.after(list);
    address.setAttribute("list", list.id);
  };

  // The way to a town in place of the address that stands there; in a cell of a table there is no room for it.
  const offerOne = (address, town) => {
    const line = document.createElement("p");
    line.id = `${address.id}-town`;
    line.setAttribute("role", "status");
    document.getElementById(line.id)?.remove();
    const button = Object.assign(document.createElement("button"), {
      type: "button",
      className: "button small",
      textContent: `住所を「${town}」に書き換える`,
    });
    button.addEventListener("click", () => {
      put(address, town);
      line.remove();
      address.focus();
    });
    line.append(button);
    address.after(line);
  };

  document.addEventListener("change", async (event) => {
    const code = event.target;
    const asks = code.closest?.("[data-addresses-url]");
    const row = code.closest?.("tr");
    const address = field(row ?? asks, "address");
    if (!asks || !address || code !== field(row ?? asks, "postal_code")) return;
    if (!LOOKS_LIKE_A_CODE.test(code.value.trim())) return;
    const body = new URLSearchParams({ postal_code: code.value });
    for (const name of ["csrfmiddlewaretoken", "form_token"]) body.set(name, code.form.elements[name].value);
    try {
      const answer = await fetch(asks.dataset.addressesUrl, { method: "POST", body });
      if (!answer.ok || answer.redirected) return;
      const found = (await answer.json()).addresses;
      if (found.length > 1) offer(address, found);
      else if (found.length === 1 && !address.value) put(address, found[0]);
      else if (found.length === 1 && !row && !address.value.startsWith(found[0])) offerOne(address, found[0]);
    } catch {
      // Nothing is lost: the address is typed.
    }
  });
})();
