import random
from collections import Counter
from itertools import combinations
from math import comb
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.delivery.paper import SectionRules
from quizzes.delivery.selection import can_satisfy, draw


class Thing(NamedTuple):
    number: int
    kind: str = "single"
    objective: str = "O1"
    safety: bool = False
    has_vignette: bool = False


def blueprint(count=2, **changes) -> SectionRules:
    rules = {"min_vignettes": 0, "max_true_false": 2, "min_safety": 0, "objectives": (), "mode": "drawn"}
    return SectionRules(title="", pool="P", count=count, **(rules | changes))


def meets(items, section: SectionRules) -> bool:
    """The blueprint as curriculum.md says it, without any cleverness."""
    return (
        len(items) == section.count
        and sum(item.has_vignette for item in items) >= section.min_vignettes
        and sum(item.safety for item in items) >= section.min_safety
        and sum(item.kind == "true_false" for item in items) <= section.max_true_false
        and set(section.objectives) <= {item.objective for item in items}
    )


def feasible(pool, section) -> list[frozenset]:
    return [frozenset(items) for items in combinations(pool, section.count) if meets(items, section)]


pools = st.lists(
    st.tuples(
        st.sampled_from(["single", "true_false"]), st.sampled_from(["O1", "O2", "O3"]), st.booleans(), st.booleans()
    ),
    max_size=8,
).map(lambda rows: [Thing(number, *row) for number, row in enumerate(rows)])
sections = st.builds(
    blueprint,
    st.integers(0, 6),
    min_vignettes=st.integers(0, 3),
    max_true_false=st.integers(0, 3),
    min_safety=st.integers(0, 3),
    objectives=st.lists(st.sampled_from(["O1", "O2", "O3"]), max_size=3).map(tuple),
)


@settings(max_examples=400)
@given(pools, sections, st.integers())
def test_what_can_be_drawn_is_drawn_and_nothing_else(pool, section, seed):
    if not pool:
        assert can_satisfy(pool, section) == ["The pool P holds no ready item."]
        return
    possible = feasible(pool, section)

    assert (can_satisfy(pool, section) == []) == bool(possible)
    if possible:
        assert frozenset(draw(pool, section, random.Random(seed))) in possible
    else:
        with pytest.raises(ValueError, match="No set of items"):
            draw(pool, section, random.Random(seed))


def test_every_feasible_set_is_equally_likely():
    pool = [
        Thing(1, has_vignette=True),
        Thing(2, "true_false", "O2"),
        Thing(3, "true_false", "O2", True),
        *(Thing(number, objective="O1", safety=number > 5) for number in range(4, 7)),
        Thing(7, objective="O2", has_vignette=True),
    ]
    section = blueprint(4, min_vignettes=1, max_true_false=1, min_safety=1, objectives=("O1", "O2"))
    possible, rng = feasible(pool, section), random.Random(11)

    drawn = Counter(frozenset(draw(pool, section, rng)) for _ in range(300 * len(possible)))

    assert drawn.keys() == set(possible)
    chi_squared = sum((count - 300) ** 2 / 300 for count in drawn.values())
    assert chi_squared < 2 * len(possible)


def test_items_alike_are_drawn_alike():
    pool, rng = [Thing(number) for number in range(14)], random.Random(3)

    drawn = Counter(item.number for _ in range(4000) for item in draw(pool, blueprint(10), rng))

    assert all(abs(count - 4000 * 10 / 14) < 200 for count in drawn.values())


def test_the_order_of_the_questions_is_drawn_too():
    pool, rng = [Thing(number, objective=f"O{number}") for number in range(4)], random.Random(3)

    firsts = Counter(draw(pool, blueprint(4), rng)[0].number for _ in range(4000))

    assert all(abs(count - 1000) < 150 for count in firsts.values())


def test_a_pool_of_hundreds_is_counted_and_not_listed():
    pool = [
        Thing(number, "true_false" if number % 7 < 2 else "single", f"O{number % 9}", number % 4 == 0, number % 5 == 0)
        for number in range(300)
    ]
    section = blueprint(20, min_vignettes=3, min_safety=3, objectives=tuple(f"O{number}" for number in range(9)))

    assert meets(draw(pool, section, random.Random(1)), section)
    assert comb(300, 20) > 10**30


PLAIN = [Thing(number) for number in range(4)]


@pytest.mark.parametrize(
    ("pool", "section", "sentences"),
    [
        (PLAIN, blueprint(5), ["The pool P holds 4 items, but 5 are to be drawn."]),
        (PLAIN, blueprint(2, min_vignettes=1), ["The pool P holds 0 case vignettes, but 1 are needed."]),
        (PLAIN, blueprint(2, min_safety=2), ["The pool P holds 0 safety items, but 2 are needed."]),
        (PLAIN, blueprint(2, objectives=("O1", "O9")), ["No item of the pool P measures the objective O9."]),
        (
            [*PLAIN[:1], Thing(8, "true_false"), Thing(9, "true_false")],
            blueprint(3, max_true_false=1),
            ["With 1 true or false items at most, only 2 items can be drawn."],
        ),
        (
            [
                Thing(1, objective="O1"),
                Thing(2, objective="O2"),
                Thing(3, objective="O1", has_vignette=True, safety=False),
            ],
            blueprint(1, objectives=("O1", "O2")),
            ["Each rule of the blueprint of the pool P can be met, but no 1 items meet all."],
        ),
        ([], blueprint(2, mode="fixed"), ["The pool P holds no ready item."]),
        (PLAIN, blueprint(99, mode="fixed", min_safety=3), []),
    ],
)
def test_a_blueprint_that_cannot_be_met_says_why(pool, section, sentences):
    assert can_satisfy(pool, section) == sentences
