"""What a run, or a dry run, does with each lesson, and why it does not do the rest. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from operator import attrgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from kinescope_upload.plan.decision import SENT, Decision, PlanDecision, doubt_broken
from kinescope_upload.plan.doubt_renumbered import doubt_moved
from kinescope_upload.plan.known import known_of
from kinescope_upload.plan.limit import cut_work
from kinescope_upload.plan.lookalikes import doubt_lookalikes
from kinescope_upload.plan.order import Selection, sort_in_order
from kinescope_upload.plan.own_file import told_apart, with_new_files
from kinescope_upload.plan.places import Places
from kinescope_upload.plan.retitled import Retitled, find_retitled
from kinescope_upload.upload import Record, Stage
from kinescope_upload.upload.titles import first_title

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from kinescope_upload.media.verdict import Broken
    from kinescope_upload.model import Assignment, Doubt, IgnoredFile, LessonRow, Proposal, VideoFile
    from kinescope_upload.plan.known import FileMd5s, Known

_LESSON_ID: Final = attrgetter("assignment.lesson_id")
_NEVER: Final = datetime.max.replace(tzinfo=UTC)
WORK: Final = SENT | {Decision.LINK}
"""The decisions with which a run does something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLesson:
    """One lesson's decision and its reason.

    A plan holds a hundred thousand of them, so that they refer to what is there already.

    Attributes:
        assignment: The lesson and its video file as it is now.
        planned: What the run does, and why.
        record: What earlier runs achieved; None when there was none.
        put_off: What the run would do without `--limit`, where the decision is `later`; else None.
        mixed_up: Why its changed file may be another lesson's, or its own stand elsewhere; None where nothing says so.
        row_title: What its row is called; None where the database is not asked.
        file_md5: The MD5 of its file where its video is linked and somebody read the file as it is now; else None.
    """

    assignment: Assignment
    planned: PlanDecision
    record: Record | None = None
    put_off: PlanDecision | None = None
    mixed_up: str | None = None
    row_title: str | None = None
    file_md5: str | None = None

    @property
    def lesson_id(self) -> str:
        """The lesson."""
        return self.assignment.lesson_id

    @property
    def course(self) -> str:
        """Its course."""
        return self.assignment.course

    @property
    def file(self) -> VideoFile:
        """Its video file as it is now."""
        return self.assignment.file

    @property
    def title(self) -> str:
        """Its title; its video is called as `fit_title` makes of it."""
        return first_title(self.assignment.title, self.row_title) or self.assignment.file.stem

    @property
    def pair_is_written(self) -> bool:
        """Whether a map file or manifest said that the file is the lesson's."""
        return self.assignment.source.is_written

    @property
    def decision(self) -> Decision:
        """What the run does."""
        return self.planned.decision

    @property
    def reason(self) -> str:
        """Why, in words."""
        return self.planned.reason

    @property
    def hint(self) -> str:
        """What a person can do, where the decision is `in doubt`; else empty."""
        return self.planned.hint

    @property
    def is_outdated(self) -> bool:
        """Whether it is in doubt because its file has changed before its row was written."""
        return self.planned.is_outdated

    @property
    def calls_off(self) -> bool:
        """Whether the replacement that was begun is called off: its file is that of the row's own video again."""
        return self.planned.calls_off

    @property
    def is_changed(self) -> bool:
        """Whether its video is linked, and its file is another than the one that was sent."""
        record = self.record
        if self.decision is not Decision.SKIP or record is None or record.path is None:
            return False
        return record.stage.is_linked and (self.is_other or not record.is_for(self.file))

    @property
    def is_other(self) -> bool:
        """Whether its content is known to be another than the one that was sent, whatever size and time say."""
        return self.record is not None and self.file_md5 not in {None, self.record.md5}

    @property
    def may_be_outdated(self) -> bool:
        """Whether its file has changed before its row was written, or only its content tells."""
        is_redated = self.record is not None and self.record.differs_in_time(self.file)
        return self.is_outdated or (self.decision is Decision.LINK and is_redated)

    @property
    def expires_at(self) -> datetime | None:
        """Until when its upload can go on (UTC); None when there is none, or no end of it."""
        is_going_on = (
            self.decision is Decision.RESUME and self.record is not None and self.record.may_go_on_with(self.file)
        )
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
        return record.offset if record and record.stage is Stage.CREATED and record.may_go_on_with(self.file) else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Every selected lesson once: first the work in its order, then the rest by lesson id.

    Attributes:
        lessons: The decisions.
        doubts: What belongs to no lesson, or to no file, and why.
        ignored: Files that look like videos and are left alone.
        proposals: Files that wait for a person to say whose they are.
        retitled: The linked lessons that are called otherwise now than when they were sent.
    """

    lessons: tuple[PlannedLesson, ...]
    doubts: tuple[Doubt, ...] = ()
    ignored: tuple[IgnoredFile, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    retitled: tuple[Retitled, ...] = ()
    counts: Counter[Decision] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "counts", Counter(lesson.decision for lesson in self.lessons))

    @property
    def done_by_others(self) -> dict[str, list[str]]:
        """The lessons whose row has a video that is in no record, by course; a list for every course."""
        found: dict[str, list[str]] = {}
        for lesson in self.lessons:
            of_course = found.setdefault(lesson.course, [])
            is_others = not (lesson.record and (lesson.record.is_begun or lesson.record.serving))
            if lesson.decision is Decision.SKIP and is_others:
                of_course.append(lesson.lesson_id)
        return found

    @property
    def work(self) -> tuple[PlannedLesson, ...]:
        """The lessons that the run acts on, in the order in which it takes them."""
        return tuple(lesson for lesson in self.lessons if lesson.decision in WORK)

    @property
    def courses_to_send(self) -> frozenset[str]:
        """The courses that bytes are sent for."""
        return frozenset(lesson.course for lesson in self.lessons if lesson.decision in SENT)

    @property
    def courses_to_send_without_limit(self) -> frozenset[str]:
        """The courses that bytes would be sent for without `--limit`."""
        return frozenset(
            lesson.course
            for lesson in self.lessons
            if (lesson.put_off.decision if lesson.put_off else lesson.decision) in SENT
        )

    @property
    def in_doubt(self) -> tuple[PlannedLesson, ...]:
        """The lessons that only a person can decide about."""
        return tuple(lesson for lesson in self.lessons if lesson.decision is Decision.IN_DOUBT)

    @property
    def changed(self) -> tuple[PlannedLesson, ...]:
        """The linked lessons whose files are others than those that were sent."""
        return tuple(lesson for lesson in self.lessons if lesson.is_changed)

    @property
    def files_to_send(self) -> tuple[VideoFile, ...]:
        """The files of which bytes are sent, also those beyond the limit."""
        unsent = {Decision.LINK, Decision.SKIP, Decision.IN_DOUBT}
        return tuple(lesson.file for lesson in self.lessons if lesson.decision not in unsent)

    @property
    def bytes_to_send(self) -> int:
        """Bytes that the whole run has to send."""
        return sum(lesson.bytes_to_send for lesson in self.lessons)

    @property
    def is_in_doubt(self) -> bool:
        """Whether some selected lesson cannot be done whatever the run achieves."""
        return bool(self.in_doubt) or any(doubt.blocking for doubt in self.doubts)


def make_plan(  # noqa: PLR0913 - the last have their usual values
    assignments: Sequence[Assignment],
    *,
    rows: Mapping[str, LessonRow] | None,
    records: Mapping[str, Record],
    selection: Selection,
    broken: Callable[[VideoFile], Broken | None] | None = None,
    unsteady: Collection[str] = (),
    files: Collection[VideoFile] = (),
    placed: Iterable[Assignment] = (),
    md5s: FileMd5s | None = None,
    others: Mapping[str, Record] = MappingProxyType({}),
) -> Plan:
    """Decides about every selected lesson.

    Args:
        assignments: Which file belongs to which lesson, at most one file a lesson.
        rows: The database's lessons by id; None when the run goes without a database.
        records: What earlier runs achieved, by lesson id.
        selection: Which part of the library the run is about.
        broken: Tells of a file that is known to be broken: it is not sent. None sends every file.
        unsteady: The sections in which files and lessons are not one for one.
        files: The library, as far as more of it is known than the assignments say.
        placed: The lesson of each file's place, whatever is recorded.
        md5s: Gives MD5s of files; None knows and reads none.
        others: What earlier runs achieved of courses that this run does not hold.
    """
    selected = [one for one in assignments if selection.has(one.course)] if selection.courses else assignments
    seen = with_new_files(told_apart(records, assignments, files), assignments) if records else records
    known = known_of(assignments, seen, rows, md5s)
    decided = [_plan_lesson(one, known, broken) for one in selected]
    if records or others:  # without any, no file is another's, and no lesson was renumbered
        said = {one.lesson_id: one.file for one in selected if one.source.is_written}
        decided = doubt_lookalikes(decided, records, files)
        decided = doubt_moved(decided, (records, others), rows, Places(files, placed, said), unsteady, md5s=md5s)
    work = [one for one in decided if one.planned.decision in WORK]
    sort_in_order(work, selection.order, lesson_id=_LESSON_ID, size=attrgetter("assignment.file.size"))
    if records:  # without any, nothing expires
        work.sort(key=lambda one: one.expires_at or _NEVER)  # before the server forgets it: a batch takes days
    rest = sorted((one for one in decided if one.planned.decision not in WORK), key=_LESSON_ID)
    retitled = find_retitled(rest, records, rows) if records else ()
    return Plan(lessons=(*cut_work(work, selection.limit), *rest), retitled=retitled)


def _plan_lesson(
    assignment: Assignment, known: Known, broken: Callable[[VideoFile], Broken | None] | None
) -> PlannedLesson:
    record = known.records.get(assignment.lesson_id)
    if record and record.course != assignment.course:
        record = replace(record, course=assignment.course)  # from now on its course's file holds it
    row = known.rows.get(assignment.lesson_id) if known.rows is not None else None
    decided = known.decide(assignment, record, row)
    if broken and decided.decision in SENT and (look := broken(assignment.file)):
        decided = doubt_broken(assignment.file, look)
    return PlannedLesson(
        assignment=assignment,
        planned=decided,
        record=record,
        row_title=row.title if row else None,
        file_md5=known.md5_of(record, assignment.file) if record else None,
    )
