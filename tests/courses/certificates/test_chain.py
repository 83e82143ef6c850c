from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from courses.certificates.chain import GENESIS, ChainEvent, ChainFault, Head, check, event_hash, instant


def seal(event):
    fields = (event.prev_hash, event.position, event.certificate_uuid, event.kind, event.at, event.by, event.reason)
    return replace(event, hash=event_hash(*fields, event.payload_digest))


def make_chain(length, reason="", prev_hash=GENESIS):
    events = []
    for position in range(1, length + 1):
        at = instant(datetime(2026, 10, 12, tzinfo=UTC) + timedelta(minutes=position))
        uuid, digest = f"00000000-0000-4000-8000-{position:012}", f"{position:064x}"
        event = seal(ChainEvent(position, uuid, "issued", at, "registrar 7", reason, digest, prev_hash, ""))
        events.append(event)
        prev_hash = event.hash
    return events


def head_of(events):
    return Head(events[-1].position, events[-1].hash)


def test_an_empty_chain_and_a_sound_chain_have_no_faults():
    events = make_chain(20)

    assert check([]) == []
    assert check(events, [head_of(events), head_of(events[:7])]) == []


def test_the_hash_is_what_it_was_when_the_format_was_fixed():
    at = "2026-10-12T00:00:00.000000+00:00"

    fixed = event_hash(GENESIS, 1, "uuid", "issued", at, "registrar 7", "", "0" * 64)

    assert GENESIS == "005373a07e1b09f1cc7ac33c003d8b3862d52d58fea5872a4d4e94d1fc372398"
    assert fixed == "87274fe4dc23dc9e63ebf4f3dafb888618c42ed63f39bb9498bed45db28b7c23"


def test_no_two_fields_can_run_together():
    assert event_hash("", 1, "a", "bc", "", "", "", "") != event_hash("", 1, "ab", "c", "", "", "", "")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("certificate_uuid", "00000000-0000-4000-8000-999999999999"),
        ("kind", "revoked"),
        ("at", "2020-01-01T00:00:00.000000+00:00"),
        ("by", "somebody else"),
        ("reason", "another reason"),
        ("payload_digest", "f" * 64),
    ],
)
def test_a_changed_row_is_found_where_it_is(field, value):
    events = make_chain(9)
    events[4] = replace(events[4], **{field: value})

    assert [fault.position for fault in check(events)] == [5]
    assert "changed" in check(events)[0].what


def test_a_changed_row_with_a_new_hash_breaks_the_next_link():
    events = make_chain(9)
    events[4] = seal(replace(events[4], reason="another reason"))

    assert [fault.position for fault in check(events)] == [6]
    assert "link" in check(events)[0].what


def test_a_changed_hash_is_found_in_its_row_and_in_the_link_to_it():
    events = make_chain(9)
    events[4] = replace(events[4], hash="0" * 64)

    assert [fault.position for fault in check(events)] == [5, 6]


def test_a_missing_row_is_a_gap_named_by_its_positions():
    events = make_chain(9)

    assert check(events[:3] + events[4:]) == [ChainFault(4, "A gap: 4 is missing.")]
    assert check(events[:3] + events[6:]) == [ChainFault(4, "A gap: 4 to 6 are missing.")]
    assert check(events[1:]) == [ChainFault(1, "A gap: 1 is missing.")]


def test_rows_closed_up_over_a_missing_one_break_the_chain():
    events = make_chain(9)
    closed = [replace(event, position=place) for place, event in enumerate(events[:3] + events[4:], start=1)]

    assert [fault.position for fault in check(closed)][0] == 4


def test_a_row_twice_or_out_of_order_is_found():
    events = make_chain(4)

    assert [fault.position for fault in check([*events[:2], events[1], *events[2:]])] == [2]
    assert check([events[0], events[2], events[1], events[3]]) != []


def test_a_lost_tail_shows_only_against_an_expected_head():
    events = make_chain(9)

    assert check(events[:6]) == []
    faults = check(events[:6], [head_of(events)])
    assert faults == [ChainFault(7, "The end is missing: 9 events were recorded, the last one here is 6.")]
    assert [fault.position for fault in check([], [head_of(events)])] == [1]


def test_a_rewritten_chain_shows_only_against_a_head_kept_elsewhere():
    kept = head_of(make_chain(6))
    rewritten = make_chain(9, reason="written anew")

    assert check(rewritten) == []
    assert [(fault.position, "rewritten" in fault.what) for fault in check(rewritten, [kept])] == [(6, True)]


def test_two_kept_heads_that_contradict_each_other_cannot_both_hold():
    events = make_chain(3)

    assert len(check(events, [head_of(events), Head(3, "0" * 64)])) == 1


def test_a_chain_of_another_beginning_is_not_ours():
    events = make_chain(3, prev_hash="0" * 64)

    assert [fault.position for fault in check(events)] == [1]


def test_one_moment_has_one_text_in_any_zone():
    here = datetime(2026, 10, 12, 9, 30, tzinfo=timezone(timedelta(hours=-7)))

    assert instant(here) == instant(here.astimezone(UTC)) == "2026-10-12T16:30:00.000000+00:00"
    with pytest.raises(ValueError, match="time zone"):
        instant(datetime(2026, 10, 12))


def test_a_long_chain_is_checked_in_one_pass():
    events = make_chain(2_000)

    assert check(iter(events), [head_of(events)]) == []
