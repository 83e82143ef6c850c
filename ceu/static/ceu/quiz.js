// Saves answers as one goes, and keeps on this device what could not be sent. Without it every page works the same.

const PREFIX = "ceu-answer:";
const A_FORTNIGHT = 14 * 24 * 3600 * 1000;
const SIGNS = { saved: "check", saving: "sync", failed: "warn", offline: "cloud", kept: "info", stale: "warn" };
const BAD = new Set(["failed", "offline", "stale"]);
const REFUSED = new Set([400, 404, 413, 415, 422]);

// --- what waits on this device -------------------------------------------------------------------------------------

const memory = new Map(); // where the browser refuses to store
let durable = true;

function keep(key, entry) {
  memory.set(key, entry);
  try { localStorage.setItem(key, JSON.stringify(entry)); } catch { durable = false; }
}

function drop(key) {
  memory.delete(key);
  try { localStorage.removeItem(key); } catch { durable = false; }
}

function read(key) {
  try { return JSON.parse(localStorage.getItem(key)) ?? memory.get(key); } catch { return memory.get(key); }
}

function keys(prefix) {
  let stored = [];
  try { stored = Object.keys(localStorage); } catch { durable = false; }
  return [...new Set([...stored, ...memory.keys()])].filter((key) => key.startsWith(prefix)).sort();
}

for (const key of keys(PREFIX)) if (!(read(key)?.at > Date.now() - A_FORTNIGHT)) drop(key);

const done = document.querySelector("[data-done]")?.dataset.done;
if (done) for (const key of keys(PREFIX)) if (key.includes(`:${done}:`)) drop(key);

// --- one question, or the check page (question 0) ------------------------------------------------------------------

const form = document.querySelector("form[data-quiz]");
if (form) {
  const { user, attempt, home } = form.dataset;
  const here = Number(form.dataset.n);
  const checking = "submit" in form.dataset;
  const scope = `${PREFIX}${user}:${attempt}:`;
  const mine = `${scope}${here}`;
  const rev = form.elements.rev;
  const line = document.querySelector("[data-save]");
  const [shown, told] = line.children;
  const dialog = document.querySelector("dialog");
  const two = document.querySelector("[data-two]");
  const flagButton = form.querySelector("[name=flag]");
  let stored = "stored" in form.dataset;
  let unsaved = "unsaved" in form.dataset;
  let waiting = 0; // the timer of the next save
  let flight = null; // the save under way: one at a time, so that numbers follow each other
  let pause = 1000;
  let retry = 0;
  let bad = false;
  let busy = false;
  let warned = false; // of answers that are not saved, before submitting
  let goingOn = ""; // where Continue leads, once it was pressed

  // --- what is said

  function sign(name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `${line.dataset.icons}#${name}`);
    svg.setAttribute("class", "icon");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    svg.append(use);
    return svg;
  }

  // Everything is seen; only the change to bad and the way back to good are read aloud.
  function say(state, text) {
    line.dataset.state = state;
    shown.replaceChildren(sign(SIGNS[state]), text);
    if ((BAD.has(state) || bad) && state !== "saving") tell(text);
    if (state !== "saving") bad = BAD.has(state);
  }

  function tell(text) {
    if (told.textContent !== text) told.textContent = text;
  }

  function sayKept() {
    const count = keys(scope).length;
    const answers = `${count} answer${count === 1 ? "" : "s"}`;
    say("offline", durable ? `Offline: ${answers} kept on this device` : `Offline: ${answers} not saved. Keep this page open`);
  }

  // --- what the form holds

  const current = () => [...new FormData(form)].filter(([name]) => name.startsWith("answer"));
  const isBlank = (fields) => fields.every(([, value]) => !value.trim());
  const isWhole = (fields) =>
    form.dataset.kind !== "ordering" || new Set(fields.map(([, place]) => place).filter(Boolean)).size === fields.length;

  function fill(fields) {
    for (const control of form.elements) {
      if (!control.name?.startsWith("answer")) continue;
      const values = fields.filter(([name]) => name === control.name).map(([, value]) => value);
      if (control.type === "radio" || control.type === "checkbox") control.checked = values.includes(control.value);
      else control.value = values[0] ?? "";
    }
    countWords();
  }

  // As the server counts: what stands between spaces and holds a letter or a digit.
  function countWords() {
    const line = form.querySelector("[data-count]");
    if (!line) return;
    const words = form.elements.answer.value.split(/\s+/).filter((part) => /[\p{L}\p{N}]/u.test(part)).length;
    const over = words - Number(line.dataset.count);
    line.textContent = `${words} of at most ${line.dataset.count} words${over > 0 ? `: take out ${over}` : ""}`;
  }

  function changed() {
    clearTimeout(waiting);
    waiting = 0;
    const fields = current();
    if (isBlank(fields)) {
      drop(mine);
      if (stored) say("kept", "Your saved answer stays until you choose Clear answer");
      return;
    }
    const held = !isWhole(fields);
    keep(mine, { fields, rev: rev.value, at: Date.now(), held });
    if (held) return say("kept", "Not saved yet: give each step a place of its own");
    say("saving", "Saving…");
    waiting = setTimeout(flush, 600);
  }

  // --- sending

  async function post(n, fields, number) {
    const body = new URLSearchParams(fields);
    body.set("rev", number);
    body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    const request = { method: "POST", body, headers: { accept: "application/json" }, redirect: "manual", keepalive: true };
    let answer;
    try {
      answer = await fetch(`${home}answers/${n}/`, { ...request, signal: AbortSignal.timeout(10000) });
    } catch {
      return { kind: navigator.onLine ? "failed" : "offline" };
    }
    if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) return { kind: "out" };
    const data = await answer.json().catch(() => null);
    if (answer.ok && data) return { kind: "saved", ...data };
    if (answer.status === 409 && data) return { kind: "stale", ...data };
    if (answer.status === 410 && data) return { kind: "closed", ...data };
    return { kind: REFUSED.has(answer.status) ? "refused" : "failed", ...data };
  }

  // Everything that waits, in order. Ends with what stopped it: "saved", "none", "stale", "refused", "failed" …
  async function drain() {
    let kind = "none";
    let renewed = false;
    for (let queue = waitingKeys(); queue.length; queue = waitingKeys()) {
      const key = queue[0];
      const n = Number(key.slice(scope.length));
      const entry = read(key);
      const reply = await post(n, entry.fields, entry.rev);
      kind = reply.kind;
      if (kind === "saved") settle(key, n, entry, reply);
      else if (kind === "stale" || kind === "refused") setAside(key, n, entry, reply);
      else if (kind === "out" && !renewed && (await renew()) === "mine") renewed = true;
      else return stop(kind, reply);
      if (kind === "stale" || kind === "refused") {
        if (n === here) return kind;
        kind = "none"; // it concerns another question
      }
    }
    return kind;
  }

  const waitingKeys = () => keys(scope).filter((key) => !read(key)?.held);

  function settle(key, n, entry, reply) {
    const newer = read(key);
    if (newer && newer.at !== entry.at) keep(key, { ...newer, rev: reply.rev });
    else drop(key);
    pause = 1000;
    if (reply.left !== undefined) ends = performance.now() + reply.left;
    const answered = entry.fields[0][0] !== "clear";
    if (n === here) {
      rev.value = reply.rev;
      stored = answered;
      unsaved = false;
    }
    mark(n, answered);
    const clean = !keys(scope).length;
    if (clean) say("saved", n === here && !stored ? "Answer cleared" : `All answers saved ${reply.saved_at}`);
    if (clean && checking) location.reload();
  }

  // Not lost, and not sent again by itself: the learner has to look at it.
  function setAside(key, n, entry, reply) {
    keep(key, { ...entry, held: true });
    if (reply.kind === "stale" && n === here) return showBoth(reply);
    if (n === here) return say("kept", `Not saved yet. ${reply.problem ?? ""}`);
    sayAside();
  }

  function sayAside() {
    const others = keys(scope).filter((key) => key !== mine).map((key) => key.slice(scope.length));
    if (others.length) say("failed", `Question ${others.join(", ")}: an answer is not saved. Open it to decide`);
  }

  function stop(kind, reply) {
    if (kind === "closed") {
      for (const key of keys(scope)) drop(key);
      location.assign(reply.next);
    } else if (kind === "out") {
      say("failed", "Not saved: you are signed out. Your answer is kept on this page");
      if (!dialog.open) dialog.showModal();
    } else {
      if (kind === "offline") sayKept();
      else say("failed", "Not saved — will retry. You can keep working");
      clearTimeout(retry);
      retry = setTimeout(flush, pause);
      pause = Math.min(pause * 2, 60000);
    }
    return kind;
  }

  async function flush() {
    clearTimeout(waiting);
    waiting = 0;
    while (flight) await flight;
    flight = drain();
    try { return await flight; } finally { flight = null; }
  }

  // --- signed out: a new token after signing in again, and only for the same person

  async function renew() {
    const page = await fetch(location.href, { headers: { accept: "text/html" } }).catch(() => null);
    if (!page) return "offline";
    const path = new URL(page.url).pathname;
    if (page.ok && path === `${home}result/`) return location.assign(path);
    const theirs = page.ok && new DOMParser().parseFromString(await page.text(), "text/html").querySelector("form[data-quiz]");
    if (!theirs) return page.status === 404 ? "other" : "out";
    if (theirs.dataset.user !== user) return "other";
    const { value } = theirs.elements.csrfmiddlewaretoken;
    for (const token of document.querySelectorAll("[name=csrfmiddlewaretoken]")) token.value = value;
    return "mine";
  }

  async function resume() {
    const who = await renew();
    const words = dialog.querySelector("[data-words]");
    if (who === "mine") {
      dialog.close();
      flush();
    } else if (who === "other") words.textContent = "Another account is signed in. Sign in with your own to save this answer.";
    else words.textContent = "You are still signed out. Sign in in a new window, then come back here.";
  }

  dialog.querySelector("[data-resume]").addEventListener("click", resume);
  dialog.querySelector("[data-later]").addEventListener("click", () => dialog.close());

  // --- two windows, two answers

  function showBoth(reply) {
    two.querySelector("[data-mine]").textContent = reply.mine || "No answer: you cleared it";
    two.querySelector("[data-saved]").textContent = reply.stored || "No answer: it was cleared";
    two.dataset.rev = reply.rev;
    two.hidden = false;
    say("stale", "Not saved: this question was answered in another window. Choose which answer to keep");
    if (goingOn) two.querySelector("h2").focus();
  }

  two?.addEventListener("click", async ({ target }) => {
    const choice = target.dataset.keep;
    if (!choice) return;
    if (choice === "stored") {
      drop(mine);
      return goingOn ? location.assign(goingOn) : location.reload();
    }
    keep(mine, { ...read(mine), rev: two.dataset.rev, at: Date.now(), held: false });
    two.hidden = true;
    const kind = await flush();
    if (kind === "saved" && goingOn) location.assign(goingOn);
    else form.querySelector("button").focus();
  });

  // --- the buttons

  async function goOn(next) {
    goingOn = next;
    if (unsaved) changed();
    if (read(mine)?.held) return handOver();
    const kind = await flush();
    if (kind === "refused") handOver();
    else if (kind === "saved" || kind === "none") location.assign(next);
    else if (kind === "failed") durable ? location.assign(next) : form.submit();
  }

  // The server says what is the matter, and its page holds what was typed.
  function handOver() {
    if (!navigator.onLine) return sayKept();
    drop(mine);
    form.submit();
  }

  async function setFlag() {
    await flush();
    const reply = await post(here, [["flag", flagButton.value]], rev.value);
    if (reply.kind !== "saved") return tellAndKeep(reply);
    flagButton.value = reply.flagged ? "0" : "1";
    flagButton.ariaPressed = String(reply.flagged);
    mark(here, stored, reply.flagged);
  }

  function tellAndKeep(reply) {
    if (reply.kind === "closed") return stop("closed", reply);
    return say("failed", "The flag could not be set. Your answers are not touched");
  }

  async function clear() {
    const had = stored || read(mine);
    fill([]);
    two.hidden = true;
    drop(mine);
    if (!had) return;
    keep(mine, { fields: [["clear", "1"]], rev: rev.value, at: Date.now() });
    await flush();
  }

  async function submitAttempt(button) {
    const words = button.textContent;
    button.ariaDisabled = "true";
    button.textContent = "Submitting…";
    if (keys(scope).length) await flush();
    if (!keys(scope).length || warned) return form.submit();
    warned = true;
    button.ariaDisabled = null;
    button.textContent = words;
    if (!waitingKeys().length) sayAside();
    tell(shown.textContent);
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    const name = event.submitter?.name;
    if (checking) await submitAttempt(form.querySelector("button"));
    else await (name === "flag" ? setFlag() : name === "clear" ? clear() : goOn(name === "to" ? `${home}check/` : form.dataset.next));
    busy = false;
  });

  // --- the map says the same as the server would

  function mark(n, answered, flagged) {
    const states = [...document.querySelectorAll(".map .status")];
    const status = states[n - 1];
    if (!status) return;
    flagged ??= status.textContent.includes("flagged");
    status.className = `status${flagged ? "" : answered ? " status--done" : " status--quiet"}`;
    status.replaceChildren(
      sign(flagged ? "flag" : answered ? "check" : "ring"),
      `${answered ? "Answered" : "Not answered"}${flagged ? ", flagged" : ""}`,
    );
    const segments = document.querySelectorAll("main .nerve li");
    if (n !== here && segments.length === states.length) segments[n - 1].className = answered ? "done" : "";
    const all = states.map((each) => each.textContent);
    const flags = all.filter((text) => text.includes("flagged")).length;
    const done = all.filter((text) => text.startsWith("Answered")).length;
    document.querySelector(".fold > summary").textContent =
      `All questions: ${done} of ${all.length} answered${flags ? `, ${flags} flagged` : ""}`;
  }

  // --- steps in order: buttons beside the numbers

  const list = form.querySelector("[data-order]");
  if (list) {
    const rows = () => [...list.children];
    const place = (row) => row.querySelector("select");
    const sorted = () => rows().sort((a, b) => place(a).value - place(b).value);
    const isFull = () => rows().every((row) => place(row).value);
    const before = new Map();
    const remember = () => rows().forEach((row) => before.set(row, place(row).value));

    const move = (row, step) => {
      const order = isFull() ? sorted() : rows();
      const from = order.indexOf(row);
      const to = from + step;
      if (to < 0 || to >= order.length) return;
      order.splice(to, 0, ...order.splice(from, 1));
      order.forEach((each, n) => { place(each).value = String(n + 1); });
      list.append(...order);
      remember();
      changed();
      tell(`${row.dataset.step}: place ${to + 1} of ${order.length}`);
    };

    for (const row of rows()) {
      row.dataset.step = row.querySelector("label").lastChild.textContent.trim();
      for (const [word, step] of [["Up", -1], ["Down", 1]]) {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "button button--second step";
        button.textContent = word;
        button.ariaLabel = `${word}: ${row.dataset.step}`;
        button.addEventListener("click", () => { move(row, step); button.focus(); });
        row.append(button);
      }
      // Choosing a place that is taken makes the two steps change places.
      place(row).addEventListener("change", () => {
        const other = rows().find((each) => each !== row && place(each).value && place(each).value === place(row).value);
        if (other) place(other).value = before.get(row) ?? "";
        remember();
        changed();
      });
    }
    queueMicrotask(() => { if (isFull()) list.append(...sorted()); remember(); });
  }

  // --- time

  let ends = Infinity;
  const timer = document.querySelector("[data-left]");
  if (timer) {
    const said = new Set();
    const started = performance.getEntriesByType("navigation")[0]?.responseStart ?? 0;
    ends = started + Number(timer.dataset.left);
    const minutes = (ms) => Math.ceil(ms / 60000);
    for (const mark of [10, 5, 1]) if (minutes(ends - performance.now()) <= mark) said.add(mark);
    const tick = async () => {
      const left = ends - performance.now();
      if (left <= 0) {
        clearInterval(ticking);
        await flush();
        if (keys(scope).length && bad) return;
        const end = document.createElement("form");
        end.method = "post";
        end.action = `${home}submit/`;
        for (const [name, value] of [["csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value], ["confirm", "1"]]) {
          end.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
        }
        document.body.append(end);
        return end.submit();
      }
      const words = left < 60000 ? `${Math.ceil(left / 1000)} seconds left` : `${minutes(left)} minute${minutes(left) === 1 ? "" : "s"} left`;
      timer.querySelector("[role=timer]").textContent = words;
      for (const mark of [10, 5, 1]) {
        if (minutes(left) <= mark && !said.has(mark)) {
          said.add(mark);
          tell(`${mark} minute${mark === 1 ? "" : "s"} left`);
        }
      }
    };
    const ticking = setInterval(tick, 1000);
    tick();
  }

  // --- when

  if (!checking) form.addEventListener("input", () => { countWords(); changed(); });
  addEventListener("online", flush);
  addEventListener("offline", () => { if (keys(scope).length) sayKept(); });
  addEventListener("pagehide", () => { if (waiting) flush(); });
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && waiting) flush();
    else if (!document.hidden && dialog.open) resume();
  });

  const left = read(mine);
  if (left && !checking) {
    fill(left.fields);
    rev.value = left.rev;
    keep(mine, { ...left, held: !isWhole(left.fields) });
  }
  if (waitingKeys().length) {
    say("saving", "Saving…");
    flush();
  } else sayAside();
}
