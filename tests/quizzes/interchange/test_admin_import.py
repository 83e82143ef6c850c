"""The two steps of an import and the export in the admin: for the authors of a bank, and nobody else."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from quizzes.bank.models import Item
from quizzes.interchange import gift, services
from quizzes.interchange.models import KEPT_FOR, BankExchange, ImportBatch, ImportUpload
from tests.admin_pages import signed_in, staff, url
from tests.factories import ALL_KINDS, make_bank, make_item
from tests.payloads import PAYLOADS
from tests.queries import statements

pytestmark = pytest.mark.django_db
TWO = "// [id:A-1]\n::A-1::First?{=a#r ~b#w}\n\n// [id:A-2]\n::A-2::Second?{=a#r ~b#w}"


@pytest.fixture(autouse=True)
def no_second_factor(settings):
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def teacher():
    return staff("instructor")


@pytest.fixture
def bank(teacher):
    return make_bank(title="Mine", authors=[teacher])


@pytest.fixture
def me(teacher):
    return signed_in(teacher)


def upload(client, bank, source: str | bytes = TWO, name: str = "a.gift", **fields):
    data = source if isinstance(source, bytes) else source.encode()
    return client.post(url(BankExchange, "import", bank.pk), {"file": SimpleUploadedFile(name, data)} | fields)


def commit(client, address: str, mode: str = "all"):
    seen = re.search(r'name="seen" value="(\w+)"', client.get(address).content.decode())
    return client.post(address, {"mode": mode, "seen": seen[1] if seen else "0" * 64})


def test_look_then_import_then_take_back(me, bank, teacher):
    looked = upload(me, bank)
    page = me.get(looked["Location"]).content.decode()

    assert looked.status_code == 302 and bank.items.count() == 0
    assert "2 new" in page and "First?" in page and "Import all of it" in page

    done = commit(me, looked["Location"])

    batch = ImportBatch.objects.get()
    assert done["Location"] == url(ImportBatch, "change", batch.pk)
    assert [(item.code, item.status) for item in bank.items.all()] == [("A-1", "ready"), ("A-2", "ready")]
    assert (batch.by, batch.file_name, ImportUpload.objects.count()) == (teacher, "a.gift", 0)
    assert "Take this import back" in me.get(done["Location"]).content.decode()

    asked = me.get(url(ImportBatch, "undo", batch.pk)).content.decode()
    undone = me.post(url(ImportBatch, "undo", batch.pk))

    assert "2 items that were new are removed." in asked
    assert undone.status_code == 302 and bank.items.count() == 0
    assert [entry.change_message for entry in LogEntry.objects.order_by("pk")][0].startswith("Imported a.gift.")
    assert "was taken back before" in me.post(url(ImportBatch, "undo", batch.pk)).content.decode()


def test_each_problem_stands_with_its_line_and_an_error_leaves_one_button(me, bank):
    page = me.get(upload(me, bank, TWO + "\n\n::Bad::Bad?{#x}")["Location"]).content.decode()

    assert "Line 7, column 14 (Bad)." in page and "gift-number" in page
    assert "Import all of it" not in page and "as drafts" in page


def test_all_of_it_is_refused_when_there_are_errors_though_the_button_was_not_there(me, bank):
    address = upload(me, bank, TWO + "\n\nBad?{#x}")["Location"]

    answer = commit(me, address)

    assert (answer.status_code, bank.items.count()) == (409, 0)
    assert commit(me, address, "valid").status_code == 302
    assert {item.status for item in bank.items.all()} == {"draft"}


def test_a_bank_changed_in_the_meantime_is_looked_at_again(me, bank):
    make_item(bank, code="A-1")
    address = upload(me, bank)["Location"]
    seen = re.search(r'name="seen" value="(\w+)"', me.get(address).content.decode())[1]
    Item.objects.filter(code="A-1").update(stem="Newer?")

    answer = me.post(address, {"mode": "all", "seen": seen})

    assert answer.status_code == 409 and "changed since you looked" in answer.content.decode()
    assert Item.objects.get(code="A-1").stem == "Newer?"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "The file is empty."),
        (b"caf\xe9?{=a ~b}", "Line 1: The byte 0xE9 is not UTF-8."),
        (b"<!DOCTYPE quiz><quiz/>", "document type"),
        (b"PK\x03\x04", "Save the sheet as CSV"),
        (b"x" * 10_000_001, "larger than 10 MB"),
        (b"<" * 30_000_001, "larger than 30 MB"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_beside_the_field(me, bank, data, said):
    answer = upload(me, bank, data)

    assert answer.status_code == 200 and said in answer.content.decode()
    assert not ImportUpload.objects.exists()


@pytest.mark.parametrize("key", ["", "x", "00000000-0000-0000-0000-000000000000", "1" * 400])
def test_a_file_that_nobody_uploaded_is_missing(me, bank, key):
    assert me.get(url(BankExchange, "import", bank.pk), {"file": key}).status_code == 404


def test_s18_an_upload_is_bound_to_its_person_and_bank_and_expires(me, bank, teacher):
    colleague = staff("instructor")
    other = make_bank(authors=[teacher])
    bank.authors.add(colleague)
    address = upload(me, bank)["Location"]
    query = address.partition("?")[2]

    assert signed_in(colleague).get(address).status_code == 404
    assert signed_in(colleague).post(address, {"mode": "all"}).status_code == 404
    assert me.get(f"{url(BankExchange, 'import', other.pk)}?{query}").status_code == 404
    ImportUpload.objects.update(created_at=timezone.now() - KEPT_FOR)
    assert me.get(address).status_code == 404
    assert Item.objects.count() == 0


def test_s18_another_instructors_bank_and_import_are_missing_on_every_page(me):
    theirs = make_bank(authors=[staff("instructor")])
    make_item(theirs, code="SECRET-1")
    batch = services.run(
        theirs, gift.read(TWO.encode()), services.Source("a", "gift", ""), mode="all", by=None, now=timezone.now()
    )
    pages = [
        url(BankExchange, "import", theirs.pk), url(BankExchange, "export", theirs.pk), url(BankExchange, "change", theirs.pk),
        f"{url(BankExchange, 'export', theirs.pk)}?format=gift&download=1",
        url(ImportBatch, "undo", batch.pk), url(ImportBatch, "change", batch.pk),
    ]  # fmt: skip

    assert {me.get(page).status_code for page in pages} == {404}
    assert {upload(me, theirs).status_code, *(me.post(page).status_code for page in (pages[0], pages[4]))} == {404}
    assert (theirs.items.count(), ImportUpload.objects.count()) == (3, 0)


@pytest.mark.parametrize("role", ["registrar", "auditor"])
def test_nobody_else_imports_exports_or_takes_back(role, bank):
    client = signed_in(staff(role))

    for page in ("import", "export"):
        assert {client.get(url(BankExchange, page, bank.pk)).status_code, upload(client, bank).status_code} == {403}


def test_a_preview_shows_what_learners_see_and_escapes_what_authors_wrote(me, bank):
    hostile = "\n\n".join(
        f"// [id:H-{n}]\n[plain]{gift._escaped(payload.replace(chr(12), ' '))}?{{=a#{gift._escaped(payload.replace(chr(12), ' '))} ~b#w}}"
        for n, payload in enumerate(PAYLOADS[:20])
    )

    page = me.get(upload(me, bank, hostile)["Location"]).content.decode()

    assert "<script>alert" not in page and "onerror=alert(1)>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_the_preview_is_paged_and_its_cost_does_not_grow(me, bank, django_assert_max_num_queries):
    def many(n):
        return "\n\n".join(f"// [id:X-{k}]\nNumber {k}?{{=a#r ~b#w}}" for k in range(n))

    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    costs = []
    for n in (3, 90):
        address = upload(me, bank, many(n))["Location"]
        with CaptureQueriesContext(connection) as context:
            page = me.get(address).content.decode()
        costs.append(statements(context))

    assert costs[0] == costs[1] and costs[0] <= 15
    assert "Page 1 of 5" in page and "Number 19?" in page and "Number 20?" not in page
    assert "Number 20?" in me.get(f"{address}&page=2").content.decode()


def test_export_lists_what_it_cannot_carry_before_the_file(me, bank):
    for kind in ALL_KINDS:
        make_item(bank, kind=kind, pool="P")
    make_item(bank, code="LOSSY", pool="Q", objective="two words")
    make_item(bank, code="GONE", pool="Q", status=Item.Status.RETIRED)
    address = url(BankExchange, "export", bank.pk)

    page = me.get(address, {"format": "gift"}).content.decode()
    file = me.get(address, {"format": "gift", "pool": "Q", "download": "1"})

    assert (
        "<b>LOSSY.</b> GIFT cannot carry the objective." in page
        and "GONE" not in page
        and "9 items go into it." in page
    )
    assert file["Content-Disposition"] == 'attachment; filename="mine.gift"'
    assert [item.code for item in gift.read(file.content).items] == ["LOSSY"]


def test_export_of_a_selection_takes_the_codes_that_are_named(me, bank):
    for code in ("A-1", "A-2", "A-3"):
        make_item(bank, code=code)

    file = me.get(url(BankExchange, "export", bank.pk), {"format": "csv", "code": "A-3, A-1", "download": "1"})

    assert [line.split(",")[0] for line in file.content.decode().splitlines()] == ["id", "A-1", "A-3"]
