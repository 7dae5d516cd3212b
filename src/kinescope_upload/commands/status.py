"""`kupload --status`: how far each course is, from the disk alone; as text with bars or as one JSON object."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple, TextIO

from kinescope_upload.commands.course_status import course_statuses
from kinescope_upload.commands.files_in_hand import with_files_in_hand
from kinescope_upload.commands.status_facts import facts_of, found_lines
from kinescope_upload.commands.status_mixed_up import with_mixed_up
from kinescope_upload.commands.status_next import NEXT, THEN, is_stopped_first, next_lines, publish_changed
from kinescope_upload.errors import UsageError
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.monitor.state_file import Life, read_states
from kinescope_upload.output.show import View, show
from kinescope_upload.output.terminal_output import SYSTEM_CLOCK, surface_of
from kinescope_upload.plan.own_file import told_apart
from kinescope_upload.progress import (
    Standing,
    ignored_in,
    notes_in,
    read_found,
    read_looks,
    read_md5s,
    read_records,
)
from kinescope_upload.survey import survey_library
from kinescope_upload.survey.left_open import basis_of
from kinescope_upload.text import (
    cell_width,
    first_few,
    format_bytes,
    format_bytes_of,
    pad,
    shorten_middle,
    wrapped,
)
from kinescope_upload.text.hints import Hint, both, shown, typed_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kinescope_upload.commands.course_status import CourseStatus
    from kinescope_upload.config import Settings
    from kinescope_upload.monitor.state import RunState
    from kinescope_upload.monitor.state_file import SeenRun
    from kinescope_upload.output.json_text import JsonFields
    from kinescope_upload.output.options import DisplayOptions
    from kinescope_upload.output.terminal_output import Clock, Surface
    from kinescope_upload.progress import IgnoredProgress
    from kinescope_upload.text.hints import Command

_BAR: Final = 10
_SHOWN: Final = 3
_LONGEST_NAME: Final = 32
_LAST_ACTIVITY: Final = "  last activity "
_GOES_ON: Final = "    "
_GREEN, _RED, _PLAIN = "\x1b[32m", "\x1b[31m", "\x1b[0m"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How far everything is.

    Attributes:
        courses: The courses.
        ignored: Files of the progress folder that are no course's progress.
        notes: What is to be said of those that are.
        runs: The runs of the progress folder, the latest begun last.
    """

    courses: tuple[CourseStatus, ...] = ()
    ignored: tuple[IgnoredProgress, ...] = ()
    notes: tuple[str, ...] = ()
    runs: tuple[SeenRun, ...] = ()


def read_status(settings: Settings, clock: Clock = SYSTEM_CLOCK) -> Status:
    """Reads how far each course is and what runs do, from the disk alone.

    Raises:
        UsageError: The library or the progress folder cannot be read.
    """
    if settings.progress.is_file():
        raise UsageError(f'The progress folder "{settings.progress}" is a file.', "Name another with --progress.")
    survey = survey_library(settings)
    runs = read_states(settings.progress, clock.now())
    records = read_records(settings.progress)
    survey = survey.knowing(records)
    mapped = survey.selected(survey.resolve(records))
    found = read_found(settings.progress, basis_of(survey, records))
    there = {file.path for file in survey.files} if mapped.doubts else set()
    contradicted = {key for doubt in mapped.doubts if there.intersection(doubt.paths) for key in doubt.lesson_ids}
    apart = told_apart(records, mapped.assignments, survey.files)
    of_courses = [one for one in apart.values() if survey.selection.has(one.course)]
    courses = course_statuses(
        mapped.assignments,
        of_courses,
        waiting=mapped.proposals,
        broken=(lambda _file: None) if settings.send_broken else read_looks(settings.progress).broken,
        standing=lambda name: Standing.IN_DOUBT if name in contradicted else found(name),
        md5_of=read_md5s(settings.progress),
    )
    courses = with_mixed_up(courses, records, mapped.assignments, survey.files, read_md5s(settings.progress))
    in_hand = (file for run in runs if run.life is Life.AT_WORK for file in run.state.files)
    return Status(
        courses=with_files_in_hand(courses, records, in_hand),
        ignored=ignored_in(settings.progress),
        notes=notes_in(settings.progress),
        runs=runs,
    )


def show_status(settings: Settings, options: DisplayOptions, stdout: TextIO) -> int:
    """Prints how far each course is, from the disk alone."""
    print_status(read_status(settings), options, stdout)
    return ExitCode.DONE


def status_text(status: Status, surface: Surface, *, command: Command = (), clock: Clock = SYSTEM_CLOCK) -> str:
    """The status as lines that fit the surface.

    Args:
        status: What is shown.
        surface: What the stream can show.
        command: What uploads that which is shown, for what to type next.
        clock: Tells the time of day.
    """
    left_out = [f"  {surface.shown(text)}" for text in (*(file.message for file in status.ignored), *status.notes)]
    runs = _run_lines(status.runs, surface, clock)
    courses = status.courses
    if not courses:
        return "".join(
            f"{line}\n" for line in (*runs, "No videos in the library and nothing in the progress folder.", *left_out)
        )
    working = [run.state for run in status.runs if run.life is Life.AT_WORK]
    busy = frozenset(name for state in working for name in state.held_courses)
    is_planning = any(not state.held_courses for state in working)
    names = [shorten_middle(surface.shown(one.course), _LONGEST_NAME, surface.ellipsis) for one in courses]
    name_width = max(map(cell_width, [*names, "All"]))
    named = _named(working) if working else frozenset()
    is_stopped = not working and is_stopped_first(status.runs)
    words = _Words(surface, command, clock, named, is_stopped=is_stopped)
    lines = [*runs, ""] if runs else []
    for one, name in zip(courses, names, strict=True):
        figures = _figures(one.done, one.lessons, one.sent_bytes, _all_bytes(one))
        lines += [_line(pad(name, name_width), figures, surface)]
        is_busy = one.course in busy or is_planning
        hidden = (NEXT, THEN, _LAST_ACTIVITY) if is_busy else ()
        lines += [line for line in _details(one, words) if not line.startswith(hidden)]
    done, lessons = sum(one.done for one in courses), sum(one.lessons for one in courses)
    figures = _figures(done, lessons, sum(one.sent_bytes for one in courses), sum(map(_all_bytes, courses)))
    lines += ["", _line(pad("All", name_width), figures, surface)]
    advice = _advice(courses, surface, command, is_stopped=is_stopped)
    lines += [line for line in advice if not (working and line.startswith(NEXT))]
    lines += left_out
    return "".join(f"{line}\n" for line in lines)


class _Words(NamedTuple):
    """What the lines of a course are worded with."""

    surface: Surface
    command: Command
    clock: Clock
    named: frozenset[str]
    """Lessons whose doubts stand above already."""
    is_stopped: bool = False
    """Whether a run would be stopped at once, as it is said above."""

    def told(self, text: str) -> Iterator[str]:
        """The lines of a sentence that a person should read."""
        for line in _folded(f"  {self.surface.shown(text)}", self.surface.width - 1):
            short = shorten_middle(line, self.surface.width - 1, self.surface.ellipsis)
            yield _coloured(short, _RED, self.surface)


def _named(working: Iterable[RunState]) -> frozenset[str]:
    """What the runs say of their doubts in full."""
    from kinescope_upload.commands.run_status import told_doubts

    return frozenset(doubt.subject for state in working for doubt in told_doubts(state))


def _run_lines(runs: Sequence[SeenRun], surface: Surface, clock: Clock) -> list[str]:
    if not runs:
        return []
    from kinescope_upload.commands.run_status import run_lines

    width = surface.width - 1
    lines = [part for line in run_lines(runs, clock) for part in _folded(surface.shown(line), width)]
    return [shorten_middle(line, width, surface.ellipsis) for line in lines]


def _folded(line: str, width: int) -> list[str]:
    """Breaks the line at spaces; what goes on is indented."""
    text = line.lstrip()
    indent = line[: len(line) - len(text)]
    return wrapped(text, width, indent, _GOES_ON)


def _all_bytes(status: CourseStatus) -> int:
    return max(status.video_bytes, status.sent_bytes)


def _figures(linked: int, lessons: int, sent_bytes: int, all_bytes: int) -> tuple[int, int, str]:
    size = format_bytes(all_bytes)
    return linked, lessons, size if linked == lessons else format_bytes_of(sent_bytes, all_bytes)


def _line(name: str, figures: tuple[int, int, str], surface: Surface) -> str:
    linked, lessons, size = figures
    full, empty = ("█", "░") if surface.carries("█░") else ("#", "-")
    filled = _BAR * linked // lessons if lessons else 0
    bar = full * filled + empty * (_BAR - filled)
    return f"{name}  {_coloured(bar, _GREEN, surface)}  {f'{linked}/{lessons}':>9}  {size}"


def _coloured(text: str, colour: str, surface: Surface) -> str:
    return f"{colour}{text}{_PLAIN}" if surface.has_colour else text


def _details(status: CourseStatus, words: _Words) -> Iterator[str]:
    surface = words.surface
    yield from _changes(status.changed, "the file has changed since", publish_changed(status), surface)
    compare = Hint(("verify",), " compares its content")
    yield from _changes(status.time_changed, "the file has another time since", compare, surface)
    yield from _broken(status, words)
    yield from found_lines(status)
    if status.is_done:
        return
    if facts := ", ".join(facts_of(status)):
        yield f"  {facts}"
    if status.last_activity:
        yield f"{_LAST_ACTIVITY}{words.clock.local(status.last_activity)}"
    named = words.named | {broken.lesson_id for broken in status.broken}
    failures = [one for one in status.failures if one.lesson_id not in named]
    for failure in failures[:_SHOWN]:
        what = "in doubt" if failure.is_in_doubt else "failed"
        yield from words.told(f"{what}: {failure.lesson_id}: {failure.reason}")
    if len(failures) > _SHOWN:
        yield f"  and {len(failures) - _SHOWN:,} more"
    yield from next_lines(status, surface, words.command, is_stopped=words.is_stopped)


def _broken(status: CourseStatus, words: _Words) -> Iterator[str]:
    found = [one for one in status.broken if one.lesson_id not in words.named]
    for broken in found[:_SHOWN]:
        yield from words.told(f"broken: {broken.lesson_id}: {broken.reason}")
    if len(found) > _SHOWN:
        yield f"  and {len(found) - _SHOWN:,} more"
    if status.broken:
        yield "  put whole files in their places"


def _changes(lesson_ids: Sequence[str], what: str, hint: str, surface: Surface) -> Iterator[str]:
    if lesson_ids:
        told = f"linked, and {what}: {first_few(lesson_ids, most=_SHOWN)};"
        yield f"  {surface.shown(both(told, hint))}"


def _advice(statuses: Sequence[CourseStatus], surface: Surface, command: Command, *, is_stopped: bool) -> Iterator[str]:
    in_doubt = sum(one.in_doubt - one.without_folder for one in statuses)
    failed = sum(1 for status in statuses for one in status.failures if not one.is_in_doubt)
    if failed:
        yield f"  {failed:,} failed; the next run tries them again"
    if in_doubt:
        told = f"  {in_doubt:,} in doubt, which no run can decide: "
        yield surface.shown(shown(Hint(told, ("verify",), " says what to do")))
    if all(one.is_done for one in statuses):
        yield "  every lesson is linked"
    elif any(one.videos and not (one.is_done or one.is_stuck) for one in statuses):
        first = "what is said above of the run that was stopped, then " if is_stopped else ""
        yield f"{NEXT}{first}{surface.shown(typed_line(command))}"


def print_status(status: Status, options: DisplayOptions, stdout: TextIO, *, clock: Clock = SYSTEM_CLOCK) -> None:
    """Prints how far each course is, told from the files and the progress alone: no network, no database."""

    def text(status: Status, options: DisplayOptions, stream: TextIO) -> None:
        stream.write(status_text(status, surface_of(stream), command=options.command, clock=clock))

    def fields(status: Status) -> JsonFields:
        from kinescope_upload.commands.status_json import status_object

        return status_object(status)

    show(View(event="status", fields=fields, text=text), status, options, stdout, clock=clock)
