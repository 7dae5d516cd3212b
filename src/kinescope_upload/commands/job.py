"""The main job: upload, dry run, status. Each command is one function that returns the exit code.

Imports are inside the functions where a command would otherwise pay for what it does not use.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

from kinescope_upload.connect import database_of, open_kinescope
from kinescope_upload.progress import read_courses, read_records
from kinescope_upload.survey import check_proof, read_rows, survey_library

if TYPE_CHECKING:
    from kinescope_upload.batch import Backends, UploadOptions
    from kinescope_upload.config import Settings
    from kinescope_upload.connect import Kinescope
    from kinescope_upload.database import LessonsDatabase
    from kinescope_upload.output.options import DisplayOptions
    from kinescope_upload.progress import ProgressStore

__all__ = ["dry_run", "show_status", "upload"]

_OK: Final = 0


def show_status(settings: Settings, options: DisplayOptions, stdout: TextIO) -> int:
    """Prints how far each course is, from the disk alone."""
    from kinescope_upload.commands.course_status import course_statuses
    from kinescope_upload.commands.status_view import print_status

    survey = survey_library(settings)
    records = read_courses(settings.progress, settings.courses)
    wanted = survey.selection.courses
    assignments = [one for one in survey.mapped.assignments if not wanted or one.course in wanted]
    print_status(course_statuses(assignments, records), options, stdout)
    return _OK


def dry_run(settings: Settings, options: DisplayOptions, stdout: TextIO) -> int:
    """Prints what a run would do, and why the rest would not be done; writes nothing anywhere."""
    from kinescope_upload.commands.plan_view import print_plan

    survey = survey_library(settings)
    database = database_of(settings)
    check_proof(survey, has_database=database is not None, trusts_scan=settings.trust_scan)
    rows = None if database is None else read_rows(database, survey)
    plan = survey.plan(rows, read_records(settings.progress, survey.courses))
    print_plan(plan, options, stdout)
    return _OK


def upload(settings: Settings, options: DisplayOptions, *, stdout: TextIO, stderr: TextIO) -> int:
    """Uploads what is selected and links it."""
    from kinescope_upload.batch import Batch, FolderOptions, upload_batch
    from kinescope_upload.commands.doctor.preflight import check_rights
    from kinescope_upload.commands.import_progress.advice import advice_about_old_progress
    from kinescope_upload.commands.plan_view import cut_titles_warning
    from kinescope_upload.display.printers import make_printer
    from kinescope_upload.events import Warned
    from kinescope_upload.progress import ProgressStore

    needs = settings.needed_for_upload()
    survey = survey_library(settings)
    database = database_of(settings)
    check_proof(survey, has_database=database is not None, trusts_scan=settings.trust_scan)
    rows = None if database is None else read_rows(database, survey)
    with ProgressStore(settings.progress, survey.courses) as progress:
        plan = survey.plan(rows, progress.records)
        del survey, rows  # the run lasts for days, and of a hundred thousand lessons they are tens of MB
        folders = FolderOptions(
            project_id=needs.project_id, pinned=settings.folders, may_create=settings.create_folders
        )
        with make_printer(options, stdout=stdout, stderr=stderr) as emit, open_kinescope(settings) as kinescope:
            check = partial(check_rights, plan, kinescope, database, settings, emit)
            backends = _ends(settings, kinescope, progress, database)
            batch = Batch(plan=plan, folders=folders, jobs=settings.jobs, order=settings.order, check=check)
            advice = advice_about_old_progress(settings, Path.cwd())
            for warning in filter(None, (*settings.warnings, advice, cut_titles_warning(plan))):
                emit(Warned(message=warning))
            return upload_batch(batch, backends, _rules(settings), emit).exit_code


def _ends(
    settings: Settings, kinescope: Kinescope, progress: ProgressStore, database: LessonsDatabase | None
) -> Backends:
    from kinescope_upload.batch import Backends

    return Backends(
        library=settings.needed_library(),
        service=kinescope.service,
        uploader=kinescope.uploader,
        kinescope=kinescope.api,
        database=database,
        progress=progress,
    )


def _rules(settings: Settings) -> UploadOptions:
    from kinescope_upload.batch import UploadOptions
    from kinescope_upload.policy.retry import RetryPolicy
    from kinescope_upload.policy.sizing import block_sizing, chunk_sizing

    return UploadOptions(
        project_id=settings.needed_project_id(),
        dialect=settings.dialect,
        chunks=chunk_sizing(settings.chunk_size),
        retry=RetryPolicy(retries=settings.retries, base=settings.retry_base),
        orphan_wait=settings.orphan_wait,
        longest_wait=settings.max_outage,
        with_checksum=not settings.no_checksum,
        blocks=block_sizing(settings.jobs),
        bwlimit=settings.bwlimit,
    )
