"""Files in, from a folder or a zip, before anything believes them: safe paths, no links, bounded sizes and ratios."""

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import BinaryIO

MAX_FILES = 5_000
MAX_FILE_BYTES = 5_000_000
MAX_TOTAL_BYTES = 60_000_000
MAX_RATIO = 100
ENDINGS = {".json", ".html", ".svg"}


class BadArchive(ValueError):
    """The folder or zip cannot be read as a package; the text is a sentence that names the file."""


def read(path: Path) -> dict[str, bytes]:
    """Relative path -> bytes, of a package folder or of its zip."""
    if path.is_dir():
        return _folder(path)
    if not path.exists():
        raise BadArchive(f"{path}: there is no such folder or file.")
    with path.open("rb") as handle:
        return read_zip(handle)


def _folder(root: Path) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    seen: set[str] = set()
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_symlink():
            raise BadArchive(f"{name}: links are not allowed in a package.")
        if path.is_dir() or any(part.startswith(".") for part in path.relative_to(root).parts):
            continue
        if not path.is_file():
            raise BadArchive(f"{name}: not a plain file.")  # a pipe or a device: reading it might never end
        _check_name(name, seen)
        if path.stat().st_size > MAX_FILE_BYTES:
            raise BadArchive(f"{name}: larger than {MAX_FILE_BYTES // 1_000_000} MB.")
        files[name] = path.read_bytes()
        _check_total(files)
    return files


def read_zip(handle: BinaryIO) -> dict[str, bytes]:
    """The members of a package zip. Bytes are counted while they are read: sizes in the directory may lie."""
    try:
        with zipfile.ZipFile(handle) as archive:
            return _members(archive)
    except BadArchive:
        raise
    except _BROKEN as error:
        raise BadArchive(f"The zip file cannot be read: {error}.") from error


_BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, EOFError, OSError, RuntimeError, ValueError,
)  # fmt: skip


def _members(archive: zipfile.ZipFile) -> dict[str, bytes]:
    members = [info for info in archive.infolist() if not info.is_dir()]
    if len(members) > MAX_FILES:
        raise BadArchive(f"More than {MAX_FILES} files.")
    _check_overlap(members)
    files: dict[str, bytes] = {}
    seen: set[str] = set()
    for info in members:
        mode = info.external_attr >> 16
        if mode and not stat.S_ISREG(mode) and stat.S_IFMT(mode):
            raise BadArchive(f"{info.filename}: links and devices are not allowed in a package.")
        if info.flag_bits & 0x1:
            raise BadArchive(f"{info.filename}: encrypted members are not allowed.")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise BadArchive(f"{info.filename}: packed in a way that is not used for packages.")
        _check_name(info.filename, seen)
        files[info.filename] = _content(archive, info)
        _check_total(files)
    return files


def _check_overlap(members: list[zipfile.ZipInfo]) -> None:
    """Overlapping members are a bomb's shape; older Pythons do not look (CVE-2024-0450)."""
    end = 0
    for info in sorted(members, key=lambda member: member.header_offset):
        if info.header_offset < end:
            raise BadArchive(f"{info.filename}: members of the zip overlap.")
        end = info.header_offset + 30 + len(info.filename.encode()) + info.compress_size


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    with archive.open(info) as member:
        content = member.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        raise BadArchive(f"{info.filename}: larger than {MAX_FILE_BYTES // 1_000_000} MB.")
    if len(content) != info.file_size:
        raise BadArchive(f"{info.filename}: another size than the zip's directory says.")
    if len(content) > 100_000 and len(content) > MAX_RATIO * max(info.compress_size, 1):
        raise BadArchive(f"{info.filename}: packed more than {MAX_RATIO} to 1.")
    return content


def check_names(names: Iterable[str]) -> None:
    """Raises BadArchive when one of them could not stand in a package, or two could not stand side by side."""
    seen: set[str] = set()
    for name in names:
        _check_name(name, seen)


def _check_name(name: str, seen: set[str]) -> None:
    """`seen` holds the folded names met before; this one is added."""
    path = PurePosixPath(name)
    strange = path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or "\x00" in name
    if strange or path.as_posix() != name or len(name) > 200 or not name.isascii() or not name.isprintable():
        raise BadArchive(f"{name!r}: not a plain relative path.")
    if path.suffix not in ENDINGS:
        raise BadArchive(f"{name}: only {', '.join(sorted(ENDINGS))} files belong in a package.")
    if name.casefold() in seen:
        raise BadArchive(f"{name}: there are two files of this name.")
    seen.add(name.casefold())


def _check_total(files: dict[str, bytes]) -> None:
    if len(files) > MAX_FILES:
        raise BadArchive(f"More than {MAX_FILES} files.")
    if sum(map(len, files.values())) > MAX_TOTAL_BYTES:
        raise BadArchive(f"More than {MAX_TOTAL_BYTES // 1_000_000} MB in all.")
