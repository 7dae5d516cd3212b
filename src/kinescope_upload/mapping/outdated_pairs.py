"""Pairs whose lessons were renumbered since they were written down: they say nothing of the ids that they name. Pure.

A pair holds the title that its lesson had. Where the row of that id is called otherwise now, and another row bears the
title, or the row bears the title of another such pair, the lessons have other ids by now. Where neither is so, the
title was only corrected, unless it has nothing in common with that of the row, which shows no video: then the number
may have been given to a new lesson.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from kinescope_upload.lesson_ids import begin_of_id
from kinescope_upload.model import Doubt, LessonRow, MappingSource
from kinescope_upload.text.hints import Hint
from kinescope_upload.upload.likeness import have_nothing_in_common
from kinescope_upload.upload.titles import title_key

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from kinescope_upload.mapping.evidence import SentFile
    from kinescope_upload.model import Assignment, MappedLibrary

_NONE: Final[Mapping[str, OutdatedPair]] = MappingProxyType({})
_FEWEST: Final = 3
"""So many titles have to be other ones than the database's before they are taken for somebody's own."""
ASK_AGAIN: Final = Hint(("map", "--confirm"), " asks whose the file is.")
CORRECT_PAIR: Final = 'Correct "lessonId", or "lessonTitle", in the map file.'
CORRECT_MANIFEST: Final = Hint('Correct "id", or "title_original", in the manifest; or ', *ASK_AGAIN.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutdatedPair:
    """A pair that is of before lessons were renumbered.

    Attributes:
        pair: What was written down.
        title: What the lesson was called then.
        now: What the row of that id is called now; empty where there is none.
        called: The lessons that are called so now.
        is_anothers: Whether the lesson of that id now is one that another pair was written down for.
    """

    pair: Assignment
    title: str
    now: str = ""
    called: Sequence[str] = ()
    is_anothers: bool = False

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
        if self.called:
            return f'the lesson was called "{self.title}" then, as {self.called[0]} is now'
        return f'the lesson was called "{self.title}" then, and is called "{self.now}" now'


def find_outdated(pairs: MappedLibrary, rows: Mapping[str, LessonRow] | None) -> Mapping[str, OutdatedPair]:
    """The pairs that are of before, by the lesson that each names.

    Where one of a section is, so are those of its section whose title several lessons bear.

    Args:
        pairs: What somebody wrote down.
        rows: The database's lessons by id; None where nobody knows them.
    """
    if not rows or not pairs.called:
        return _NONE
    written = {one.lesson_id: one for one in pairs.assignments}
    titles = {key: title for key in written if (title := title_key(pairs.called.get(key, "")))}
    off = {key for key, title in titles.items() if _is_off(title, rows.get(key))}
    if not off:
        return _NONE
    bearers = _Bearers(set(titles.values()), rows)
    called = {key: _others(written[key], bearers.of(written[key], titles[key]), titles) for key in off}
    shifted = {begin_of_id(key) for key in off if called[key]}
    for key, title in titles.items():
        if key not in off and begin_of_id(key) in shifted and len(several := bearers.beside(key, title)) > 1:
            called[key] = several
    anothers = _with_title_of_another(off, titles, rows)
    given = {key for key in off if key in rows and _may_be_given_away(titles[key], rows[key])}
    return {
        key: OutdatedPair(
            pair=written[key],
            title=pairs.called[key],
            now=rows[key].title if key in rows else "",
            called=others,
            is_anothers=key in anothers,
        )
        for key, others in called.items()
        if others or key in anothers or key in given
    }


def with_recorded_titles(pairs: MappedLibrary, records: Mapping[str, SentFile]) -> MappedLibrary:
    """The pairs, where one without a title has that of the record whose file it names: it is as old as that.

    Args:
        pairs: What somebody wrote down.
        records: What the progress says, by lesson id.
    """
    untitled = (one for one in pairs.assignments if one.lesson_id not in pairs.called)
    found = {
        one.lesson_id: record.title
        for one in untitled
        if (record := records.get(one.lesson_id)) and record.names_file and record.title
        if one.file.is_at(record.path or "")
    }
    return replace(pairs, called={**found, **pairs.called}) if found else pairs


def rows_as_recorded(records: Mapping[str, SentFile]) -> dict[str, LessonRow]:
    """The lessons as they were when something was recorded of them last, where no row is known."""
    return {
        key: LessonRow(lesson_id=key, course=one.course, title=one.title, video_id=one.video_id)
        for key, one in records.items()
        if one.names_file and one.title
    }


def with_titles_of(rows: Mapping[str, LessonRow] | None, pairs: MappedLibrary) -> MappedLibrary:
    """The pairs without the titles of each course of which most, three or more, are titles of no row.

    Whoever wrote those pairs used other titles than the database: they do not tell what the lessons were called then.

    Args:
        rows: The database's lessons by id; None where nobody knows them.
        pairs: What stands in a manifest, or in a map file that somebody wrote.
    """
    if not rows or not pairs.called:
        return pairs
    known = {(row.course, title_key(row.title)) for row in rows.values()}
    courses = {one.lesson_id: one.course for one in pairs.assignments if one.lesson_id in pairs.called}
    hits = Counter(course for key, course in courses.items() if (course, title_key(pairs.called[key])) in known)
    others = Counter(courses.values()) - hits
    called = {
        key: pairs.called[key]
        for key, course in courses.items()
        if others[course] < _FEWEST or others[course] <= hits[course]
    }
    return replace(pairs, called=called)


def _others(pair: Assignment, bearers: list[str], titles: Mapping[str, str]) -> list[str]:
    """Those bearers of the pair's title that a manifest does not call so itself: its titles are not the database's."""
    if pair.source is not MappingSource.MANIFEST:
        return bearers
    return [one for one in bearers if titles.get(one) != titles[pair.lesson_id]]


def _with_title_of_another(
    off: Collection[str], titles: Mapping[str, str], rows: Mapping[str, LessonRow]
) -> frozenset[str]:
    """Those whose rows bear the title of another pair of the section that is off."""
    here = {(begin_of_id(key), titles[key]) for key in off}
    return frozenset(key for key in off if key in rows and (begin_of_id(key), title_key(rows[key].title)) in here)


def _may_be_given_away(title: str, row: LessonRow) -> bool:
    """Whether the lesson's number may be another lesson's by now."""
    return row.video_id is None and have_nothing_in_common(title, row.title)


def without_outdated(
    pairs: MappedLibrary,
    outdated: Mapping[str, OutdatedPair],
    records: Mapping[str, SentFile] = MappingProxyType({}),
    hint: str | None = None,
) -> MappedLibrary:
    """The pairs that count, with a doubt for each other one; but where a record names the same file, that one tells.

    Args:
        pairs: What somebody wrote down.
        outdated: Those that are of before.
        records: What the progress says, by lesson id.
        hint: What a person can do about a pair that does not count; None where `kupload map` writes the pairs.
    """
    if not outdated:
        return pairs
    told = [
        one.doubt(hint or _ask_or_forget(one))
        for key, one in outdated.items()
        if not _is_recorded(one.pair, records.get(key))
    ]
    kept = tuple(one for one in pairs.assignments if one.lesson_id not in outdated)
    return replace(pairs, assignments=kept, doubts=(*pairs.doubts, *told))


def _ask_or_forget(one: OutdatedPair) -> Hint:
    if one.called or not one.is_anothers:
        return ASK_AGAIN
    return Hint(("map", "--forget", one.pair.lesson_id), " takes the pair out.")


def _is_recorded(pair: Assignment, record: SentFile | None) -> bool:
    if record is None or record.path is None or not record.names_file:
        return False
    return pair.file.is_at(record.path) or record.is_for(pair.file)


def _is_off(title: str, row: LessonRow | None) -> bool:
    return row is None or title_key(row.title) != title


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
        here = [row.lesson_id for row in others if begin_of_id(row.lesson_id) == begin_of_id(pair.lesson_id)]
        return here or [row.lesson_id for row in others if row.course == pair.course and row.video_id is None]

    def beside(self, lesson_id: str, title: str) -> list[str]:
        """The lessons of the section that are called so."""
        section = begin_of_id(lesson_id)
        return [row.lesson_id for row in self._rows.get(title, ()) if begin_of_id(row.lesson_id) == section]
