"""B02: what a zip or a folder may try, and that it is refused with a sentence before anything believes it."""

import io
import os
import stat
import struct
import zipfile

import pytest

from courses.packages import archive
from courses.packages.archive import BadArchive

COURSE = ("course.json", b"{}")


def zipped(*members, method=zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of (name or ZipInfo, content) in order; a name may come twice."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as file:
        for name, content in members:
            file.writestr(name, content)
    return buffer.getvalue()


def read(data: bytes) -> dict[str, bytes]:
    return archive.read_zip(io.BytesIO(data))


def refusal(data: bytes) -> str:
    with pytest.raises(BadArchive) as refused:
        read(data)
    return str(refused.value)


def entry(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


def test_a_plain_zip_is_read():
    data = zipped(("lessons/", b""), ("lessons/one.html", b"<p>x</p>"), COURSE)

    assert read(data) == {"lessons/one.html": b"<p>x</p>", "course.json": b"{}"}


@pytest.mark.parametrize(
    "name",
    [
        "../course.json", "lessons/../../x.json", "lessons/..", "/etc/x.json", "//host/x.json", "C:/x.json", "C:x.json",
        "lessons\\one.html", "..\\x.json", "./course.json", "lessons//one.html", "lessons/one.html\n", "a\u202etxt.json",
        "caf\u00e9.json", "cafe\u0301.json", f"{'x' * 200}.json", "a\x1bb.json", "CON:.json",
    ],
)  # fmt: skip
def test_a_name_that_is_no_plain_path_is_refused(name):
    assert "not a plain relative path" in refusal(zipped((name, b"{}")))


@pytest.mark.parametrize("name", ["x.exe", "x.py", "x.zip", "x.json.gz", "x", "x.JSON ", "x.svgz", "x.htm"])
def test_other_kinds_of_files_are_refused(name):
    assert "belong in a package" in refusal(zipped((name, b"x")))


def test_a_zip_in_a_zip_is_refused():
    assert "belong in a package" in refusal(zipped(("inner.zip", zipped(COURSE))))


@pytest.mark.parametrize(
    "mode",
    [stat.S_IFLNK | 0o777, stat.S_IFIFO | 0o644, stat.S_IFCHR | 0o644, stat.S_IFBLK | 0o644, stat.S_IFSOCK | 0o644],
)
def test_links_and_devices_are_refused(mode):
    assert "links and devices" in refusal(zipped((entry("course.json", mode), b"/etc/passwd")))


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("second", ["course.json", "Course.json", "COURSE.json"])
def test_two_files_of_one_name_are_refused(second):
    assert "two files of this name" in refusal(zipped(COURSE, (second, b"[]")))


def test_too_many_files_are_refused_before_any_is_read():
    data = zipped(*((f"{n}.json", b"") for n in range(archive.MAX_FILES + 1)), method=zipfile.ZIP_STORED)

    assert refusal(data) == "More than 5000 files."


def test_an_encrypted_member_is_refused():
    data = bytearray(zipped(COURSE))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 0x1

    assert "encrypted" in refusal(bytes(data))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_of_packing_are_refused(method):
    assert "packed in a way" in refusal(zipped(COURSE, method=method))


def test_overlapping_members_are_refused():
    """Two entries of the directory that share one local header: the shape of the bombs of CVE-2024-0450."""
    data = zipped(("a.json", b"{}"), ("b.json", b"{}"))
    directory = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", directory + 4)
    forged = bytearray(data)
    forged[second + 42 : second + 46] = struct.pack("<L", 0)

    assert "overlap" in refusal(bytes(forged))


@pytest.mark.parametrize("offset", [24, 20])  # the size unpacked, and the size packed, in the directory
@pytest.mark.parametrize("lie", [0, 1, 10**6, 2**32 - 2])
def test_sizes_that_lie_are_refused(offset, lie):
    data = bytearray(zipped(("a.json", b"x" * 500), ("b.json", os.urandom(500))))
    at = data.index(b"PK\x01\x02") + offset
    data[at : at + 4] = struct.pack("<L", lie)

    assert refusal(bytes(data))


def test_a_member_over_the_limit_is_refused():
    data = zipped(("a.json", os.urandom(archive.MAX_FILE_BYTES + 1)), method=zipfile.ZIP_STORED)

    assert "larger than 5 MB" in refusal(data)


def test_bytes_are_counted_in_all(monkeypatch):
    monkeypatch.setattr(archive, "MAX_TOTAL_BYTES", 1000)

    assert "in all" in refusal(zipped(*((f"{n}.json", b"x" * 400) for n in range(3))))


def test_what_unpacks_a_hundredfold_is_refused():
    assert "100 to 1" in refusal(zipped(("a.json", b"0" * 1_000_000)))


def test_damaged_data_is_a_sentence_and_not_a_crash():
    good = zipped(("a.json", bytes(range(256)) * 40), COURSE)
    refused = 0
    for at in range(0, len(good), 7):
        broken = bytearray(good)
        broken[at] ^= 0xFF
        try:
            read(bytes(broken))
        except BadArchive:
            refused += 1
    assert refused > 10


@pytest.mark.parametrize("data", [b"", b"PK", b"not a zip", b"PK\x05\x06" + b"\xff" * 18, zipped(COURSE)[:-10]])
def test_what_is_no_zip_is_refused(data):
    assert "cannot be read" in refusal(data)


def test_a_zip_with_bytes_before_and_a_comment_after_is_read_as_its_directory_says():
    buffer = io.BytesIO(b"#!/bin/sh\n" + zipped(COURSE))
    with zipfile.ZipFile(buffer, "a") as file:
        file.comment = b"made by hand"

    assert archive.read_zip(buffer) == dict([COURSE])


# --- folders --------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "lessons").mkdir()
    (tmp_path / "course.json").write_bytes(b"{}")
    (tmp_path / "lessons" / "one.html").write_bytes(b"<p>x</p>")
    return tmp_path


def test_a_folder_is_read_and_hidden_files_are_not(folder):
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_text("x")
    (folder / "lessons" / ".DS_Store").write_text("x")

    assert archive.read(folder) == {"course.json": b"{}", "lessons/one.html": b"<p>x</p>"}


def test_a_link_in_a_folder_is_refused(folder, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "secret.json"
    outside.write_text("{}")
    (folder / "secret.json").symlink_to(outside)

    with pytest.raises(BadArchive, match="links are not allowed"):
        archive.read(folder)


def test_a_linked_folder_is_refused(folder, tmp_path_factory):
    (folder / "items").symlink_to(tmp_path_factory.mktemp("outside"), target_is_directory=True)

    with pytest.raises(BadArchive, match="links are not allowed"):
        archive.read(folder)


def test_a_pipe_is_refused_and_not_waited_for(folder):
    os.mkfifo(folder / "items.json")

    with pytest.raises(BadArchive, match="not a plain file"):
        archive.read(folder)


def test_a_large_file_in_a_folder_is_refused(folder):
    with (folder / "large.json").open("wb") as file:
        file.truncate(archive.MAX_FILE_BYTES + 1)

    with pytest.raises(BadArchive, match="larger than 5 MB"):
        archive.read(folder)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(BadArchive, match="no such folder or file"):
        archive.read(tmp_path / "nowhere")


def test_names_that_would_leave_the_folder_are_refused_when_writing():
    for name in ("items/../../x.json", "/x.json", "items/a b\n.json", "items/é.json"):
        with pytest.raises(BadArchive):
            archive.check_names(["course.json", name])
