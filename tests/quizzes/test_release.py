import pytest

from quizzes.delivery.release import SETTLED, TOLD, may_reveal


@pytest.mark.parametrize(
    ("passed", "left", "told", "settled", "when_told"),
    [
        (False, 2, False, False, False),
        (False, None, False, False, False),
        (False, 0, False, True, False),
        (True, 2, False, True, False),
        (True, None, False, True, False),
        (False, 2, True, False, True),
        (True, 0, True, True, True),
    ],
)
def test_each_rule_opens_the_reasons_at_its_own_moment(passed, left, told, settled, when_told):
    known = {"passed": passed, "attempts_left": left, "told": told}

    assert may_reveal(SETTLED, open_=False, **known) is settled
    assert may_reveal(TOLD, open_=False, **known) is when_told
    assert not may_reveal(SETTLED, open_=True, **known)
    assert not may_reveal(TOLD, open_=True, **known)


def test_a_rule_that_is_not_known_shows_nothing():
    assert not may_reveal("never", open_=False, passed=True, attempts_left=0, told=True)
