"""Words a report: its headline and its tables, for the terminal and the page alike. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kinescope_upload.commands.report.figures import (
    mean_rate,
    middle,
    processing_seconds,
    span,
    wait_name,
    wait_sums,
    work_seconds,
)
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.output.sections import Section
from kinescope_upload.text import (
    count,
    first_few,
    format_bytes,
    format_bytes_of,
    format_duration,
    format_rate,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime, tzinfo

    from kinescope_upload.commands.report.figures import CourseFigures, FailedLesson, Report
    from kinescope_upload.monitor.past_run import PastRun

MOST_ROWS: Final = 200
"""Of one table: a page that is sent to others stays small."""
_LONGEST: Final = 200
_MOST_OUTAGES: Final = 20
_MOST_REASONS: Final = 50
_ENDINGS: Final = {
    ExitCode.DONE: "done",
    ExitCode.NOT_DONE: "some not done",
    ExitCode.STOPPED: "stopped",
    ExitCode.INTERRUPTED: "interrupted",
}


def local(moment: datetime, zone: tzinfo | None) -> str:
    """A moment with its date, in the time zone of people here."""
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def headline(report: Report, zone: tzinfo | None) -> list[tuple[str, str]]:
    """What there is to say in one line each, as (label, text)."""
    left = report.lessons - report.done
    rows = [
        ("Lessons", f"{report.done:,} of {report.lessons:,} have their video"),
        ("Size", format_bytes_of(report.done_bytes, report.done_bytes + report.left_bytes)),
        ("When", _when(report, zone)),
        ("At work", _at_work(report)),
        ("Rate", _rate(report)),
        ("Waits", _waits(report)),
        ("Sent twice", _sent_twice(report)),
        ("At Kinescope", _processing(report)),
        ("Failed", count(len(report.failures), "lesson", "lessons") if report.failures else ""),
        ("Left", _left(report, left)),
    ]
    return [(label, text) for label, text in rows if text]


def _when(report: Report, zone: tzinfo | None) -> str:
    between = span(report)
    if between is None:
        return ""
    first, last = between
    return f"{local(first, zone)} to {local(last, zone)} ({format_duration((last - first).total_seconds())})"


def _at_work(report: Report) -> str:
    if not report.runs:
        return ""
    return f"{count(len(report.runs), 'run', 'runs')}, {format_duration(work_seconds(report.runs))} in all"


def _rate(report: Report) -> str:
    rate = mean_rate(report)
    return f"{format_rate(rate)} on average while at work, waits included" if rate else ""


def _waits(report: Report) -> str:
    facts = [f"{format_duration(one.seconds)} {one.name}" for one in wait_sums(report.outages)]
    breaks = sum(run.cost.breaks for run in report.runs)
    if breaks:
        facts.append(count(breaks, "transfer broke off and went on", "transfers broke off and went on"))
    return ", ".join(facts)


def _sent_twice(report: Report) -> str:
    accepted = sum(run.accepted_bytes for run in report.runs)
    lost = sum(max(0, run.sent_bytes - run.accepted_bytes) for run in report.runs)
    return f"{format_bytes(lost)} of {format_bytes(accepted + lost)} ({lost / (accepted + lost):.1%})" if lost else ""


def _processing(report: Report) -> str:
    seconds = processing_seconds(report.finished)
    if not seconds:
        return ""
    return (
        f"{count(len(seconds), 'lesson', 'lessons')} seen as done; half of them within "
        f"{format_duration(middle(seconds))}, all within {format_duration(seconds[-1])} after the upload"
    )


def _left(report: Report, lessons: int) -> str:
    if not lessons:
        return "nothing"
    rate = mean_rate(report)
    time = f", about {format_duration(report.left_bytes / rate)} at this rate" if rate and report.left_bytes else ""
    size = f", {format_bytes(report.left_bytes)}{time}" if report.left_bytes else ""
    return count(lessons, "lesson", "lessons") + size


def sections_of(report: Report, zone: tzinfo | None) -> list[Section]:
    """The tables; one without rows is not shown."""
    return [
        _table("Courses", ("Course", "Lessons", "Size", "Failed"), _course_rows(report.courses)),
        _table(
            "Runs",
            ("Began", "Took", "Lessons", "Sent", "Rate", "Breaks", "End"),
            _run_rows(reversed(report.runs), zone),
        ),
        _table(
            "What runs waited for", ("What", "Times", "In all", "Longest", "Since", "Why"), _wait_rows(report, zone)
        ),
        _table("The longest waits", ("Since", "Length", "What", "Why"), _outage_rows(report, zone)),
        _table("Failed lessons", ("Lessons", "Why"), _failure_rows(report.failures)),
    ]


def _table(title: str, columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Section:
    every = list(rows)
    more = len(every) - MOST_ROWS
    cut = [tuple(map(_cut, row)) for row in every[:MOST_ROWS]]
    if more > 0:
        cut.append((f"and {more:,} more", *("" for _ in columns[1:])))
    return Section(title=title, columns=columns, rows=tuple(cut), is_bare=True)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST * 2 // 3]}…{text[-_LONGEST // 3 :]}"


def _course_rows(courses: Iterable[CourseFigures]) -> Iterator[tuple[str, ...]]:
    for one in courses:
        size = format_bytes_of(one.done_bytes, one.all_bytes)
        yield one.course, f"{one.done:,}/{one.lessons:,}", size, f"{one.failed:,}" if one.failed else ""


def _run_rows(runs: Iterable[PastRun], zone: tzinfo | None) -> Iterator[tuple[str, ...]]:
    for run in runs:
        yield (
            local(run.started, zone),
            format_duration(run.seconds),
            f"{run.done:,}/{run.lessons:,}",
            format_bytes(run.handed_bytes),
            format_rate(run.handed_bytes / run.seconds) if run.seconds else "",
            f"{run.cost.breaks:,}",
            _ending(run),
        )


def _ending(run: PastRun) -> str:
    if run.is_at_work:
        return "at work"
    if run.ended is None:
        return "no end known"
    words = next((text for code, text in _ENDINGS.items() if code == run.exit_code), "not begun")
    return f"{words}: {run.reason}" if run.reason else words


def _wait_rows(report: Report, zone: tzinfo | None) -> Iterator[tuple[str, ...]]:
    for one in wait_sums(report.outages):
        longest = one.longest
        yield (
            one.name,
            f"{one.times:,}",
            format_duration(one.seconds),
            format_duration(longest.seconds),
            local(longest.since, zone),
            longest.reason,
        )


def _outage_rows(report: Report, zone: tzinfo | None) -> Iterator[tuple[str, ...]]:
    longest = sorted(report.outages, key=lambda wait: -wait.seconds)[:_MOST_OUTAGES]
    for wait in sorted(longest, key=lambda wait: wait.since):
        yield local(wait.since, zone), format_duration(wait.seconds), wait_name(wait.kind), wait.reason


def _failure_rows(failures: Iterable[FailedLesson]) -> Iterator[tuple[str, ...]]:
    """Each reason once, with the lessons that it concerns."""
    lessons: dict[str, list[str]] = {}
    for one in failures:
        lessons.setdefault(one.reason, []).append(one.lesson_id)
    for reason, names in list(lessons.items())[:_MOST_REASONS]:
        yield first_few(names), reason
    if len(lessons) > _MOST_REASONS:
        yield f"{len(lessons) - _MOST_REASONS:,} more reasons", ""
