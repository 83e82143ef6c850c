// Select2 names its boxes by the chosen value alone, and its list not at all. Here both get the words of their label.
function labelOf(select) {
  const label = document.querySelector(`label[for="${select.id}"]`);
  if (label) label.id ||= `${select.id}_label`;
  return label;
}

function nameBoxes() {
  for (const select of document.querySelectorAll("select.admin-autocomplete")) {
    const label = labelOf(select);
    const box = select.nextElementSibling?.querySelector("[role=combobox]");
    if (!label || !box) continue;
    box.querySelector("[role=textbox]")?.setAttribute("aria-labelledby", label.id);
    box.setAttribute("aria-labelledby", `${label.id} ${box.getAttribute("aria-labelledby") ?? ""}`.trim());
  }
}

function nameList({ target }) {
  const label = labelOf(target);
  const box = target.nextElementSibling?.querySelector("[role=combobox]");
  const list = document.querySelector(".select2-container--open .select2-results [role=listbox]");
  const search = document.querySelector(".select2-container--open .select2-search__field");
  if (!label || !list || !search) return;
  box?.setAttribute("aria-controls", list.id);
  const open = list.closest(".select2-container");
  for (const [element, role] of [[search, ""], [list, ""], [open, "region"]]) {
    element.setAttribute("aria-labelledby", label.id);
    if (role) element.setAttribute("role", role);
  }
}

// jQuery calls in the order of asking, and autocomplete.js has asked before: its boxes stand when ours are named.
document.addEventListener("DOMContentLoaded", () => {
  const { jQuery } = globalThis.django;
  jQuery(nameBoxes);
  jQuery(document).on("select2:open", nameList);
});
