"""Places where a crash test stops the process. They do nothing unless CEU_FAILPOINT names one, as `name=action`.

The actions: kill (signal 9, as a power cut would), sleep (three seconds, to hold a lock), raise (FailpointReached).
"""

import os
import signal
import time

from django.conf import settings
from django.core import checks

VARIABLE = "CEU_FAILPOINT"
SLEEP_SECONDS = 3


class FailpointReached(Exception):
    """The failpoint with the action `raise` was reached."""


def failpoint(name: str) -> None:
    wanted, _, action = os.environ.get(VARIABLE, "").partition("=")
    if wanted == name:
        _ACTIONS[action](name)


def _kill(name: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _sleep(name: str) -> None:
    time.sleep(SLEEP_SECONDS)


def _raise(name: str) -> None:
    raise FailpointReached(name)


_ACTIONS = {"kill": _kill, "sleep": _sleep, "raise": _raise}


def no_failpoint_in_production(app_configs, **kwargs) -> list[checks.CheckMessage]:
    if not os.environ.get(VARIABLE) or settings.CEU_MODE != "production":
        return []
    return [checks.Error(f"{VARIABLE} is set. It stops the process on purpose: unset it.", id="ceu.E001")]
