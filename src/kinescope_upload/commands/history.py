"""`kupload history`: the runs that are remembered on this machine."""

from __future__ import annotations

import re
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Final, TextIO

from kinescope_upload.commands.report.figures import wait_name
from kinescope_upload.commands.runs import runs_until_now
from kinescope_upload.errors import UsageError
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.monitor.facts_json import to_json
from kinescope_upload.output.sections import Section
from kinescope_upload.output.show import View, show, show_sections
from kinescope_upload.output.terminal_output import SYSTEM_CLOCK
from kinescope_upload.text import count, format_bytes, format_duration, joined, shorten_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kinescope_upload.config import Settings
    from kinescope_upload.monitor.past_run import PastRun
    from kinescope_upload.output.json_text import JsonFields
    from kinescope_upload.output.options import DisplayOptions
    from kinescope_upload.output.terminal_output import Clock

_USUALLY: Final = 20
_LONGEST_LIBRARY: Final = 24
_SLASH: Final = re.compile(r"[/\\]")
_ENDINGS: Final = {
    ExitCode.DONE: "done",
    ExitCode.NOT_DONE: "some not done",
    ExitCode.STOPPED: "stopped",
    ExitCode.INTERRUPTED: "interrupted",
}


def show_history(settings: Settings, options: DisplayOptions, stdout: TextIO) -> int:
    """Shows the last runs.

    Args:
        settings: Say where runs are remembered, and how many are shown.
        options: How they are shown.
        stdout: Where they are shown.

    Raises:
        KuploadError: The history cannot be read.
    """
    if settings.history is None:
        raise UsageError(
            "No run is remembered: the environment names no folder for this user's data.",
            "Name a file with KUPLOAD_HISTORY.",
        )
    print_history(
        runs_until_now(settings.history, settings.limit or _USUALLY), options, stdout, name=str(settings.history)
    )
    return ExitCode.DONE


def print_history(
    runs: Sequence[PastRun], options: DisplayOptions, stdout: TextIO, *, name: str, clock: Clock = SYSTEM_CLOCK
) -> None:
    """Prints the runs, the latest first.

    Args:
        runs: The runs.
        options: How they are shown.
        stdout: Where they are shown.
        name: The history's file.
        clock: Tells the time of day.
    """
    view = View(event="history", fields=partial(_object, name=name), text=partial(_text, name=name, clock=clock))
    show(view, runs, options, stdout, clock=clock)


def _object(runs: Sequence[PastRun], *, name: str) -> JsonFields:
    return {"file": name, "runs": [{**to_json(run), "run_seconds": round(run.seconds, 3)} for run in runs]}


def _text(runs: Sequence[PastRun], _options: DisplayOptions, stream: TextIO, *, name: str, clock: Clock) -> None:
    libraries = _names([run.library for run in runs])
    section = Section(
        title="Runs of this user on this machine",
        columns=("Began", "Took", "Library", "Lessons", "Sent", "Breaks", "Waited", "End"),
        rows=tuple(tuple(_cells(run, libraries[run.library], clock)) for run in runs),
        is_bare=True,
    )
    totals = [line for run in runs for line in _reasons(run, clock)]
    show_sections([section], totals if runs else [f"No run is remembered in {name}."], stream)


def _names(libraries: Iterable[str]) -> dict[str, str]:
    """Names each library by its last folder, and by its path where another has the same."""
    last = {path: _SLASH.split(path.rstrip("/\\"))[-1] for path in libraries}
    known = Counter(last.values())
    return {path: name if name and known[name] == 1 else path for path, name in last.items()}


def _cells(run: PastRun, library: str, clock: Clock) -> Iterator[str]:
    yield clock.local(run.started)
    yield format_duration(run.seconds)
    yield shorten_path(library, _LONGEST_LIBRARY)
    yield f"{run.done:,}/{run.lessons:,}" + (f", {run.failed:,} failed" if run.failed else "")
    yield format_bytes(run.handed_bytes)
    yield f"{run.cost.breaks:,}" if run.cost.breaks else ""
    waited = sum(outage.seconds for outage in run.outages)
    yield format_duration(waited) if waited else ""
    yield _ending(run)


def _ending(run: PastRun) -> str:
    if run.is_at_work:
        return "at work"
    if run.ended is None:
        return "no end known"
    if run.exit_code is None:
        return "not begun"
    return next((words for code, words in _ENDINGS.items() if code == run.exit_code), f"exit code {run.exit_code}")


def _reasons(run: PastRun, clock: Clock) -> Iterator[str]:
    if run.reason and run.exit_code != ExitCode.INTERRUPTED:  # that says its end
        yield f"{clock.local(run.started)}: {joined(run.reason, run.hint)}"
    if run.outages:
        longest = max(run.outages, key=lambda outage: outage.seconds)
        waits = count(len(run.outages), "wait", "waits")
        when = clock.local(longest.since)
        yield (
            f"{clock.local(run.started)}: {waits}; the longest ({wait_name(longest.kind)}) since {when}, "
            f"{format_duration(longest.seconds)}: {longest.reason}"
        )
