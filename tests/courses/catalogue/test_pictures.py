"""Uploaded pictures (B01): judged by their bytes, made anew, and refused in a sentence."""

import io
import struct
import zlib

import pytest
from PIL import Image

from courses.catalogue import figures, pictures
from courses.catalogue.figures import BadFigure
from courses.catalogue.pictures import BadPicture

MOST = figures.MAX_PICTURE


def file(kind: str = "PNG", size=(60, 40), mode: str = "RGB", colour="teal", **options) -> bytes:
    held = io.BytesIO()
    Image.new(mode, size, colour).save(held, kind, **options)
    return held.getvalue()


def noise(size=(1800, 1800)) -> bytes:
    held = io.BytesIO()
    Image.effect_noise(size, 90).save(held, "JPEG", quality=60)
    return held.getvalue()


def told(kind: str = "JPEG") -> bytes:
    """A picture that says where it was taken, by whom, and which way up it is."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "CANARYCAMERA"
    exif.get_ifd(0x8825)[1] = "CANARYGPS"
    return file(kind, exif=exif)


def flood() -> bytes:
    """A PNG of a hundred bytes whose header claims 50,000 x 50,000 pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"0" * 100)) + chunk(b"IEND", b"")
    )


def moving(kind: str) -> bytes:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    held = io.BytesIO()
    frames[0].save(held, kind, save_all=True, append_images=frames[1:])
    return held.getvalue()


@pytest.mark.parametrize("kind", pictures.FORMATS)
def test_a_picture_of_each_kind_becomes_a_plain_webp(kind):
    made = pictures.read(file(kind), most=MOST)

    again = Image.open(io.BytesIO(made.webp))
    assert (again.format, again.size, (made.width, made.height)) == ("WEBP", (60, 40), (60, 40))
    assert made.webp[12:16] == b"VP8 "


@pytest.mark.parametrize("kind", pictures.FORMATS)
def test_what_a_file_says_of_its_camera_and_place_is_gone_and_it_stands_upright(kind):
    source = told(kind)
    assert b"CANARY" in source

    made = pictures.read(source, most=MOST)

    assert b"CANARY" not in made.webp and b"EXIF" not in made.webp
    assert (made.width, made.height) == (40, 60)


def test_a_second_file_behind_the_picture_is_gone():
    made = pictures.read(file() + b"PK\x03\x04<script>alert(1)</script>", most=MOST)

    assert b"<script>" not in made.webp


def test_a_clear_ground_becomes_white_and_inks_of_print_become_light():
    clear = pictures.read(file(mode="RGBA", colour=(0, 0, 0, 0)), most=MOST)
    printed = pictures.read(file("JPEG", mode="CMYK", colour=(0, 0, 0, 0)), most=MOST)

    for made in (clear, printed):
        assert min(Image.open(io.BytesIO(made.webp)).convert("RGB").getpixel((5, 5))) > 250


def test_a_large_picture_is_made_smaller_until_it_fits():
    made = pictures.read(noise(), most=MOST)

    assert len(made.webp) <= MOST and made.width < 1800


BAD = {
    "nothing": (b"", "not a picture"),
    "text": (b"hello", "not a picture"),
    "SVG": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
    "SVG after a declaration": (b'\xef\xbb\xbf \n<?xml version="1.0"?><svg/>', "SVG"),
    "SVG after a comment": (b"<!-- x --><svg/>", "SVG"),
    "GIF with a program": (b"GIF89a/*" + file("GIF")[8:] + b"*/=1;alert(1)", "not a picture"),
    "GIF": (file("GIF"), "not a picture"),
    "BMP": (file("BMP"), "not a picture"),
    "TIFF": (file("TIFF"), "not a picture"),
    "HEIC": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "not a picture"),
    "PDF": (b"%PDF-1.7\n", "not a picture"),
    "zip": (b"PK\x03\x04", "not a picture"),
    "PNG cut short": (file(size=(400, 400), colour="red")[:-200], "not a picture"),
    "JPEG cut short": (noise((300, 300))[:-4000], "not a picture"),
    "pixel flood": (flood(), "million pixels"),
    "moving PNG": (moving("PNG"), "moves"),
    "moving WebP": (moving("WEBP"), "moves"),
    "thin strip": (file(size=(2100, 100)), "thin strip"),
    "16 bits": (file(mode="I;16", colour=9), "8 bits"),
    "too large": (file() + b"0" * pictures.MAX_UPLOAD, "larger than 8 MB"),
}


@pytest.mark.parametrize(("data", "words"), BAD.values(), ids=BAD.keys())
def test_a_file_that_is_no_good_is_refused_with_a_sentence(data, words):
    with pytest.raises(BadPicture) as refused:
        pictures.read(data, most=MOST)

    assert words in str(refused.value) and str(refused.value).endswith(".")


# --- as a figure ------------------------------------------------------------------------------------------------------


def figure_of(data: bytes, title="A nerve & more", described='It <slides> "well".') -> str:
    made = pictures.read(data, most=MOST)
    return figures.picture(made.webp, name="own", size=(made.width, made.height), title=title, described=described)


def test_a_picture_is_a_figure_with_its_words():
    svg = figure_of(file())

    assert figures.clean(svg) == svg
    assert figures.alternative(svg) == ("A nerve & more", 'It <slides> "well".')
    assert figures.picture_in(svg).startswith("data:image/webp;base64,UklGR")


def test_the_largest_picture_fits_into_a_figure():
    webp = b"RIFF\0\0\0\0WEBPVP8 " + b"0" * (MOST - 16)

    assert figures.picture(webp, name="x" * 60, size=(1600, 1600), title="t" * 120, described="é" * 1000)


def test_other_words_leave_the_picture_as_it_is():
    before = figure_of(file())

    after = figures.renamed(before, name="own", title="Other", described="Words.")

    assert figures.alternative(after) == ("Other", "Words.")
    assert figures.picture_in(after) == figures.picture_in(before)


def around(image: str) -> str:
    return f'<svg xmlns="{figures.SVG}" viewBox="0 0 9 9"><title>a</title><desc>b</desc>{image}</svg>'


@pytest.mark.parametrize(
    "href",
    [
        "https://evil.example/x.webp", "//evil.example/x", "/x.webp", "#x", "javascript:alert(1)",
        "data:image/svg+xml;base64,PHN2Zz48L3N2Zz4=", "data:text/html;base64,UklGRg==", "data:image/webp,UklGRg",
        "data:image/webp;base64,UklGRg==", "data:image/webp;base64,UklGRgAAAABXRUJQVlA4WAAA",
        "data:image/webp;base64,UklGRgAAAABXRUJQVlA4IAAA\n", "data:image/webp;base64,A", "data:image/webp;base64,",
    ],
)  # fmt: skip
def test_an_image_in_a_drawing_is_a_plain_webp_or_refused(href):
    with pytest.raises(BadFigure):
        figures.clean(around(f'<image href="{href}" width="9" height="9"/>'))


def test_an_image_carries_nothing_but_its_place():
    good = "data:image/webp;base64,UklGRgAAAABXRUJQVlA4IAAA"

    assert figures.clean(around(f'<image href="{good}" width="9" height="9"/>'))
    for bad in (f'<image href="{good}"/>', f'<image href="{good}" width="9" height="9" class="a"/>'):
        with pytest.raises(BadFigure):
            figures.clean(around(bad))
