"""Lessons with videos whose files are not where they were: such a file may stand in another section now. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from kinescope_upload.mapping.evidence import names_file
from kinescope_upload.mapping.names import nfc
from kinescope_upload.mapping.trust import Trust, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kinescope_upload.mapping.evidence import Evidence
    from kinescope_upload.mapping.sections import Counted, Held
    from kinescope_upload.model import LessonRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """The lessons that have a video, and whose file may be anywhere.

    Attributes:
        sizes: The lesson by the size of its file in bytes, where that is known.
        unknown: A lesson of which nothing is known, by course in the composed spelling.
    """

    sizes: Mapping[int, str]
    unknown: Mapping[str, str]

    def doubt_about(self, counted: Counted, held: Held, course: str) -> Verdict | None:
        """Why the positions of a section cannot be believed although it is in step; None where they can."""
        for one in counted.files:
            if one.file.path not in held.lessons and (lesson_id := self.sizes.get(one.file.size)):
                reason = f'"{one.file.path}" has the size of the file of {lesson_id}, which is not in its place'
                return Verdict(trust=Trust.CONTRADICTED, reason=reason)
        if lesson_id := self.unknown.get(course):
            reason = f"the file of {lesson_id} is not in its place, and nothing tells which one it is"
            return Verdict(trust=Trust.NOT_COMPARED, reason=reason)
        return None


def find_lost(lessons: Sequence[LessonRow], absent: Iterable[LessonRow], held: Held, evidence: Evidence) -> Lost:
    """Collects what is known of the files that are not where they were.

    Args:
        lessons: Lessons without a file in sections of which some file is missing.
        absent: Lessons whose section is not on disk; where nothing is known of them, they hinder nothing.
        held: The files that belong to lessons.
        evidence: Records and originals.
    """
    sizes = {one.size: key for key, one in evidence.records.items() if key not in held.files and names_file(one)}
    unknown = {}
    sizes.update({size: row.lesson_id for row in chain(lessons, absent) if (size := _size_of(row, evidence))})
    for row in lessons:
        if (
            _size_of(row, evidence) is None
            and row.video_id is not None
            and not names_file(evidence.records.get(row.lesson_id))
        ):
            unknown[nfc(row.course)] = row.lesson_id
    return Lost(sizes=sizes, unknown=unknown)


def _size_of(row: LessonRow, evidence: Evidence) -> int | None:
    original = evidence.original_of(row.video_id)
    return original.size if original else None
