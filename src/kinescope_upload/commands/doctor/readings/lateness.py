"""Whether something holds at once, later or never, from when it was asked for. Pure.

Nobody can ask at the very moment: what is said goes no further than the time of the questions allows.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor
from typing import Final

from kinescope_upload.commands.doctor.readings.outcome import Found, NotTold, Outcome
from kinescope_upload.text import format_duration

LONGEST_FIRST_DELAY: Final = 5.0
"""Seconds; a first question that is answered later tells nothing of "at once". kupload waits as long after a deletion
(docs/kinescope.md), so that less makes no difference to a run."""
_TENTHS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Something that Kinescope did between two moments, in seconds that only grow.

    Attributes:
        asked: When it was asked for.
        answered: When the answer was here.
    """

    asked: float
    answered: float

    def at_most_until(self, moment: float) -> float:
        """Seconds that have passed since at the most."""
        return moment - self.asked

    def at_least_until(self, moment: float) -> float:
        """Seconds that have passed since at the least."""
        return max(0.0, moment - self.answered)


def decide_at_once(name: str, value: str, *, delay: float) -> Outcome:
    """From a first question whose answer was yes.

    Args:
        name: The reading.
        value: Its value for "at once".
        delay: Seconds until that answer at the most.
    """
    if delay > LONGEST_FIRST_DELAY:
        return NotTold(name=name, why=f"it holds after {_up(delay)}, and could not be asked for sooner")
    return Found(name=name, value=value, remark=f"or late by less than {_up(delay)}")


def decide_late(name: str, *, not_after: float, after: float) -> Outcome:
    """From a question whose answer was no that many seconds after, and one whose answer was yes.

    Args:
        name: The reading, which has the value `late`.
        not_after: Seconds after which it did not hold, at the least.
        after: Seconds after which it held, at the most.
    """
    return Found(name=name, value="late", remark=f"not after {_down(not_after)}, but after {_up(after)}")


def decide_never(name: str, value: str, *, waited: float) -> Outcome:
    """From questions whose answers were no for so many seconds, at the least."""
    return Found(name=name, value=value, remark=f"not within {_down(waited)}")


def _up(seconds: float) -> str:
    tenths = max(1, ceil(seconds * _TENTHS))
    return _words(tenths) if tenths < 10 * _TENTHS else format_duration(ceil(seconds))


def _down(seconds: float) -> str:
    tenths = floor(seconds * _TENTHS)
    return _words(tenths) if tenths < 10 * _TENTHS else format_duration(floor(seconds))


def _words(tenths: int) -> str:
    return f"{tenths / _TENTHS:.1f} s"
