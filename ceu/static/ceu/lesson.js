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
