"""PURE. When the keys and the reasons of a quiz may be shown to the learner who took it.

SETTLED is the rule of every graded quiz (R7): once an attempt has passed, or none is left. TOLD is for a quiz that must
stay fresh although it is over: its reasons open only when whatever the quiz belongs to says so.
"""

SETTLED, TOLD = "settled", "told"


def may_reveal(rule: str, *, open_: bool, passed: bool, attempts_left: int | None, told: bool = False) -> bool:
    """`attempts_left` None: as many as one likes. `told`: whoever owns the quiz says that its reasons may open.

    An attempt that is open, or that waits for a marker, shuts everything. A rule that is not known here shows nothing.
    """
    if open_:
        return False
    if rule == SETTLED:
        return passed or attempts_left == 0
    return rule == TOLD and told
