"""`kupload --dry-run`: what a run would do, and why the rest would not be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from kinescope_upload.commands.plan_view import print_plan
from kinescope_upload.connect import database_of
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.progress import read_records
from kinescope_upload.survey import check_proof, read_rows, survey_library

if TYPE_CHECKING:
    from kinescope_upload.config import Settings
    from kinescope_upload.output.options import DisplayOptions

__all__ = ["dry_run"]


def dry_run(settings: Settings, options: DisplayOptions, stdout: TextIO) -> int:
    """Prints what a run would do, and why the rest would not be done; writes nothing anywhere."""
    survey = survey_library(settings)
    database = database_of(settings)
    check_proof(survey, has_database=database is not None, trusts_scan=settings.trust_scan)
    rows = None if database is None else read_rows(database, survey)
    plan = survey.plan(rows, read_records(settings.progress, survey.courses))
    print_plan(plan, options, stdout)
    return ExitCode.DONE
