"""`kupload --status`: how far each course is, from the disk alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from kinescope_upload.commands.course_status import course_statuses
from kinescope_upload.commands.status_view import print_status
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.progress import read_courses
from kinescope_upload.survey import survey_library

if TYPE_CHECKING:
    from kinescope_upload.config import Settings
    from kinescope_upload.output.options import DisplayOptions

__all__ = ["show_status"]


def show_status(settings: Settings, options: DisplayOptions, stdout: TextIO) -> int:
    """Prints how far each course is, from the disk alone."""
    survey = survey_library(settings)
    records = read_courses(settings.progress, settings.courses)
    wanted = survey.selection.courses
    assignments = [lesson for lesson in survey.mapped.assignments if not wanted or lesson.course in wanted]
    print_status(course_statuses(assignments, records), options, stdout)
    return ExitCode.DONE
