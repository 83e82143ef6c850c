"""PURE. Which SVG may stand in a page: lines, shapes and words that carry classes, and nothing that runs or fetches.

A picture that was uploaded is a figure too: an SVG around one WebP, so that drafts, editions and packages carry it.
"""

import base64
import html
import re
from xml.etree import ElementTree

from defusedxml import ElementTree as SafeTree
from defusedxml.common import DefusedXmlException

SVG = "http://www.w3.org/2000/svg"
MAX_BYTES = 200_000
MAX_PICTURE = 140_000  # bytes of a WebP: in base64, with the words around it, it stays under MAX_BYTES
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
        "image",
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
_OF_AN_IMAGE = {"href", "width", "height"}
_WEBP = re.compile(
    r"data:image/webp;base64,((?:[A-Za-z0-9+/]{4}){6})(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?"
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
        if name == "href" and tag != "image" and not value.startswith("#"):
            raise BadFigure("A drawing may point only inside itself.")
    if tag == "image":
        _check_image(element)


def _check_image(element: ElementTree.Element) -> None:
    """Only a still WebP that stands in the drawing itself: nothing is fetched, and nothing in it is read as a page."""
    if set(element.attrib) != _OF_AN_IMAGE or len(element):
        raise BadFigure("An image has href, width and height, and nothing else.")
    held = _WEBP.fullmatch(element.attrib["href"])
    if not held:
        raise BadFigure("An image is a WebP picture inside the drawing; it is not fetched from anywhere.")
    start = base64.b64decode(held[1])
    # VP8X, the extended form, is what animation, metadata and the largest canvases need.
    if start[:4] != b"RIFF" or start[8:15] != b"WEBPVP8" or start[15:16] not in {b" ", b"L"}:
        raise BadFigure("An image is a plain WebP picture: still, and without further data.")


def alternative(svg: str) -> tuple[str, str]:
    """(title, description) of a cleaned drawing."""
    root = SafeTree.fromstring(svg)
    return tuple((root.findtext(f"{{{SVG}}}{name}") or "").strip() for name in ("title", "desc"))  # type: ignore[return-value]


def picture(webp: bytes, *, name: str, size: tuple[int, int], title: str, described: str) -> str:
    """The figure of an uploaded picture. `name` is the figure's: it keeps the ids apart on a page. Raises BadFigure."""
    width, height = size
    ids = f"fig-{name}-title fig-{name}-desc"
    href = f"data:image/webp;base64,{base64.b64encode(webp).decode()}"
    return _around(f'<image href="{href}" width="{width}" height="{height}"/>', width, height, ids, title, described)


def renamed(svg: str, *, name: str, title: str, described: str) -> str:
    """The figure of the same picture with other words."""
    found = _IMAGE.search(svg)
    if not found:
        raise BadFigure("This figure is a drawing; its words stand in its SVG.")
    return _around(found[0], int(found[2]), int(found[3]), f"fig-{name}-title fig-{name}-desc", title, described)


_IMAGE = re.compile(r'<image href="([^"]+)" width="(\d+)" height="(\d+)"/>')


def _around(image: str, width: int, height: int, ids: str, title: str, described: str) -> str:
    first, second = ids.split()
    words = f'<title id="{first}">{html.escape(title)}</title><desc id="{second}">{html.escape(described)}</desc>'
    return clean(
        f'<svg xmlns="{SVG}" viewBox="0 0 {width} {height}" role="img" aria-labelledby="{ids}">{words}{image}</svg>'
    )


def picture_in(svg: str) -> str | None:
    """The data address of the picture that this figure is, or None: it is a drawing."""
    found = _IMAGE.search(svg)
    return found[1] if found else None
