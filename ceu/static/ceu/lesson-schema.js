// What the editor knows of a lesson: the vocabulary of courses/catalogue/markup.py, element by element, and back to HTML.

const BLOCKS = "p, h2, h3, ul, ol, table, figure, aside, section, details";
const CONTAINERS = new Set(["UL", "OL", "TABLE", "THEAD", "TBODY", "TR", "SECTION", "ASIDE", "DETAILS", "FIGURE"]);

function attribute(name) {
  return {
    default: null,
    parseHTML: (element) => element.getAttribute(name),
    renderHTML: (attrs) => (attrs[name] === null ? {} : { [name]: attrs[name] }),
  };
}

/** The extensions of the editor, made from the parts of its bundle. */
export function extensions({ Document, Text, HardBreak, History, Gapcursor, Node, Mark }) {
  const node = (name, tag, content, { attrs = [], parse, tagOf, view, ...rest } = {}) => Node.create({
    name, content, defining: true, ...rest,
    addAttributes: () => Object.fromEntries(attrs.map((each) => [each, attribute(each)])),
    parseHTML: () => parse ?? [{ tag }],
    renderHTML: ({ HTMLAttributes, node: own }) => [tagOf?.(own) ?? tag, HTMLAttributes, 0],
    ...(view ? { addNodeView: () => view } : {}),
  });
  const mark = (name, tag, parse, attributes = {}) => Mark.create({
    name,
    parseHTML: () => [{ tag: parse ?? tag }],
    renderHTML: () => [tag, attributes, 0],
  });
  const holdsBlocks = (element) => [...element.children].some((child) => child.matches(BLOCKS));

  return [
    Document, Text, HardBreak, History, Gapcursor,
    node("paragraph", "p", "inline*", { group: "block", attrs: ["class"], priority: 1000 }),
    Node.create({
      name: "heading", group: "block", content: "inline*", defining: true,
      addAttributes: () => ({ id: attribute("id"), level: { default: 2, rendered: false } }),
      parseHTML: () => [2, 3].map((level) => ({ tag: `h${level}`, attrs: { level } })),
      renderHTML: ({ node: own, HTMLAttributes }) => [`h${own.attrs.level}`, HTMLAttributes, 0],
    }),
    node("bulletList", "ul", "(item | itemBlocks)+", { group: "block" }),
    node("orderedList", "ol", "(item | itemBlocks)+", { group: "block" }),
    node("item", "li", "inline*", { parse: [{ tag: "li", priority: 60, getAttrs: (li) => !holdsBlocks(li) && null }] }),
    node("itemBlocks", "li", "block+"),
    node("table", "table", "caption? head? rows", { group: "block", isolating: true }),
    node("caption", "caption", "inline*", { isolating: true }),
    node("head", "thead", "row+"),
    node("rows", "tbody", "row+"),
    node("row", "tr", "(cell | headerCell)+"),
    node("cell", "td", "inline*", { attrs: ["class"], isolating: true }),
    node("headerCell", "th", "inline*", { attrs: ["scope", "class"], isolating: true }),
    node("figure", "figure", "figcaption? details*", { group: "block", attrs: ["data-figure"], isolating: true, view: figureView }),
    node("figcaption", "figcaption", "inline*"),
    node("callout", "aside", "block+", { group: "block", attrs: ["class"] }),
    node("section", "section", "block+", { group: "block", attrs: ["class"] }),
    node("details", "details", "summary block+", { group: "block", attrs: ["open"], view: plainView("le-check") }),
    node("summary", "summary", "inline*", { view: plainView("le-question") }),
    Node.create({
      name: "cite", group: "inline", inline: true, atom: true,
      addAttributes: () => ({ key: { default: "", rendered: false, parseHTML: (element) => element.textContent } }),
      parseHTML: () => [{ tag: "cite" }],
      renderHTML: ({ node: own }) => ["cite", {}, own.attrs.key],
    }),
    mark("unconfirmed", "span", "span.unconfirmed", { class: "unconfirmed" }),
    Mark.create({
      name: "link", inclusive: false, addAttributes: () => ({ href: attribute("href") }),
      parseHTML: () => [{ tag: "a[href]" }], renderHTML: ({ HTMLAttributes }) => ["a", HTMLAttributes, 0],
    }),
    ...["strong", "b", "em", "i", "dfn", "sup", "sub"].map((tag) => mark(tag, tag)),
  ];
}

// A closed `details` hides what it holds, and one that is clicked closes: here it is a plain box.
function plainView(name) {
  return () => {
    const dom = document.createElement("div");
    dom.className = name;
    return { dom, contentDOM: dom };
  };
}

function figureView({ node }) {
  const dom = document.createElement("figure");
  const label = document.createElement("p");
  const contentDOM = document.createElement("div");
  label.className = "le-figure";
  label.contentEditable = "false";
  label.textContent = `Figure: ${node.attrs["data-figure"] ?? "none"}`;
  dom.append(label, contentDOM);
  return { dom, contentDOM };
}

/** The lesson as HTML, one block a line as the courses' files have it. Headings without an anchor, or with one that is
    taken, get one made from their words. */
export function toHtml(editor, { DOMSerializer }) {
  const held = document.createElement("div");
  held.append(DOMSerializer.fromSchema(editor.schema).serializeFragment(editor.state.doc.content));
  for (const paragraph of held.querySelectorAll("p")) if (!paragraph.hasChildNodes()) paragraph.remove();
  const taken = new Set();
  for (const heading of held.querySelectorAll("h2, h3")) {
    if (!heading.id || taken.has(heading.id)) heading.id = anchor(heading.textContent, taken, held);
    taken.add(heading.id);
  }
  return held.innerHTML
    .replace(/>(?=<(?:p|h2|h3|ul|ol|li|tr|thead|tbody|table|figure|aside|section|details)[ >])/g, ">\n")
    .replace(/>(?=<\/(?:ul|ol|thead|tbody|table)>)/g, ">\n");
}

function anchor(words, taken, held) {
  const plain = words.normalize("NFKD").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 50);
  const base = plain || "section";
  const others = new Set([...held.querySelectorAll("[id]")].map((each) => each.id));
  for (let n = 1; ; n += 1) {
    const name = n === 1 ? base : `${base}-${n}`;
    if (!taken.has(name) && !others.has(name)) return name;
  }
}

/** HTML with the spaces taken out that no reader sees: two lessons that mean the same give the same text. */
export function normal(html) {
  const held = document.createElement("template");
  held.innerHTML = html;
  const walker = document.createTreeWalker(held.content, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) texts.push(walker.currentNode);
  for (const text of texts) {
    const parent = text.parentNode;
    text.data = text.data.replace(/[ \t\n\r\f]+/g, " ");
    if (parent === held.content || CONTAINERS.has(parent.nodeName) || holdsOnlyBlocks(parent)) {
      if (!text.data.trim()) text.remove();
    } else if (!["SPAN", "A", "STRONG", "B", "EM", "I", "DFN", "SUP", "SUB", "CITE"].includes(parent.nodeName)) {
      if (!text.previousSibling) text.data = text.data.replace(/^ /, "");
      if (!text.nextSibling) text.data = text.data.replace(/ $/, "");
    }
  }
  return held.innerHTML;
}

function holdsOnlyBlocks(element) {
  return element.nodeName === "LI" && [...element.children].some((child) => child.matches(BLOCKS));
}
