"""The demo's commands as data, and the one function that performs them."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kinescope_upload.demo import troubles
from kinescope_upload.demo.command import run_kupload
from kinescope_upload.demo.disagreements import DISAGREEMENTS, Deed, act
from kinescope_upload.demo.settings import command_environment
from kinescope_upload.emulator import Route

if TYPE_CHECKING:
    from collections.abc import Callable

    from kinescope_upload.demo.interruption import Interruption
    from kinescope_upload.demo.lessons import DemoLesson
    from kinescope_upload.demo.stage import Stage
    from kinescope_upload.demo.troubles import Survived

__all__ = ["FAULT_STEPS", "STEPS", "Outcome", "Script", "Step", "perform"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A command, and what it is there to show.

    Attributes:
        title: What it shows, in a few words.
        words: What to look for.
        arguments: What is typed after "kupload".
        items: What is done behind its back before it is typed, item by item.
        deed: The same, to be done; None for nothing.
        before: What else is done before it is typed; None for nothing.
        answers: Plays a person who types the command and answers its questions, and gives its exit code; None where
            it asks nothing.
        with_troubles: Whether things go wrong while it runs.
        may_send: Whether it may create uploads and send bytes.
        exit_code: How it has to end.
    """

    title: str
    words: str
    arguments: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    deed: Deed | None = None
    before: Callable[[Stage], None] | None = None
    answers: Callable[[Stage], int] | None = None
    with_troubles: bool = False
    may_send: bool = False
    exit_code: int = 0


STEPS: Final = (
    Step(
        title="What would a run do?",
        words="A dry run looks at files, rows, progress and Kinescope's folders, and writes nothing anywhere.",
        arguments=("--dry-run", "--create-folders", "--limit", "5"),
    ),
    Step(
        title="Upload everything, while things go wrong",
        words=(
            f"{troubles.CUTS} connections are reset in the middle of a chunk, an answer is lost, the service asks for "
            "a pause, and an upload expires. Watch it go on."
        ),
        arguments=("--create-folders",),
        with_troubles=True,
        may_send=True,
    ),
    Step(
        title="Once more: nothing is left to do",
        words="Every row has its video, so no upload is created and no byte is sent.",
    ),
    Step(
        title="How far is each course?",
        words="From the progress files alone: neither Kinescope nor the database is asked.",
        arguments=("--status",),
    ),
    Step(
        title="Prove it",
        words="Files, progress, rows and videos are held against each other, lesson by lesson.",
        arguments=("verify",),
    ),
    Step(
        title="Tell others how it went",
        words="From progress and history. With --html it writes the same with plots as one page.",
        arguments=("report",),
    ),
)
"""The demo."""

FAULT_STEPS: Final = (
    Step(
        title="Behind kupload's back, things come to disagree",
        words="Every one of them has to be found and named:",
        items=tuple(one.words for one in DISAGREEMENTS),
        arguments=("verify",),
        deed=Deed.DISAGREE,
        exit_code=1,
    ),
    Step(
        title="Put right what is provable",
        words=(
            "What is only probable is left alone, with the commands that a person can choose from; so it exits with 1. "
            "Every deletion is written to progress/deleted.jsonl before it is done."
        ),
        arguments=("repair", "--yes"),
        exit_code=1,
    ),
    Step(
        title="A person decides, and repair goes on from there",
        words=(
            "Deleted by hand: the second video, the one that nobody knew, the one in error and the one with another "
            "MD5. The one that was stuck is done by now. The rows of what was deleted are emptied; what has no video "
            "then is left for a run, so it exits with 1."
        ),
        arguments=("repair", "--yes"),
        exit_code=1,
        deed=Deed.DECIDE,
    ),
    Step(title="Upload what has no video now", words="And nothing else.", may_send=True),
    Step(title="Prove it once more", words="All four sides agree again.", arguments=("verify",)),
)
"""What `--faults` adds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """The steps of a demo, and the lessons that are there at its end only."""

    steps: tuple[Step, ...]
    new_lessons: tuple[DemoLesson, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a step.

    Attributes:
        step: The step.
        exit_code: How its command ended.
        seconds: How long it took.
        creations: Uploads that Kinescope was asked for.
        bytes_sent: Bytes of video that reached Kinescope.
        survived: What went wrong meanwhile.
    """

    step: Step
    exit_code: int
    seconds: float
    creations: int
    bytes_sent: int
    survived: tuple[Survived, ...] = ()

    @property
    def problem(self) -> str | None:
        """Why it did not show what it was there to show; None when it did."""
        command = " ".join(("kupload", *self.step.arguments))
        if self.exit_code != self.step.exit_code:
            return f"`{command}` ended with exit code {self.exit_code} instead of {self.step.exit_code}"
        if not self.step.may_send and (self.creations or self.bytes_sent):
            return f"`{command}` created {self.creations} uploads and sent {self.bytes_sent} bytes, and should not"
        return None


def perform(step: Step, stage: Stage, interruption: Interruption) -> Outcome:
    """Runs the step's command.

    Raises:
        InterruptedRunError: Somebody asked to stop.
    """
    creations, received = _sent(stage)
    if step.deed is not None:
        act(step.deed, stage)
    if step.before is not None:
        step.before(stage)
    if step.with_troubles:
        troubles.switch_on(stage)
    began = time.monotonic()
    exit_code = step.answers(stage) if step.answers is not None else _run(step, stage, interruption)
    seconds = time.monotonic() - began
    interruption.check()
    survived = troubles.switch_off(stage) if step.with_troubles else ()
    creations_after, received_after = _sent(stage)
    return Outcome(
        step=step,
        exit_code=exit_code,
        seconds=seconds,
        creations=creations_after - creations,
        bytes_sent=received_after - received,
        survived=survived,
    )


def _run(step: Step, stage: Stage, interruption: Interruption) -> int:
    return run_kupload(step.arguments, command_environment(stage.variables, os.environ), stage.desk, interruption)


def _sent(stage: Stage) -> tuple[int, int]:
    accounting = stage.emulator.accounting
    return accounting.requests()[Route.INIT], accounting.bytes_received
