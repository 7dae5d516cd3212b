"""How far all machines are: courses, what each machine has in hand, what waits in each library."""

from __future__ import annotations

import io
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TextIO

from kinescope_upload.cluster import statements
from kinescope_upload.cluster.heart import STOPPED
from kinescope_upload.cluster.line import first
from kinescope_upload.cluster.names import Named, shown_names, taken
from kinescope_upload.cluster.queue import Queue
from kinescope_upload.cluster.settings import cluster_of
from kinescope_upload.cluster.store import opened
from kinescope_upload.cluster.transfer import check_not_exported
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.output.sections import Section
from kinescope_upload.output.show import View, show, show_sections
from kinescope_upload.text import count, format_bytes, format_bytes_of, format_duration
from kinescope_upload.text.hints import Hint, both

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from kinescope_upload.cluster.line import Line
    from kinescope_upload.config import Settings
    from kinescope_upload.output.json_text import JsonFields
    from kinescope_upload.output.options import DisplayOptions
    from kinescope_upload.output.terminal_output import Surface

_FAILURES: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineState:
    """What one process on a machine said last.

    Attributes:
        name: The machine's name.
        host: Its host.
        process_id: The process there.
        libraries: The libraries it has.
        jobs: Lessons at a time.
        silent: Seconds since it said something.
        is_alive: Whether it may still hold lessons.
        in_hand: What it has in hand: lesson, file, size and offset in bytes, as far as they are known.
        is_stopping: Whether it was asked to stop.
        is_paused: Whether it was asked to pause.
    """

    name: str
    host: str
    process_id: int
    libraries: tuple[str, ...]
    jobs: int
    silent: float
    is_alive: bool
    in_hand: tuple[Mapping[str, Any], ...]
    is_stopping: bool
    is_paused: bool


@dataclass(slots=True, kw_only=True)
class CourseState:
    """How far one course of one library is; sizes in bytes."""

    library: str
    course: str
    lessons: int = 0
    linked: int = 0
    uploaded: int = 0
    failed: int = 0
    size: int = 0
    there: int = 0
    wanted: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """How far everything is: machines, courses, lessons that wait by library, failures with their reasons."""

    machines: tuple[MachineState, ...]
    courses: tuple[CourseState, ...]
    waiting: Mapping[str, int]
    failures: tuple[tuple[str, str], ...]
    stopped: str | None = None

    @property
    def hint(self) -> str:
        """What to do next; empty when all is done."""
        left = sum(course.lessons - course.linked for course in self.courses)
        if not self.courses or left == 0:
            return ""
        if not any(course.wanted for course in self.courses):
            return Hint("What is left has no turn; this gives one: ", ("cluster", "enqueue"), ".")
        go_on = Hint(("cluster", "worker"), " on a machine that has the library.")
        again = Hint("Try again what failed: ", ("cluster", "enqueue"), ".") if self.failures else ""
        is_idle = not any(machine.is_alive for machine in self.machines)
        return (
            both(again, both("Go on:", go_on))
            if again and is_idle
            else again or (both("Go on:", go_on) if is_idle else "")
        )


def read_overview(line: Line, lease: float) -> Overview:
    """Asks the database how far everything is.

    Raises:
        KuploadError: It refuses, or does not answer.
    """
    machines = tuple(
        MachineState(
            name=name,
            host=host,
            process_id=pid,
            libraries=tuple(libraries),
            jobs=jobs,
            silent=silent,
            is_alive=is_alive,
            in_hand=tuple(in_hand),
            is_stopping=stop is not None,
            is_paused=bool(is_paused),
        )
        for name, host, pid, _, libraries, jobs, _, silent, in_hand, stop, is_paused, is_alive in line.ask(
            statements.MACHINES, lease=lease
        )
    )
    courses: dict[tuple[str, str], CourseState] = {}
    for library, course, stage, number, size, there, failed, wanted in line.ask(statements.COUNTS, patience=30):
        state = courses.setdefault((library, course), CourseState(library=library, course=course))
        is_linked = stage in {"linked", "verified"}
        state.lessons += number
        state.linked += number if is_linked else 0
        state.wanted += 0 if is_linked else wanted
        state.uploaded += number if stage == "uploaded" else 0
        state.failed += 0 if is_linked else failed
        state.size += size
        state.there += there
    left = Counter[str]()
    for state in courses.values():
        left[state.library] += state.wanted
    waiting = {library: min(number, left[library]) for library, number in Queue(line).waiting().items()}
    return Overview(
        machines=tuple(one for one in machines if one.is_alive or left.total()),  # else nothing is to be taken over
        courses=tuple(courses.values()),
        waiting={library: number for library, number in waiting.items() if number},
        failures=tuple(line.ask(statements.FAILURES, most=_FAILURES)),
        stopped=first(line.ask(statements.GET_META, key=STOPPED)),
    )


def show_overview(settings: Settings, options: DisplayOptions, stdout: TextIO) -> int:
    """Shows how far all machines are.

    Raises:
        KuploadError: The database refuses, or does not answer.
    """
    with _reading(settings) as read:
        show(OVERVIEW, read(), options, stdout)
    return ExitCode.DONE


def watch_overview(
    settings: Settings, options: DisplayOptions, stdout: TextIO, sleep: Callable[[float], object] = time.sleep
) -> int:
    """Shows how far all machines are until Ctrl+C: on a terminal in one place, elsewhere one after the other.

    Raises:
        KuploadError: The database refuses, or does not answer.
    """
    from kinescope_upload.commands.watch_status import Watched, watch  # noqa: PLC0415 - one look alone draws nothing

    def words(overview: Overview, _surface: Surface) -> str:
        text = io.StringIO()
        _text(overview, options, text)
        return text.getvalue()

    with _reading(settings) as read:
        watched = Watched(read=read, show=lambda overview: show(OVERVIEW, overview, options, stdout), words=words)
        return watch(watched, options, stdout, sleep)


@contextmanager
def _reading(settings: Settings) -> Iterator[Callable[[], Overview]]:
    """Gives what reads how far everything is."""
    with opened(settings) as progress:
        check_not_exported(progress.holds.line, progress.holds.machine)
        yield partial(read_overview, progress.holds.line, cluster_of(settings).lease)


def _text(overview: Overview, _options: DisplayOptions, stream: TextIO) -> None:
    names = shown_names([Named(one.name, one.host, one.process_id) for one in overview.machines])
    machines = tuple(
        (
            name,
            _state_of(machine),
            ", ".join(machine.libraries),
            _in_hand(machine),
        )
        for name, machine in zip(names, overview.machines, strict=True)
    )
    courses = tuple(
        (
            course.course,
            course.library,
            f"{course.linked:,}/{course.lessons:,} linked",
            format_bytes_of(course.there, course.size),
            f"{course.failed:,} failed" if course.failed else "",
        )
        for course in overview.courses
    )
    sections = [
        Section(title="Machines", columns=("Machine", "State", "Libraries", "In hand"), rows=machines),
        Section(title="Courses", columns=("Course", "Library", "Lessons", "Bytes", "Failed"), rows=courses),
        Section(title="Failed", columns=("Lesson", "Why"), rows=overview.failures),
    ]
    show_sections(sections, _totals(overview), stream)


def _state_of(machine: MachineState) -> str:
    if not machine.is_alive:
        return f"silent for {format_duration(machine.silent)}: others take over"
    if machine.is_stopping:
        return "stopping"
    return "paused" if machine.is_paused else f"at work, {machine.jobs} at a time"


def _in_hand(machine: MachineState) -> str:
    return ", ".join(
        f"{one['lesson_id']} {one['offset'] * 100 // one['size']} %" if one.get("size") else str(one["lesson_id"])
        for one in machine.in_hand
    )


def _totals(overview: Overview) -> list[str]:
    twins = taken(machine.name for machine in overview.machines if machine.is_alive)
    if not overview.courses:
        return [Hint("Nothing is enqueued yet: ", ("cluster", "enqueue"), "."), *twins]
    lessons = sum(course.lessons for course in overview.courses)
    linked = sum(course.linked for course in overview.courses)
    size = sum(course.size for course in overview.courses)
    totals = [f"{linked:,} of {count(lessons, 'lesson is', 'lessons are')} linked, {format_bytes(size)} in all."]
    totals += [
        f"{library}: {count(number, 'lesson waits', 'lessons wait')}." for library, number in overview.waiting.items()
    ]
    if overview.stopped:
        totals.append(f"All machines have stopped: {overview.stopped}")
    return [*totals, *twins, *([overview.hint] if overview.hint else [])]


def _fields(overview: Overview) -> JsonFields:
    return {
        "machines": [
            {
                "machine": machine.name,
                "host": machine.host,
                "process_id": machine.process_id,
                "libraries": list(machine.libraries),
                "jobs": machine.jobs,
                "silent_seconds": round(machine.silent, 3),
                "is_alive": machine.is_alive,
                "is_stopping": machine.is_stopping,
                "is_paused": machine.is_paused,
                "in_hand": [dict(one) for one in machine.in_hand],
            }
            for machine in overview.machines
        ],
        "courses": [
            {
                "course": course.course,
                "library": course.library,
                "lessons": course.lessons,
                "linked": course.linked,
                "uploaded": course.uploaded,
                "failed": course.failed,
                "size_bytes": course.size,
                "there_bytes": course.there,
            }
            for course in overview.courses
        ],
        "waiting": dict(overview.waiting),
        "failures": [{"lesson_id": lesson_id, "reason": reason} for lesson_id, reason in overview.failures],
        "stopped": overview.stopped,
        "hint": overview.hint,
    }


OVERVIEW: View[Overview] = View(event="cluster_status", fields=_fields, text=_text)
