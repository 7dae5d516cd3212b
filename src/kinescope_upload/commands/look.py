"""The library as it is, held against the database where there is one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kinescope_upload.mapping import nfc
from kinescope_upload.model import MappedLibrary, MappingSource
from kinescope_upload.survey import Survey, read_rows, survey_library

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kinescope_upload.config import Settings
    from kinescope_upload.database import LessonsDatabase
    from kinescope_upload.model import LessonRow

__all__ = ["Look", "look_at_library"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was found.

    Attributes:
        survey: The library and what was read of its files' lessons.
        rows: The lessons of the database by id; None when it was not asked.
    """

    survey: Survey
    rows: Mapping[str, LessonRow] | None

    @property
    def is_proven(self) -> bool:
        """Whether the mapping relies on no position that nothing proves."""
        return self.rows is not None or self.survey.source is not MappingSource.SCAN_RULE

    @property
    def mapped(self) -> MappedLibrary:
        """The mapping of the selected courses, held against the database."""
        found, wanted = self.survey.held_against(self.rows), self.survey.selection.courses
        if not wanted:
            return found
        return MappedLibrary(
            assignments=tuple(one for one in found.assignments if one.course in wanted),
            doubts=tuple(one for one in found.doubts if one.course is None or one.course in wanted),
            ignored=tuple(one for one in found.ignored if one.path.partition("/")[0] in wanted),
        )

    @property
    def courses(self) -> tuple[str, ...]:
        """The selected courses of the library; of its folders only those that the database knows, when it was asked."""
        if self.rows is None:
            return self.survey.courses
        known = {nfc(row.course) for row in self.rows.values()}
        return tuple(course for course in self.survey.courses if nfc(course) in known)


def look_at_library(settings: Settings, database: LessonsDatabase | None) -> Look:
    """Walks through the library and asks the database.

    Args:
        settings: Where the library is, and which courses are meant.
        database: The lessons; None goes without them.

    Raises:
        UsageError: The library, a map file or a manifest cannot be read, or a course is not known.
        BatchStoppedError: The database does not answer or refuses.
    """
    survey = survey_library(settings)
    return Look(survey=survey, rows=None if database is None else read_rows(database, survey))
