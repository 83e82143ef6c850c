// The outline of a course: moves are gathered here and saved together. Without it each move is a request of its own.

const form = document.querySelector("#outline");
const top = form?.querySelector("[data-modules]");

if (top) {
  const said = form.querySelector("[data-said]");
  const saving = form.querySelector("input[type=submit]");
  const order = form.elements.order;
  let dirty = false;
  let leaving = false;
  let dragged = null;

  const id = (part) => part.dataset.part.split(":")[1];
  const isModule = (part) => part.dataset.part.startsWith("module:");
  const lessonsOf = (module) => module.querySelector("[data-lessons]");
  const find = (name) => top.querySelector(`[data-part="${CSS.escape(name)}"]`);

  function settle(part, words) {
    order.value = [...top.children].map((module) => `${id(module)}:${[...lessonsOf(module).children].map(id).join(",")}`).join(";");
    dirty = order.value !== form.elements.base.value;
    tell(dirty ? `${words} Not saved yet.` : "The order is as it was.");
    part.classList.add("moved");
  }

  function tell(words) {
    said.textContent = "";
    requestAnimationFrame(() => { said.textContent = words; });
  }

  function place(part) {
    const rows = [...part.parentElement.children];
    const where = isModule(part) ? "" : ` in ${part.closest("[data-part^='module:']").querySelector("b").textContent}`;
    return `Place ${rows.indexOf(part) + 1} of ${rows.length}${where}.`;
  }

  function step(part, way) {
    const up = way === "up";
    const other = up ? part.previousElementSibling : part.nextElementSibling;
    if (other) {
      if (up) other.before(part); else other.after(part);
      return true;
    }
    if (isModule(part)) return false;
    const module = part.closest("[data-part^='module:']");
    const next = up ? module.previousElementSibling : module.nextElementSibling;
    if (!next) return false;
    if (up) lessonsOf(next).append(part); else lessonsOf(next).prepend(part);
    return true;
  }

  function put(part, [where, beside]) {
    const other = beside && find(`${where === "after" ? "lesson" : "module"}:${beside}`);
    const wants = ["front", "behind"].includes(where);
    if (isModule(part) !== wants) return false;
    if (other === part) return true;
    if (where === "front") top.prepend(part);
    else if (where === "first") lessonsOf(other).prepend(part);
    else other.after(part);
    return true;
  }

  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=move]");
    if (!button) return;
    event.preventDefault();
    if (button.value === "put") {
      const part = find(form.elements.what.value);
      if (put(part, form.elements.where.value.split(":"))) settle(part, place(part));
      else tell("A lesson is put into a module, and a module among the modules.");
      return;
    }
    const [kind, pk, way] = button.value.split(":");
    const part = find(`${kind}:${pk}`);
    if (step(part, way)) settle(part, place(part));
    else tell(way === "up" ? "It is the first already." : "It is the last already.");
    button.focus();
  });

  form.addEventListener("keydown", (event) => {
    if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    const part = event.target.closest("[data-part]");
    if (!part) return;
    event.preventDefault();
    if (step(part, event.key === "ArrowUp" ? "up" : "down")) settle(part, place(part));
    event.target.focus();
  });

  // A handle to drag by, which only a mouse needs.
  for (const part of top.querySelectorAll("[data-part]")) {
    const handle = document.createElement("span");
    handle.className = "order__handle";
    handle.textContent = "⠿";
    handle.setAttribute("aria-hidden", "true");
    handle.draggable = true;
    handle.addEventListener("dragstart", (event) => {
      dragged = part;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setDragImage(part, 0, 0);
    });
    handle.addEventListener("dragend", () => {
      settle(dragged, place(dragged));
      dragged = null;
    });
    part.querySelector(".part").prepend(handle);
  }

  top.addEventListener("dragover", (event) => {
    if (!dragged) return;
    const over = event.target.closest(isModule(dragged) ? "[data-part^='module:']" : "[data-part]");
    if (!over || over === dragged || dragged.contains(over)) return;
    event.preventDefault();
    const box = over.getBoundingClientRect();
    if (!isModule(dragged) && isModule(over)) {
      if (!lessonsOf(over).children.length || event.clientY < lessonsOf(over).getBoundingClientRect().top) lessonsOf(over).prepend(dragged);
    } else if (event.clientY < box.top + box.height / 2) over.before(dragged);
    else over.after(dragged);
  });

  form.addEventListener("submit", () => { leaving = true; saving.disabled = false; });
  addEventListener("beforeunload", (event) => { if (dirty && !leaving) event.preventDefault(); });
}

const at = new URLSearchParams(location.search).get("at");
if (at) document.querySelector(`button[value="${CSS.escape(at)}"]`)?.focus();
