"""The bytes of a file as text, before anything believes them: bounded, UTF-8, without NUL. And categories as pools."""

import re

from quizzes.interchange.values import MOST_LINES, NOTE, WARNING, Place, Problem, Unreadable

MB = 1_000_000
MOST_BYTES = 10 * MB
_SLASH = re.compile(r"(?<!/)/(?!/)")


def text_of(data: bytes, most: int = MOST_BYTES) -> str:
    """Raises Unreadable. Line ends become LF; a BOM is taken off."""
    if len(data) > most:
        raise Unreadable("file-large", f"The file is larger than {most // MB} MB. Part it into several.")
    if data.startswith(b"PK\x03\x04"):
        raise Unreadable("file-kind", "This is a workbook or a zip file. Save the sheet as CSV in UTF-8.")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable("file-encoding", "The file is UTF-16. Save it in UTF-8.", Place(1, 1))
    if (nul := data.find(b"\x00")) >= 0:
        raise Unreadable("file-nul", "The file holds a null character, so it is no text.", _place(data, nul))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        byte = f"0x{data[error.start]:02X}"
        sentence = f"The byte {byte} is not UTF-8. Save the file in UTF-8; it may be Windows-1252."
        raise Unreadable("file-encoding", sentence, _place(data, error.start)) from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.count("\n") > MOST_LINES:
        raise Unreadable("lines-many", f"The file has more than {MOST_LINES} lines. Part it.", Place(MOST_LINES + 1))
    return text


def _place(data: bytes, at: int) -> Place:
    before = data[:at].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    line = before.rpartition(b"\n")[2].decode("utf-8-sig" if b"\n" not in before else "utf-8", errors="replace")
    return Place(before.count(b"\n") + 1, len(line) + 1)


def path_of(written: str) -> list[str]:
    """The parts of a category: `//` is a slash in a name; a leading $course$ and the implied top fall away."""
    parts = [part.replace("//", "/").strip() for part in _SLASH.split(written.strip())]
    parts = parts[1:] if re.fullmatch(r"\$[a-z]+\$", parts[0]) else parts
    return [part for part in (parts[1:] if parts and parts[0] == "top" else parts) if part]


def pool_of(written: str, place: Place, problems: list[Problem]) -> str:
    """A category's last part is the pool: pools have no parents."""
    parts = path_of(written)
    if any(part in {".", ".."} for part in parts):
        problems.append(
            Problem(WARNING, "category-odd", f"The category {written[:80]!r} is not used as a pool.", place)
        )
        return ""
    if len(parts) > 1:
        sentence = f"Pools have no parents here: “{' / '.join(parts)[:200]}” becomes the pool “{parts[-1][:80]}”."
        problems.append(Problem(NOTE, "category-flat", sentence, place))
    return parts[-1] if parts else ""


def category_of(pool: str) -> str:
    return f"$course$/top/{pool.replace('/', '//')}"
