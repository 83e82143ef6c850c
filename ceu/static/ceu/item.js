// The page of one item: the question as a learner sees it, and what an editor would say, while one types. The server
// makes both and stores nothing.

const PAUSE = 350;
const look = document.querySelector("[data-look]");
const form = document.querySelector("#item_form");

if (look && form) {
  const [summary, stops, advice] = ["summary", "stops", "advice"].map((name) => look.querySelector(`[data-${name}]`));
  const host = look.querySelector("[data-learner]");
  const shadow = host.attachShadow({ mode: "open" });
  const sheet = document.createElement("link");
  sheet.rel = "stylesheet";
  sheet.href = look.dataset.css;
  const shown = document.createElement("div");
  shadow.append(sheet, shown);
  let timer = 0;
  let asked = null;
  let dirty = false;
  let leaving = false;

  look.hidden = false;

  async function ask() {
    asked?.abort();
    asked = new AbortController();
    try {
      const answer = await fetch(look.dataset.look, {
        method: "POST", body: new FormData(form), headers: { Accept: "application/json" }, signal: asked.signal, redirect: "error",
      });
      if (!answer.ok) throw new Error(String(answer.status));
      show(await answer.json());
    } catch (problem) {
      if (problem.name !== "AbortError") say("The preview could not be made. What you typed is still here; you may have to sign in again in another window.");
    }
  }

  function show({ html, stops: stopping, findings }) {
    shown.innerHTML = html; // from our own templates: what was typed is escaped there
    list(stops, stopping, "Nothing. It can be published.");
    const light = findings.filter((finding) => finding.severity === "advice");
    list(advice, light.map((finding) => finding.reason), "Nothing.");
    beside(findings);
    const must = Math.max(stopping.length, findings.length - light.length);
    say(must || light.length ? `${must} to mend, ${light.length} to think about.` : "Nothing to mend.");
  }

  function list(place, sentences, none) {
    place.replaceChildren(...(sentences.length ? sentences : [none]).map((words) => {
      const line = document.createElement("li");
      line.textContent = words;
      return line;
    }));
    place.classList.toggle("none", !sentences.length);
  }

  function say(words) {
    if (summary.textContent !== words) summary.textContent = words;
  }

  // A field names what is said of it, so that it is heard where one is. Fields nobody has come to stay silent.
  function beside(findings) {
    for (const old of form.querySelectorAll(".lint")) {
      const field = form.elements[old.dataset.field];
      describe(field, old.id, false);
      old.remove();
    }
    for (const { severity, field: name, reason } of findings) {
      const field = form.elements[name];
      if (!field?.after || (severity === "must" && !touched(field))) continue;
      const note = document.createElement("p");
      note.className = `lint lint--${severity}`;
      note.id = `lint-${name}-${form.querySelectorAll(".lint").length}`;
      note.dataset.field = name;
      note.textContent = severity === "must" ? `To mend: ${reason}` : `Advice: ${reason}`;
      (field.closest(".flex-container") ?? field).after(note);
      describe(field, note.id, true);
    }
  }

  function touched(field) {
    return field.dataset.touched || form.dataset.saved;
  }

  function describe(field, id, on) {
    const ids = new Set((field.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean));
    if (on) ids.add(id); else ids.delete(id);
    if (ids.size) field.setAttribute("aria-describedby", [...ids].join(" ")); else field.removeAttribute("aria-describedby");
  }

  function later() {
    dirty = true;
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  }

  // One key only, where only one may be.
  function one({ target }) {
    if (!["single", "true_false"].includes(look.dataset.kind) || !target.checked || !target.name?.endsWith("-correct")) return;
    for (const other of form.querySelectorAll("input[name$='-correct']")) if (other !== target) other.checked = false;
  }

  form.addEventListener("change", (event) => { one(event); later(); });
  form.addEventListener("input", later);
  form.addEventListener("focusout", ({ target }) => { if (target.dataset) { target.dataset.touched = "1"; } });
  form.addEventListener("submit", ({ submitter }) => { if (submitter?.name !== "_look") leaving = true; });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector("[name=_addanother]") ?? form.querySelector("[name=_save]"));
  });
  addEventListener("beforeunload", (event) => { if (dirty && !leaving) event.preventDefault(); });
  for (const [name, kind] of [["narrow", "learner--narrow"], ["dark", "learner--dark"]]) {
    const button = look.querySelector(`[data-${name}]`);
    button.addEventListener("click", () => {
      button.setAttribute("aria-pressed", String(host.classList.toggle(kind)));
    });
  }
  if (/\/change\/$/.test(location.pathname)) form.dataset.saved = "1";
  ask();
}
