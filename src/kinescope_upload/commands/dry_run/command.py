"""Runs `kupload --dry-run`."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final, TextIO

from kinescope_upload.commands.complete_videos import recorded_ids
from kinescope_upload.commands.dry_run.answer import PlanAnswer
from kinescope_upload.commands.dry_run.complete import Foreteller
from kinescope_upload.commands.dry_run.kinescope_side import KinescopeSide, ask_kinescope, why_not_asked
from kinescope_upload.commands.dry_run.unread import without_questions
from kinescope_upload.commands.dry_run.view import print_plan
from kinescope_upload.commands.files_back import md5s_of_files
from kinescope_upload.connect import database_of
from kinescope_upload.display.printers import waits_on_stderr
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.library.checksums import ReadInTime
from kinescope_upload.library.look import look_at_files
from kinescope_upload.media.verdict import Broken
from kinescope_upload.policy.jobs import first_number
from kinescope_upload.policy.pacing import minute_of_week
from kinescope_upload.progress import ProgressFolder, check_folder, read_looks, records_of
from kinescope_upload.progress.last_rate import read_rate
from kinescope_upload.survey import check_alone, map_library, survey_library

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kinescope_upload.config import Settings
    from kinescope_upload.database.lessons import LessonsDatabase
    from kinescope_upload.model import VideoFile
    from kinescope_upload.output.options import DisplayOptions
    from kinescope_upload.plan import Plan
    from kinescope_upload.progress import AllProgress, RememberedLooks
    from kinescope_upload.upload import Record

    MakePlan = Callable[[Callable[[VideoFile], Broken | None] | None], Plan]

_LOOKING: Final = 5.0


def dry_run(  # noqa: PLR0913 - the last three have their usual values
    settings: Settings,
    options: DisplayOptions,
    stdout: TextIO,
    *,
    is_offline: bool = False,
    seconds: float = _LOOKING,
    progress: AllProgress | None = None,
) -> int:
    """Prints what a run would do, and why the rest would not be done; leaves nothing written anywhere.

    Args:
        settings: The settings.
        options: How the plan is shown.
        stdout: Takes it.
        is_offline: Whether Kinescope is not asked.
        seconds: For how long files are read for their MD5s, as a run does first, and looked into that were not before.
        progress: What is recorded; None is the progress folder.

    Returns:
        0 when the run would do all that is selected, 1 when something is in doubt.

    Raises:
        KuploadError: What would stop the run before its first byte; as far as there is a plan, it is printed before.
    """
    settings.check_set("library", "database_url")
    emit = waits_on_stderr(options)
    database = database_of(settings)
    is_alone, progress = progress is None, progress or ProgressFolder(settings.progress)
    survey = survey_library(settings, database, emit).beside(progress)
    survey.check_proven(trusts_scan=settings.trust_scan)
    looks, not_asked = read_looks(settings.progress), why_not_asked(settings, is_offline=is_offline)
    records = records_of(progress, survey.elsewhere)
    survey = survey.knowing(records)
    reading = ReadInTime.of(settings.needed_library(), seconds)
    mapped = map_library(settings, survey, records, asks=not not_asked, read=reading.md5s_of)
    mapped = without_questions(mapped, reading.left)
    md5s = md5s_of_files(settings)._replace(read=reading.md5_of)
    plan = _planned(settings, partial(survey.plan, records, mapped, md5s=md5s), looks, seconds=reading.seconds_left)
    plan = progress.planned_here(plan, survey.courses)
    del survey
    foretell = _foreteller(database, records, reading) if is_alone and database else None
    side = KinescopeSide(plan=plan)
    if not not_asked:
        side = ask_kinescope(plan, settings, database, emit, progress, foretell=foretell)
    rate = read_rate(settings.progress)
    answer = PlanAnswer(
        plan=side.plan,
        unseen=sum(not looks.has(file) for file in side.plan.files_to_send),
        unread=len(reading.left),
        looks=looks,
        folders=side.folders,
        may_create=settings.create_folders,
        not_asked=not_asked,
        rate=rate,
        limit=settings.bwlimit,
        minute=minute_of_week(datetime.now().astimezone()),
        order=settings.order,
        jobs=first_number(settings.jobs, rate.jobs if rate else None, settings.jobs_max),
    )
    print_plan(answer, options, stdout)
    check_alone(settings, {one.course for one in plan.work}, database)
    check_folder(settings.progress)
    if side.error:
        raise side.error
    return ExitCode.NOT_DONE if answer.plan.is_in_doubt else ExitCode.DONE


def _foreteller(database: LessonsDatabase, records: Mapping[str, Record], reading: ReadInTime) -> Foreteller:
    return Foreteller(database=database, recorded=recorded_ids(records.values()), md5_of=reading.md5_of)


def _planned(settings: Settings, make: MakePlan, looks: RememberedLooks, *, seconds: float) -> Plan:
    """The plan, after a look into the files that nobody looked into, as far as the time goes."""
    broken = None if settings.send_broken else looks.broken
    plan = make(broken)
    changed = (lesson.file for lesson in plan.changed)
    new = [file for file in (*changed, *plan.files_to_send) if not looks.has(file)]
    found = look_at_files(new, settings.needed_library(), settle=settings.settle, seconds=seconds).found
    looks.found.update(found)
    if any(isinstance(look, Broken) for look in found.values()):
        plan = make(broken)
    return plan
