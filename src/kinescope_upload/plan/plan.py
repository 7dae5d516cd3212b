"""What a run would do with each lesson, and why it would not do the rest. Pure.

A dry run, the status and a real run all show the same plan.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from kinescope_upload.plan.order import Order, sort_in_order
from kinescope_upload.text import format_bytes_of
from kinescope_upload.upload import Record, Stage
from kinescope_upload.upload.titles import first_title
from kinescope_upload.video_ids import is_same_video

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kinescope_upload.model import Assignment, Doubt, IgnoredFile, LessonRow, VideoFile

__all__ = ["Decision", "Plan", "PlannedLesson", "Selection", "make_plan"]

_NEVER = datetime.max.replace(tzinfo=UTC)
_RESTORE = "Restore the library's order or name the right file in a map file (--map)."


class Decision(StrEnum):
    """What a run does with a lesson."""

    UPLOAD = "upload"
    RESUME = "resume"
    LINK = "link"
    SKIP = "skip"
    IN_DOUBT = "in doubt"
    LATER = "later"


_WORK = frozenset({Decision.UPLOAD, Decision.RESUME, Decision.LINK})


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLesson:
    """One lesson's decision and its reason.

    Attributes:
        lesson_id: The lesson.
        course: Its course.
        file: Its video file as it is now.
        title: Its title; its video is called as `fit_title` makes of it.
        decision: What the run does.
        reason: Why, in words.
        hint: What a person can do, where the decision is `in doubt`; else empty.
        record: What earlier runs achieved; None when there was none.
    """

    lesson_id: str
    course: str
    file: VideoFile
    title: str
    decision: Decision
    reason: str
    hint: str = ""
    record: Record | None = None

    @property
    def expires_at(self) -> datetime | None:
        """Until when its upload can go on (UTC); None when there is none, or no end of it."""
        is_going_on = self.decision is Decision.RESUME and self.record is not None and self.record.is_for(self.file)
        return self.record.expires_at if self.record and is_going_on and self.record.stage is Stage.CREATED else None

    @property
    def bytes_to_send(self) -> int:
        """Bytes that the run still has to send, as far as the progress file knows."""
        match self.decision:
            case Decision.UPLOAD:
                return self.file.size
            case Decision.RESUME:
                return self.file.size - self._offset_to_go_on_from
            case _:
                return 0

    @property
    def _offset_to_go_on_from(self) -> int:
        record = self.record
        return record.offset if record and record.stage is Stage.CREATED and record.is_for(self.file) else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which part of the library a run is about.

    Attributes:
        courses: The courses; empty means all.
        limit: The most lessons to work on, counted after the order; None means no limit.
        order: In which order they are taken.
    """

    courses: frozenset[str] = frozenset()
    limit: int | None = None
    order: Order = Order.SIZE


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Every selected lesson once: first the work in its order, then the rest by lesson id.

    Attributes:
        lessons: The decisions.
        doubts: What belongs to no lesson, or to no file, and why.
        ignored: Files that look like videos and are left alone.
    """

    lessons: tuple[PlannedLesson, ...]
    doubts: tuple[Doubt, ...] = ()
    ignored: tuple[IgnoredFile, ...] = ()
    counts: Counter[Decision] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "counts", Counter(lesson.decision for lesson in self.lessons))

    @property
    def work(self) -> tuple[PlannedLesson, ...]:
        """The lessons that the run acts on, in the order in which it takes them."""
        return tuple(lesson for lesson in self.lessons if lesson.decision in _WORK)

    @property
    def in_doubt(self) -> tuple[PlannedLesson, ...]:
        """The lessons that only a person can decide about."""
        return tuple(lesson for lesson in self.lessons if lesson.decision is Decision.IN_DOUBT)

    @property
    def bytes_to_send(self) -> int:
        """Bytes that the whole run has to send."""
        return sum(lesson.bytes_to_send for lesson in self.lessons)

    @property
    def is_in_doubt(self) -> bool:
        """Whether some selected lesson cannot be done whatever the run achieves."""
        return bool(self.in_doubt) or any(doubt.blocking for doubt in self.doubts)


def make_plan(
    assignments: Sequence[Assignment],
    *,
    rows: Mapping[str, LessonRow] | None,
    records: Mapping[str, Record],
    selection: Selection,
) -> Plan:
    """Decides about every selected lesson.

    Args:
        assignments: Which file belongs to which lesson, at most one file a lesson.
        rows: The database's lessons by id; None when the run goes without a database.
        records: What earlier runs achieved, by lesson id.
        selection: Which part of the library the run is about.
    """
    selected = [one for one in assignments if not selection.courses or one.course in selection.courses]
    pins = _pins(records, assignments)
    decided = [_plan_lesson(one, rows=rows, records=records, pins=pins) for one in selected]
    work = [one for one in decided if one.decision in _WORK]
    sort_in_order(work, selection.order, lesson_id=lambda one: one.lesson_id, size=lambda one: one.file.size)
    work.sort(key=lambda one: one.expires_at or _NEVER)  # before the server forgets what it holds: a batch takes days
    rest = sorted((one for one in decided if one.decision not in _WORK), key=lambda one: one.lesson_id)
    return Plan(lessons=(*_cut(work, selection.limit), *rest))


def _cut(work: list[PlannedLesson], limit: int | None) -> list[PlannedLesson]:
    if limit is None:
        return work
    later = [replace(one, decision=Decision.LATER, reason=f"beyond --limit {limit}") for one in work[limit:]]
    return work[:limit] + later


def _pins(records: Mapping[str, Record], assignments: Iterable[Assignment]) -> dict[str, str]:
    """Which lesson each file was uploaded for; a file that was only renamed is pinned by its new name."""
    renamed = {
        one.lesson_id
        for one in assignments
        if (record := records.get(one.lesson_id)) and record.path != one.file.path and record.is_for(one.file)
    }
    uploaded = (record for record in records.values() if record.stage is not Stage.PLANNED)
    return {record.path: record.lesson_id for record in uploaded if record.lesson_id not in renamed}


def _plan_lesson(
    assignment: Assignment,
    *,
    rows: Mapping[str, LessonRow] | None,
    records: Mapping[str, Record],
    pins: Mapping[str, str],
) -> PlannedLesson:
    record = records.get(assignment.lesson_id)
    row = rows.get(assignment.lesson_id) if rows is not None else None
    verdict = (
        _verdict_of_mapping(assignment, record, pins)
        or (_verdict_without_rows(assignment, record) if rows is None else None)
        or _verdict_of_row(row, record)
        or _verdict_of_work(assignment.file, record)
    )
    return PlannedLesson(
        lesson_id=assignment.lesson_id,
        course=assignment.course,
        file=assignment.file,
        title=first_title(assignment.title, row.title if row else None) or assignment.file.stem,
        decision=verdict.decision,
        reason=verdict.reason,
        hint=verdict.hint,
        record=record,
    )


@dataclass(frozen=True, slots=True)
class PlanDecision:
    decision: Decision
    reason: str
    hint: str = ""


def _verdict_of_mapping(assignment: Assignment, record: Record | None, pins: Mapping[str, str]) -> PlanDecision | None:
    """A lesson that was uploaded from one file is not re-pointed to another, nor a file to another lesson."""
    path = assignment.file.path
    is_pinned = record is not None and record.stage is not Stage.PLANNED and record.names_file
    if record and is_pinned and record.path != path and not record.is_for(assignment.file):
        return PlanDecision(
            Decision.IN_DOUBT,
            f'was uploaded from "{record.path}", and now "{path}" would be its file',
            _RESTORE,
        )
    if (pinned := pins.get(path, assignment.lesson_id)) != assignment.lesson_id:
        return PlanDecision(Decision.IN_DOUBT, f'its file "{path}" was uploaded for lesson {pinned}', _RESTORE)
    return None


def _verdict_without_rows(assignment: Assignment, record: Record | None) -> PlanDecision:
    match record.stage if record else None:
        case Stage.UPLOADED if record and not record.lost_marks:
            return PlanDecision(Decision.SKIP, "uploaded before; its row waits for a run with the database")
        case Stage.LINKED | Stage.VERIFIED:
            return PlanDecision(Decision.SKIP, "linked before")
        case _:
            return _verdict_of_work(assignment.file, record)


def _verdict_of_row(row: LessonRow | None, record: Record | None) -> PlanDecision | None:
    if row is None:
        return PlanDecision(
            Decision.IN_DOUBT, "has no row in the database", "Add the lesson, or correct its id in the map file."
        )
    stage, ours = (record.stage, record.video_id) if record else (Stage.PLANNED, None)
    was_linked = stage in {Stage.LINKED, Stage.VERIFIED}
    match row.video_id:
        case None if was_linked:
            return PlanDecision(
                Decision.IN_DOUBT,
                f"was linked to video {ours}, but its row is empty now",
                "See what `kupload verify` says of it; `kupload repair` links it again.",
            )
        case None:
            return None
        case theirs if is_same_video(theirs, ours) and was_linked:
            return PlanDecision(Decision.SKIP, "linked before")
        case theirs if is_same_video(theirs, ours) and stage is Stage.UPLOADED:
            return None
        case theirs if record is None or (stage is Stage.PLANNED and record.attempted_at is None):
            return PlanDecision(Decision.SKIP, f"has a video ({theirs})")
        case theirs:
            return PlanDecision(
                Decision.IN_DOUBT,
                f"its row points at video {theirs}, and {_what_we_have(stage, ours)}",
                "See what `kupload verify` says of both.",
            )


def _what_we_have(stage: Stage, ours: str | None) -> str:
    if stage.has_all_bytes:
        return f"kupload uploaded video {ours}"
    return f"kupload began to upload video {ours}" if ours else "kupload began to upload another"


def _verdict_of_work(file: VideoFile, record: Record | None) -> PlanDecision:
    if record is None or record.attempted_at is None:
        return PlanDecision(Decision.UPLOAD, "not uploaded yet")
    if record.stage is Stage.UPLOADED:
        return PlanDecision(Decision.LINK, f"video {record.video_id} is uploaded, its row is not written")
    if not record.is_for(file):
        return PlanDecision(Decision.RESUME, "the file has changed since its upload began: starts over")
    match record.stage:
        case Stage.CREATED:
            until = f", until {record.expires_at:%Y-%m-%d %H:%M} UTC" if record.expires_at else ""
            return PlanDecision(Decision.RESUME, f"{format_bytes_of(record.offset, record.size)} uploaded{until}")
        case Stage.ORPHANED:
            return PlanDecision(Decision.RESUME, f"looks first: {record.reason}")
        case _:
            return PlanDecision(Decision.RESUME, "its creation was begun and not answered")
