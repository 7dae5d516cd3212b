"""Pairs whose lessons were renumbered since they were written down: they say nothing of the ids that they name. Pure.

A pair holds the title that its lesson had. Where the row of that id is called otherwise now and another row bears the
title, that lesson has another id by now. A title that no other lesson bears was only corrected.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from kinescope_upload.model import Doubt
from kinescope_upload.text.hints import Hint
from kinescope_upload.upload.titles import title_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kinescope_upload.mapping.evidence import SentFile
    from kinescope_upload.model import Assignment, LessonRow, MappedLibrary

_NONE: Final[Mapping[str, OutdatedPair]] = MappingProxyType({})
ASK_AGAIN: Final = Hint(("map", "--confirm"), " asks whose the file is.")
CORRECT_PAIR: Final = 'Correct "lessonId", or "lessonTitle", in the map file.'


@dataclass(frozen=True, slots=True, kw_only=True)
class OutdatedPair:
    """A pair that is of before lessons were renumbered.

    Attributes:
        pair: What was written down.
        title: What the lesson was called then.
        called: The lessons that are called so now.
    """

    pair: Assignment
    title: str
    called: Sequence[str]

    def doubt(self, hint: str) -> Doubt:
        """Why nothing is done with the pair, and what a person can do about it."""
        one, path = self.pair, self.pair.file.path
        return Doubt(
            course=one.course,
            subject=one.lesson_id,
            reason=f'its pair with "{path}" is of before: {self.why}',
            hint=hint,
            lesson_ids=(one.lesson_id,),
            paths=(path,),
        )

    @property
    def why(self) -> str:
        """What tells that it is of before."""
        if self.pair.lesson_id in self.called:
            return f'several lessons are called "{self.title}", and lessons of its section were renumbered'
        return f'the lesson was called "{self.title}" then, as {self.called[0]} is now'


def find_outdated(pairs: MappedLibrary, rows: Mapping[str, LessonRow] | None) -> Mapping[str, OutdatedPair]:
    """The pairs that are of before, by the lesson that each names.

    Where one of a section is, so are those of its section whose title several lessons bear.

    Args:
        pairs: What somebody wrote down.
        rows: The database's lessons by id; None where nobody knows them.
    """
    if not rows or not pairs.called:
        return _NONE
    titles = {one.lesson_id: title_key(pairs.called.get(one.lesson_id, "")) for one in pairs.assignments}
    off = {key for key, title in titles.items() if title and _is_off(title, rows.get(key))}
    if not off:
        return _NONE
    bearers = _Bearers({titles[key] for key in titles if titles[key]}, rows)
    written = {one.lesson_id: one for one in pairs.assignments}
    called = {key: bearers.of(written[key], titles[key]) for key in off}
    shifted = {_section_of(key) for key in off if called[key]}
    for key, title in titles.items():
        if key not in off and title and _section_of(key) in shifted and len(several := bearers.beside(key, title)) > 1:
            called[key] = several
    return {
        key: OutdatedPair(pair=written[key], title=pairs.called[key], called=others)
        for key, others in called.items()
        if others
    }


def without_outdated(
    pairs: MappedLibrary, outdated: Mapping[str, OutdatedPair], records: Mapping[str, SentFile], hint: str = ASK_AGAIN
) -> MappedLibrary:
    """The pairs that count, with a doubt for each other one; but where a record names the same file, that one tells.

    Args:
        pairs: What somebody wrote down.
        outdated: Those that are of before.
        records: What the progress says, by lesson id.
        hint: What a person can do about a pair that does not count.
    """
    if not outdated:
        return pairs
    told = [one.doubt(hint) for key, one in outdated.items() if not _is_recorded(one.pair, records.get(key))]
    kept = tuple(one for one in pairs.assignments if one.lesson_id not in outdated)
    return replace(pairs, assignments=kept, doubts=(*pairs.doubts, *told))


def _is_recorded(pair: Assignment, record: SentFile | None) -> bool:
    if record is None or record.path is None or not record.names_file:
        return False
    return pair.file.is_at(record.path) or record.is_for(pair.file)


def _is_off(title: str, row: LessonRow | None) -> bool:
    return row is None or title_key(row.title) != title


def _section_of(lesson_id: str) -> str:
    return lesson_id.rpartition("_")[0]


class _Bearers:
    """The lessons that are called by some titles."""

    def __init__(self, titles: set[str], rows: Mapping[str, LessonRow]) -> None:
        found: defaultdict[str, list[LessonRow]] = defaultdict(list)
        for row in rows.values():
            if (key := title_key(row.title)) in titles:
                found[key].append(row)
        self._rows = found

    def of(self, pair: Assignment, title: str) -> list[str]:
        """The other lessons of the section that are called so; else those of the course that have no video."""
        others = [row for row in self._rows.get(title, ()) if row.lesson_id != pair.lesson_id]
        here = [row.lesson_id for row in others if _section_of(row.lesson_id) == _section_of(pair.lesson_id)]
        return here or [row.lesson_id for row in others if row.course == pair.course and row.video_id is None]

    def beside(self, lesson_id: str, title: str) -> list[str]:
        """The lessons of the section that are called so."""
        section = _section_of(lesson_id)
        return [row.lesson_id for row in self._rows.get(title, ()) if _section_of(row.lesson_id) == section]
