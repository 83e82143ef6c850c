// Lists what is kept on this device, so that one can go on reading.
const place = document.querySelector("[data-kept]");
const names = "caches" in window ? (await caches.keys()).filter((name) => name.startsWith("kept:")) : [];
for (const name of names) {
  const list = await (await caches.open(name)).match("/offline/kept.json").then((found) => found?.json());
  if (!list) continue;
  const link = Object.assign(document.createElement("a"), { href: list.home, textContent: list.title });
  const row = document.createElement("li");
  row.append(link);
  place.querySelector("ul").append(row);
  place.hidden = false;
}
document.querySelector("[data-again]").addEventListener("click", () => location.reload());
