"""What a try on the real service found. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from kinescope_upload.commands.doctor.readings.table import READINGS, reading_named
from kinescope_upload.exit_codes import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A reading has this value.

    Attributes:
        name: The reading.
        value: One of its values.
        remark: What limits the finding ("for 60 s"); empty when nothing does.
    """

    name: str
    value: str
    remark: str = ""

    def __post_init__(self) -> None:
        """Checks that the table has this value.

        Raises:
            ValueError: It has not.
        """
        if self.value not in reading_named(self.name).values:
            raise ValueError(f"{self.name} cannot be {self.value!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTried:
    """Nobody asked, on purpose: it was not wished, or there is nothing to ask."""

    name: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTold:
    """It was asked, and the answer is none of the values, or none came in time."""

    name: str
    why: str


Outcome = Found | NotTried | NotTold


class StepState(StrEnum):
    """How something went that kupload relies on; a `note` is worth knowing and stops nothing."""

    GOOD = "good"
    NOTE = "note"
    NOT_TRIED = "not tried"
    AGAINST = "against"


_NOT_GOOD: Final = frozenset({StepState.AGAINST, StepState.NOT_TRIED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something that kupload does in a run, done once on the service.

    Attributes:
        subject: What, in a word or two.
        state: How it went.
        message: What happened, in a sentence.
    """

    subject: str
    state: StepState
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftVideo:
    """A video that could not be deleted, and why.

    Attributes:
        video_id: Its id; empty where nobody knows it.
        title: Its title; where the id is not known, what the title begins with.
        reason: Why it stays, in a sentence.
    """

    video_id: str
    title: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialResult:
    """Everything that a try found, and what it left behind.

    Attributes:
        outcomes: One for each reading, in the table's order.
        steps: What was done, in that order.
        left: What could not be deleted and stays on Kinescope.
        kept: What stays on purpose and is used again by the next try, in words.
        stopped: Why the try ended early; empty when it did not.
        is_interrupted: Whether somebody ended it; then what is left only may be there.
    """

    outcomes: tuple[Outcome, ...]
    steps: tuple[Step, ...] = ()
    left: tuple[LeftVideo, ...] = ()
    kept: tuple[str, ...] = ()
    stopped: str = ""
    is_interrupted: bool = False

    @property
    def exit_code(self) -> int:
        """130 when it was interrupted, 3 when it was stopped; 1 when not everything is told, good and deleted; else 0.

        A reading that is not tried counts for nothing; a step that is not tried does: it could be.
        """
        if self.is_interrupted:
            return ExitCode.INTERRUPTED
        if self.stopped:
            return ExitCode.STOPPED
        is_against = any(step.state in _NOT_GOOD for step in self.steps)
        is_untold = any(isinstance(outcome, NotTold) for outcome in self.outcomes)
        return ExitCode.NOT_DONE if is_against or is_untold or self.left else ExitCode.DONE


def differs(outcome: Outcome) -> bool:
    """Whether a value was found that is not the default."""
    return isinstance(outcome, Found) and outcome.value != reading_named(outcome.name).default


def in_order(outcomes: Iterable[Outcome], *, otherwise: str) -> tuple[Outcome, ...]:
    """One outcome for each reading, in the table's order.

    Args:
        outcomes: What was found; the last one counts where a reading has two.
        otherwise: Why a reading that has none was not tried.
    """
    by_name = {outcome.name: outcome for outcome in outcomes}
    return tuple(by_name.get(one.name) or NotTried(name=one.name, why=otherwise) for one in READINGS)
