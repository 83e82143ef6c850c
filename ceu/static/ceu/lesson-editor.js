// The body of a lesson as its readers will see it. The field of HTML below stays what is sent: it is written only when
// something was changed here, so a lesson that is opened and saved keeps its bytes. Without this module the field serves.

import { extensions, normal, toHtml } from "./lesson-schema.js";

// Cleaned lessons have no such attribute. One that came in past the cleaning is not even read as a document.
const HANDLER = /[\s"'/]on[a-z]+\s*=/i;
const AS_HTML = "This lesson holds something that the editor cannot carry without a change, so it is edited as HTML.";

const field = document.querySelector("textarea[data-lesson]");
if (field && !field.disabled) start(await import(field.dataset.lesson));

function start(parts) {
  const { Editor, pm } = parts;
  const choices = JSON.parse(field.dataset.choices);
  const box = make("div", { class: "le" });
  const tools = make("div", { class: "le-tools", role: "toolbar", "aria-label": "Formatting" });
  const home = make("div", { class: "le-page" });
  const told = make("p", { class: "help", role: "status" });
  const label = document.querySelector(`label[for="${field.id}"]`);
  label.id ||= `${field.id}_label`;
  const original = field.value;
  if (HANDLER.test(original)) {
    told.textContent = AS_HTML;
    field.before(told);
    return;
  }

  const editor = new Editor({
    element: home, extensions: extensions(parts), content: field.value, injectCSS: false,
    editorProps: {
      attributes: { role: "textbox", "aria-multiline": "true", "aria-labelledby": label.id, spellcheck: "true", class: "prose" },
      handleKeyDown: (view, event) => key(event),
    },
    onUpdate: write,
    onSelectionUpdate: show,
    onTransaction: show,
  });
  const html = () => toHtml(editor, pm.model);

  field.before(box);
  box.append(tools, home, told);
  if (!carries(original)) {
    giveUp();
    return;
  }
  field.addEventListener("lesson:set", () => {
    if (editor.isDestroyed) return;
    if (HANDLER.test(field.value)) return giveUp();
    editor.commands.setContent(field.value, { emitUpdate: false });
    if (!carries(field.value)) giveUp();
  });
  field.classList.add("le-hidden");
  field.tabIndex = -1;

  function carries(body) {
    return !body.trim() || normal(html()) === normal(body);
  }

  function giveUp() {
    editor.destroy();
    tools.remove();
    home.remove();
    field.classList.remove("le-hidden");
    field.tabIndex = 0;
    told.textContent = AS_HTML;
  }

  function write() {
    field.value = html();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // --- verbs

  const { schema } = editor;
  const toggle = (name, attrs) => () => run(pm.commands.toggleMark(schema.marks[name], attrs));
  const block = (name, attrs) => () => run(pm.commands.setBlockType(schema.nodes[name], attrs));

  function run(command) {
    command(editor.state, editor.view.dispatch, editor.view);
    editor.view.focus();
  }

  const ancestor = (...names) => {
    const { $from } = editor.state.selection;
    for (let depth = $from.depth; depth > 0; depth -= 1) {
      if (names.includes($from.node(depth).type.name)) return { node: $from.node(depth), depth, from: $from.before(depth), to: $from.after(depth) };
    }
    return null;
  };

  /** Puts a block where the cursor's own block ends, or in its place when that is empty; the cursor goes into it. */
  function place(json) {
    const { $from } = editor.state.selection;
    let depth = $from.depth;
    while (depth > 0 && !["doc", "section", "callout", "details", "itemBlocks"].includes($from.node(depth - 1).type.name)) depth -= 1;
    const own = depth ? $from.node(depth) : null;
    const bare = own?.type.name === "paragraph" && !own.content.size;
    const at = own ? (bare ? $from.before(depth) : $from.after(depth)) : $from.pos;
    const made = schema.nodeFromJSON(json);
    const { tr } = editor.state;
    if (bare) tr.replaceWith(at, $from.after(depth), made);
    else tr.insert(at, made);
    const end = at + made.nodeSize;
    if (!tr.doc.resolve(end).nodeAfter) tr.insert(end, schema.nodes.paragraph.create());
    tr.setSelection(pm.state.TextSelection.near(tr.doc.resolve(at + 1)));
    editor.view.dispatch(tr.scrollIntoView());
    editor.view.focus();
  }

  function list(name) {
    const inside = ancestor("bulletList", "orderedList");
    const { tr, selection } = editor.state;
    if (inside && inside.node.type.name !== name) tr.setNodeMarkup(inside.from, schema.nodes[name]);
    else if (inside) {
      const blocks = [];
      inside.node.forEach((item) => (item.type.name === "item"
        ? blocks.push(schema.nodes.paragraph.create(null, item.content)) : item.forEach((each) => blocks.push(each))));
      tr.replaceWith(inside.from, inside.to, blocks);
    } else {
      const range = selection.$from.blockRange(selection.$to);
      const items = [];
      for (let n = range.startIndex; n < range.endIndex; n += 1) {
        const child = range.parent.child(n);
        items.push(child.isTextblock ? schema.nodes.item.create(null, child.content) : schema.nodes.itemBlocks.create(null, child));
      }
      if (!range.parent.canReplaceWith(range.startIndex, range.endIndex, schema.nodes[name])) return;
      tr.replaceWith(range.start, range.end, schema.nodes[name].create(null, items));
      tr.setSelection(pm.state.TextSelection.near(tr.doc.resolve(range.start + 1)));
    }
    editor.view.dispatch(tr);
    editor.view.focus();
  }

  /** In an empty last item, Enter ends the list. */
  function endList() {
    const { $from, empty } = editor.state.selection;
    const inside = ancestor("bulletList", "orderedList");
    if (!empty || $from.parent.type.name !== "item" || $from.parent.content.size || !inside) return false;
    if ($from.index(inside.depth) !== inside.node.childCount - 1) return false;
    const { tr } = editor.state;
    const paragraph = schema.nodes.paragraph.create();
    if (inside.node.childCount === 1) tr.replaceWith(inside.from, inside.to, paragraph);
    else tr.delete($from.before(), $from.after()).insert(inside.to - 2, paragraph);
    tr.setSelection(pm.state.TextSelection.near(tr.doc.resolve(inside.node.childCount === 1 ? inside.from + 1 : inside.to - 1)));
    editor.view.dispatch(tr.scrollIntoView());
    return true;
  }

  // --- tables: no cell spans others, so a table is rows of equal length

  const words = (text) => (text ? [{ type: "text", text }] : undefined);

  function tableOf(caption, columns, rows) {
    const times = (n, each) => Array.from({ length: n }, (_, at) => each(at));
    const head = { type: "row", content: times(columns, () => ({ type: "headerCell", attrs: { scope: "col" } })) };
    const body = times(rows, () => ({
      type: "row",
      content: times(columns, (at) => (at ? { type: "cell" } : { type: "headerCell", attrs: { scope: "row" } })),
    }));
    return {
      type: "table",
      content: [
        { type: "caption", content: words(caption) }, { type: "head", content: [head] }, { type: "rows", content: body },
      ],
    };
  }

  function reshape(change) {
    const table = ancestor("table");
    const cell = ancestor("cell", "headerCell");
    if (!table || !cell) return;
    const { $from } = editor.state.selection;
    const at = { part: $from.index(cell.depth - 3), row: $from.index(cell.depth - 2), column: $from.index(cell.depth - 1) };
    const json = table.node.toJSON();
    if (change(json.content, at) === false) return;
    const { tr } = editor.state;
    const made = schema.nodeFromJSON(json);
    tr.replaceWith(table.from, table.to, made);
    tr.setSelection(pm.state.TextSelection.near(tr.doc.resolve(Math.min($from.pos, table.from + made.nodeSize - 1))));
    editor.view.dispatch(tr);
    editor.view.focus();
  }

  const bare = ({ type, attrs }) => ({ type, attrs });
  const rowsOf = (parts_) => parts_.filter((part) => part.type !== "caption").flatMap((part) => part.content);
  const addRow = () => reshape((table, { part, row }) => {
    const body = table.findLast((each) => each.type === "rows").content;
    const like = body[0];
    body.splice(table[part].type === "rows" ? row + 1 : 0, 0, { type: "row", content: like.content.map(bare) });
  });
  const addColumn = () => reshape((table, { column }) => {
    for (const row of rowsOf(table)) {
      const like = row.content[column];
      const made = like.attrs?.scope === "row" ? { type: "cell" } : bare(like);
      row.content.splice(column + 1, 0, made);
    }
  });
  const dropRow = () => reshape((table, { part, row }) => {
    if (table[part].content.length === 1) return false;
    table[part].content.splice(row, 1);
    return true;
  });
  const dropColumn = () => reshape((table, { column }) => {
    if (rowsOf(table).some((row) => row.content.length === 1)) return false;
    for (const row of rowsOf(table)) row.content.splice(column, 1);
    return true;
  });

  /** Tab goes from cell to cell and out of the table at either end. */
  function step(back) {
    const table = ancestor("table");
    if (!table) return false;
    const cells = [];
    table.node.descendants((node, pos) => {
      if (node.isTextblock) cells.push(table.from + 1 + pos);
      return !node.isTextblock;
    });
    const { $from } = editor.state.selection;
    const here = cells.indexOf($from.before());
    const next = cells[here + (back ? -1 : 1)];
    const { tr, doc } = editor.state;
    const target = next === undefined ? doc.resolve(back ? table.from : table.to) : doc.resolve(next + 1);
    tr.setSelection(pm.state.Selection.near(target, back && next === undefined ? -1 : 1));
    editor.view.dispatch(tr.scrollIntoView());
    return true;
  }

  // --- what is chosen in a dialog

  const chooser = {
    async figure() {
      if (!choices.figures.length) {
        told.textContent = "There are no figures to choose from yet. Save the lesson, add one under Figures, and open the lesson again.";
        return;
      }
      const given = await ask("Insert a figure", [
        { name: "figure", label: "Figure", options: choices.figures },
        { name: "caption", label: "Caption", required: true },
      ], "Its text alternative comes with it from the media library.");
      if (given) place({ type: "figure", attrs: { "data-figure": given.figure }, content: [{ type: "figcaption", content: words(given.caption) }] });
    },
    async source() {
      const given = choices.references.length && await ask("Cite a source", [{ name: "key", label: "Source", options: choices.references }]);
      if (given) editor.chain().focus().insertContent({ type: "cite", attrs: { key: given.key } }).run();
      else if (!choices.references.length) told.textContent = "There are no sources to choose from yet. Save the lesson, add one under References, and open the lesson again.";
    },
    async table() {
      const given = await ask("Insert a table", [
        { name: "caption", label: "Caption", required: true },
        { name: "columns", label: "Columns", type: "number", value: 2, min: 1, max: 8 },
        { name: "rows", label: "Rows under the heading", type: "number", value: 2, min: 1, max: 40 },
      ]);
      if (!given) return;
      place(tableOf(given.caption, Number(given.columns), Number(given.rows)));
      step(false); // from the caption into the first cell
    },
    async link() {
      if (editor.isActive("link")) return toggle("link")();
      const given = await ask("Link the selected words", [
        { name: "href", label: "Address", required: true, pattern: "https://.+|#[a-z0-9-]+", title: "It starts with https://, or it is # and an anchor of this page." },
      ]);
      if (given) toggle("link", { href: given.href })();
      return undefined;
    },
  };
  const callout = (kind) => () => place({ type: "callout", attrs: { class: `callout ${kind}` }, content: [{ type: "paragraph" }] });
  const question = () => place({ type: "details", content: [{ type: "summary" }, { type: "paragraph" }] });

  // --- the toolbar

  const BUTTONS = [
    ["Text", block("paragraph", { class: null }), () => editor.isActive("paragraph", { class: null })],
    ["Lead", block("paragraph", { class: "lede" }), () => editor.isActive("paragraph", { class: "lede" })],
    ["Heading", block("heading", { level: 2 }), () => editor.isActive("heading", { level: 2 })],
    ["Subheading", block("heading", { level: 3 }), () => editor.isActive("heading", { level: 3 })],
    ["Bold", toggle("strong"), () => editor.isActive("strong")],
    ["Italic", toggle("em"), () => editor.isActive("em")],
    ["Key term", toggle("dfn"), () => editor.isActive("dfn")],
    ["Unconfirmed", toggle("unconfirmed"), () => editor.isActive("unconfirmed")],
    ["Link", chooser.link, () => editor.isActive("link")],
    ["List", () => list("bulletList"), () => editor.isActive("bulletList")],
    ["Numbered list", () => list("orderedList"), () => editor.isActive("orderedList")],
    ["Source", chooser.source],
    ["Figure", chooser.figure],
    ["Table", chooser.table],
    ["Clinical pearl", callout("pearl")],
    ["Caution", callout("caution")],
    ["Red flag", callout("red-flag")],
    ["Check question", question],
    ["Add row", addRow, null, "cell"], ["Add column", addColumn, null, "cell"],
    ["Delete row", dropRow, null, "cell"], ["Delete column", dropColumn, null, "cell"],
    ["Undo", () => editor.chain().focus().undo().run()],
    ["Redo", () => editor.chain().focus().redo().run()],
  ];
  const shown = BUTTONS.map(([name, act, isOn, only]) => {
    const button = make("button", { type: "button", class: "button" }, name);
    button.addEventListener("mousedown", (event) => event.preventDefault()); // the selection stays
    button.addEventListener("click", act);
    tools.append(button);
    return { button, isOn, only };
  });
  // One stop of Tab for the whole bar; arrows move inside it.
  tools.addEventListener("keydown", (event) => {
    const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!move) return;
    const open = shown.filter(({ button }) => !button.hidden).map(({ button }) => button);
    focusTool(open[(open.indexOf(document.activeElement) + move + open.length) % open.length]);
    event.preventDefault();
  });

  function focusTool(button) {
    for (const each of shown) each.button.tabIndex = each.button === button ? 0 : -1;
    button.focus();
  }

  function show() {
    const inTable = Boolean(ancestor("cell", "headerCell"));
    for (const { button, isOn, only } of shown) {
      if (isOn) button.setAttribute("aria-pressed", String(isOn()));
      if (only) button.hidden = !inTable;
    }
  }

  function key(event) {
    const command = event.ctrlKey || event.metaKey;
    if (event.key === "F10" && event.altKey) {
      editor.view.domObserver.flush(); // a cursor that has only just moved is else not yet known
      focusTool(shown[0].button);
      return true;
    }
    if (event.key === "Tab" && !command && !event.altKey) return step(event.shiftKey);
    if (event.key === "Enter" && !command && !event.shiftKey) return endList();
    const marks = { b: "strong", i: "em" };
    if (command && !event.altKey && !event.shiftKey && marks[event.key]) { toggle(marks[event.key])(); return true; }
    return false;
  }

  shown.forEach(({ button }, at) => { button.tabIndex = at ? -1 : 0; });
  told.textContent = "Alt and F10 together go to the formatting bar.";
  show();
}

function make(tag, attributes, text) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

/** A dialog with one line a field. Resolves with what was given, or null. */
function ask(title, fields, help = "") {
  const before = document.activeElement;
  const dialog = make("dialog", { class: "le-ask", "aria-label": title });
  const form = make("form", { method: "dialog" });
  form.append(make("h2", {}, title));
  for (const { name, label, options, ...rest } of fields) {
    const line = make("label", {}, label);
    const input = make(options ? "select" : "input", { name, ...(options ? {} : { type: "text" }) });
    for (const [value, words] of options ?? []) input.append(make("option", { value }, words));
    for (const [each, value] of Object.entries(rest)) if (value !== false) input.setAttribute(each, value === true ? "" : value);
    line.append(input);
    form.append(line);
  }
  if (help) form.append(make("p", { class: "help" }, help));
  const insert = make("button", { class: "button", value: "insert" }, "Insert");
  const leave = make("button", { class: "button", value: "", formnovalidate: "" }, "Cancel");
  form.append(insert, leave);
  dialog.append(form);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    const done = (given) => {
      dialog.remove();
      if (!given) before?.focus();
      resolve(given);
    };
    // On submit and not on close, which comes later: what is typed meanwhile would go elsewhere.
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      done(event.submitter === leave ? null : Object.fromEntries(new FormData(form)));
    });
    dialog.addEventListener("cancel", () => done(null));
  });
}
