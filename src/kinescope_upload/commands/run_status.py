"""Words what runs on a progress folder do now, and how the last one ended, for `kupload --status`. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kinescope_upload.display.summary import stopped_sentence
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.monitor.facts_json import to_json
from kinescope_upload.monitor.run_words import doubt_name, limit_words, wait_words
from kinescope_upload.monitor.state import Phase
from kinescope_upload.monitor.state_file import SILENT_SECONDS, Life
from kinescope_upload.text import count, format_bytes, format_bytes_of, format_duration, format_rate, joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kinescope_upload.monitor.state import DoubtState, RunState
    from kinescope_upload.monitor.state_file import SeenRun
    from kinescope_upload.output.json_text import JsonFields
    from kinescope_upload.output.terminal_output import Clock

_FILES: Final = 8
_DOUBTS: Final = 5


def at_work(runs: Iterable[SeenRun]) -> tuple[RunState, ...]:
    """The runs that go on."""
    return tuple(run.state for run in runs if run.life is Life.AT_WORK)


def run_lines(runs: Sequence[SeenRun], clock: Clock) -> list[str]:
    """Says what the runs that go on do, or how the last one ended; not yet made printable.

    Args:
        runs: The runs of the progress folder, the latest begun last.
        clock: Tells the time of day.
    """
    if working := at_work(runs):
        return [line for state in working for line in _work(state, clock)]
    return list(_end(runs[-1], clock)) if runs else []


def run_objects(runs: Iterable[SeenRun]) -> list[JsonFields]:
    """The runs as objects of the JSON output."""
    return [{"life": run.life.value, **to_json(run.state)} for run in runs]


def _work(state: RunState, clock: Clock) -> Iterator[str]:
    name = f"process {state.process_id}"
    figures = ", ".join(_figures(state, clock))
    yield f"A run is at work since {clock.local(state.started)} ({name}): {figures}"
    silent = (clock.now() - state.written).total_seconds()
    if silent > SILENT_SECONDS:
        yield f"  it has said nothing since {clock.local(state.written)}; it may be suspended, or its disk hangs"
    if state.phase is not Phase.STARTING:
        yield f"  {_pace(state, clock)}"
    for wait in state.waits:
        yield f"  {wait_words(wait, clock)}"
    for file in state.files[:_FILES]:
        rate = "" if file.rate_bytes_per_second is None else f", {format_rate(file.rate_bytes_per_second)}"
        yield f"  {file.path}: {format_bytes_of(file.position_bytes, file.size_bytes)}{rate}"
    if len(state.files) > _FILES:
        yield f"  and {len(state.files) - _FILES:,} more"
    yield from _doubts(state)


def told_doubts(state: RunState) -> tuple[DoubtState, ...]:
    """Those of its doubts that are told in full."""
    return state.doubts[:_DOUBTS]


def _doubts(state: RunState) -> Iterator[str]:
    """What the run can do nothing about, so that a person can put it right meanwhile."""
    told = told_doubts(state)
    for doubt in told:
        yield f"  in doubt: {doubt_name(doubt)}: {joined(doubt.reason, doubt.hint)}"
    if rest := state.in_doubt - sum(doubt.count for doubt in told):
        yield f"  and {rest:,} more in doubt"


def _pace(state: RunState, clock: Clock) -> str:
    limit = limit_words(state, clock)
    lessons = f"{state.done:,} of {count(state.lessons, 'lesson', 'lessons')} done"
    failed = f", {state.failed:,} failed" if state.failed else ""
    return f"{lessons}{failed}; {state.jobs} at a time" + (f", {limit}" if limit else "")


def _figures(state: RunState, clock: Clock) -> Iterator[str]:
    if state.phase is Phase.STARTING:
        reads = "reads the library, the progress and the rows; nothing is sent yet"
        yield "checks rights and folders before the first byte" if state.held_courses else reads
        return
    yield format_bytes_of(state.position_bytes + state.found_bytes, state.needed_bytes + state.found_bytes)
    if state.rate_bytes_per_second is not None:
        yield format_rate(state.rate_bytes_per_second)
    if state.ends_at is not None:
        yield f"done about {clock.local(state.ends_at)}"


def _nothing(exit_code: int | None) -> str:
    return "it found nothing to do" if exit_code == ExitCode.DONE else "it found nothing that it could do"


def _end(run: SeenRun, clock: Clock) -> Iterator[str]:
    state, ended = run.state, run.state.ended
    lessons = f"{state.done:,} of {count(state.lessons, 'lesson', 'lessons')} done"
    failed = f", {state.failed:,} failed" if state.failed else ""
    sent = format_bytes(state.position_bytes)
    if ended is None:
        when = f"about {clock.local(state.written)} (process {state.process_id} on {state.host})"
        yield f"The last run broke off at {when}: {lessons}{failed}, {sent}; the next one goes on from there"
        return
    code = "" if ended.exit_code in {None, ExitCode.DONE} else f" with exit code {ended.exit_code}"
    took = format_duration((ended.at - state.started).total_seconds())
    what = f"{lessons}{failed}, {sent} in {took}" if state.lessons else _nothing(ended.exit_code)
    if ended.exit_code is None:
        what = "nothing was begun"
    yield f"The last run ended at {clock.local(ended.at)}{code}: {what}"
    if ended.reason:
        yield f"  {stopped_sentence(ended.reason, ended.hint)}"
