"""A file beside a bank: looked at, imported, looked at again, taken back."""

import io
import resource
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from quizzes.bank import services as bank_services
from quizzes.bank.authoring import question_of, write_question
from quizzes.bank.contents import content_of
from quizzes.bank.models import Item, ItemDraft
from quizzes.interchange import comparison, formats, gift, services
from quizzes.interchange.formats import FORMATS
from quizzes.interchange.models import ImportBatch, ImportUpload
from quizzes.interchange.values import Unreadable
from tests.factories import ALL_KINDS, NOW, make_bank, make_item, make_question, make_user

pytestmark = pytest.mark.django_db
SAMPLES = sorted((Path(__file__).parents[3] / "fixtures" / "interchange").glob("sample.*"))
TWO = "// [id:A-1]\n::A-1::First?{=a#r ~b#w}\n\n// [id:A-2]\n::A-2::Second?{=a#r ~b#w}"
SOURCE = services.Source("items.gift", "gift", "0" * 64)


def read(source: str):
    return gift.read(source.encode())


def run(bank, source: str = TWO, mode: str = "all", **fields) -> ImportBatch:
    return services.run(bank, read(source), SOURCE, mode=mode, by=None, now=NOW, **fields)


def states(bank, source: str = TWO) -> list[tuple[str, str]]:
    return [(row.code, row.state) for row in comparison.plan(bank, read(source)).rows]


def held(bank) -> dict[str, tuple]:
    rows = Item.objects.filter(bank=bank).prefetch_related("options")
    return {item.code: (content_of(item, item.options.all()), item.status) for item in rows}


def make_full_bank():
    bank = make_bank()
    for n, kind in enumerate(ALL_KINDS):
        make_item(bank, kind=kind, code=f"K-{n}", vignette="A case.", references=["R1"], safety=n % 2 == 0)
    return bank


# --- dry run ------------------------------------------------------------------------------------------------------------


def test_a_look_at_a_file_writes_nothing():
    bank = make_full_bank()
    before = held(bank), ItemDraft.objects.count()

    comparison.plan(bank, read(TWO))

    assert (held(bank), ItemDraft.objects.count()) == before


def test_new_changed_same_duplicate_conflict_and_rejected_are_told_apart():
    bank = make_bank()
    run(bank)
    source = (
        "// [id:A-1]\n::A-1::First?{=a#r ~b#w}\n\n"
        "// [id:A-2]\n::A-2::Second, mended?{=a#r ~b#w}\n\n"
        "// [id:A-3]\n::A-3::Third?{=a#r ~b#w}\n\n"
        "// [id:A-3]\n::A-3::Fourth?{=a#r ~b#w}\n\n"
        "// [id:B-1]\n::B-1::First?{=a#r ~b#w}\n\n"
        "// [id:B-2]\n::B-2::Bad?{#x}\n\n"
        "First?{=a#r ~b#w}"
    )

    assert states(bank, source) == [
        ("A-1", "same"), ("A-2", "changed"), ("A-3", "new"), ("A-3", "conflict"), ("B-1", "duplicate"), ("", "rejected"),
        ("A-1", "conflict"),
    ]  # fmt: skip


def test_what_changes_is_shown_field_by_field():
    bank = make_bank()
    run(bank)

    row = comparison.plan(bank, read("// [id:A-1] [tag:obj:O2]\n::A-1::First?{=a#r ~b#other}")).rows[0]

    assert [(change.name, change.before, change.after) for change in row.changes] == [
        ("Objective", "", "O2"), ("Line 2, why", "w", "other"),
    ]  # fmt: skip


def test_a_file_older_than_the_published_revision_is_a_conflict():
    bank = make_bank()
    item = make_item(bank, code="A-1")
    for text in ("One?", "Two?"):
        Item.objects.filter(pk=item.pk).update(stem=text)
        bank_services.publish_item(item, by=None)

    assert states(bank, "// [id:A-1] [tag:rev:1]\nThree?{=a#r ~b#w}") == [("A-1", "conflict")]
    assert states(bank, "// [id:A-1] [tag:rev:2]\nThree?{=a#r ~b#w}") == [("A-1", "changed")]


def test_another_kind_under_the_same_code_is_a_conflict():
    bank = make_bank()
    make_item(bank, code="A-1", kind="written")

    assert states(bank, "// [id:A-1]\nFirst?{=a#r ~b#w}") == [("A-1", "conflict")]


def test_a_question_without_an_id_gets_its_name_or_the_next_number_of_its_pool():
    bank = make_bank()
    make_item(bank, code="M1-001")
    source = "$CATEGORY: M1\n\n::Taken one::A?{=a ~b}\n\n::Taken one::B?{=a ~b}\n\nC?{=a ~b}"

    assert [code for code, _ in states(bank, source)] == ["Taken one", "M1-002", "M1-003"]


# --- import ---------------------------------------------------------------------------------------------------------------


def test_an_import_makes_ready_items_and_drafts_of_those_with_a_warning():
    bank = make_bank()

    batch = run(bank, TWO + "\n\n// [id:A-3]\nThird?{=a ~b}")

    assert {item.code: item.status for item in bank.items.all()} == {"A-1": "ready", "A-2": "ready", "A-3": "draft"}
    assert {item.pool for item in bank.items.all()} == {comparison.POOL}
    assert batch.report["counts"]["new"] == 3
    assert [draft.content for draft in ItemDraft.objects.all()] != []


def test_all_or_nothing_writes_nothing_when_one_question_has_an_error():
    bank = make_bank()

    with pytest.raises(services.HasErrors):
        run(bank, TWO + "\n\nBad?{#x}")

    assert (bank.items.count(), ImportBatch.objects.count()) == (0, 0)


def test_the_valid_ones_come_in_as_drafts():
    bank = make_bank()

    run(bank, TWO + "\n\nBad?{#x}", mode="valid")

    assert [(item.code, item.status) for item in bank.items.all()] == [("A-1", "draft"), ("A-2", "draft")]


def test_the_same_file_again_reports_every_item_the_same_and_changes_nothing():
    bank = make_bank()
    run(bank)
    before = held(bank)

    with pytest.raises(services.NothingToImport):
        run(bank)

    assert states(bank) == [("A-1", "same"), ("A-2", "same")]
    assert (held(bank), ImportBatch.objects.count()) == (before, 1)


def test_a_bank_that_was_changed_since_the_look_is_not_written():
    bank = make_bank()
    run(bank)
    source = TWO.replace("First", "Mended")
    seen = comparison.plan(bank, read(source)).digest
    Item.objects.filter(code="A-1").update(stem="Somebody else was here")

    with pytest.raises(services.BankChanged):
        run(bank, source, seen=seen)

    assert Item.objects.get(code="A-1").stem == "Somebody else was here"


def test_a_changed_item_keeps_its_history_and_a_retired_one_stays_retired():
    bank = make_bank()
    run(bank)
    bank_services.retire(bank.items.get(code="A-2"), by=None)

    run(bank, TWO.replace("First", "Mended").replace("Second", "Mended too"))

    first, second = bank.items.order_by("code")
    assert (first.stem, first.status, second.stem, second.status) == ("Mended?", "ready", "Mended too?", "retired")
    assert first.drafts.count() == 2


@pytest.mark.parametrize("format", FORMATS)
def test_out_and_in_again_is_the_same_and_byte_for_byte(format):
    """Into the same bank, into another, and out once more."""
    bank, other = make_full_bank(), make_bank()
    items, _ = comparison.exportable(comparison.items_of(bank))
    first = formats.export(items, format)
    reading = formats.read(first.data, format)

    assert (first.losses, first.count) == ((), len(ALL_KINDS))
    assert {row.state for row in comparison.plan(bank, reading).rows} == {"same"}

    services.run(other, reading, SOURCE, mode="all", by=None, now=NOW)

    again, _ = comparison.exportable(comparison.items_of(other))
    assert formats.export(again, format).data == first.data
    assert [question_of(item) for item in other.items.order_by("code")] == [
        question_of(item) for item in bank.items.order_by("code")
    ]
    assert held(other) == held(bank)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_each_sample_file_is_imported_without_a_word_and_is_in_its_one_form(path):
    bank = make_bank()
    data = path.read_bytes()
    reading = formats.read(data, "", path.name)

    services.run(bank, reading, SOURCE, mode="all", by=None, now=NOW)

    assert (len(SAMPLES), reading.all_problems) == (3, [])
    assert {item.status for item in bank.items.all()} == {"ready"}
    assert {item.kind for item in bank.items.all()} == set(ALL_KINDS)
    items, _ = comparison.exportable(comparison.items_of(bank))
    assert formats.export(items, formats.guessed(data, path.name)).data == data


def test_ten_thousand_questions_stay_within_their_memory(django_assert_max_num_queries):
    source = "\n\n".join(f"// [id:X-{n}]\n::X-{n}::Number {n}?{{=a#r ~b#w ~c#v ~d#u}}" for n in range(10_000))
    bank, before = make_bank(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with django_assert_max_num_queries(1000):
        run(bank, source)

    assert bank.items.count() == 10_000
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < 300


# --- undo -----------------------------------------------------------------------------------------------------------------


def test_an_undo_brings_back_what_was_there():
    bank = make_full_bank()
    before = held(bank)
    source = TWO + "\n\n// [id:K-0]\nMended?{=a#r ~b#w}\n\n// [id:K-5]\nHow many?{#3####work}"
    batch = run(bank, source)
    assert held(bank) != before

    undone = services.undo(batch, by=None, now=NOW)

    assert held(bank) == before
    assert undone.undo_report == {"removed": 2, "restored": 2, "left": []}
    with pytest.raises(services.AlreadyUndone):
        services.undo(batch, by=None, now=NOW)


def test_an_undo_leaves_what_was_edited_published_or_deleted_since_and_says_which():
    bank = make_bank()
    for code in ("A-4", "A-6"):
        make_item(bank, code=code)
    more = "".join(f"\n\n// [id:A-{n}]\nNumber {n}?{{=a#r ~b#w}}" for n in (3, 4, 5, 6))
    batch = services.run(bank, read(TWO + more), SOURCE, mode="all", by=None, now=timezone.now())
    edited, published, marked, changed, deleted, used = bank.items.order_by("code")
    write_question(edited, make_question())
    bank_services.publish_items([published, used], by=None)
    Item.objects.filter(pk=marked.pk).update(status="retired")
    deleted.delete()

    services.undo(batch, by=None, now=NOW + timedelta(days=1))

    batch.refresh_from_db()
    assert batch.undo_report["left"] == [
        ["A-1", "It was edited since."], ["A-2", "It was published since."], ["A-3", "It was edited since."],
        ["A-5", "It was deleted since."], ["A-6", "It was published since."],
    ]  # fmt: skip
    assert [item.code for item in bank.items.order_by("code")] == ["A-1", "A-2", "A-3", "A-4", "A-6"]
    changed.refresh_from_db()
    assert changed.stem == "Which?"


# --- the file between the two steps ---------------------------------------------------------------------------------------


def test_a_person_has_one_upload_and_it_expires():
    bank, one, two = make_bank(), make_user(), make_user()
    bank.authors.set([one, two])
    keep = {"format": "", "now": NOW}
    services.keep_upload(bank, "old.gift", TWO.encode(), by=one, **keep)
    services.keep_upload(bank, "../../new\n.gift", TWO.encode(), by=one, **keep)
    services.keep_upload(bank, "other.gift", TWO.encode(), by=two, **keep)

    assert [(row.user, row.file_name) for row in ImportUpload.objects.order_by("pk")] == [
        (one, "new.gift"),
        (two, "other.gift"),
    ]
    assert ImportUpload.objects.of(one, NOW + timedelta(minutes=119)).count() == 1
    assert ImportUpload.objects.of(one, NOW + timedelta(minutes=121)).count() == 0
    assert services.sweep_uploads(NOW + timedelta(hours=3)) == 2


def test_a_file_that_cannot_be_read_is_not_kept():
    with pytest.raises(Unreadable):
        services.keep_upload(make_bank(), "x.gift", b"A\x00", "", by=make_user(), now=NOW)

    assert not ImportUpload.objects.exists()


# --- commands ---------------------------------------------------------------------------------------------------------------


def called(*arguments: str, **options) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


def test_the_command_looks_first_and_imports_when_told(tmp_path):
    bank, file = make_bank(title="Mine"), tmp_path / "a.gift"
    file.write_text(TWO + "\n\nBad?{#x}")

    looked = called("import_items", "Mine", str(file))

    assert "a.gift:7:7 error gift-number" in looked and "2 new" in looked and "Nothing was written." in looked
    assert bank.items.count() == 0
    with pytest.raises(CommandError, match="The file has errors"):
        called("import_items", str(bank.pk), str(file), commit="all")
    assert "Imported as batch" in called("import_items", str(bank.uuid), str(file), commit="valid")
    assert bank.items.count() == 2


@pytest.mark.parametrize(
    ("bank", "file", "said"),
    [("Nobody's", "a.gift", "no item bank"), ("Twice", "a.gift", "more than one"), ("One", "none.gift", "cannot be read"), ("One", "bad.gift", "null character")],
)  # fmt: skip
def test_the_command_refuses_in_a_sentence(tmp_path, bank, file, said):
    for title in ("One", "Twice", "Twice"):
        make_bank(title=title)
    (tmp_path / "a.gift").write_text(TWO)
    (tmp_path / "bad.gift").write_bytes(b"\x00")

    with pytest.raises(CommandError, match=said):
        called("import_items", bank, str(tmp_path / file))


def test_the_command_refuses_a_file_of_fifty_megabytes_unread(tmp_path):
    make_bank(title="One")
    file = tmp_path / "large.gift"
    with file.open("wb") as handle:
        handle.truncate(50_000_000)

    with pytest.raises(CommandError, match="larger than 30 MB"):
        called("import_items", "One", str(file))


def test_the_export_command_lists_what_cannot_go(tmp_path):
    bank, file = make_bank(title="Mine"), tmp_path / "out.gift"
    make_item(bank, code="A-1", objective="two words")
    make_item(bank, code="A-2", pool="Q", status=Item.Status.RETIRED)

    said = called("export_items", "Mine", str(file))

    assert "A-1: GIFT cannot carry the objective." in said and "1 items were written" in said
    assert [item.code for item in gift.read(file.read_bytes()).items] == ["A-1"]
