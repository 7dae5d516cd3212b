"""Writes down what is to be done in a library, as a run would plan it, in the cluster's database."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from kinescope_upload.cluster import statements
from kinescope_upload.cluster.all_progress import AllClusterProgress
from kinescope_upload.cluster.doubts import doubts_here, without_elsewhere
from kinescope_upload.cluster.locks import locked
from kinescope_upload.cluster.queue import Queue
from kinescope_upload.cluster.records import records_of
from kinescope_upload.cluster.refused_queues import offer
from kinescope_upload.cluster.schema import check_no_other_has
from kinescope_upload.cluster.settings import cluster_of
from kinescope_upload.cluster.withdrawn import Seen, waiting_in, withdraw, withdraw_others_of
from kinescope_upload.cluster.written import doubt_other_files, kept_elsewhere
from kinescope_upload.commands.files_back import md5s_of_files
from kinescope_upload.commands.new_progress import check_nothing_is_unfinished
from kinescope_upload.commands.upload import map_files
from kinescope_upload.connect import database_of
from kinescope_upload.errors import BatchStoppedError
from kinescope_upload.kinescope.course_folders import doubts_about, match_folders
from kinescope_upload.kinescope.management_api import KinescopeApi
from kinescope_upload.library_paths import nfc
from kinescope_upload.plan import Plan, doubt_courses
from kinescope_upload.plan.changes import change_of, changes_sentence
from kinescope_upload.progress import read_looks
from kinescope_upload.retries.retrying_client import RetryingClient
from kinescope_upload.survey import survey_library

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from kinescope_upload.cluster.holds import Holds
    from kinescope_upload.cluster.line import Line
    from kinescope_upload.config import Settings
    from kinescope_upload.connect import Kinescope
    from kinescope_upload.database.lessons import LessonsDatabase
    from kinescope_upload.events import Emit
    from kinescope_upload.plan import PlannedLesson
    from kinescope_upload.upload import Record

_TOGETHER: Final = 10_000
"""Lessons that are written down in one transaction."""
_MANY: Final = 1000
"""Lessons after which PostgreSQL is told how many there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enqueued:
    """What became of one library's lessons.

    Attributes:
        library: Its name.
        plan: What a run of this machine alone would do.
        added: How many lessons got a turn.
        there: How many had one, or are in hand.
        withdrawn: Lessons that wait no more: their rows are gone, or their files are not theirs.
        elsewhere: The lessons that another library has already, with its name.
        contradicting: Those of them whose files differ in size.
    """

    library: str
    plan: Plan
    added: int
    there: int
    withdrawn: tuple[str, ...]
    elsewhere: dict[str, str]
    contradicting: tuple[str, ...]

    @property
    def changed(self) -> tuple[PlannedLesson, ...]:
        """The linked lessons whose files here are not what was uploaded; a copy's time alone says nothing of that."""
        return tuple(one for one in self.plan.changed if one.is_other or not _has_other_time_alone(one))

    @property
    def changes(self) -> str:
        """Names the linked lessons whose files here are not what was uploaded; empty where there are none."""
        return changes_sentence([change_of(lesson) for lesson in self.changed])

    @property
    def is_in_doubt(self) -> bool:
        """Whether a person has to decide about something."""
        return self.plan.is_in_doubt or bool(self.contradicting)

    def without(self, elsewhere: Collection[str]) -> Enqueued:
        """The same without doubts about lessons whose files are elsewhere."""
        return replace(self, plan=replace(self.plan, doubts=without_elsewhere(self.plan.doubts, elsewhere)))


@dataclass(frozen=True, slots=True, kw_only=True)
class EnqueueTools:
    """What lessons are enqueued with.

    Attributes:
        holds: This process.
        database: The lessons' rows.
        once: Asks Kinescope once.
        client: Asks as often as a run does, and waits as one does.
        emit: Hears of that.
        api: Asks Kinescope by that client.
    """

    holds: Holds
    database: LessonsDatabase | None
    once: KinescopeApi
    client: RetryingClient
    emit: Emit
    api: KinescopeApi

    @classmethod
    def of(cls, settings: Settings, holds: Holds, kinescope: Kinescope, emit: Emit) -> EnqueueTools:
        """What it takes where these are the settings."""
        client = RetryingClient(kinescope.service, settings, emit)
        api = KinescopeApi(client, api_url=settings.api_url)
        return cls(holds=holds, database=database_of(settings), once=kinescope.api, client=client, emit=emit, api=api)

    @property
    def line(self) -> Line:
        """Asks the cluster's database."""
        return self.holds.line


def enqueue(settings: Settings, tools: EnqueueTools, name: str) -> Enqueued:
    """Plans one library of this machine, and writes down what there is to do. A second call changes nothing.

    Args:
        settings: The settings, with the library's root.
        tools: What it works with.
        name: The library's name.

    Raises:
        UsageError: The library or its mapping cannot be read, or nothing proves which file is whose; or Kinescope holds
            unfinished videos of a course that nothing is recorded of.
        KuploadError: Database or Kinescope refuse.
    """
    waiting = waiting_in(tools.holds, name)  # before all that is looked at
    every = records_for(tools.line, name)  # before the rows: what is linked in between looks new, not emptied
    beside = AllClusterProgress(tools.holds, name, cluster_of(settings).libraries)
    survey = survey_library(settings, tools.database, tools.emit).beside(beside)
    records = {key: one for key, one in every.items() if key not in survey.elsewhere}
    survey = survey.knowing(records)
    survey.check_proven(trusts_scan=settings.trust_scan)
    mapped = map_files(settings, survey, records, tools.api)
    broken = None if settings.send_broken else read_looks(settings.progress).broken
    planned = survey.plan(records, mapped, broken, md5s=md5s_of_files(settings))
    plan = without_moving(tools.line, planned, name, records)
    seen = Seen(
        machine=tools.holds.machine,
        planned={one.lesson_id: one for one in plan.lessons},
        unknown={one.lesson_id for one in planned.lessons} - {one.lesson_id for one in plan.lessons},
        rows=None if survey.hidden else survey.rows,
        files={file.path: file for file in survey.files},
        broken=broken,
        has=survey.selection.has,
    )
    _check_unfinished(settings, tools, plan, every)
    plan = _with_folders(settings, tools, plan)
    others = kept_elsewhere(tools.line, name)
    plan = replace(plan, doubts=doubts_here(plan.doubts, others.keys(), survey.courses))
    elsewhere = {one.lesson_id: one.file.size for one in plan.lessons if one.lesson_id in others}
    work = [lesson for lesson in plan.work if lesson.lesson_id not in others]
    check_no_other_has(tools.line, [lesson.lesson_id for lesson in work])
    withdrawn = withdraw(tools.holds, waiting, seen) + withdraw_others_of(tools.holds, name, work)
    given = _write_down(tools.holds, name, work)
    plan = doubt_other_files(tools.holds, plan, name)
    work = [lesson for lesson in plan.work if lesson.lesson_id not in others]
    return Enqueued(
        library=name,
        plan=plan,
        added=len(given),
        there=sum(lesson.lesson_id not in given for lesson in work),
        withdrawn=tuple(sorted(set(withdrawn) - {lesson.lesson_id for lesson in work})),
        elsewhere={lesson_id: others[lesson_id][0] for lesson_id in elsewhere},
        contradicting=tuple(sorted(one for one, size in elsewhere.items() if size != others[one][1])),
    )


def _has_other_time_alone(lesson: PlannedLesson) -> bool:
    return lesson.record is not None and lesson.record.differs_in_time(lesson.file)


def _check_unfinished(settings: Settings, tools: EnqueueTools, plan: Plan, records: Mapping[str, Record]) -> None:
    """Checks that nobody has begun what nothing is recorded of, as a run does whose progress folder is new."""
    known = {nfc(record.course) for record in records.values()}
    new = tuple(lesson for lesson in plan.lessons if nfc(lesson.course) not in known)
    if new and not settings.new_progress:
        every = AllClusterProgress(tools.holds, "")
        check_nothing_is_unfinished(replace(plan, lessons=new), settings, tools.api, tools.emit, every)


def records_for(line: Line, library: str) -> dict[str, Record]:
    """All records, as this library sees them: of those of other libraries the file is not known here."""
    rows = line.ask(statements.RECORDS, courses=None, patience=120)
    ours = {lesson_id for lesson_id, _, of, _ in rows if of == library}
    found = records_of((lesson_id, course, text) for lesson_id, course, _, text in rows)
    return {one: record if one in ours else replace(record, path=None) for one, record in found.items()}


def without_moving(line: Line, plan: Plan, library: str, records: Mapping[str, Record]) -> Plan:
    """The plan without doubts about lessons that other machines have in hand, or have changed since they were read.

    Args:
        line: Asks the cluster's database.
        plan: The plan.
        library: The library.
        records: The records that it was made with; they were read before the rows.
    """
    doubted = [lesson.lesson_id for lesson in plan.in_doubt]
    if not doubted:
        return plan
    moving = {lesson_id for (lesson_id,) in line.ask(statements.HELD, ids=doubted)}
    now = records_for(line, library)
    moving |= {lesson_id for lesson_id in doubted if now.get(lesson_id) != records.get(lesson_id)}
    return replace(plan, lessons=tuple(one for one in plan.lessons if one.lesson_id not in moving))


def _write_down(holds: Holds, library: str, lessons: Sequence[PlannedLesson]) -> set[str]:
    """Writes lessons down, and gives a turn to those that have none; returns which of these lessons those are."""
    line = holds.line
    written = set[str]()
    for start in range(0, len(lessons), _TOGETHER):
        part = json.dumps([_facts(lesson) for lesson in lessons[start : start + _TOGETHER]])
        found = line.ask(statements.ADD, library=library, lessons=part, machine=holds.machine, patience=120)
        written |= {lesson_id for (lesson_id,) in found}
    offer(line, library, written)
    given = Queue(line).give_turns([library])
    if len(given) >= _MANY:
        with suppress(BatchStoppedError):  # who does not own the tables leaves it to PostgreSQL
            line.ask(statements.ANALYZE, patience=60)
    return {lesson.lesson_id for lesson in lessons if lesson.lesson_id in given}


def _facts(lesson: PlannedLesson) -> dict[str, object]:
    return {
        "lesson_id": lesson.lesson_id,
        "course": lesson.course,
        "path": lesson.file.path,
        "size": lesson.file.size,
        "modified_ns": lesson.file.modified_ns,
        "title": lesson.title,
        "row_title": lesson.row_title,
        "pair_is_written": lesson.pair_is_written,
    }


def _with_folders(settings: Settings, tools: EnqueueTools, plan: Plan) -> Plan:
    """Finds the folder of each course that bytes are sent for, has missing ones made by one machine, and notes them."""
    courses, project_id = plan.courses_to_send_without_limit, settings.needed_project_id()
    if not courses:
        return plan
    listed = tools.api.folders(project_id)
    found = match_folders(courses, pinned=settings.folders, folders=listed, project_id=project_id)
    plan = doubt_courses(plan, doubts_about(found, may_create=settings.create_folders))
    ids = {one.course: one.folder_ids[0] for one in found if one.is_good}
    for course in sorted(plan.courses_to_send - ids.keys()):
        with locked(tools.holds, f"folder {course}"):
            ids[course] = tools.client.call(partial(_made, tools.once, project_id, course))
    for course, folder_id in ids.items():
        tools.line.ask(statements.SET_FOLDER, course=course, folder_id=folder_id)
    return plan


def _made(api: KinescopeApi, project_id: str, course: str) -> str:
    """The course's folder, which another machine may have made meanwhile, or a request whose answer was lost."""
    [there] = match_folders([course], pinned={}, folders=api.folders(project_id), project_id=project_id)
    return there.folder_ids[0] if there.is_good else api.create_folder(project_id, course).id
