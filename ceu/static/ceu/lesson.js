// Marks the section in view in "On this page", and tells the server now and then, so that every device can go on there.
const article = document.querySelector("[data-place]");
const links = new Map([...document.querySelectorAll(".rail a")].map((link) => [link.hash.slice(1), link]));
const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value;
let here = "";
let sent = "";

function mark(anchor) {
  here = anchor;
  for (const [id, link] of links) {
    if (id === anchor) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

function send() {
  if (!here || here === sent || !token) return;
  sent = here;
  const body = new URLSearchParams({ anchor: here, csrfmiddlewaretoken: token });
  fetch(article.dataset.place, { method: "POST", body, keepalive: true }).catch(() => { sent = ""; });
}

if (article && links.size) {
  const seen = new Set();
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) entry.isIntersecting ? seen.add(entry.target.id) : seen.delete(entry.target.id);
    const first = [...links.keys()].find((id) => seen.has(id));
    if (first) mark(first);
  }, { rootMargin: "0px 0px -60% 0px" });
  for (const id of links.keys()) {
    const heading = document.getElementById(id);
    if (heading) watcher.observe(heading);
  }
  setInterval(send, 15000);
  addEventListener("pagehide", send);
}

// A note beside each section, opened in place and saved while one writes. Without this script the links lead to forms.
const notes = new Map();
const doors = [...document.querySelectorAll("a[data-note]")];
const clock = () => new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
const make = (tag, given = {}, ...inside) => {
  const made = Object.assign(document.createElement(tag), given);
  made.append(...inside);
  return made;
};
const button = (textContent, click, quiet = true) => {
  const made = make("button", { type: "button", className: `button button--${quiet ? "quiet" : "second"}`, textContent });
  made.addEventListener("click", click);
  return made;
};

function label(door) {
  const note = notes.get(door.dataset.note);
  const words = [note?.text ? "Your note" : "Note", note?.bookmarked ? ", bookmarked" : ""].join("");
  door.firstChild.data = words;
}

async function tell(anchor, values) {
  const lesson = location.pathname.split("/").at(-2);
  const body = new URLSearchParams({ lesson, anchor, csrfmiddlewaretoken: token, ...values });
  const answer = await fetch("../../notes/", { method: "POST", body, keepalive: true, headers: { accept: "application/json" } });
  if (answer.redirected) return { status: 401 };
  return { status: answer.status, ...(await answer.json().catch(() => ({}))) };
}

function open(door) {
  const anchor = door.dataset.note;
  const note = notes.get(anchor) ?? { text: "", bookmarked: false, rev: 0 };
  notes.set(anchor, note);
  const area = make("textarea", { id: `note-${anchor}`, value: note.text, rows: 4, maxLength: 5000, dir: "auto" });
  const status = make("span", { role: "status" });
  status.setAttribute("role", "status");
  const both = make("div", { className: "stack", hidden: true });
  const mark = button("", () => keep({ do: note.bookmarked ? "unbookmark" : "bookmark" }), true);
  const name = door.querySelector("span")?.textContent ?? "";
  const box = make("div", { className: "notebox stack" },
    make("div", { className: "field field--textarea" }, make("label", { htmlFor: area.id }, `Your note${name}`), area),
    make("p", { className: "save" }, status), both,
    make("p", { className: "row" }, button("Save the note", () => save(), false), mark,
      button("Delete this note", () => { if (note.text) keep({ do: "delete", rev: note.rev }); }), button("Close", close)));
  let timer = 0;
  let busy = false;

  const say = (words) => { if (status.textContent !== words) status.textContent = words; };
  const paint = () => {
    mark.textContent = note.bookmarked ? "Remove the bookmark" : "Bookmark this section";
    label(door);
  };

  async function keep(values) {
    if (busy) return void (timer = setTimeout(() => keep(values.do === "save" ? { ...values, text: area.value, rev: note.rev } : values), 400));
    busy = true;
    if (values.do === "save") say("Saving…");
    const answer = await tell(anchor, values).catch(() => ({ status: 0 }));
    busy = false;
    if (answer.status === 200) {
      Object.assign(note, { text: answer.text, bookmarked: answer.bookmarked, rev: answer.rev });
      both.hidden = true;
      if (values.do === "delete") area.value = "";
      say(values.do === "delete" ? "The note is deleted" : values.do === "save" ? `Saved ${clock()}` : note.bookmarked ? "Bookmarked" : "The bookmark is removed");
      paint();
    } else if (answer.status === 409) choose(answer);
    else if (answer.status === 401 || answer.status === 403) say("Not saved: you are signed out. Your text stays on this page");
    else if (answer.status) say(`Not saved. ${answer.problem ?? "Try again in a moment."}`);
    else {
      say(navigator.onLine ? "Not saved — will retry. You can keep working" : "Not saved: you are offline. Your text stays on this page, and is sent when you are back");
      if (values.do === "save") timer = setTimeout(save, 5000);
    }
  }

  function choose(theirs) {
    say("Not saved: this note was changed elsewhere. Choose which to keep");
    const take = (text) => {
      Object.assign(note, { rev: theirs.rev, text: theirs.text });
      area.value = text;
      both.hidden = true;
    };
    const stored = make("p", { className: "kept", dir: "auto", textContent: theirs.text || "Nothing: the note was deleted." });
    both.replaceChildren(make("p", {}, "Saved before:"), stored, make("p", { className: "row" },
      button("Keep what I typed", () => { take(area.value); save(); }, false),
      button("Take the saved note", () => { take(theirs.text); say("This is the saved note"); paint(); }, false)));
    both.hidden = false;
  }

  function save() {
    clearTimeout(timer);
    if (both.hidden && area.value.trim() && area.value !== note.text) keep({ do: "save", text: area.value, rev: note.rev });
  }

  function close() {
    save();
    box.hidden = true;
    door.setAttribute("aria-expanded", "false");
    door.focus();
  }

  area.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(save, 1500); });
  area.addEventListener("blur", save);
  addEventListener("pagehide", save);
  addEventListener("online", save);
  box.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
  door.parentElement.after(box);
  paint();
  return { box, area };
}

if (doors.length && token) {
  const boxes = new Map();
  const known = fetch("notes/", { headers: { accept: "application/json" } })
    .then((answer) => answer.ok && !answer.redirected ? answer.json() : Promise.reject(answer.status))
    .then((found) => { for (const note of found.notes) notes.set(note.anchor, note); doors.forEach(label); return true; })
    .catch(() => false);
  for (const door of doors) {
    door.addEventListener("click", async (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      if (!(await known)) return location.assign(door.href);
      if (!boxes.has(door)) boxes.set(door, open(door));
      const { box, area } = boxes.get(door);
      box.hidden = false;
      door.setAttribute("aria-expanded", "true");
      area.focus();
    });
  }
}
