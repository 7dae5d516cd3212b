"""Runs `kupload doctor`: finds what would stop a run, before the first byte."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, TextIO

from kinescope_upload.commands.doctor.check import Check, Standing, exit_code_of
from kinescope_upload.commands.doctor.here import (
    check_library,
    check_progress,
    check_settings,
    setting_facts,
)
from kinescope_upload.commands.doctor.kinescope import Asking, check_kinescope
from kinescope_upload.commands.doctor.view import print_checkup
from kinescope_upload.connect import database_of, open_kinescope
from kinescope_upload.errors import KuploadError, UsageError
from kinescope_upload.progress import ProgressFolder
from kinescope_upload.survey import check_alone, survey_library

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kinescope_upload.config import Settings
    from kinescope_upload.database import DatabaseReport
    from kinescope_upload.database.lessons import LessonsDatabase
    from kinescope_upload.output.options import DisplayOptions
    from kinescope_upload.progress import AllProgress
    from kinescope_upload.survey import Survey


def run_doctor(
    settings: Settings,
    options: DisplayOptions,
    stdout: TextIO,
    more: Iterable[Check] = (),
    libraries: Sequence[tuple[Settings, AllProgress]] = (),
) -> int:
    """Checks everything that a run depends on, and changes nothing; then shows the others that are given.

    Of several libraries each is given with its settings and what is recorded; none means the one of the settings.

    Returns:
        0 when nothing is wrong; 2 when something is wrong here (settings, files, folders), else 3.
    """
    libraries = libraries or [(settings, ProgressFolder(settings.progress))]
    checks = chain(_checks(settings, libraries), more)
    return exit_code_of(print_checkup(setting_facts(settings), checks, options, stdout))


def _checks(settings: Settings, libraries: Sequence[tuple[Settings, AllProgress]]) -> Iterator[Check]:
    yield from check_settings(settings)
    yield from check_progress(settings)
    database, check = _checked_database(settings)
    if check is not None:
        yield check
    surveys: list[Survey] = []
    for here, progress in libraries:
        found, survey = _checked_library(here, database, progress)
        name = f"{here.library}: " if libraries[1:] else ""
        yield from (replace(one, message=name + one.message) for one in found)
        surveys += [survey] if survey else []
    if settings.api_key is not None and not settings.untrusted:
        yield from _checked_kinescope(settings, surveys)


def _checked_kinescope(settings: Settings, surveys: Sequence[Survey]) -> Iterator[Check]:
    with ExitStack() as stack:
        try:
            kinescope = stack.enter_context(open_kinescope(settings))
        except UsageError as error:  # a proxy or a certificate that cannot be used
            yield Check.of_error("uploader", error, Standing.WRONG_HERE)
            return
        yield from check_kinescope(
            Asking(
                settings=settings,
                kinescope=kinescope,
                courses=tuple(sorted({course for one in surveys for course in one.known_courses})) if surveys else None,
                are_courses_sure=bool(surveys) and (settings.trust_scan or all(one.is_proven for one in surveys)),
            )
        )


def _checked_database(settings: Settings) -> tuple[LessonsDatabase | None, Check | None]:
    """Checks the database; gives it when it can be used, and the check when it is set."""
    if settings.no_db:
        return None, _check_of_report(None)
    if settings.database_url is None:
        return None, None
    try:
        database = database_of(settings)
    except UsageError as error:
        return None, Check.of_error("database", error, Standing.WRONG_HERE)
    assert database is not None  # noqa: S101 - it is set and wished
    report = database.probe()
    return (None if report.problem else database), _check_of_report(report)


def _check_of_report(report: DatabaseReport | None) -> Check:
    """Words whether lessons can be read and written.

    Args:
        report: What was found; None when the database was not asked.
    """
    if report is None:
        return Check.of("database", Standing.NOTE, "Not checked (--no-db): a run writes no rows.")
    if report.problem:
        return Check.of("database", Standing.WRONG_OUTSIDE, report.problem, report.hint)
    message = f"{report.place}, PostgreSQL {report.server_version}, {(report.seconds or 0) * 1000:.1f} ms a round trip"
    if report.hides_rows:
        return Check.of(
            "database",
            Standing.UNKNOWN,
            (f"{message}. Row-level security applies to this role: it may hide rows or refuse changes."),
            "Connect as the table's owner or as a role with BYPASSRLS, to be sure.",
        )
    return Check.of("database", Standing.GOOD, f"{message}; table and columns exist, rows can be written.")


def _checked_library(
    settings: Settings, database: LessonsDatabase | None, progress: AllProgress
) -> tuple[list[Check], Survey | None]:
    """Checks the library; returns what was found there, too."""
    if settings.library is None:
        return [], None
    try:
        survey = survey_library(settings, database).beside(progress)
        check_alone(settings, survey.known_courses, database)
    except KuploadError as error:
        standing = Standing.WRONG_HERE if isinstance(error, UsageError) else Standing.WRONG_OUTSIDE
        return [Check.of_error("library", error, standing)], None
    return list(check_library(settings, survey, progress)), survey
