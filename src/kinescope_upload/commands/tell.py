"""Tells the runs of a progress folder something, and waits for their answers."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from kinescope_upload.commands.run_status import at_work
from kinescope_upload.events import WaitKind
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.monitor.run_words import limit_words
from kinescope_upload.monitor.state_file import read_states
from kinescope_upload.monitor.wishes import Wishes
from kinescope_upload.monitor.wishes_file import add_wish
from kinescope_upload.output.terminal_output import SYSTEM_CLOCK
from kinescope_upload.policy.pacing import LONGEST_PAUSE
from kinescope_upload.progress.lock import ask_to_stop as ask_holders_to_stop
from kinescope_upload.progress.lock import held_courses
from kinescope_upload.text import count, format_duration
from kinescope_upload.text.hints import Hint, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from kinescope_upload.monitor.state import RunState
    from kinescope_upload.output.terminal_output import Clock

PATIENCE: Final = 8.0
"""Seconds for which an answer is waited for; a run answers within two."""
_LOOK: Final = 0.2


class _Talk:
    """One wish, told to every run at work.

    Args:
        progress: The progress folder.
        clock: The source of time.
        patience: Seconds for which answers are waited for.
    """

    def __init__(self, progress: Path, clock: Clock, patience: float) -> None:
        self._progress = progress
        self._clock = clock
        self._patience = patience

    def runs(self) -> tuple[RunState, ...]:
        """The runs at work."""
        return at_work(read_states(self._progress, self._clock.now()))

    def tell(self, runs: Sequence[RunState], change: Callable[[Wishes], Wishes]) -> list[tuple[RunState, bool]]:
        """Each run as it was seen last, and whether it answered."""
        numbers = {run.run: add_wish(self._progress, run.run, change) for run in runs}
        seen = {run.run: run for run in runs}
        ends_at = self._clock.monotonic() + self._patience
        while True:
            seen |= {state.run: state for state in self._states() if state.run in numbers}
            waits = any(state.wish < numbers[run] and not state.ended for run, state in seen.items())
            if not waits or self._clock.monotonic() >= ends_at:
                return [(seen[run], seen[run].wish >= number) for run, number in numbers.items()]
            time.sleep(_LOOK)

    def _states(self) -> list[RunState]:
        return [run.state for run in read_states(self._progress, self._clock.now())]


def tell_runs(
    progress: Path,
    change: Callable[[Wishes], Wishes],
    answer: Callable[[RunState, RunState], str],
    *,
    clock: Clock = SYSTEM_CLOCK,
    patience: float = PATIENCE,
) -> tuple[int, list[str]] | None:
    """Tells every run at work on this folder what is wanted of it.

    Args:
        progress: The progress folder.
        change: Adds the wish.
        answer: Words what a run does now, from its state before, and the one that says it did what was asked.
        clock: The source of time.
        patience: Seconds for which answers are waited for.

    Returns:
        The exit code (1 where a run did not answer) and a line for each run; None where no run is at work.

    Raises:
        UsageError: A wish cannot be written, or the folder's locks cannot be looked at.
    """
    talk = _Talk(progress, clock, patience)
    runs = talk.runs()
    if not runs:
        return _nobody(progress)
    before = {run.run: run for run in runs}
    lines, code = [], ExitCode.DONE
    for state, has_answered in talk.tell(runs, change):
        if has_answered:
            lines.append(f"The run (process {state.process_id}) {answer(before[state.run], state)}.")
            continue
        code = ExitCode.NOT_DONE
        end = "ended meanwhile" if state.ended else f"has not answered within {format_duration(patience)}; it may yet"
        lines.append(f"The run (process {state.process_id} on {state.host}) {end}.")
    return code, lines


def ask_to_stop(progress: Path, *, clock: Clock = SYSTEM_CLOCK) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Asks every run on this progress folder to stop as after Ctrl+C.

    Returns:
        The courses of the runs that were asked, and the processes of those that hold none yet; empty when none is at
        work.

    Raises:
        UsageError: The folder's locks cannot be looked at, or a wish cannot be written.
    """
    beginning = [run for run in _Talk(progress, clock, 0.0).runs() if not run.held_courses]
    for run in beginning:
        add_wish(progress, run.run, Wishes.stopped)
    return ask_holders_to_stop(progress), tuple(run.process_id for run in beginning)  # one may hold its courses by now


def _nobody(progress: Path) -> tuple[int, list[str]] | None:
    """What is said where no run tells of itself: a command may hold courses all the same."""
    if not held_courses(progress):
        return None
    line = f"What is at work on {progress} cannot be told anything: it is still beginning, or it is no run."
    return ExitCode.NOT_DONE, [line]


def pause_answer(_before: RunState, state: RunState, clock: Clock = SYSTEM_CLOCK) -> str:
    """Words a pause."""
    for wait in state.waits:
        if wait.kind == WaitKind.PAUSED:
            is_endless = (wait.until - wait.since).total_seconds() >= LONGEST_PAUSE - 1
            until = shown(Hint(("resume",))) if is_endless else clock.local(wait.until)
            return f"is paused until {until}; every upload keeps its bytes"
    return "was paused, and goes on"


def resume_answer(before: RunState, _state: RunState) -> str:
    """Words the end of a pause."""
    was_paused = any(wait.kind == WaitKind.PAUSED for wait in before.waits)
    return "goes on" if was_paused else "goes on; it was not paused"


def limit_answer(_before: RunState, state: RunState, clock: Clock = SYSTEM_CLOCK) -> str:
    """Words the rate that holds now."""
    words = limit_words(state, clock) or "without a limit"
    return f"sends {words}" if state.bwlimit_until else f"sends {words} now"


def jobs_answer(wanted: int | None) -> Callable[[RunState, RunState], str]:
    """Words the number of lessons at a time; None was wanted for one that follows the line."""

    def answer(_before: RunState, state: RunState) -> str:
        how = " for now, and follows the line" if state.jobs_auto else ""
        allowed = "; the system allows no more open files" if wanted and state.jobs < wanted else ""
        more = len(state.files) - state.jobs
        rest = f"; the {more} more in hand come to their end first" if more > 0 else ""
        return f"works on {count(state.jobs, 'lesson', 'lessons')} at a time{how}{allowed}{rest}"

    return answer
