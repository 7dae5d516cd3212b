"""`kupload verify`: compares files, progress, rows and videos, lesson by lesson, and marks what agrees."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from kinescope_upload.audit.compare.events import Processing
from kinescope_upload.audit.compare.kinds import Kind
from kinescope_upload.audit.inspection import inspect, open_tools
from kinescope_upload.errors import BatchStoppedError, UsageError
from kinescope_upload.events import Warned
from kinescope_upload.progress import remember_gone
from kinescope_upload.text import count, format_duration
from kinescope_upload.upload import Record, Stage
from kinescope_upload.upload.events import Linked, Verified
from kinescope_upload.upload.table import advance
from kinescope_upload.upload.titles import fit_title, is_title_of
from kinescope_upload.video_ids import video_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from kinescope_upload.audit.compare import Comparison, Report
    from kinescope_upload.audit.compare.events import Emit
    from kinescope_upload.audit.compare.facts import Lesson
    from kinescope_upload.audit.inspection import Tools
    from kinescope_upload.config import Settings
    from kinescope_upload.model import VideoFile
    from kinescope_upload.progress import AllProgress

LONGEST_WAIT: Final = 12 * 3600.0
"""Seconds that `--wait` waits at most, unless the user sets another limit."""
_SLOWER: Final = 1.5
_SLOWEST: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyOptions:
    """The options of `verify`.

    Attributes:
        waits: Whether to wait until Kinescope has processed every video.
        longest_wait: The limit of that wait in seconds.
        is_deep: Whether to read every file again for its MD5.
    """

    waits: bool = False
    longest_wait: float = LONGEST_WAIT
    is_deep: bool = False


def verify(settings: Settings, options: VerifyOptions, emit: Emit, progress: AllProgress | None = None) -> Report:
    """Reports what disagrees, and marks what agrees as `verified` in the progress, which is the folder's unless given.

    Raises:
        KuploadError: A side cannot be read.
    """
    with open_tools(settings, emit, progress) as tools:
        comparison = inspect(tools, is_deep=options.is_deep)
        if options.waits:
            _wait_until_done(tools, comparison, longest=options.longest_wait)
        report = comparison.report()
        read = {lesson.lesson_id: lesson.file for lesson in comparison.in_question if lesson.file and lesson.file_md5}
        marked = partial(_marked, tools.client.now(), read, comparison.lessons)
        _mark_verified(tools.progress, report.verified, marked, emit)
        _remember_gone(settings.progress, comparison, report)
        return report


def _remember_gone(folder: Path, comparison: Comparison, report: Report) -> None:
    """Remembers for `--status` which recorded lessons have no row; not where rows may only be hidden."""
    kinds = {finding.kind for finding in report.findings}
    if not comparison.has_database or Kind.ROWS_HIDDEN in kinds:
        return
    found: dict[str, list[str]] = {course: [] for course in comparison.places}
    for finding in report.findings:
        if finding.kind is Kind.LESSON_WITHOUT_ROW and finding.lesson_id:
            found.setdefault(finding.course, []).append(finding.lesson_id)
    remember_gone(folder, found)


def _wait_until_done(tools: Tools, comparison: Comparison, *, longest: float) -> None:
    """Lists the unfinished videos again and again, a hundred in one request.

    The first interval is the wait before a retry; later ones are up to ten times as long. A video that failed or is
    gone is checked twice before that counts.

    Args:
        tools: Kinescope, and who takes the events.
        comparison: Takes the videos as they are now.
        longest: Seconds after which the wait ends in any case.
    """
    ends_at = time.monotonic() + longest
    interval = tools.settings.retry_base
    doubted: set[str] = set()
    total = len(_watched(comparison, doubted))
    while watched := _watched(comparison, doubted):
        _emit_state(tools, comparison, total)
        if time.monotonic() + interval > ends_at:
            videos = count(len(watched), "video is", "videos are")
            tools.emit(Warned(message=f"Waited {format_duration(longest)}; {videos} not done yet."))
            return
        tools.client.pause(interval)
        interval = min(interval * _SLOWER, tools.settings.retry_base * _SLOWEST)
        broken = set(comparison.broken())
        found = set()
        for video in tools.api.videos_named(watched):
            comparison.see(video)
            found.add(video.id)
        gone = set(watched) - found
        comparison.lose(gone & doubted)
        doubted |= gone | (broken & set(comparison.broken()))
    if total:
        _emit_state(tools, comparison, total)


def _watched(comparison: Comparison, doubted: set[str]) -> tuple[str, ...]:
    """The videos that are not done, and the failed ones that were checked only once."""
    return (*comparison.unfinished(), *(video_id for video_id in comparison.broken() if video_id not in doubted))


def _emit_state(tools: Tools, comparison: Comparison, total: int) -> None:
    unfinished, failed = len(comparison.unfinished()), len(comparison.broken())
    tools.emit(Processing(done=total - unfinished - failed, unfinished=unfinished, failed=failed))


def _mark_verified(
    progress: AllProgress,
    verified: Mapping[str, Mapping[str, str]],
    mark: Callable[[Mapping[str, str], Record], Record],
    emit: Emit,
) -> None:
    """Marks the lessons that agree; leaves out lessons that have another video by now, and courses that are in use.

    Args:
        progress: What is recorded.
        verified: The lessons and their videos, by course.
        mark: Marks a record whose video is the one of its lesson.
        emit: Takes a `Warned` for each course that is left out.
    """
    for course, videos in verified.items():
        try:
            progress.change(course, partial(mark, videos))
        except (UsageError, BatchStoppedError) as error:
            emit(Warned(message=f'The lessons of course "{course}" are not marked as verified: {error.what}'))


def _marked(
    at: datetime,
    read: Mapping[str, VideoFile],
    lessons: Mapping[str, Lesson],
    videos: Mapping[str, str],
    record: Record,
) -> Record:
    """The record as verified, with the title that its video has, as its lesson.

    Of a file that was read and is the video's, it gets the time as it is now.
    """
    is_same = videos.get(record.lesson_id) == (video_key(record.video_id) or "")
    if not is_same or not record.stage.has_all_bytes:
        return record
    if file := read.get(record.lesson_id):
        record = replace(record, modified_ns=file.modified_ns)
    title = lessons[record.lesson_id].title
    if title and not is_title_of(record.title, title):
        record = replace(record, title=fit_title(title))
    if record.stage is Stage.UPLOADED:
        record = advance(record, Linked(at=at))
    return advance(record, Verified(at=at))
