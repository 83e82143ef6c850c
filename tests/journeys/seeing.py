"""What a reader sees of drawings: the browser itself says where each stands, and how its colours differ from behind."""

# Contrast as WCAG 2.2 defines it (1.4.3 and 1.4.11). What lies behind a mark is the last filled shape under it in its
# drawing, or else the page. A hatched shape counts by its hatching.
LOOK = """(least) => {
    const rgb = (paint) => {
        const found = paint.match(/^rgba?\\(([^)]+)\\)$/);
        if (!found) return null;
        const [r, g, b, alpha = 1] = found[1].split(/[ ,/]+/).map(Number);
        return alpha === 0 ? null : [r, g, b];
    };
    const luminance = (colour) => {
        const [r, g, b] = colour.map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const contrast = (a, b) => {
        const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
        return (light + 0.05) / (dark + 0.05);
    };
    const ground = (element) => {
        for (let e = element; e; e = e.parentElement) {
            const colour = rgb(getComputedStyle(e).backgroundColor);
            if (colour) return colour;
        }
        return [255, 255, 255];
    };
    const SHAPES = "path, rect, circle, ellipse, line, polyline, polygon";
    const shapes = (svg) => [...svg.querySelectorAll(SHAPES)].filter((e) => !e.closest("defs"));
    const behind = (svg, element, x, y) => {
        let colour = ground(svg.parentElement);
        for (const shape of shapes(svg)) {
            if (!(shape.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING)) break;
            const fill = rgb(getComputedStyle(shape).fill);
            const inside = new DOMPoint(x, y).matrixTransform(shape.getScreenCTM().inverse());
            if (fill && shape.isPointInFill(inside)) colour = fill;
        }
        return colour;
    };
    const paints = (svg, shape) => {
        const style = getComputedStyle(shape);
        const pattern = style.fill.match(/^url\\("?#([^")]+)"?\\)/);
        const hatching = pattern && svg.querySelector(`#${CSS.escape(pattern[1])} > *`);
        const fill = hatching ? getComputedStyle(hatching).stroke : style.fill;
        return [style.stroke, fill].map(rgb).filter(Boolean);
    };
    const problems = [];
    const width = document.documentElement.clientWidth;
    const svgs = [...document.querySelectorAll(".figure svg")];
    if (document.documentElement.scrollWidth > width) problems.push("the page is wider than the window");
    for (const svg of svgs) {
        const title = svg.querySelector("title")?.textContent.trim();
        const say = (words) => problems.push(`${title}: ${words}`);
        if (svg.getAttribute("role") !== "img" || !title || !svg.querySelector("desc")?.textContent.trim()) {
            say("no text alternative");
        }
        const box = svg.getBoundingClientRect();
        if (!svg.checkVisibility() || box.width < 100 || box.height < 50) say("not visible");
        if (box.left < 0 || box.right > width) say("wider than the page");
        const boxes = [];
        for (const text of svg.querySelectorAll("text")) {
            const at = text.getBoundingClientRect(), words = text.textContent;
            if (!at.width || !text.checkVisibility()) say(`“${words}” is not there`);
            if (at.left < 0 || at.right > width) say(`“${words}” leaves the page`);
            if (at.left < box.left - 12 || at.right > box.right + 12 || at.top < box.top - 4 || at.bottom > box.bottom + 4) {
                say(`“${words}” leaves its drawing`);
            }
            for (let e = svg; e; e = e.parentElement) {
                const style = getComputedStyle(e), edge = e.getBoundingClientRect();
                const clips = style.overflowX !== "visible" && e !== document.body && e !== document.documentElement;
                if (clips && (at.left < edge.left || at.right > edge.right)) say(`“${words}” is clipped`);
            }
            const over = boxes.find(([a]) => Math.min(a.right, at.right) - Math.max(a.left, at.left) > 4
                && Math.min(a.bottom, at.bottom) - Math.max(a.top, at.top) > at.height * 0.5);
            if (over) say(`“${words}” stands upon “${over[1]}”`);
            boxes.push([at, words]);
            for (const run of [text, ...text.querySelectorAll("tspan")]) {
                const ink = rgb(getComputedStyle(run).fill);
                const found = ink ? contrast(ink, behind(svg, text, at.left + at.width / 2, at.top + at.height / 2)) : 1;
                if (found < least.text) say(`“${words}” has a contrast of ${found.toFixed(2)}`);
            }
        }
        for (const shape of shapes(svg)) {
            const length = shape.getTotalLength();
            if (!length) continue;
            const spot = shape.getPointAtLength(length / 2);
            const at = new DOMPoint(spot.x, spot.y).matrixTransform(shape.getScreenCTM());
            const back = behind(svg, shape, at.x, at.y);
            const found = Math.max(1, ...paints(svg, shape).map((paint) => contrast(paint, back)));
            if (found < least.shape) {
                say(`${shape.tagName}.${shape.getAttribute("class")} has a contrast of ${found.toFixed(2)}`);
            }
        }
    }
    return {count: svgs.length, problems: [...new Set(problems)]};
}"""
LEAST = {"text": 4.5, "shape": 3}
# As readers meet them: a wide window and a phone, by day and by night, and paper of A4 within its margins.
WAYS = {
    "wide, light": (1280, {"color_scheme": "light", "media": "screen"}),
    "wide, dark": (1280, {"color_scheme": "dark", "media": "screen"}),
    "phone, light": (320, {"color_scheme": "light", "media": "screen"}),
    "phone, dark": (320, {"color_scheme": "dark", "media": "screen"}),
    "print": (658, {"color_scheme": "dark", "media": "print"}),
}


def look(page) -> dict[str, tuple[int, list[str]]]:
    """Way of reading -> (how many drawings the page shows, what is wrong with them)."""
    seen = {}
    for way, (width, media) in WAYS.items():
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(**media)
        found = page.evaluate(LOOK, LEAST)
        seen[way] = (found["count"], found["problems"])
    return seen
