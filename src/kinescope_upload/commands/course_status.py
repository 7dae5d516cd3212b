"""How far each course is, told from the files and the progress alone: no network, no database. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import TYPE_CHECKING

from kinescope_upload.commands.files_in_hand import acknowledged, in_progress
from kinescope_upload.commands.standings import standings_of
from kinescope_upload.commands.status_failures import (
    StatusBroken,
    StatusFailure,
    failures_of,
    is_stranded,
    moments_of,
)
from kinescope_upload.mapping.names import grouped
from kinescope_upload.plan.changes import changed_since
from kinescope_upload.progress import Standing
from kinescope_upload.upload import Record, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from kinescope_upload.media.verdict import Broken
    from kinescope_upload.model import Assignment, Proposal, VideoFile


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseStatus:
    """How far a course is; sizes in bytes.

    Attributes:
        course: The course.
        videos: Its video files on disk that belong to a lesson.
        video_bytes: Their size.
        waiting: Files of which nothing proves whose they are; a person has to say so.
        asked: How many of them `kupload map --confirm` asks about, as the last run found it.
        missing: Lessons that were begun while their file is no longer in the library.
        stranded: Those of them that no run can go on with: they have no video.
        linked: Lessons whose row was written.
        linked_bytes: The size of their videos.
        linked_elsewhere: Lessons that are in no record, whose row held a video when a run last looked.
        linked_elsewhere_bytes: The size of their files.
        doubted: Lessons about which the last run could do nothing before a person decides, by lesson id.
        doubted_linked: How many of them are linked by their records.
        without_folder: How many of them wait for a folder of their course on Kinescope.
        without_lesson: Files that no lesson of the database has, as the last run found it; they count nowhere else.
        gone: Recorded lessons that have no file, nor a row in the database when somebody last looked; they count
            nowhere else.
        uploaded: Lessons whose video is complete and whose row is not written.
        uploaded_bytes: The size of their videos.
        replacing: Linked lessons whose next video is not published yet.
        in_progress: Lessons that were begun and whose video is not complete.
        acknowledged_bytes: What the server had of those when it last said so.
        position_bytes: The same, with what is on its way of those that a run has in hand.
        changed: Linked lessons whose file is no longer what was uploaded, by lesson id.
        mixed_up: Those of them whose file may be another lesson's, or whose own stands elsewhere.
        time_changed: Linked lessons whose file has the same size and another time, by lesson id.
        broken: Lessons whose file no player can show: not linked, or changed since, by lesson id.
        failures: Lessons that are not done and whose last attempt failed, by lesson id.
        last_activity: When something was last achieved or failed (UTC); None when nothing was ever tried.
    """

    course: str
    videos: int
    video_bytes: int
    waiting: int = 0
    asked: int = 0
    missing: int
    stranded: int = 0
    linked: int
    linked_bytes: int
    linked_elsewhere: int = 0
    linked_elsewhere_bytes: int = 0
    doubted: tuple[str, ...] = ()
    doubted_linked: int = 0
    without_folder: int = 0
    without_lesson: int = 0
    gone: tuple[str, ...] = ()
    uploaded: int
    uploaded_bytes: int
    replacing: int
    in_progress: int
    acknowledged_bytes: int
    position_bytes: int = 0
    changed: tuple[str, ...]
    time_changed: tuple[str, ...]
    mixed_up: tuple[str, ...] = ()
    broken: tuple[StatusBroken, ...] = ()
    failures: tuple[StatusFailure, ...]
    last_activity: datetime | None

    @property
    def lessons(self) -> int:
        """All lessons: those with a file on disk, one for each file that waits, and those that lost theirs."""
        return self.videos + self.waiting + self.missing

    @property
    def done(self) -> int:
        """Lessons whose row names a video, whoever wrote it."""
        return self.linked + self.linked_elsewhere

    @property
    def done_bytes(self) -> int:
        """The size of their videos, or files."""
        return self.linked_bytes + self.linked_elsewhere_bytes

    @property
    def sent_bytes(self) -> int:
        """What Kinescope has of the course, linked or not, with what is on its way."""
        return self.done_bytes + self.uploaded_bytes + self.position_bytes

    @property
    def in_doubt(self) -> int:
        """Lessons that no run can do before a person has decided about them."""
        doubted = {one.lesson_id for one in self.failures if one.is_in_doubt}
        return len(doubted | {one.lesson_id for one in self.broken if not one.is_linked} | set(self.doubted))

    @property
    def undone(self) -> int:
        """Lessons that are not done, or not as their records say."""
        return self.lessons - self.done + self.replacing + self.doubted_linked

    @property
    def is_all_in_doubt(self) -> bool:
        """Whether a run can do nothing about what is not done."""
        return 0 < self.undone <= self.in_doubt

    @property
    def is_stuck(self) -> bool:
        """Whether a run can do nothing about what is not done: a person decides, or puts files back."""
        return 0 < self.undone <= self.in_doubt + self.stranded + self.asked

    @property
    def is_done(self) -> bool:
        """Whether every lesson is linked, to its newest video."""
        return self.undone == 0


def course_statuses(  # noqa: PLR0913 - the last four have their usual values
    assignments: Sequence[Assignment],
    records: Iterable[Record],
    *,
    waiting: Iterable[Proposal] = (),
    broken: Callable[[VideoFile], Broken | None] = lambda _file: None,
    standing: Callable[[str], Standing | None] = lambda _lesson_id: None,
    md5_of: Callable[[VideoFile], str | None] = lambda _file: None,
) -> tuple[CourseStatus, ...]:
    """How far each course is, by course name.

    A record whose lesson has no file in the library any more counts for the course of its progress file.

    Args:
        assignments: Which file belongs to which lesson, at most one file a lesson.
        records: What earlier runs achieved, one record a lesson.
        waiting: The files of which nothing proves whose they are.
        broken: Tells of a file that no player can show.
        standing: What the last run found of a lesson; None where it found nothing, or did not look.
        md5_of: Gives the MD5 of a file, as far as somebody read it as it is now.
    """
    records = tuple(records)
    begun = {one.lesson_id for one in records if one.is_begun or one.serving}
    told = standings_of(assignments, records, begun, standing)
    found = {key: place for key, place in told.items() if key not in begun}
    stray_in = Counter(one.course for one in assignments if found.get(one.lesson_id) is Standing.NO_LESSON)
    if stray_in:
        assignments = [one for one in assignments if found.get(one.lesson_id) is not Standing.NO_LESSON]
    files = grouped(assignments, attrgetter("course"))
    done: dict[str, list[Record]] = {course: [] for course in files}
    by_lesson = {one.lesson_id: one for one in assignments}
    gone: defaultdict[str, list[str]] = defaultdict(list)
    for record in records:
        assigned = by_lesson.get(record.lesson_id)
        if assigned is None and told.get(record.lesson_id) is Standing.NO_ROW:
            if record.is_begun or record.old_videos:
                gone[record.course].append(record.lesson_id)
            continue
        done.setdefault(assigned.course if assigned else record.course, []).append(record)
    placed = [(one.course, standing(one.file.path)) for one in waiting]
    stray_in.update(course for course, place in placed if place is Standing.NO_LESSON)
    asked_in = Counter(course for course, place in placed if place is Standing.WAITS)
    waiting_in = Counter(course for course, place in placed if place in {None, Standing.WAITS})  # a doubt is a lesson's
    elsewhere = {key for key, place in found.items() if place is Standing.ELSEWHERE}

    def of_course(course: str) -> CourseStatus:
        here, known = files.get(course, []), done.get(course, [])
        others = [one for one in here if one.lesson_id in elsewhere] if elsewhere else []
        ours = [one for one in here if one.lesson_id not in elsewhere] if elsewhere else here
        doubts = {key: place for key in _lessons_of(here, known) if (place := told.get(key))} if told else {}
        status = _with_others(_status(course, here, known, by_lesson, md5_of), others)
        status = replace(status, waiting=waiting_in[course], gone=tuple(sorted(gone[course])))
        status = _with_doubts(status, doubts, known, stray_in[course], asked_in[course])
        return _with_broken(status, ours, known, broken)

    return tuple(
        of_course(course) for course in sorted(done.keys() | waiting_in.keys() | stray_in.keys() | gone.keys())
    )


def _lessons_of(files: Iterable[Assignment], records: Iterable[Record]) -> set[str]:
    return {one.lesson_id for one in files} | {one.lesson_id for one in records}


def _with_doubts(
    status: CourseStatus,
    found: Mapping[str, Standing],
    records: Iterable[Record],
    without_lesson: int,
    asked: int,
) -> CourseStatus:
    """Names what the last run could do nothing about."""
    doubted = {key for key, standing in found.items() if standing in {Standing.IN_DOUBT, Standing.NO_FOLDER}}
    linked = {one.lesson_id for one in records if one.stage.is_linked} if doubted else set()
    return replace(
        status,
        doubted=tuple(sorted(doubted)),
        doubted_linked=len(doubted & linked),
        without_folder=sum(standing is Standing.NO_FOLDER for standing in found.values()),
        without_lesson=without_lesson,
        asked=asked,
        changed=tuple(key for key in status.changed if key not in doubted),
        time_changed=tuple(key for key in status.time_changed if key not in doubted),
    )


def _with_others(status: CourseStatus, others: Sequence[Assignment]) -> CourseStatus:
    """Counts the lessons that somebody else has linked."""
    size = sum(one.file.size for one in others)
    return replace(status, linked_elsewhere=len(others), linked_elsewhere_bytes=size)


def _with_broken(
    status: CourseStatus,
    files: Iterable[Assignment],
    records: Iterable[Record],
    broken: Callable[[VideoFile], Broken | None],
) -> CourseStatus:
    """Names the files that are to be sent, or have changed, and that no player can show."""
    looks = [(one, look) for one in files if (look := broken(one.file))]
    linked = {one.lesson_id for one in records if one.stage.is_linked} if looks else set()
    found = []
    for one, look in looks:
        is_linked = one.lesson_id in linked
        if not (is_linked and one.lesson_id not in status.changed):
            reason = f'its file "{one.file.path}" {look.reason}'
            found.append(StatusBroken(lesson_id=one.lesson_id, reason=reason, is_linked=is_linked))
    if not found:
        return status
    names = {one.lesson_id for one in found}
    changed = tuple(key for key in status.changed if key not in names)
    return replace(status, broken=tuple(sorted(found, key=lambda one: one.lesson_id)), changed=changed)


def _status(
    course: str,
    files: Sequence[Assignment],
    records: Sequence[Record],
    on_disk: Mapping[str, Assignment],
    md5_of: Callable[[VideoFile], str | None],
) -> CourseStatus:
    replacing = [one for one in records if one.serving]
    linked = [one for one in records if one.stage.is_linked]
    uploaded = [one for one in records if one.stage is Stage.UPLOADED and not one.serving]
    begun = in_progress(records)
    there = sum(map(acknowledged, begun))
    left = (one for one in records if one.is_begun or one.old_videos or one.failure)
    absent = [one for one in left if one.lesson_id not in on_disk]
    changed, redated = changed_since(linked, on_disk, md5_of)
    return CourseStatus(
        course=course,
        videos=len(files),
        video_bytes=sum(one.file.size for one in files),
        missing=len(absent),
        stranded=sum(1 for one in absent if is_stranded(one)),
        linked=len(linked) + len(replacing),
        linked_bytes=sum(one.size for one in linked) + sum(one.serving.size for one in replacing if one.serving),
        uploaded=len(uploaded),
        uploaded_bytes=sum(one.size for one in uploaded),
        replacing=len(replacing),
        in_progress=len(begun),
        acknowledged_bytes=there,
        position_bytes=there,
        changed=tuple(changed),
        time_changed=tuple(redated),
        failures=failures_of(records),
        last_activity=max((moment for one in records for moment in moments_of(one)), default=None),
    )
