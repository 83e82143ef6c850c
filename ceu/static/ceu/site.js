// Small comforts for every page. Nothing here is needed to use the site.

// Page colours and the size of text change in place, so that text typed into a form is not lost.
const colours = document.querySelector("form.switch");
colours?.addEventListener("submit", async (event) => {
  const { submitter } = event;
  if (!submitter) return;
  event.preventDefault();
  const { name, value } = submitter;
  const body = new FormData(colours);
  body.set(name, value);
  const answer = await fetch(colours.action, { method: "POST", body, headers: { accept: "application/json" } }).catch(() => null);
  if (!answer?.ok) return colours.submit();
  const root = document.documentElement;
  if (value === "auto" || value === "usual") delete root.dataset[name];
  else root.dataset[name] = value;
  for (const button of colours.querySelectorAll(`[name=${name}]`)) button.ariaPressed = String(button === submitter);
});

// A password can be shown while it is typed.
for (const input of document.querySelectorAll("input[type=password]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button--second reveal__button";
  const say = (shown) => {
    input.type = shown ? "text" : "password";
    button.textContent = shown ? "Hide" : "Show";
    button.ariaLabel = shown ? "Hide password" : "Show password";
  };
  const wrap = document.createElement("div");
  wrap.className = "reveal";
  input.replaceWith(wrap);
  wrap.append(input, button);
  say(false);
  button.addEventListener("click", () => say(input.type === "password"));
  // Never leave a readable password behind for the browser to remember as text.
  input.form?.addEventListener("submit", () => say(false));
}

// After a refused form, the list of problems is read first.
document.querySelector("[data-problems]")?.focus();

// The first time, the device's own time zone is proposed.
const zone = document.querySelector("select[data-guess-zone]");
if (zone?.value === "UTC") {
  const guess = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if ([...zone.options].some((option) => option.value === guess)) zone.value = guess;
}

// On the sign-in page the scripts for keys come only when a key is asked for.
const fetchScript = (src) => new Promise((done, failed) => {
  document.head.append(Object.assign(document.createElement("script"), { src, onload: done, onerror: failed }));
});
const keyButton = document.querySelector("button[data-key-scripts]");
keyButton?.addEventListener("click", async (event) => {
  event.preventDefault();
  for (const src of keyButton.dataset.keyScripts.split(" ")) await fetchScript(src);
  window.allauth.webauthn.forms.loginForm({ ids: { login: keyButton.id, credential: "mfa_credential" } });
  keyButton.click();
}, { once: true });

// A passkey that fails says so on the page, not in the console.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const trouble = document.querySelector("[data-key-trouble]");
  if (trouble) trouble.hidden = false;
});

// Answers kept on this device until they are saved leave with the person who gave them.
document.querySelector("form[action$='/logout/']")?.addEventListener("submit", () => {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith("ceu-answer:")) localStorage.removeItem(key);
  } catch { /* storage is refused: nothing was kept either */ }
});
