"""Gathers what a report is made of: from progress and history, or from the replaced system's progress file."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from kinescope_upload.commands.course_status import course_statuses
from kinescope_upload.commands.import_progress.old_progress import parse_old_progress
from kinescope_upload.commands.report.figures import CourseFigures, FailedLesson, Finished, Report
from kinescope_upload.commands.runs import runs_until_now
from kinescope_upload.commands.status import read_status
from kinescope_upload.errors import KuploadError
from kinescope_upload.library.scan import read_json_file
from kinescope_upload.progress import read_records
from kinescope_upload.text import count
from kinescope_upload.text.hints import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from kinescope_upload.commands.course_status import CourseStatus
    from kinescope_upload.commands.import_progress.old_progress import OldUpload
    from kinescope_upload.config import Settings
    from kinescope_upload.monitor.past_run import PastRun
    from kinescope_upload.upload import Record

_MOST_RUNS: Final = 10_000
_MEGABYTE: Final = 1_000_000
_NO_COURSE: Final = "(course not named)"
_FAILED: Final = "(failed, course not named)"


def own_report(settings: Settings, made: datetime) -> Report:
    """The report of the progress folder and of the runs on it.

    Raises:
        UsageError: The library or the progress folder cannot be read.
    """
    records = read_records(settings.progress)
    notes = list[str]()
    if settings.library is None:
        courses = course_statuses((), records.values())
        notes.append("The library is not known here: lessons that were never begun are not counted.")
    else:
        courses = read_status(settings).courses
    runs, note = runs_of(settings)
    wanted = frozenset(one.course for one in courses)
    known = {lesson_id: one for lesson_id, one in records.items() if one.course in wanted or not settings.courses}
    begun: Counter[str] = Counter()
    for record in known.values():
        begun[record.course] += record.size
    return Report(
        subject=settings.library.name if settings.library else settings.progress.absolute().parent.name,
        made=made,
        courses=tuple(_course(one, begun[one.course]) for one in courses),
        finished=_in_order(_finished(one) for one in known.values() if one.stage.is_linked or one.serving),
        failures=tuple(
            FailedLesson(lesson_id=one.lesson_id, reason=one.reason) for course in courses for one in course.failures
        ),
        runs=runs,
        notes=(*notes, *note),
    )


def runs_of(settings: Settings) -> tuple[tuple[PastRun, ...], tuple[str, ...]]:
    """The runs of this progress folder that are remembered, or why there are none."""
    if settings.history is None:
        return (), ("No run is remembered: the environment names no folder for this user's data.",)
    try:
        runs = runs_until_now(settings.history, _MOST_RUNS)
    except KuploadError as error:
        return (), (f"{error.what} {shown(error.hint)}".strip(),)
    ours = str(settings.progress.absolute())
    own = tuple(run for run in reversed(runs) if run.progress == ours)
    return own, () if own else ("No run of this progress folder is remembered on this machine.",)


def _course(status: CourseStatus, begun: int) -> CourseFigures:
    """The figures of a course; without a library all that was begun is all that is known."""
    return CourseFigures(
        course=status.course,
        lessons=status.lessons,
        done=status.linked,
        done_bytes=status.linked_bytes,
        all_bytes=max(status.video_bytes or begun, status.linked_bytes),
        failed=len(status.failures),
    )


def _finished(record: Record) -> Finished:
    size = record.serving.size if record.serving else record.size
    return Finished(course=record.course, size_bytes=size, at=record.linked_at, verified_at=record.verified_at)


def old_report(file: Path, made: datetime) -> Report:
    """The report of the replaced system's progress file.

    Raises:
        UsageError: It cannot be read.
    """
    old = parse_old_progress(read_json_file(file, "old progress file"), origin=str(file))
    uploads: dict[str, list[OldUpload]] = {}
    for upload in old.uploads:
        uploads.setdefault(upload.course or _NO_COURSE, []).append(upload)
    done = {one.lesson_id for one in old.uploads}
    failed = [one for one in dict.fromkeys(old.failed) if one not in done]
    notes = []
    if unsized := sum(one.megabytes is None for one in old.uploads):
        notes.append(f"Of {count(unsized, 'lesson', 'lessons')} the file does not say the size.")
    if old.bad:
        notes.append(f"{count(len(old.bad), 'entry', 'entries')} of the file cannot be read.")
    return Report(
        subject=file.name,
        made=made,
        courses=(*(_old_course(course, uploads[course]) for course in sorted(uploads)), *_failed_course(len(failed))),
        finished=_in_order(
            Finished(course=one.course or _NO_COURSE, size_bytes=_size(one), at=one.uploaded_at) for one in old.uploads
        ),
        failures=tuple(FailedLesson(lesson_id=one, reason="It failed in the old system.") for one in failed),
        notes=tuple(notes),
    )


def _old_course(course: str, uploads: Iterable[OldUpload]) -> CourseFigures:
    sizes = [_size(one) for one in uploads]
    return CourseFigures(
        course=course, lessons=len(sizes), done=len(sizes), done_bytes=sum(sizes), all_bytes=sum(sizes), failed=0
    )


def _failed_course(failed: int) -> Iterator[CourseFigures]:
    """Failed lessons, whose courses the file does not name."""
    if failed:
        yield CourseFigures(course=_FAILED, lessons=failed, done=0, done_bytes=0, all_bytes=0, failed=failed)


def _size(upload: OldUpload) -> int:
    return round((upload.megabytes or 0.0) * _MEGABYTE)


def _in_order(finished: Iterable[Finished]) -> tuple[Finished, ...]:
    """Those of an unknown time first, then by time."""
    return tuple(sorted(finished, key=lambda one: one.at.timestamp() if one.at else 0.0))
