// Select2 names its box by the chosen value alone. Here the label comes before it, for people who cannot see the two.
function nameBoxes() {
  for (const select of document.querySelectorAll("select.admin-autocomplete")) {
    const label = document.querySelector(`label[for="${select.id}"]`);
    const box = select.nextElementSibling?.querySelector("[role=combobox]");
    if (!label || !box) continue;
    label.id ||= `${select.id}_label`;
    box.querySelector("[role=textbox]")?.setAttribute("aria-labelledby", label.id);
    box.setAttribute("aria-labelledby", `${label.id} ${box.getAttribute("aria-labelledby") ?? ""}`.trim());
  }
}

// jQuery calls in the order of asking, and autocomplete.js has asked before: its boxes stand when ours are named.
document.addEventListener("DOMContentLoaded", () => globalThis.django.jQuery(nameBoxes));
