// form[data-application]: the form of one item. It is a plain form and works without this; with it
//  - what is typed is saved by itself, and the line below tells when;
//  - the server, which fills the page itself, says what is computed, which fields hold now, what is wrong and missing;
//  - a row typed into at the end of a table brings the next empty one.
(() => {
  const form = document.querySelector("form[data-application]");
  if (!form) return;
  const WAIT = 900;
  const RETRY = 5000;
  const line = form.querySelector(".save-line");
  const state = document.getElementById("item-state");
  const revision = form.elements["form-revision"];
  let dirty = false;
  let timer = 0;
  let sending = false;
  let leaving = false;
  let refused = false;

  const say = (words, bad = false) => {
    line.textContent = words;
    line.classList.toggle("bad", bad);
  };
  const blockOf = (key) => form.querySelector(`[data-field="${key}"]`);

  // ---------- tables: rows are numbered without gaps, as the server keeps them
  const typedIn = (row) => [...row.querySelectorAll("input, select, textarea")].some((cell) => (/checkbox|radio/.test(cell.type) ? cell.checked : cell.type !== "hidden" && cell.value.trim()));
  const number = (row, at) => {
    const table = row.closest("[data-table]").dataset.table;
    const from = row.dataset.key;
    row.dataset.key = String(at);
    for (const one of row.querySelectorAll("[name], [id], [for]")) {
      if (one.name?.startsWith(`${table}.${from}.`)) one.name = `${table}.${at}.${one.name.slice(table.length + from.length + 2)}`;
      if (one.name === "remove") one.value = `${table}.${at}`;
      for (const kind of ["c", "v"]) {
        const begins = `${kind}-${table}-${from}-`;
        for (const attribute of ["id", "for"]) {
          const value = one.getAttribute(attribute);
          if (value?.startsWith(begins)) one.setAttribute(attribute, `${kind}-${table}-${at}-${value.slice(begins.length)}`);
        }
      }
      const label = one.getAttribute("aria-label");
      if (label) one.setAttribute("aria-label", label.replace(/\d+行目/, `${at + 1}行目`));
    }
    const name = row.querySelector(".row-name");
    if (name) name.textContent = `${at + 1}行目`;
  };
  const freeTables = () => [...form.querySelectorAll("[data-table]")].filter((table) => table.querySelector("tr[data-new]") || table.querySelector("button[name=remove]"));
  const tidy = () => {
    for (const table of freeTables()) {
      const rows = [...table.tBodies[0].rows];
      if (!rows.some((row) => row.contains(document.activeElement) && !typedIn(row))) {
        const filled = rows.filter(typedIn);
        const empty = rows.filter((row) => !typedIn(row));
        // First far away, so that no name is there twice on the way.
        [...filled, ...empty].forEach((row, at) => number(row, at + 10000));
        [...filled, ...empty].forEach((row, at) => number(row, at));
        if (rows.some((row, at) => row !== [...filled, ...empty][at]) && !table.contains(document.activeElement)) table.tBodies[0].append(...filled, ...empty);
      }
    }
  };
  const addRow = (table) => {
    const last = table.tBodies[0].rows[table.tBodies[0].rows.length - 1];
    const row = last.cloneNode(true);
    row.dataset.new = "";
    for (const cell of row.querySelectorAll("input, select, textarea")) {
      if (/checkbox|radio/.test(cell.type)) cell.checked = false;
      else if (cell.type !== "hidden") cell.value = "";
      cell.removeAttribute("aria-invalid");
    }
    row.querySelectorAll("output").forEach((one) => { one.textContent = ""; });
    row.querySelectorAll(".cell-problem, button[name=remove]").forEach((one) => one.remove());
    last.after(row);
    number(row, Number(last.dataset.key) + 1);
  };

  // ---------- what is wrong, at its field
  const forgiven = (cell) => {
    cell.removeAttribute("aria-invalid");
    document.getElementById(`${cell.id}-problem`)?.remove();
    cell.closest("td, .month")?.classList.remove("has-problem");
  };
  const refuse = (id, sentence) => {
    const cell = document.getElementById(id);
    if (!cell) return;
    const inTable = cell.closest("td, .month");
    const words = document.createElement("p");
    words.className = inTable ? "cell-problem" : "field-error";
    words.id = `${id}-problem`;
    words.textContent = sentence;
    if (inTable) {
      inTable.append(words);
      inTable.classList.add("has-problem");
    } else (cell.closest(".with-unit") ?? cell).before(words);
    cell.setAttribute("aria-invalid", "true");
    cell.setAttribute("aria-describedby", words.id);
  };

  // ---------- saving: the whole form, one request at a time
  const changed = () => {
    dirty = true;
    refused = false;
    window.clearTimeout(timer);
    timer = window.setTimeout(save, WAIT);
  };
  const later = (words) => {
    say(words, true);
    window.clearTimeout(timer);
    timer = window.setTimeout(save, RETRY);
  };
  const save = async () => {
    if (sending || leaving || refused || !dirty) return;
    sending = true;
    dirty = false;
    tidy();
    const body = new URLSearchParams(new FormData(form));
    say("保存しています…");
    try {
      const answer = await fetch(form.action, { method: "POST", headers: { "X-Autosave": "1" }, body });
      if (answer.redirected || !(answer.headers.get("Content-Type") ?? "").startsWith("application/json")) {
        dirty = true;
        later(
          answer.redirected
            ? "ログインが切れています。別のタブでログインすると、この画面の続きが保存されます。"
            : "保存できませんでした。入力は画面に残っています。もう一度保存します…",
        );
        return;
      }
      const told = await answer.json();
      if (!answer.ok) {
        dirty = true;
        refused = true; // Of no use to send it again as it is: the next keystroke will.
        say(told.problems.join(" "), true);
        return;
      }
      take(told);
    } catch {
      dirty = true;
      later("通信できませんでした。入力は画面に残っています。つながったら保存します…");
    } finally {
      sending = false;
      if (dirty && !line.classList.contains("bad")) timer = window.setTimeout(save, WAIT);
    }
  };
  const take = (told) => {
    revision.value = String(told.revision);
    document.querySelectorAll("[data-revision]").forEach((one) => { one.value = String(told.revision); });
    const wrong = Object.keys(told.problems).length;
    say(`${told.saved_at} 保存済み${wrong ? `（直すところ ${wrong}か所）` : ""}`, false);
    // What is being typed is judged when it is finished.
    if (dirty) return;
    for (const [key, isShown] of Object.entries(told.shown)) {
      const block = blockOf(key);
      if (block) block.hidden = !isShown;
    }
    for (const [id, words] of Object.entries(told.computed)) {
      const place = document.getElementById(id);
      if (place && place.textContent !== words) place.textContent = words;
    }
    form.querySelectorAll("[aria-invalid=true]").forEach(forgiven);
    if (!wrong) document.querySelectorAll(".error-summary, [data-unsaved]").forEach((one) => one.remove());
    for (const [id, sentence] of Object.entries(told.problems)) refuse(id, sentence);
    for (const block of form.querySelectorAll("[data-field]")) {
      const check = block.querySelector(":scope > [data-check]");
      const remark = block.querySelector(":scope > [data-remark]");
      const sentence = told.checks[block.dataset.field] ?? "";
      if (check) Object.assign(check, { textContent: sentence, hidden: !sentence });
      if (remark) Object.assign(remark, { textContent: told.remarks[block.dataset.field] ?? "", hidden: !told.remarks[block.dataset.field] });
      block.classList.toggle("has-error", Boolean(sentence) || Boolean(block.querySelector(":scope > .field-error:not([hidden], [data-check])")));
    }
    const count = form.querySelector("[data-known-count]");
    if (count) count.textContent = String(form.querySelectorAll(".item-known [data-field]:not([hidden])").length);
    const open = [...state.querySelectorAll("details")].map((one) => one.open);
    state.innerHTML = told.state;
    document.getElementById("item-tag").innerHTML = told.tag;
    if (open.length === state.querySelectorAll("details").length) state.querySelectorAll("details").forEach((one, at) => { one.open = open[at]; });
  };

  // ---------- whether it is applied for decides what is asked
  const wanted = () => {
    const answer = form.querySelector("[name=form-wanted]:checked")?.value;
    const yes = form.querySelector("[data-for-yes]");
    if (yes) yes.hidden = answer === "no";
    const months = form.querySelector("[data-for-wanted]");
    if (months && months.dataset.forWanted !== "always") months.hidden = answer === "no";
  };

  form.addEventListener("input", (event) => {
    if (event.target.name === "form-wanted") wanted();
    const row = event.target.closest("tr[data-new]");
    if (row && !row.nextElementSibling) addRow(row.closest("[data-table]"));
    changed();
  });
  form.addEventListener("change", changed);
  form.addEventListener("submit", (event) => {
    if (!event.submitter?.name || event.submitter.name === "check") tidy();
    leaving = true;
    window.clearTimeout(timer);
  });
  // A link in the list of what is missing leads to its field, also into what is folded.
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    const target = link && document.getElementById(link.hash.slice(1));
    if (!target || !form.contains(target)) return;
    for (let one = target.closest("details"); one; one = one.parentElement.closest("details")) one.open = true;
    event.preventDefault();
    target.focus();
    target.scrollIntoView({ block: "center" });
  });
  window.addEventListener("pageshow", () => { leaving = false; });
  window.addEventListener("online", save);
  window.addEventListener("focus", save);
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && (dirty || sending)) event.preventDefault();
  });
  form.addEventListener("focusout", () => window.setTimeout(() => { if (!form.contains(document.activeElement)) save(); }, 0));
})();
