"""Surveys the library for a run, and holds the courses that it finds."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from kinescope_upload.progress import ProgressStore
from kinescope_upload.progress.written import is_written_since
from kinescope_upload.retries.stop import Stop
from kinescope_upload.retries.watch import Watch
from kinescope_upload.survey import survey_library

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kinescope_upload.config import Settings
    from kinescope_upload.connect import LessonsAhead
    from kinescope_upload.events import Emit
    from kinescope_upload.survey import Survey


def survey_and_hold(
    settings: Settings, lessons: LessonsAhead, emit: Emit, held: ExitStack
) -> tuple[Survey, ProgressStore]:
    """Surveys the library, and locks its courses until `held` ends; rows and records are of one moment.

    The courses are known only when the library has been read, and the rows are read meanwhile. What an `unlink`, say,
    or another run did with rows and records up to the lock would make its lessons look like somebody else's: the rows
    are read again then.

    Raises:
        UsageError: There is no library, a course is not known or is held by another run, or nothing proves which file
            belongs to which lesson.
        BatchStoppedError: The database does not answer or refuses, or the progress folder cannot be written.
    """

    def hold(courses: Sequence[str]) -> ProgressStore:
        return waiting.enter_context(ProgressStore(settings.progress, courses))

    with ExitStack() as waiting:
        survey = _survey(settings, lessons, emit, hold)
    progress = held.enter_context(ProgressStore(settings.progress, survey.courses))
    if lessons.database and is_written_since(lessons.written, settings.progress, progress.courses):
        survey = _survey(settings, lessons, emit, lambda _courses: progress)
    return survey, progress


def _survey(
    settings: Settings, lessons: LessonsAhead, emit: Emit, hold: Callable[[Sequence[str]], ProgressStore]
) -> Survey:
    stop = Stop(lambda: None)
    watch = Watch(stop=stop, cut=lambda: None, emit=emit)

    def wait(courses: Sequence[str], seconds: float) -> None:
        """Holds the courses from the first wait on, so that `kupload stop` finds the run."""
        if not stop.listens:
            stop.listen(hold(courses), "Nothing was begun.")
        watch.pause(seconds)

    survey = survey_library(settings, lessons.database, emit, wait, lessons.reading)
    survey.check_proven(trusts_scan=settings.trust_scan)
    return survey
