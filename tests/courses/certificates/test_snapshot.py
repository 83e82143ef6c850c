import json
import unicodedata
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ceu.shared import canonical
from courses.certificates.snapshot import (
    NO_APPROVAL,
    AwardedHours,
    BadSnapshot,
    CategoryHours,
    Fact,
    MissingField,
    Particulars,
    Snapshot,
    date_in_words,
    digest,
    dumps,
    from_dict,
    hours_in_words,
    particulars_from_dict,
    particulars_hmac,
    printed_facts,
    require_complete,
    to_dict,
)

HOURS = AwardedHours(
    accreditor_name="National Certification Board for Therapeutic Massage and Bodywork",
    approval_number="451234-09",
    unit="contact hour",
    hours="2.5",
    categories=(CategoryHours("Ethics", "1.0"), CategoryHours("Science", "1.5")),
    statement="This course is approved as a continuing education offering.",
)
HOLDER = Particulars("Ana María Delgado-Øst", "MA 0123456", "California", "massage therapist")
SALT = b"sixteen bytes ok"


def make_snapshot(**changes):
    snapshot = Snapshot(
        number="MT-000123-N",
        verify_url="https://ce.example.org/verify/kQ3vX0b7Tn2yYhR8sLw5Zg/",
        kind="completion",
        course_title="Peripheral Neuropathy: Recognising, Caring and Referring",
        course_uuid="0d5e3f9e-1111-4222-8333-444455556666",
        edition_number=3,
        edition_sha256="9f" * 32,
        completed_on="2026-10-12",
        time_zone="America/Los_Angeles",
        delivery_type="Home study (online, self-paced)",
        provider_name="Manual Therapy CE",
        provider_number="000000-00",
        provider_contact="registrar@ce.example.org",
        provider_address="1200 Example Street, Suite 4\nSacramento, California 95814\n",
        instructors=("Ruth Okafor, PhD, LMT",),
        signatory="R. Okafor, registrar",
        issued_on="2026-10-13",
        particulars_hmac="ab" * 32,
        hours=(HOURS,),
        notices=("Knowledge assessment only. Hands-on competence needs supervised practice.",),
        supersedes_number="MT-000120-K",
        chain_head="3b" * 32,
    )
    return replace(snapshot, **changes)


def test_every_printed_fact_in_reading_order_and_in_words():
    assert printed_facts(make_snapshot(), HOLDER) == [
        ("Document", "Certificate of completion"),
        ("Name", "Ana María Delgado-Øst"),
        ("Course", "Peripheral Neuropathy: Recognising, Caring and Referring"),
        ("Completed", "12 October 2026"),
        ("Type", "Home study (online, self-paced)"),
        (
            "Hours",
            "2.5 contact hours, National Certification Board for Therapeutic Massage and Bodywork, "
            "approval number 451234-09",
        ),
        ("By category", "Ethics 1.0 contact hour; Science 1.5 contact hours"),
        ("Statement", "This course is approved as a continuing education offering."),
        ("Licence", "California, massage therapist, number MA 0123456"),
        ("Instructor", "Ruth Okafor, PhD, LMT"),
        ("Provider", "Manual Therapy CE, provider number 000000-00"),
        ("Address", "1200 Example Street, Suite 4, Sacramento, California 95814"),
        ("Contact", "registrar@ce.example.org"),
        ("Edition", "Edition 3 of the course"),
        ("Replaces", "Certificate MT-000120-K"),
        ("Notice", "Knowledge assessment only. Hands-on competence needs supervised practice."),
        ("Signed by", "R. Okafor, registrar"),
        ("Issued", "13 October 2026"),
        ("Number", "MT-000123-N"),
        ("Check at", "https://ce.example.org/verify/kQ3vX0b7Tn2yYhR8sLw5Zg/"),
        ("Edition fingerprint", "9f" * 32),
        ("Register fingerprint", "3b" * 32),
    ]


def test_without_an_approval_no_hours_are_claimed():
    facts = printed_facts(make_snapshot(hours=()), HOLDER)

    assert [fact for fact in facts if fact.term in {"Hours", "By category", "Statement"}] == [("Hours", NO_APPROVAL)]
    assert "contact hour" not in str(facts)


def test_what_is_empty_is_not_printed():
    bare = make_snapshot(hours=(), notices=(), supersedes_number=None, chain_head="", provider_number="")

    terms = [fact.term for fact in printed_facts(bare, Particulars("Zoë"))]

    assert not {"Licence", "Notice", "Replaces", "Register fingerprint"} & set(terms)
    assert Fact("Provider", "Manual Therapy CE") in printed_facts(bare, Particulars("Zoë"))


def test_each_approval_has_its_own_lines():
    other = AwardedHours("Florida Board of Massage Therapy", "20-1234567", "CE", "3", (), "")

    facts = printed_facts(make_snapshot(hours=(HOURS, other)), HOLDER)

    assert [fact.text for fact in facts if fact.term == "Hours"][1] == (
        "3 CEs, Florida Board of Massage Therapy, approval number 20-1234567"
    )


def test_the_public_page_never_holds_the_licence_number():
    public = printed_facts(make_snapshot(), HOLDER, mask_licence=True)

    assert "0123456" not in str(public)
    assert Fact("Licence", "California, massage therapist, number ending in 56") in public
    assert [fact for fact in public if fact.term != "Licence"] == [
        fact for fact in printed_facts(make_snapshot(), HOLDER) if fact.term != "Licence"
    ]


@pytest.mark.parametrize("number", ["7", "12", "1234"])
def test_a_short_licence_number_is_not_shown_at_all(number):
    public = dict(printed_facts(make_snapshot(), replace(HOLDER, licence_number=number), mask_licence=True))

    assert public["Licence"] == "California, massage therapist, number not shown"


def test_facts_are_composed_single_lines():
    facts = printed_facts(
        make_snapshot(), replace(HOLDER, legal_name=unicodedata.normalize("NFD", " Zoë \n Øst\u00a0"))
    )

    assert dict(facts)["Name"] == "Zoë Øst"


@pytest.mark.parametrize(
    ("iso", "words"),
    [("2026-10-12", "12 October 2026"), ("2028-02-29", "29 February 2028"), ("2026-01-01", "1 January 2026")],
)
def test_a_date_is_written_in_words(iso, words):
    assert date_in_words(iso) == words


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        ("1", "1 contact hour"),
        ("1.0", "1.0 contact hour"),
        ("0.5", "0.5 contact hours"),
        ("12.25", "12.25 contact hours"),
    ],
)
def test_hours_carry_their_unit(hours, words):
    assert hours_in_words(hours, "contact hour") == words


@pytest.mark.parametrize("hours", ["", "0", "-1", "NaN", "Infinity", "1e3", "2,5", "two", "１", "1_0"])
def test_what_is_no_amount_of_hours_is_refused(hours):
    with pytest.raises(BadSnapshot):
        hours_in_words(hours, "contact hour")


REQUIRED = {item.name for item in fields(Snapshot)} - {
    *("format", "edition_number", "provider_number"),
    *("hours", "notices", "supersedes_number", "chain_head"),
}


@pytest.mark.parametrize("name", sorted(REQUIRED))
def test_each_required_field_is_missed_by_its_name(name):
    empty = () if name == "instructors" else "  "

    with pytest.raises(MissingField) as refusal:
        require_complete(make_snapshot(**{name: empty}), HOLDER)

    assert refusal.value.names == [name]


def test_several_missing_fields_are_named_together():
    with pytest.raises(MissingField) as refusal:
        require_complete(make_snapshot(signatory="", hours=(replace(HOURS, unit=""),)), Particulars(" "))

    assert refusal.value.names == ["legal_name", "signatory", "hours.unit"]


def test_hours_need_the_providers_number_and_a_plain_certificate_does_not():
    require_complete(make_snapshot(provider_number="", hours=()), HOLDER)

    with pytest.raises(MissingField) as refusal:
        require_complete(make_snapshot(provider_number=""), HOLDER)
    assert refusal.value.names == ["provider_number"]


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "attendance"},
        {"completed_on": "12.10.2026"},
        {"issued_on": "2026-13-01"},
        {"hours": (replace(HOURS, hours="some"),)},
        {"verify_url": "javascript:alert(1)"},
        {"verify_url": "https://ce.example.org/a b"},
    ],
)
def test_what_cannot_be_printed_as_it_stands_is_refused(changes):
    with pytest.raises(BadSnapshot):
        require_complete(make_snapshot(**changes), HOLDER)


@pytest.mark.parametrize("snapshot", [make_snapshot(), make_snapshot(hours=(), notices=(), supersedes_number=None)])
def test_a_snapshot_comes_back_from_its_canonical_text(snapshot):
    back = from_dict(json.loads(dumps(snapshot)))

    assert back == snapshot
    assert digest(back) == digest(snapshot) == canonical.digest(dumps(snapshot))


def test_the_canonical_form_holds_nothing_of_the_holder():
    assert "Delgado" not in dumps(make_snapshot())
    assert "legal_name" not in dumps(make_snapshot())


def test_the_digest_of_format_1_never_changes():
    assert digest(make_snapshot()) == "39feae4546ff542c0d7e5bb6063786d0e88bd7719c2a5735292dd07010a7efa7"


def broken(path, value):
    data = json.loads(dumps(make_snapshot()))
    *parents, last = path
    place = data
    for key in parents:
        place = place[key]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return data


@pytest.mark.parametrize(
    "data",
    [
        {},
        broken(["format"], 2),
        broken(["format"], True),
        broken(["number"], ...),
        broken(["surprise"], "x"),
        broken(["number"], None),
        broken(["edition_number"], "3"),
        broken(["edition_number"], True),
        broken(["instructors"], "Ruth Okafor"),
        broken(["instructors", 0], 1),
        broken(["notices"], None),
        broken(["hours"], {}),
        broken(["hours", 0], []),
        broken(["hours", 0, "hours"], 2.5),
        broken(["hours", 0, "unit"], ...),
        broken(["hours", 0, "surprise"], "x"),
        broken(["hours", 0, "categories", 0, "hours"], 1),
        broken(["supersedes_number"], 7),
    ],
)
def test_data_of_another_shape_is_refused(data):
    with pytest.raises(BadSnapshot):
        from_dict(data)


def test_particulars_come_back_and_other_shapes_are_refused():
    assert particulars_from_dict(to_dict(HOLDER)) == HOLDER
    with pytest.raises(BadSnapshot):
        particulars_from_dict({"legal_name": "Zoë"})


def test_the_hmac_ties_the_holder_to_the_snapshot_and_hides_them_without_the_salt():
    tied = particulars_hmac(SALT, HOLDER)

    assert tied == particulars_hmac(SALT, replace(HOLDER, legal_name=unicodedata.normalize("NFD", HOLDER.legal_name)))
    assert tied != particulars_hmac(SALT[::-1], HOLDER)
    assert all(tied != particulars_hmac(SALT, replace(HOLDER, **{item.name: "x"})) for item in fields(Particulars))
    assert len(tied) == 64


def test_a_short_salt_is_refused():
    with pytest.raises(ValueError, match="16 bytes"):
        particulars_hmac(b"short", HOLDER)


@given(st.text(min_size=1, max_size=120).filter(lambda text: text.isprintable() and text.strip()))
def test_any_printable_name_is_printed_as_typed_but_composed(name):
    expected = " ".join(unicodedata.normalize("NFC", name).split())

    assert dict(printed_facts(make_snapshot(), Particulars(name)))["Name"] == expected
