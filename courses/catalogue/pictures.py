"""Pictures that authors upload: judged by their bytes, decoded within bounds, and encoded anew by us.

What leaves here holds pixels and nothing else: no place, camera, profile, comment or second file behind the first.
A file's name and its declared type count for nothing.
"""

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps

MAX_UPLOAD = 8_000_000  # bytes
MAX_PIXELS = 40_000_000
MAX_RATIO = 20  # of the longer side to the shorter
FORMATS = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
# Tried in this order until the picture is small enough to be carried inside its figure.
_WIDTHS = (1600, 1200, 900, 640)  # pixels of the longer side
_QUALITIES = (82, 70, 58)
_KINDS_OF_PIXELS = {"1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr"}
_NOT_ONE = "The file is not a picture that can be used. Give a PNG, JPEG or WebP file."


class BadPicture(ValueError):
    """The file cannot be used; the text says why in a sentence for its author."""


@dataclass(frozen=True)
class Picture:
    """A WebP of at most the bytes that were asked for, and its size in pixels."""

    webp: bytes
    width: int
    height: int


def read(data: bytes, *, most: int) -> Picture:
    """The picture in `data`, upright, on white, as a WebP of at most `most` bytes. Raises BadPicture."""
    if len(data) > MAX_UPLOAD:
        raise BadPicture(f"The file is larger than {MAX_UPLOAD // 1_000_000} MB.")
    if _looks_like_svg(data):
        raise BadPicture("An SVG file can hold programs, so it cannot be uploaded. Give a PNG, JPEG or WebP file.")
    return _encode(_decode(data), most)


def _looks_like_svg(data: bytes) -> bool:
    start = data[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<svg", b"<?xml", b"<!doctype svg", b"<!--"))


def _decode(data: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            opened = Image.open(io.BytesIO(data), formats=list(FORMATS))
            _judge(opened)
            opened.draft("RGB", (_WIDTHS[0] * 2, _WIDTHS[0] * 2))  # a large JPEG is never held in full
            opened.load()
            return _plain(opened)
    except BadPicture:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadPicture(_too_many()) from error
    except Exception as error:  # a hostile file may break a decoder in any way it likes
        raise BadPicture(_NOT_ONE) from error


def _judge(opened: Image.Image) -> None:
    """From the header alone, before a pixel is decoded."""
    width, height = opened.size
    if width * height > MAX_PIXELS:
        raise BadPicture(_too_many())
    if max(width, height) > MAX_RATIO * min(width, height):
        raise BadPicture("The picture is a thin strip. Cut it to the part that readers are to see.")
    if getattr(opened, "is_animated", False):
        raise BadPicture("The picture moves. Give one still picture.")
    if opened.mode not in _KINDS_OF_PIXELS:
        raise BadPicture("The picture has more than 8 bits a colour. Save it with 8 bits and try again.")


def _too_many() -> str:
    return f"The picture has more than {MAX_PIXELS // 1_000_000} million pixels. Make it smaller and try again."


def _plain(opened: Image.Image) -> Image.Image:
    """Upright, and on white: lines on a clear ground would vanish on a dark page."""
    upright = ImageOps.exif_transpose(opened)
    if upright.mode in {"LA", "PA", "RGBA"} or "transparency" in upright.info:
        clear = upright.convert("RGBA")
        paper = Image.new("RGBA", clear.size, "white")
        paper.alpha_composite(clear)
        upright = paper
    return upright.convert("RGB")


def _encode(picture: Image.Image, most: int) -> Picture:
    for side in _WIDTHS:
        sized = picture.copy()
        sized.thumbnail((side, side))
        for quality in _QUALITIES:
            webp = _webp(sized, quality)
            if len(webp) <= most:
                return Picture(webp, *sized.size)
    raise BadPicture("The picture has too much detail to be made small enough. Cut it to the part that matters.")


def _webp(picture: Image.Image, quality: int) -> bytes:
    """From the pixels alone: a copy may still carry what the file said about itself."""
    bare = Image.frombytes("RGB", picture.size, picture.tobytes())
    held = io.BytesIO()
    bare.save(held, "WEBP", quality=quality, method=4)
    return held.getvalue()
