// Saves the body of a lesson while one writes, over nobody's text, and keeps on this device what could not be sent.

const IDLE = 3000; // ms without a key before a save
const field = document.querySelector("textarea[data-autosave]");
if (field) guard();

function guard() {
  const { form } = field;
  const address = field.dataset.autosave;
  const key = `ceu-lesson:${address}`;
  const line = document.createElement("p");
  const bar = document.createElement("div");
  line.className = "help";
  line.setAttribute("role", "status");
  bar.className = "le-kept";
  field.after(line, bar);
  let mark = field.dataset.mark;
  let saved = field.value; // the text that the server has
  let timer = 0;
  let busy = false;
  let leaving = false;
  let asking = false;
  let others = false; // another field was changed

  const dirty = () => field.value !== saved;

  function keep() {
    try { localStorage.setItem(key, JSON.stringify({ body: field.value, at: Date.now() })); } catch { /* no room: the warning stays */ }
  }
  function forget() {
    try { localStorage.removeItem(key); } catch { /* nothing was kept */ }
  }
  function kept() {
    try { return JSON.parse(localStorage.getItem(key)); } catch { return null; }
  }
  function put(body) {
    field.value = body;
    field.dispatchEvent(new Event("lesson:set"));
  }
  function ask(words, choices) {
    asking = true;
    bar.replaceChildren(Object.assign(document.createElement("p"), { textContent: words }));
    bar.firstChild.setAttribute("role", "alert");
    for (const [name, act] of choices) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "button", textContent: name });
      button.addEventListener("click", () => {
        asking = false;
        bar.replaceChildren();
        act();
      });
      bar.append(button);
    }
  }
  function later(wait = IDLE) {
    clearTimeout(timer);
    timer = setTimeout(save, wait);
  }

  async function save() {
    if (busy || asking || !dirty()) return;
    busy = true;
    const body = field.value;
    const data = new FormData();
    data.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    data.set("body", body);
    data.set("over", mark);
    data.set("seen", form.elements.seen.value);
    try {
      const answer = await fetch(address, { method: "POST", body: data, redirect: "manual" });
      if (answer.ok) took(body, await answer.json());
      else if (answer.status === 409) choose(await answer.json());
      else if (answer.status === 422) line.textContent = (await answer.json()).why;
      else line.textContent = "You are not signed in any more. Your text is kept on this device: sign in, open this lesson again, and put it back.";
    } catch {
      line.textContent = "The site cannot be reached. Your text is kept on this device, and sending is tried again.";
      later(15000);
    } finally {
      busy = false;
    }
    if (dirty() && !asking && field.value !== body) later();
  }

  function took(body, { mark: now, seen }) {
    mark = now;
    form.elements.seen.value = seen;
    saved = body;
    if (!dirty()) forget();
    line.textContent = "Saved.";
  }

  function choose({ body, mark: theirs }) {
    line.textContent = "";
    const go = (text) => () => {
      mark = theirs;
      saved = body;
      put(text);
      keep();
      later(0);
    };
    ask("Somebody else saved this lesson while you were writing. Nothing of either text is lost: choose what is to stand.", [
      ["Keep mine", () => go(field.value)()],
      ["Take theirs", () => { go(body)(); forget(); }],
      ["Put theirs after mine", () => go(`${field.value}\n${body}`)()],
    ]);
  }

  const before = kept();
  if (before && before.body !== field.value) {
    const when = new Date(before.at).toLocaleString("en-GB");
    ask(`This device kept a text of this lesson from ${when} that is not the one that is saved.`, [
      ["Put it back", () => { put(before.body); later(0); }],
      ["Throw it away", forget],
    ]);
  } else forget();

  field.addEventListener("input", () => {
    keep();
    line.textContent = "";
    later();
  });
  form.addEventListener("input", ({ target }) => { if (target !== field && target.name) others = true; });
  form.addEventListener("submit", () => {
    leaving = true;
    clearTimeout(timer);
    if (dirty()) keep();
  });
  addEventListener("beforeunload", (event) => { if (!leaving && (dirty() || others)) event.preventDefault(); });
}
