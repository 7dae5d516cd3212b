"""Lessons with videos whose files are not where they were: such a file may stand in another section now. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from kinescope_upload.library_paths import nfc
from kinescope_upload.mapping.evidence import names_file
from kinescope_upload.mapping.trust import Trust, Verdict
from kinescope_upload.model import FilePart

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kinescope_upload.mapping.evidence import Evidence, SentFile
    from kinescope_upload.mapping.sections import Counted, Held
    from kinescope_upload.model import LessonRow, VideoFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """The lessons that have a video, and whose file may be anywhere.

    Attributes:
        sent: What was uploaded for them, by its size in bytes, each with its lesson; also for lessons that have
            another file at that path now.
        sizes: The lesson by the size in bytes of its video's original, where that is known.
        unknown: A lesson of which nothing is known, by course in the composed spelling.
    """

    sent: Mapping[int, Sequence[tuple[str, SentFile]]]
    sizes: Mapping[int, str]
    unknown: Mapping[str, str]

    def doubt_about(self, counted: Counted, held: Held, course: str, md5s: Mapping[FilePart, str]) -> Verdict | None:
        """Why the positions of a section cannot be believed although it is in step; None where they can."""
        for one in counted.files if self.sent or self.sizes else ():
            if one.file.path not in held.lessons and (verdict := self._doubt_about_file(one.file, held, md5s)):
                return verdict
        if lesson_id := self.unknown.get(course):
            reason = f"the file of {lesson_id} is not in its place, and nothing tells which one it is"
            return Verdict(trust=Trust.NOT_COMPARED, reason=reason)
        return None

    def _doubt_about_file(self, file: VideoFile, held: Held, md5s: Mapping[FilePart, str]) -> Verdict | None:
        for lesson_id, record in self.sent.get(file.size, ()):
            if lesson_id in held.files and not record.is_for(file):
                continue
            part = record.sent_part
            read = FilePart(file.path, part[0]) if part else None
            if part is None or read is None:
                return _has_size_of(file, lesson_id)
            if read not in md5s:
                return _has_size_of(file, lesson_id, read)
            if md5s[read] == part[1]:
                return _has_size_of(file, lesson_id)
        lesson_of_original = self.sizes.get(file.size)
        return _has_size_of(file, lesson_of_original) if lesson_of_original else None


def _has_size_of(file: VideoFile, lesson_id: str, *unread: FilePart) -> Verdict:
    reason = f'"{file.path}" has the size of the file of {lesson_id}, which is not in its place'
    return Verdict(trust=Trust.CONTRADICTED, reason=reason, unread=unread)


def find_lost(lessons: Sequence[LessonRow], absent: Iterable[LessonRow], held: Held, evidence: Evidence) -> Lost:
    """Collects what is known of the files that are not where they were.

    Args:
        lessons: Lessons without a file in sections of which some file is missing.
        absent: Lessons whose section is not on disk; where nothing is known of them, they hinder nothing.
        held: The files that belong to lessons.
        evidence: Records and originals.
    """
    sent: defaultdict[int, list[tuple[str, SentFile]]] = defaultdict(list)
    for key, one in evidence.records.items():
        if names_file(one) and (key not in held.files or key in held.changed):
            sent[one.size].append((key, one))
    unknown = {}
    sizes = {size: row.lesson_id for row in chain(lessons, absent) if (size := _size_of(row, evidence))}
    for row in lessons:
        if (
            _size_of(row, evidence) is None
            and row.video_id is not None
            and not names_file(evidence.records.get(row.lesson_id))
        ):
            unknown[nfc(row.course)] = row.lesson_id
    return Lost(sent=sent, sizes=sizes, unknown=unknown)


def _size_of(row: LessonRow, evidence: Evidence) -> int | None:
    original = evidence.original_of(row.video_id)
    return original.size if original else None
