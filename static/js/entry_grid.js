// table.entry-grid: typing as in a spreadsheet. The page is a plain form and works without this; with it
//  - Enter and the arrows go from row to row, Esc gives a cell back as it was, Alt+D copies the cell above;
//  - what is pasted from a spreadsheet fills the cells from here on (by headings, when they are copied along), and can be
//    taken back;
//  - every cell is saved by itself, and what is wrong is told at it.
// What a postal code brings (addresses.js) is typed into its cell and saved like anything else.
(() => {
  const table = document.querySelector("table.entry-grid");
  const form = table?.closest("form");
  if (!form) return;
  const WAIT = 900;
  const RETRY = 5000;
  const MOST_PASTED = 200;
  const line = form.querySelector(".save-line");
  const dirty = new Set();
  let pasted = null;
  let timer = 0;
  let sending = false;
  let leaving = false;

  const rows = () => [...table.tBodies[0].rows];
  const cellsOf = (row) => [...row.querySelectorAll("input[data-column]")];
  const cellOf = (row, column) => row?.querySelector(`input[data-column="${column}"]`);
  const isPlain = (event) => !event.ctrlKey && !event.metaKey && !event.altKey && !event.isComposing;
  const say = (words, bad = false) => {
    line.textContent = words;
    line.classList.toggle("bad", bad);
  };

  // ---------- rows: there is always an empty one below
  const addRow = () => {
    const last = rows().at(-1);
    const row = last.cloneNode(true);
    const number = Number(row.querySelector(".entry-number").firstChild.textContent) + 1;
    const taken = rows().map((one) => Number(/^new-(\d+)$/.exec(one.dataset.rowKey)?.[1] ?? 0));
    const key = `new-${Math.max(0, ...taken) + 1}`;
    row.dataset.rowKey = key;
    row.dataset.rowVersion = "0";
    row.querySelector(".entry-number").firstChild.textContent = String(number);
    row.querySelectorAll(".entry-remove, input[type=hidden], datalist.cell-list").forEach((one) => one.remove());
    for (const cell of cellsOf(row)) {
      const column = cell.dataset.column;
      forgiven(cell);
      cell.name = `${key}.${column}`;
      cell.id = `c-${key}-${column}`;
      cell.value = "";
      cell.defaultValue = "";
      cell.setAttribute("aria-label", cell.getAttribute("aria-label").replace(/^\d+/, String(number)));
    }
    table.tBodies[0].append(row);
    return row;
  };
  const rowAfter = (row) => row.nextElementSibling ?? addRow();

  // ---------- what is wrong, at its cell
  const forgiven = (cell) => {
    const place = cell.closest("td");
    place.classList.remove("has-problem");
    place.querySelectorAll(".cell-problem, .cell-doubt, .cell-other").forEach((words) => words.remove());
    cell.removeAttribute("aria-invalid");
    cell.removeAttribute("aria-describedby");
  };
  const refuse = (cell, sentence) => {
    const words = document.createElement("p");
    words.className = "cell-problem";
    words.id = `${cell.id}-words`;
    words.textContent = sentence;
    cell.after(words);
    cell.closest("td").classList.add("has-problem");
    cell.setAttribute("aria-invalid", "true");
    cell.setAttribute("aria-describedby", words.id);
  };
  const invalid = () => [...table.querySelectorAll("input[aria-invalid=true]")];

  // ---------- saving: the rows that changed, one request at a time
  const changed = (cell) => {
    dirty.add(cell.closest("tr"));
    window.clearTimeout(timer);
    timer = window.setTimeout(save, WAIT);
  };
  const later = (words) => {
    say(words, true);
    window.clearTimeout(timer);
    timer = window.setTimeout(save, RETRY);
  };
  const save = async () => {
    if (sending || leaving || !dirty.size) return;
    sending = true;
    const sent = [...dirty];
    dirty.clear();
    const again = () => sent.forEach((row) => dirty.add(row));
    const body = new URLSearchParams();
    for (const name of ["csrfmiddlewaretoken", "form_token"]) body.set(name, form.elements[name].value);
    for (const row of sent) for (const field of row.querySelectorAll("input[name]")) body.set(field.name, field.value);
    say("保存しています…");
    try {
      const answer = await fetch(table.dataset.saveUrl, { method: "POST", headers: { "X-Autosave": "1" }, body });
      if (answer.redirected || !(answer.headers.get("Content-Type") ?? "").startsWith("application/json")) {
        again();
        later(
          answer.redirected
            ? "ログインが切れています。別のタブでログインすると、この画面の続きが保存されます。"
            : "保存できませんでした。入力は画面に残っています。もう一度保存します…",
        );
        return;
      }
      const told = await answer.json();
      if (!answer.ok) {
        again();
        say(told.problems.join(" "), true); // Of no use to send it again as it is: the next keystroke will.
        return;
      }
      for (const row of told.rows) take(row);
      for (const conflict of told.conflicts) clash(conflict);
      const wrong = invalid().length;
      say(`${told.saved_at} 保存済み${wrong ? `（直すところ ${wrong}か所）` : ""}`, Boolean(told.conflicts.length));
      if (wrong) line.append(" ", jump);
      count();
    } catch {
      again();
      later("通信できませんでした。入力は画面に残っています。つながったら保存します…");
    } finally {
      sending = false;
      if (dirty.size && !line.classList.contains("bad")) timer = window.setTimeout(save, WAIT);
    }
  };
  const rowOf = (key) => rows().find((row) => row.dataset.rowKey === key);
  const take = (told) => {
    const row = rowOf(told.row);
    if (!row) return;
    row.dataset.rowVersion = String(told.version);
    const version = row.querySelector(`input[name="${told.row}.version"]`);
    if (version) version.value = String(told.version);
    // What is being typed is judged when it is finished.
    if (dirty.has(row)) return;
    for (const cell of cellsOf(row)) {
      forgiven(cell);
      if (told.problems[cell.dataset.column]) refuse(cell, told.problems[cell.dataset.column]);
    }
  };
  const count = () => {
    const words = document.querySelector(".sheet-tabs [aria-current] .sheet-count");
    if (!words || document.querySelector(".pages")) return;
    words.textContent = `${rows().filter((row) => cellsOf(row).some((cell) => cell.value.trim())).length}行`;
  };
  const clash = (conflict) => {
    const row = rowOf(conflict.row);
    if (row) refuse(cellsOf(row)[0], `${conflict.message}画面を開き直すと、いまの内容が出ます。`);
  };
  const jump = Object.assign(document.createElement("button"), {
    type: "button",
    className: "button small",
    textContent: "次の直すところへ",
  });
  jump.addEventListener("click", () => {
    const wrong = invalid();
    const at = wrong.indexOf(table.dataset.at ? document.getElementById(table.dataset.at) : null);
    go(wrong[(at + 1) % wrong.length]);
  });

  // ---------- keys
  const go = (cell) => {
    if (!cell) return;
    cell.focus();
    cell.select();
  };
  table.addEventListener("focusin", (event) => {
    const cell = event.target.closest("input[data-column]");
    if (!cell) return;
    cell.dataset.before = cell.value;
    table.dataset.at = cell.id;
  });
  table.addEventListener("keydown", (event) => {
    const cell = event.target.closest("input[data-column]");
    if (!cell) return;
    const row = cell.closest("tr");
    const column = cell.dataset.column;
    if (event.altKey && event.code === "KeyD" && !event.isComposing) {
      const above = cellOf(row.previousElementSibling, column);
      if (above) put(cell, above.value);
    } else if (!isPlain(event)) return;
    else if (event.key === "Enter") go(cellOf(event.shiftKey ? row.previousElementSibling : rowAfter(row), column));
    else if (event.key === "Escape") put(cell, cell.dataset.before ?? cell.defaultValue);
    // A cell with choices opens them with these keys.
    else if (event.key === "ArrowDown" && !cell.list) go(cellOf(rowAfter(row), column));
    else if (event.key === "ArrowUp" && !cell.list) go(cellOf(row.previousElementSibling, column));
    else return;
    event.preventDefault();
  });
  table.addEventListener("input", (event) => {
    const cell = event.target.closest("input[data-column]");
    if (!cell) return;
    changed(cell);
    if (!cell.closest("tr").nextElementSibling) addRow();
  });
  const put = (cell, text) => {
    if (cell.value === text) return;
    cell.value = text;
    changed(cell);
  };

  // ---------- pasting: cells of a spreadsheet come as lines and tabs; a cell with a line break comes in quotes
  const grid = (text) => {
    const found = [[""]];
    let quoted = false;
    for (let at = 0; at < text.length; at += 1) {
      const letter = text[at];
      const cell = found.at(-1);
      if (quoted) {
        if (letter === '"' && text[at + 1] === '"') cell[cell.length - 1] += text[(at += 1)];
        else if (letter === '"') quoted = false;
        else cell[cell.length - 1] += letter === "\n" || letter === "\r" ? " " : letter;
      } else if (letter === '"' && cell.at(-1) === "") quoted = true;
      else if (letter === "\t") cell.push("");
      else if (letter === "\n") found.push([""]);
      else if (letter !== "\r") cell[cell.length - 1] += letter;
    }
    if (found.at(-1).join("") === "") found.pop();
    return found;
  };
  const headings = () =>
    new Map(
      [...table.tHead.querySelectorAll("th[data-column]")].map((head) => [
        head.firstChild.textContent.normalize("NFKC").replace(/\s/g, ""),
        head.dataset.column,
      ]),
    );
  const columnsFor = (lines, cell) => {
    const known = headings();
    const byHeading = lines[0].map((text) => known.get(text.normalize("NFKC").replace(/\s/g, "")));
    if (lines.length > 1 && byHeading.filter(Boolean).length >= 3) return [byHeading, lines.slice(1)];
    const all = cellsOf(cell.closest("tr")).map((one) => one.dataset.column);
    return [all.slice(all.indexOf(cell.dataset.column)), lines];
  };
  table.addEventListener("paste", (event) => {
    const cell = event.target.closest("input[data-column]");
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!cell || !/[\t\n]/.test(text.trim())) return;
    event.preventDefault();
    const [columns, lines] = columnsFor(grid(text), cell);
    const before = new Map();
    let row = cell.closest("tr");
    let left = 0;
    for (const [number, texts] of lines.slice(0, MOST_PASTED).entries()) {
      if (number) row = rowAfter(row);
      texts.forEach((one, place) => {
        const target = columns[place] && cellOf(row, columns[place]);
        if (!target) left += one.trim() ? 1 : 0;
        else {
          before.set(target, target.value);
          put(target, one.trim());
        }
      });
    }
    rowAfter(row);
    pasted = before;
    tell(Math.min(lines.length, MOST_PASTED), lines.length - MOST_PASTED, left);
  });
  const undo = Object.assign(document.createElement("button"), {
    type: "button",
    className: "button small",
    textContent: "貼り付けを元に戻す",
  });
  const notice = document.createElement("p");
  notice.className = "note info entry-pasted";
  notice.setAttribute("role", "status");
  const tell = (many, beyond, left) => {
    notice.textContent = [
      `${many}行を貼り付けました。`,
      beyond > 0 ? `一度に貼り付けられるのは${MOST_PASTED}行までです。残りの${beyond}行は、もう一度コピーして貼り付けてください。` : "",
      left ? `この表にない列の${left}個の値は、貼り付けていません。` : "",
    ].join("");
    notice.append(" ", undo);
    form.querySelector(".entry-bar").after(notice);
  };
  undo.addEventListener("click", () => {
    for (const [cell, text] of pasted ?? []) put(cell, text);
    pasted = null;
    notice.textContent = "貼り付けを元に戻しました。";
    go(document.getElementById(table.dataset.at));
  });

  // ---------- leaving
  form.addEventListener("submit", () => {
    leaving = true;
    window.clearTimeout(timer);
  });
  window.addEventListener("pageshow", () => { leaving = false; });
  window.addEventListener("online", save);
  window.addEventListener("focus", save);
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && (dirty.size || sending)) event.preventDefault();
  });
  table.addEventListener("focusout", () => window.setTimeout(() => { if (!table.contains(document.activeElement)) save(); }, 0));
  form.querySelector("[data-needs-script]")?.removeAttribute("hidden");
})();
