"""Words a run's state for its page: every text that the page shows is made here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from kinescope_upload.display.messages import finish_words
from kinescope_upload.display.summary import grouped
from kinescope_upload.events import WaitKind
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.monitor.run_words import doubt_name, limit_words, wait_words
from kinescope_upload.monitor.state import Phase
from kinescope_upload.policy.pacing import LONGEST_PAUSE
from kinescope_upload.text import (
    count,
    first_few,
    format_bytes,
    format_bytes_of,
    format_duration,
    format_rate,
    joined,
    printable,
)
from kinescope_upload.text.hints import command_line, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kinescope_upload.monitor.past_run import Sample
    from kinescope_upload.monitor.state import CourseState, FailureState, FileState, RunState
    from kinescope_upload.output.terminal_output import Clock

Fields = dict[str, Any]

_NO_BYTE_MOVES: Final = frozenset({WaitKind.NETWORK, WaitKind.LIBRARY, WaitKind.THROTTLED})
_ENDS: Final = {
    ExitCode.DONE: ("good", "Done", "All that was selected is linked."),
    ExitCode.NOT_DONE: ("wait", "Ended", "Some lessons are not done; the others are."),
    ExitCode.STOPPED: ("bad", "Stopped", ""),
    ExitCode.INTERRUPTED: ("pause", "Stopped", ""),
}
_STEPS: Final = (1.0, 2.0, 5.0, 10.0)
_LEAST_TOP: Final = 1000.0
_FEW_MINUTES: Final = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A sentence that the run said, as the terminal shows it.

    Attributes:
        number: Its place, from 1.
        at: When (UTC).
        text: The sentence.
        is_bad: Whether a person should read it: a failure or a warning.
    """

    number: int
    at: datetime
    text: str
    is_bad: bool


@dataclass(frozen=True, slots=True)
class _Status:
    """What the run does, in a word, with what belongs to it; `tone` chooses the colour and the sign."""

    tone: str
    word: str
    detail: str


def view_of(state: RunState, samples: Sequence[Sample], summary: Sequence[tuple[str, str]], clock: Clock) -> Fields:
    """The page's facts as JSON.

    Args:
        state: What the run does now.
        samples: How far it was at some moments.
        summary: Its results, as (label, text); shown when it has ended.
        clock: Tells the time of day.
    """
    status = _status(state, clock)
    part, whole = state.position_bytes + state.found_bytes, state.needed_bytes + state.found_bytes
    is_paused = any(wait.kind == WaitKind.PAUSED for wait in state.waits)
    can_act = bool(state.held_courses) and not state.ended
    return {
        "at": clock.local(state.written),
        "tone": status.tone,
        "status": status.word,
        "detail": _text(status.detail),
        "share": None if state.phase is Phase.STARTING else _share(part, whole) if whole else _share(*_lessons(state)),
        "bytes": _bytes(state, part, whole) if whole else "",
        "facts": _facts(state, clock),
        "waits": [f"{_text(wait_words(wait, clock))}." for wait in state.waits if wait.kind != WaitKind.PAUSED],
        "files": [_file(file) for file in state.files],
        "courses": [_course(course) for course in state.courses],
        "failures": [
            cause
            for is_in_doubt, what in ((False, "failed"), (True, "in doubt"))
            for cause in _causes([one for one in state.failures if one.is_in_doubt is is_in_doubt], what)
        ],
        "more_failures": max(0, state.failed - len(state.failures)),
        "doubts": [
            {
                "lesson": _text(doubt_name(doubt)),
                "what": "in doubt",
                "reason": _text(doubt.reason),
                "hint": _text(shown(doubt.hint)),
            }
            for doubt in state.doubts
        ],
        "more_doubts": max(0, state.in_doubt - sum(doubt.count for doubt in state.doubts)),
        "plot": _plot(state, samples, clock),
        "can": {"pause": can_act and not is_paused, "resume": can_act and is_paused, "stop": not state.ended},
        "wish": state.wish,
        "is_over": state.ended is not None,
        "summary": [[label, _text(text)] for label, text in summary] if state.ended and state.lessons else [],
    }


def lines_of(said: Iterable[Said], clock: Clock) -> list[Fields]:
    """The lines of the page's log as JSON."""
    return [
        {
            "number": line.number,
            "at": line.at.astimezone(clock.zone).strftime("%H:%M:%S"),
            "text": _text(line.text),
            "is_bad": line.is_bad,
        }
        for line in said
    ]


def _causes(failures: Iterable[FailureState], what: str) -> Iterator[Fields]:
    """Each reason once, with the lessons that it concerns."""
    for names, reason, hint in grouped((one.lesson_id, one.reason, one.hint) for one in failures):
        yield {"lesson": _text(first_few(names)), "what": what, "reason": _text(reason), "hint": _text(shown(hint))}


def masthead(state: RunState, clock: Clock) -> Fields:
    """What the page shows of the run that does not change."""
    library = state.library.replace("\\", "/").rstrip("/").rpartition("/")[2] or "kupload"
    return {
        "name": _text(library),
        "where": _text(f"on {state.host}, process {state.process_id}, since {clock.local(state.started)}"),
        "commands": [
            [command_line(("bwlimit", "2M")), "sets the rate"],
            [command_line(("jobs", "2")), "sets how many are uploaded at a time"],
        ],
    }


def _text(text: str) -> str:
    return printable(text)


def _lessons(state: RunState) -> tuple[int, int]:
    return state.done, state.lessons


def _bytes(state: RunState, part: int, whole: int) -> str:
    before = f", {format_bytes(state.found_bytes)} of it were there before" if state.found_bytes else ""
    return format_bytes_of(part, whole) + before


def _share(part: int, whole: int) -> float:
    return min(1.0, part / whole) if whole else 0.0


def _status(state: RunState, clock: Clock) -> _Status:
    if ended := state.ended:
        nothing = ("bad", "Ended", "Nothing was begun.")
        tone, word, detail = nothing if ended.exit_code is None else _ENDS.get(ExitCode(ended.exit_code), nothing)
        if ended.exit_code == ExitCode.DONE and not state.lessons:
            detail = "There was nothing to do."
        return _Status(tone, f"{word} at {clock.local(ended.at)}", joined(ended.reason, ended.hint) or detail)
    for wait in state.waits:
        if wait.kind == WaitKind.PAUSED:
            is_endless = (wait.until - wait.since).total_seconds() >= LONGEST_PAUSE - 1
            until = "" if is_endless else f" until {clock.local(wait.until)}"
            return _Status("pause", f"Paused{until}", "What is on its way ends first; every upload keeps its bytes.")
    if any(wait.kind in _NO_BYTE_MOVES for wait in state.waits):
        return _Status("wait", "Waiting", "Nothing is lost; it goes on by itself.")
    if not state.held_courses:
        return _Status("start", "Planning", "It reads the library, the progress and the rows; nothing is sent yet.")
    if state.phase is Phase.STARTING:
        return _Status("start", "Starting", "It checks rights and folders before the first byte.")
    return _Status("work", "Uploading", _finish(state.ends_at, clock) if state.ends_at else "")


def _finish(ends_at: datetime, clock: Clock) -> str:
    seconds = (ends_at - clock.now()).total_seconds()
    if seconds < 1:
        return ""
    words = finish_words(seconds, clock)
    return f"{words[0].upper()}{words[1:]}."


def _facts(state: RunState, clock: Clock) -> list[list[str]]:
    if state.phase is Phase.STARTING:
        return []
    rate = state.rate_bytes_per_second
    took = format_duration(((state.ended.at if state.ended else clock.now()) - state.started).total_seconds())
    facts = [
        ["Lessons", f"{state.done:,} of {state.lessons:,} done"],
        ["Failed", f"{state.failed:,}" if state.failed else ""],
        ["In doubt", f"{state.in_doubt:,}" if state.in_doubt else ""],
        ["Rate", "" if state.ended else format_rate(rate) if rate is not None else "–"],
        ["Limit", "" if state.ended else limit_words(state, clock)],
        ["At a time", "" if state.ended else f"{state.jobs}" + (", follows the line" if state.jobs_auto else "")],
        ["Time", "" if state.ended and state.lessons else took],  # then it is among the results
        ["Breaks", f"{state.breaks:,}" if state.breaks else ""],
    ]
    return [fact for fact in facts if fact[1]]


def _file(file: FileState) -> Fields:
    rate = file.rate_bytes_per_second
    left = format_duration((file.size_bytes - file.position_bytes) / rate) if rate else ""
    return {
        "lesson": _text(file.lesson_id),
        "path": _text(file.path),
        "share": _share(file.position_bytes, file.size_bytes),
        "bytes": format_bytes_of(file.position_bytes, file.size_bytes),
        "rate": "" if rate is None else format_rate(rate),
        "left": f"{left} left" if left else "",
    }


def _course(course: CourseState) -> Fields:
    return {
        "course": _text(course.course),
        "share": _share(course.done, course.lessons),
        "lessons": f"{course.done:,} of {count(course.lessons, 'lesson', 'lessons')}",
        "failed": f"{course.failed:,} failed" if course.failed else "",
        "bytes": format_bytes_of(course.position_bytes + course.found_bytes, course.needed_bytes + course.found_bytes),
    }


def rates_of(samples: Sequence[Sample]) -> list[tuple[float, float]]:
    """Bytes a second from one sample to the next, each with the later one's time in seconds."""
    return [
        (after.seconds, max(0, after.position_bytes - before.position_bytes) / (after.seconds - before.seconds))
        for before, after in pairwise(samples)
        if after.seconds > before.seconds
    ]


def _plot(state: RunState, samples: Sequence[Sample], clock: Clock) -> Fields | None:
    """The rate over time, with what its axes say; None while there is nothing to draw."""
    points = rates_of(samples)
    highest = max((rate for _, rate in points), default=0.0)
    if len(points) < 2 or not highest:  # noqa: PLR2004 - a line has two ends
        return None
    top = _round_up(highest)
    first, last = points[0][0], points[-1][0]
    moments = (first, (first + last) / 2, last)
    return {
        "points": [[round(seconds, 1), round(rate)] for seconds, rate in points],
        "top": top,
        "rates": ["0", format_rate(top / 2), format_rate(top)],
        "times": [_moment(state.started + timedelta(seconds=seconds), last - first, clock) for seconds in moments],
        "words": f"Rate over time: {format_rate(highest)} at the most, {format_rate(points[-1][1])} at last",
    }


def _moment(moment: datetime, span: float, clock: Clock) -> str:
    """A time of the plot's axis; with seconds where all of it is a few minutes."""
    return moment.astimezone(clock.zone).strftime("%H:%M:%S") if span < _FEW_MINUTES else clock.local(moment)


def _round_up(rate: float) -> float:
    """The next 1, 2 or 5 with zeros."""
    unit = _LEAST_TOP
    while unit * 10 < rate:
        unit *= 10
    return next(step * unit for step in _STEPS if step * unit >= rate)
