// Shows pages that somebody chose to keep on this device, and only where the network does not answer. It stores nothing by
// itself. Pages are kept for one login session: those of any other are removed as soon as the site is heard from.
const KEPT = "kept:";

async function forget(but) {
  const names = (await caches.keys()).filter((name) => name.startsWith(KEPT) && !name.startsWith(`${KEPT}${but}:`));
  await Promise.all(names.map((name) => caches.delete(name)));
}

const kept = (request) => caches.match(request, { ignoreSearch: true, ignoreVary: true });

async function navigate(request) {
  const leaving = request.method === "POST" && new URL(request.url).pathname.endsWith("/logout/");
  try {
    const answer = await fetch(request);
    const reader = answer.headers.get("x-reader");
    if (leaving) await forget("");
    else if (reader) await forget(reader);
    return answer;
  } catch {
    if (leaving) await forget("");
    const found = request.method === "GET" && await kept(request);
    return found || (await kept("/offline/")) || Response.error();
  }
}

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (new URL(request.url).origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(navigate(request));
  else if (request.method === "GET") event.respondWith(fetch(request).catch(async () => (await kept(request)) || Response.error()));
});
