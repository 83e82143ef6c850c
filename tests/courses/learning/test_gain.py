import pytest

from courses.learning.gain import Gain, Line, Share, gain

BEFORE = {"O1": (1, 2), "O2": (0, 1)}
AFTER = {"O1": (2, 2), "O2": (1, 1)}


def test_a_gain_is_read_objective_by_objective_and_in_all():
    assert gain(["O2", "O1"], BEFORE, AFTER) == Gain(
        lines=(Line("O2", Share(0, 1), Share(1, 1)), Line("O1", Share(1, 2), Share(2, 2))),
        before=Share(1, 3),
        after=Share(3, 3),
    )


def test_without_a_pre_test_the_post_test_stands_alone():
    found = gain(["O1", "O2"], None, AFTER)

    assert [line.before for line in found.lines] == [None, None]
    assert found.sentence == "3 of 3 right. You took no pre-test, so there is nothing to compare it with."


@pytest.mark.parametrize(
    ("after", "sentence"),
    [
        (AFTER, "1 of 3 right before the course, 3 of 3 after it: 2 more."),
        (BEFORE, "1 of 3 right before the course, 1 of 3 after it: as many as before."),
        ({"O1": (0, 2), "O2": (0, 1)}, "1 of 3 right before the course, 0 of 3 after it: 1 fewer."),
        ({"O1": (2, 2)}, "1 of 3 right before the course, 2 of 2 after it: the two tests were of different length."),
    ],
)
def test_the_change_is_said_in_words(after, sentence):
    assert gain(["O1", "O2"], BEFORE, after).sentence == sentence


def test_an_objective_that_only_one_of_the_tests_asked_about_has_one_side():
    assert gain(["O1", "O2", "O3"], BEFORE, {"O1": (2, 2)}).lines == (
        Line("O1", Share(1, 2), Share(2, 2)),
        Line("O2", Share(0, 1), None),
    )


def test_an_objective_that_the_course_no_longer_has_counts_in_the_totals():
    found = gain(["O1"], BEFORE, AFTER)

    assert ([line.objective for line in found.lines], found.before, found.after) == (["O1"], Share(1, 3), Share(3, 3))
