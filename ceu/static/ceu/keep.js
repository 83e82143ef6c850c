// Keeps the lessons of a course on this device, when asked to, and removes them again.
const box = document.querySelector("[data-keep]");
const [keepButton, removeButton] = box.querySelectorAll("button");
const status = box.querySelector("[role=status]");
const bar = box.querySelector("progress");
const slug = location.pathname.split("/").at(-2);
const INDEX = "/offline/kept.json";
const ours = async () => (await caches.keys()).find((name) => name.startsWith("kept:") && name.endsWith(`:${slug}`));

async function show(words) {
  const name = await ours();
  const kept = name && await (await caches.open(name)).match(INDEX);
  const list = kept && await kept.json();
  const old = list && String(list.version) !== box.dataset.version;
  keepButton.hidden = Boolean(list) && !old;
  keepButton.textContent = old ? "Keep the present edition instead" : "Keep this course on this device";
  removeButton.hidden = !list;
  bar.hidden = true;
  status.textContent = words ?? (old ? "An earlier edition is kept here." : list ? `${list.lessons} lessons are kept on this device.` : "");
}

async function partsOf() {
  const answer = await fetch(box.dataset.keep, { headers: { accept: "application/json" } });
  if (!answer.ok || answer.redirected) throw new Error("signed out");
  return answer.json();
}

async function fill(cache, list) {
  const waiting = [...list.addresses];
  bar.max = waiting.length;
  bar.value = 0;
  bar.hidden = false;
  const work = async () => {
    for (let address = waiting.shift(); address; address = waiting.shift()) {
      const answer = await fetch(address, { cache: "no-cache" });
      if (!answer.ok || answer.redirected) throw new Error(address);
      await cache.put(address, answer);
      bar.value += 1;
    }
  };
  await Promise.all([work(), work(), work()]);
  await cache.put(INDEX, new Response(JSON.stringify(list), { headers: { "content-type": "application/json" } }));
}

keepButton.addEventListener("click", async () => {
  keepButton.setAttribute("aria-disabled", "true");
  status.textContent = "Keeping the lessons. You may read on, and please leave this page open.";
  let name = "";
  try {
    const list = await partsOf();
    await navigator.serviceWorker.register("/sw.js");
    const before = await ours();
    if (before) await caches.delete(before);
    name = `kept:${list.reader}:${slug}`;
    await fill(await caches.open(name), list);
    await show();
    removeButton.focus();
  } catch {
    if (name) await caches.delete(name);
    await show("Not kept: the connection broke, or this device has no room. Nothing is left behind. Try again.");
  }
  keepButton.removeAttribute("aria-disabled");
});

removeButton.addEventListener("click", async () => {
  const name = await ours();
  if (name) await caches.delete(name);
  if (!(await caches.keys()).some((each) => each.startsWith("kept:"))) {
    for (const worker of await navigator.serviceWorker.getRegistrations()) await worker.unregister();
  }
  await show("Removed. Nothing of this course is kept on this device.");
  keepButton.focus();
});

if ("serviceWorker" in navigator && "caches" in window) show().then(() => { box.hidden = false; });
