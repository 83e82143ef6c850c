import functools
import statistics
import threading
import time
import unicodedata
from dataclasses import replace
from io import BytesIO

import pypdf
import pytest
import segno

from courses.certificates import document
from courses.certificates.document import MissingGlyphs, TooLong, missing_glyphs, render
from courses.certificates.snapshot import (
    AwardedHours,
    CategoryHours,
    MissingField,
    Particulars,
    Snapshot,
    printed_facts,
)

APPROVAL = AwardedHours(
    accreditor_name="National Certification Board for Therapeutic Massage and Bodywork",
    approval_number="451234-09",
    unit="CE",
    hours="2.5",
    categories=(CategoryHours("Ethics", "1.0"), CategoryHours("Science", "1.5")),
    statement="This course is approved by the National Certification Board for Therapeutic Massage and Bodywork.",
)
HOLDER = Particulars("Ana María Delgado-Øst", "MA 0123456", "California", "massage therapist")
LONG_NAME = "Maria Fernanda de los Ángeles Rodríguez y Villanueva von Hohenzollern-Sigmaringen de la Santa Cruz X"
LONG_TITLE = (
    "Peripheral Neuropathy and the Painful Foot: Recognising Early Signs, Caring Safely in the Treatment Room and "
    "Referring in Time, with Notes on Diabetes, Chemotherapy, Alcohol and Compression"
)


def make_snapshot(**changes):
    snapshot = Snapshot(
        number="MT-000123-N",
        verify_url="https://ce.example.org/verify/kQ3vX0b7Tn2yYhR8sLw5Zg/",
        kind="completion",
        course_title="Peripheral Neuropathy: Recognising, Caring and Referring",
        course_uuid="0d5e3f9e-1111-4222-8333-444455556666",
        edition_number=3,
        edition_sha256="9f86d081" * 8,
        completed_on="2026-10-12",
        time_zone="America/Los_Angeles",
        delivery_type="Home study (online, self-paced)",
        provider_name="Manual Therapy CE",
        provider_number="000000-00",
        provider_contact="registrar@ce.example.org",
        provider_address="1200 Example Street, Suite 4\nSacramento, California 95814",
        instructors=("Ruth Okafor, PhD, LMT",),
        signatory="R. Okafor, registrar",
        issued_on="2026-10-13",
        particulars_hmac="ab" * 32,
        hours=(APPROVAL,),
        notices=("Knowledge assessment only. Hands-on competence needs supervised practice.",),
        supersedes_number="MT-000120-K",
        chain_head="3b1f" * 16,
    )
    return replace(snapshot, **changes)


def read(pdf):
    return pypdf.PdfReader(BytesIO(pdf), strict=True)


def text_of(pdf):
    """Line ends are the layout's, so every run of white space is one space."""
    return " ".join(read(pdf).pages[0].extract_text().split())


def expected_text(snapshot, holder):
    """What the page must say: the printed facts in their order, and the few words the template adds."""
    words = document.WORDS
    placed = {
        "Document": "{text}",
        "Name": "{text} " + words["completed"],
        "Course": "{text}",
        "Notice": "{text}",
        "Signed by": "{text}",
        "Issued": words["signed"] + " {text}",
        "Number": words["number"] + " {text}",
        "Check at": words["check"] + " {text}",
    }
    facts = printed_facts(snapshot, holder)
    return " ".join(placed.get(fact.term, "{term} {text}").format(term=fact.term, text=fact.text) for fact in facts)


def structure(pdf):
    """The tags of the structure tree, depth first, as dictionaries."""

    def walk(node):
        node = node.get_object()
        if isinstance(node, list):
            for child in node:
                yield from walk(child)
        elif isinstance(node, dict) and "/S" in node:
            yield node
            if "/K" in node:
                yield from walk(node["/K"])

    return list(walk(read(pdf).root_object["/StructTreeRoot"]["/K"]))


@functools.cache
def usual():
    return render(make_snapshot(), HOLDER)


def test_the_page_says_the_printed_facts_and_nothing_else():
    assert text_of(usual()) == expected_text(make_snapshot(), HOLDER)


def test_a_plain_certificate_claims_no_hours():
    plain = make_snapshot(hours=(), notices=(), supersedes_number=None, chain_head="")

    text = text_of(render(plain, Particulars("Zoë")))

    assert text == expected_text(plain, Particulars("Zoë"))
    assert "No continuing-education approval applied on the completion date." in text


@pytest.mark.parametrize(
    "name",
    [
        "Łukasz Wiśniewski",
        "Nguyễn Thị Ánh",
        "O'Brien-ʻŌlelo",
        "O’Brien",
        "Ana María Delgado-Øst",
        "Zoë",
        unicodedata.normalize("NFD", "Zoë Nguyễn"),
        "Ελένη Παπαδοπούλου",
        "Надежда Щёголева-Їжакевич",
        "Հայկ Սարգսյան",
        "ნინო ბერიძე",
        "Suharto",
        "ANA MARÍA",
        "Jean-Baptiste Poquelin-de-la-Montagne-Sainte-Geneviève-Delgado-Øst",
        "office fjord affluent",
        LONG_NAME,
    ],
)
def test_b07_a_name_extracts_back_as_it_was_printed(name):
    holder = replace(HOLDER, legal_name=name)

    pdf = render(make_snapshot(), holder)

    assert unicodedata.normalize("NFC", name) in text_of(pdf)
    assert text_of(pdf) == expected_text(make_snapshot(), holder)
    assert len(read(pdf).pages) == 1


@pytest.mark.parametrize("name", ["Adébáyọ̀ Ṣọ́lá", "Q̱wa’alāgis"])
def test_b07_a_mark_without_a_composed_letter_prints_though_readers_may_copy_it_twice(name):
    pdf = render(make_snapshot(), replace(HOLDER, legal_name=name))

    assert missing_glyphs(name) == []
    assert set(unicodedata.normalize("NFC", name)) <= set(text_of(pdf))


@pytest.mark.parametrize("letter", ["W", "i", "Ж"])
@pytest.mark.parametrize("length", [100, 200])
def test_f14_a_name_of_one_endless_word_is_cut_and_loses_nothing(letter, length):
    pdf = render(make_snapshot(), replace(HOLDER, legal_name=letter * length))

    assert letter * length in "".join(read(pdf).pages[0].extract_text().split())
    assert "\u200b" not in read(pdf).pages[0].extract_text()


@pytest.mark.parametrize("paper", ["us-letter", "a4"])
def test_everything_long_still_fits_on_one_page(paper):
    crowded = make_snapshot(
        course_title=LONG_TITLE,
        hours=(APPROVAL, replace(APPROVAL, unit="contact hour"), APPROVAL),
        instructors=("Ruth Okafor, PhD, LMT", "Łukasz Wiśniewski, DPT, OCS", "Ana María Delgado-Øst, MD"),
        verify_url="https://education.manual-therapy.example.org/certificates/verify/" + "kQ3vX0b7" * 8 + "/",
        provider_address="Suite 4\n" * 12,
        notices=("Knowledge assessment only. Hands-on competence needs supervised practice.",) * 4,
    )

    pdf = render(crowded, replace(HOLDER, legal_name=LONG_NAME), paper=paper)

    squeezed = "".join(text_of(pdf).split())
    assert len(read(pdf).pages) == 1
    assert squeezed == "".join(expected_text(crowded, replace(HOLDER, legal_name=LONG_NAME)).split())


def test_what_cannot_fit_legibly_is_refused():
    with pytest.raises(TooLong):
        render(make_snapshot(notices=("Knowledge assessment only. " * 40,) * 20), HOLDER)


def test_paper_is_letter_unless_asked_otherwise():
    letter, a4 = read(usual()).pages[0].mediabox, read(render(make_snapshot(), HOLDER, paper="a4")).pages[0].mediabox

    assert (round(letter.width), round(letter.height)) == (612, 792)
    assert (round(a4.width), round(a4.height)) == (595, 842)


@pytest.mark.parametrize("name", ["李小龍", "محمد أشرف", "अशोक", "สมชาย", "김민준", "Zoë 👩\u200d⚕️"])
def test_b07_a_name_no_font_can_show_is_refused_and_its_characters_named(name):
    with pytest.raises(MissingGlyphs) as refusal:
        render(make_snapshot(), replace(HOLDER, legal_name=name))

    assert set("".join(refusal.value.characters)) <= set(name)
    assert refusal.value.characters
    assert "U+" in str(refusal.value)


def test_missing_glyphs_can_be_asked_before_anything_is_issued():
    assert missing_glyphs("Nguyễn Thị Ánh, Łukasz, ʻŌlelo, Надежда, Ελένη, Հայկ, ნინო, Zoë") == []
    assert missing_glyphs("李小龍 Zoë") == ["李", "小", "龍"]
    assert missing_glyphs(unicodedata.normalize("NFD", "Zoë")) == []
    assert missing_glyphs("") == []


@pytest.mark.parametrize("hidden", ["\u200b", "\u202e", "\u2066", "\x07", "\ue000", "\ufeff", "\u00ad"])
def test_b07_characters_that_cannot_be_seen_are_refused(hidden):
    assert missing_glyphs(f"Ana{hidden}Maria") == [hidden]
    with pytest.raises(MissingGlyphs) as refusal:
        render(make_snapshot(course_title=f"Foot{hidden}Care"), HOLDER)
    assert refusal.value.characters == [hidden]


@pytest.mark.parametrize(
    "hostile",
    [
        '#import "@preview/evil:1.0.0"',
        '#read("/etc/passwd")',
        '"] #panic() [',
        "$x^2$ *bold* _it_ `raw` = Heading",
        '\\"} , "name": "Other"',
        "#sys.inputs.data",
        "\\u{41} \\n --- ... ~ <label> @ref // comment /* x */",
        "https://127.0.0.1:1/ file:///etc/passwd",
        "<svg><image href='http://127.0.0.1:1/'/></svg>",
    ],
)
def test_s22_markup_is_printed_as_it_was_typed(hostile):
    snapshot = make_snapshot(
        course_title=hostile,
        delivery_type=hostile,
        signatory=hostile,
        notices=(hostile,),
        provider_name=hostile,
        verify_url="https://ce.example.org/" + "".join(hostile.split()),
    )
    holder = replace(HOLDER, legal_name=hostile)

    pdf = render(snapshot, holder)

    assert "".join(text_of(pdf).split()) == "".join(expected_text(snapshot, holder).split())


def test_the_file_is_pdf_a_2a_and_pdf_ua_1_tagged_titled_and_in_a_language():
    root, metadata = read(usual()).root_object, read(usual()).xmp_metadata

    xmp = root["/Metadata"].get_object().get_data().decode()
    assert "<pdfuaid:part>1</pdfuaid:part>" in xmp
    assert "<pdfaid:part>2</pdfaid:part>" in xmp
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in xmp
    assert metadata.dc_title["x-default"] == "Certificate of completion, number MT-000123-N"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "Delgado" not in xmp + str(read(usual()).metadata)


def test_the_tags_are_a_heading_paragraphs_a_list_of_facts_a_link_and_a_figure():
    tags = [node["/S"] for node in structure(usual())]
    rows = sum(1 for fact in printed_facts(make_snapshot(), HOLDER) if fact.term not in document.PLACED)

    assert tags[:2] == ["/Document", "/H1"]
    assert tags.count("/L") == 1
    assert tags.count("/LI") == tags.count("/Lbl") == tags.count("/LBody") == rows
    assert tags.count("/Link") == tags.count("/Figure") == 1


def test_the_qr_code_says_the_address_and_is_segnos_own_matrix():
    address = make_snapshot().verify_url
    figure = next(node for node in structure(usual()) if node["/S"] == "/Figure")
    svg = BytesIO()
    segno.make(address, error="m", micro=False).save(svg, kind="svg", border=0, xmldecl=False, omitsize=True)

    assert address in figure["/Alt"]
    assert document.qr_svg(address) == svg.getvalue().decode()


def test_the_address_is_a_link():
    annotations = [note.get_object() for note in read(usual()).pages[0]["/Annots"]]

    assert [note["/A"]["/URI"] for note in annotations] == [make_snapshot().verify_url]


def test_every_font_is_embedded():
    fonts = [font.get_object() for font in read(usual()).pages[0]["/Resources"]["/Font"].values()]

    descriptors = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object() for font in fonts]
    assert len(descriptors) >= 3
    assert all({"/FontFile2", "/FontFile3"} & set(descriptor) for descriptor in descriptors)
    assert all("/ToUnicode" in font for font in fonts)


def test_equal_input_gives_equal_bytes_in_any_thread_and_on_any_day():
    again = []
    thread = threading.Thread(target=lambda: again.append(render(make_snapshot(), HOLDER)))
    thread.start()
    thread.join()

    assert again == [usual()]
    assert read(usual()).metadata.creation_date.date().isoformat() == "2026-10-13"


def test_other_facts_give_other_bytes():
    assert render(make_snapshot(completed_on="2026-10-11"), HOLDER) != usual()


def test_a_missing_required_field_is_refused_by_its_name():
    with pytest.raises(MissingField) as refusal:
        render(make_snapshot(signatory=""), Particulars(""))

    assert refusal.value.names == ["legal_name", "signatory"]


def test_folders_without_fonts_change_nothing(tmp_path):
    assert render(make_snapshot(), HOLDER, font_dirs=[tmp_path]) == usual()


def test_eight_threads_render_at_once():
    failures, times = [], []

    def work(worker):
        try:
            for turn in range(20):
                name = f"Ana María Delgado-Øst {worker} {turn}"
                start = time.perf_counter()
                pdf = render(make_snapshot(), replace(HOLDER, legal_name=name))
                times.append(time.perf_counter() - start)
                assert name in text_of(pdf)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert len(times) == 160
    print(f"median render, 8 threads: {statistics.median(times) * 1000:.0f} ms")
