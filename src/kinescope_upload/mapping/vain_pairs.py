"""Pairs of the map file of confirmed pairs that do not count: nothing is done with their lessons and files. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kinescope_upload.library_paths import is_path_of
from kinescope_upload.model import MappingSource

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence

    from kinescope_upload.mapping.evidence import SentFile
    from kinescope_upload.model import Assignment, Doubt, LessonRow, MappedLibrary


@dataclass(frozen=True, slots=True, kw_only=True)
class VainPairs:
    """What a person said of lessons and files in a way that does not count.

    Attributes:
        doubts: Why it does not count: two files for one lesson, say, or a file that is not there.
        renamed: The same of lessons that were uploaded from the file which is not there: it may have another name now.
    """

    doubts: Sequence[Doubt] = ()
    renamed: Sequence[Doubt] = ()

    @property
    def named(self) -> frozenset[str]:
        """The lessons and the paths that are named."""
        return frozenset(name for doubt in self.doubts for name in (*doubt.lesson_ids, *doubt.paths))

    def told(self, mapped: MappedLibrary) -> tuple[Doubt, ...]:
        """The doubts that count, where these are the lessons that have their files."""
        placed = {one.lesson_id for one in mapped.assignments} if self.renamed else set()
        return (*self.doubts, *(doubt for doubt in self.renamed if placed.isdisjoint(doubt.lesson_ids)))

    def take_out(self, mapped: MappedLibrary, rows: Mapping[str, LessonRow] | None) -> MappedLibrary:
        """Takes out what would be sent of these lessons and files, but for the confirmed pairs themselves."""
        named = self.named
        if not named:
            return mapped
        kept = (one for one in mapped.assignments if not self._is_vain(one, named, rows))
        return replace(mapped, assignments=tuple(kept))

    @staticmethod
    def _is_vain(one: Assignment, named: frozenset[str], rows: Mapping[str, LessonRow] | None) -> bool:
        row = rows.get(one.lesson_id) if rows is not None else None
        has_video = row is not None and row.video_id is not None
        return (
            not has_video
            and one.source is not MappingSource.MAP_FILE
            and not named.isdisjoint({one.lesson_id, one.file.path})
        )


def vain_pairs(doubts: Iterable[Doubt], records: Mapping[str, SentFile], there: Container[str]) -> VainPairs:
    """Sorts the doubts about confirmed pairs.

    Args:
        doubts: The doubts.
        records: What the progress says, by lesson id.
        there: The paths of the library's files.
    """
    renamed = [doubt for doubt in doubts if _is_renamed(doubt, records, there)]
    return VainPairs(doubts=[doubt for doubt in doubts if doubt not in renamed], renamed=renamed)


def _is_renamed(doubt: Doubt, records: Mapping[str, SentFile], there: Container[str]) -> bool:
    if len(doubt.lesson_ids) != 1 or len(doubt.paths) != 1 or doubt.paths[0] in there:
        return False
    record = records.get(doubt.lesson_ids[0])
    if record is None or record.path is None or not record.names_file:
        return False
    return is_path_of(doubt.paths[0], record.path)
