// Rows of a page that stand in an order: buttons, Alt with an arrow key, and dragging. Without it one types the numbers.

const said = document.createElement("p");
said.className = "visually-hidden";
said.setAttribute("role", "status");

function rowsOf(body) {
  return [...body.children].filter((row) => row.matches("tr.form-row:not(.empty-form)"));
}

// Whether it says more than a row says when it is added.
function begun(row) {
  if (row.classList.contains("has_original")) return true;
  const empty = row.parentElement.querySelector("tr.empty-form");
  return [...row.querySelectorAll("input:not([type=hidden]), textarea, select")].some((field) => {
    const name = field.name.replace(/^.*-\d+-/, "");
    if (name === "position") return false;
    const plain = empty?.querySelector(`[name$="-__prefix__-${name}"]`);
    return field.type === "checkbox" ? field.checked !== Boolean(plain?.checked) : field.value !== (plain?.value ?? "");
  });
}

// A row that nobody has filled keeps no number, or it would be saved as an empty one.
function number(body) {
  let place = 0;
  for (const row of rowsOf(body)) {
    const field = row.querySelector("input[name$='-position']");
    if (!field) continue;
    const value = begun(row) ? String(++place) : "";
    if (field.value !== value) field.value = value;
  }
}

function move(row, step, focus) {
  const rows = rowsOf(row.parentElement);
  const place = rows.indexOf(row);
  const other = rows[place + step];
  if (!other) return tell(step < 0 ? "It is the first already." : "It is the last already.");
  if (step < 0) other.before(row); else other.after(row);
  settle(row);
  focus?.focus();
  tell(`Moved to place ${place + step + 1} of ${rows.length}.`);
}

function settle(row) {
  number(row.parentElement);
  row.parentElement.dispatchEvent(new Event("input", { bubbles: true }));
}

function tell(words) {
  said.textContent = "";
  requestAnimationFrame(() => { said.textContent = words; });
}

function button(words, name, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "order__step";
  made.textContent = words;
  made.setAttribute("aria-label", name);
  made.addEventListener("click", () => act(made));
  return made;
}

let dragged = null;

function equip(row) {
  const field = row.querySelector("input[name$='-position']");
  if (!field || row.classList.contains("empty-form") || row.querySelector(".order")) return;
  const label = (field.getAttribute("aria-label") ?? "").split(", ").at(-1) || "row";
  const tools = document.createElement("span");
  tools.className = "order";
  const handle = document.createElement("span");
  handle.className = "order__handle";
  handle.textContent = "⠿";
  handle.title = "Drag to another place";
  handle.setAttribute("aria-hidden", "true");
  handle.draggable = true;
  handle.addEventListener("dragstart", (event) => {
    dragged = row;
    row.classList.add("dragged");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setDragImage(row, 0, 0);
  });
  handle.addEventListener("dragend", () => {
    row.classList.remove("dragged");
    dragged = null;
    settle(row);
  });
  tools.append(handle,
    button("Up", `Move ${label} up`, (made) => move(row, -1, made)),
    button("Down", `Move ${label} down`, (made) => move(row, 1, made)));
  field.after(tools);
  field.classList.add("order__number");
  field.tabIndex = -1; // the buttons and the keys say the same
}

function over(event) {
  const row = event.target.closest?.("tr.form-row:not(.empty-form)");
  if (!dragged || !row || row === dragged || row.parentElement !== dragged.parentElement) return;
  event.preventDefault();
  const box = row.getBoundingClientRect();
  if (event.clientY < box.top + box.height / 2) row.before(dragged); else row.after(dragged);
}

function byKey(event) {
  if (!event.altKey || event.ctrlKey || event.metaKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  const row = event.target.closest("tr.form-row:not(.empty-form)");
  if (!row?.querySelector("input[name$='-position']")) return;
  event.preventDefault();
  move(row, event.key === "ArrowUp" ? -1 : 1, event.target);
}

function start() {
  const bodies = new Set([...document.querySelectorAll("tr.form-row input[name$='-position']")].map((field) => field.closest("tbody")));
  if (!bodies.size) return;
  document.body.append(said);
  for (const body of bodies) {
    for (const row of rowsOf(body)) equip(row);
    body.addEventListener("dragover", over);
    body.addEventListener("keydown", byKey);
    body.closest("form").addEventListener("submit", () => number(body));
  }
  document.addEventListener("formset:added", ({ target }) => equip(target));
}

start();
