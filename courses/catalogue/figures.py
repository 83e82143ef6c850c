"""PURE. Which SVG may stand in a page: lines, shapes and words that carry classes, and nothing that runs or fetches."""

import re
from xml.etree import ElementTree

from defusedxml import ElementTree as SafeTree
from defusedxml.common import DefusedXmlException

SVG = "http://www.w3.org/2000/svg"
MAX_BYTES = 200_000
_ELEMENTS = set(
    [
        "svg",
        "g",
        "path",
        "rect",
        "circle",
        "ellipse",
        "line",
        "polyline",
        "polygon",
        "text",
        "tspan",
        "title",
        "desc",
        "defs",
        "pattern",
        "marker",
        "clipPath",
        "use",
    ]
)
_ATTRIBUTES = set(
    [
        "id",
        "class",
        "viewBox",
        "d",
        "x",
        "y",
        "x1",
        "y1",
        "x2",
        "y2",
        "cx",
        "cy",
        "r",
        "rx",
        "ry",
        "width",
        "height",
        "points",
        "transform",
        "text-anchor",
        "dominant-baseline",
        "dx",
        "dy",
        "patternUnits",
        "patternTransform",
        "patternContentUnits",
        "markerWidth",
        "markerHeight",
        "markerUnits",
        "refX",
        "refY",
        "orient",
        "clip-path",
        "marker-end",
        "marker-start",
        "marker-mid",
        "fill",
        "stroke",
        "stroke-dasharray",
        "stroke-linejoin",
        "stroke-linecap",
        "role",
        "aria-labelledby",
        "aria-hidden",
        "preserveAspectRatio",
        "href",
        "clipPathUnits",
        "rotate",
        "textLength",
        "lengthAdjust",
        "opacity",
        "xml:space",
        "pathLength",
    ]
)
_PAINT = re.compile(r"none|url\(#[A-Za-z0-9_-]+\)")


class BadFigure(ValueError):
    """The drawing cannot be used; the text says why in a sentence for its author."""


def clean(source: str) -> str:
    """The drawing in one canonical form, safe to stand in a page. Raises BadFigure on anything not allowed.

    Refusing is kinder than repairing: an author learns which line to change, and no drawing is quietly altered.
    """
    if len(source.encode()) > MAX_BYTES:
        raise BadFigure(f"The drawing is larger than {MAX_BYTES // 1000} KB.")
    # An XML comment or instruction ends elsewhere for a browser's HTML parser: `<!--><script>…` would run in a page.
    if "<!" in source or "<?" in source:
        raise BadFigure("A drawing holds no comments, declarations, CDATA or processing instructions.")
    try:
        root = SafeTree.fromstring(source, forbid_dtd=True)
    except (ElementTree.ParseError, DefusedXmlException, ValueError) as error:
        raise BadFigure(f"The drawing is not well-formed SVG: {error}.") from error
    if root.tag != f"{{{SVG}}}svg" or "viewBox" not in root.attrib:
        raise BadFigure("The drawing needs an svg element with a viewBox.")
    for element in root.iter():
        _check(element)
    for needed in ("title", "desc"):
        found = root.find(f"{{{SVG}}}{needed}")
        if found is None or not (found.text or "").strip():
            raise BadFigure(f"The drawing has no {needed}: it is its text alternative.")
    for words in (*root.iter(f"{{{SVG}}}title"), *root.iter(f"{{{SVG}}}desc")):
        if len(words):  # a browser reads what stands in them as HTML
            raise BadFigure("A title and a desc hold words only.")
    return source.strip()


def is_clean(source: str) -> bool:
    try:
        clean(source)
    except BadFigure:
        return False
    return True


def _check(element: ElementTree.Element) -> None:
    tag = element.tag.removeprefix(f"{{{SVG}}}")
    if tag not in _ELEMENTS or tag == element.tag:
        raise BadFigure(f"The element {tag!r} is not allowed in a drawing.")
    for name, value in element.attrib.items():
        if name not in _ATTRIBUTES:
            raise BadFigure(f"The attribute {name!r} of {tag} is not allowed; colour comes from classes.")
        if name in {"fill", "stroke", "clip-path", "marker-end", "marker-start", "marker-mid"} and not _PAINT.fullmatch(
            value
        ):
            raise BadFigure(f"{name}={value!r}: colour comes from classes, not from the drawing.")
        if name == "href" and not value.startswith("#"):
            raise BadFigure("A drawing may point only inside itself.")


def alternative(svg: str) -> tuple[str, str]:
    """(title, description) of a cleaned drawing."""
    root = SafeTree.fromstring(svg)
    return tuple((root.findtext(f"{{{SVG}}}{name}") or "").strip() for name in ("title", "desc"))  # type: ignore[return-value]
