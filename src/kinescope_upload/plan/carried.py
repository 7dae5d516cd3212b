"""Finds records whose files stand at other lessons' places now, where titles do not tell whose they are. Pure.

Titles do not tell where several lessons of the section bear one, or where they go by the place ("Урок 3" is the third).
A row that names the record's video, and the place of the file that was sent, prove together whose both are. A row that
names none leaves it to the place, where files and lessons are one for one and no title contradicts; else a person says.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar

from kinescope_upload.lesson_ids import begin_of_id
from kinescope_upload.library_paths import nfc
from kinescope_upload.plan.candidates import section_among
from kinescope_upload.plan.moves import videos_of
from kinescope_upload.plan.off import section_of_record
from kinescope_upload.plan.places import Titled
from kinescope_upload.upload.titles import title_key
from kinescope_upload.video_ids import video_key

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from kinescope_upload.model import LessonRow
    from kinescope_upload.plan.places import Places

_Record = TypeVar("_Record", bound=Titled)
_NUMBERS: Final = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """The records whose files stand at other lessons' places, where titles do not tell whose they are.

    Attributes:
        shown: The lesson that has the record's file in its place, and whose row names the record's video.
        placed: The lesson that has the file in its place, where no row names the video and no title contradicts.
        doubted: The others: positions prove nothing there.
        ousted: The records of lessons that others of these are.
    """

    shown: Mapping[str, str] = field(default_factory=dict)
    placed: Mapping[str, str] = field(default_factory=dict)
    doubted: frozenset[str] = frozenset()
    ousted: frozenset[str] = frozenset()

    @property
    def keys(self) -> frozenset[str]:
        """All these records."""
        return frozenset({*self.shown, *self.placed}) | self.doubted | self.ousted

    @property
    def lessons(self) -> dict[str, str]:
        """The lesson of each whose place tells it."""
        return {**self.placed, **self.shown}


def find_carried(records: Mapping[str, Titled], rows: Mapping[str, LessonRow], places: Places) -> Carried:
    """Compares the places of the files with the lessons that they were sent for.

    Args:
        records: What is recorded, by lesson id.
        rows: The rows, by lesson id.
        places: The library, and the place of each file.
    """
    astray = _astray(records, rows)
    if not astray:
        return Carried()
    shown = _shown(astray, records, rows, places)
    owned = {video for one in astray.values() for video in videos_of(one)}
    there = {
        key: to
        for key, one in astray.items()
        if key not in shown and _shows_nothing(rows.get(key), owned) and (to := _place_of(key, one, places))
        if one.stage.is_linked or to not in places.said  # what a person says of the file goes before what was begun
        if one.stage.has_all_bytes or to in rows
    }
    asked = _Titles.of(there, astray, rows)
    silent = {key: to for key, to in there.items() if asked.are_silent(key, astray[key], to)}
    silent = {
        key: to
        for key, to in silent.items()
        if _is_free(to, there, records, rows)
        or (section_among({section_of_record(key, astray[key])}, to) and not _keeps_its_own(to, records, rows))
    }
    sections = {_section_of(key, astray[key], to) for key, to in silent.items()}
    believed = {one for one in sections if _is_believed(one, records, rows, places)}
    placed = {
        key: to
        for key, to in silent.items()
        if (row := rows.get(to)) and row.video_id is None and not row.has_address_only
        if to in places.said or (_section_of(key, astray[key], to) in believed and asked.allow(key, astray[key], to))
    }
    moving = {*shown, *silent}
    return Carried(
        shown=shown,
        placed=placed,
        doubted=frozenset(silent.keys() - placed.keys()),
        ousted=frozenset(to for to in (*shown.values(), *placed.values()) if to in astray and to not in moving),
    )


def unread_astray(records: Mapping[str, _Record], rows: Mapping[str, LessonRow], places: Places) -> dict[str, _Record]:
    """The records whose rows do not name their videos, and of whose files only MD5s tell where they are.

    A file of the right size and time at the very path is read only where rows show that lessons moved: the row names
    what was sent for another one, or another row names what was sent for this.
    """
    astray = _astray(records, rows)
    unread = {key: one for key, one in astray.items() if places.unread(one)}
    if not unread:
        return {}
    owned = {video for one in astray.values() for video in videos_of(one)}
    named = {video for row in rows.values() if (video := video_key(row.video_id))}
    return {
        key: one
        for key, one in unread.items()
        if places.is_away(one) or _shows_anothers(rows.get(key), owned) or not named.isdisjoint(videos_of(one))
    }


def _astray(records: Mapping[str, _Record], rows: Mapping[str, LessonRow]) -> dict[str, _Record]:
    """The begun records whose rows do not name their videos: of a hundred thousand few."""
    others = (
        (key, one, row)
        for key, one in records.items()
        if (row := rows.get(key)) is None or row.video_id is None or row.video_id != one.video_id
    )
    return {key: one for key, one, row in others if one.is_begun and one.path and not _is_shown(one, row)}


def _is_shown(record: Titled, row: LessonRow | None) -> bool:
    """Whether the row names the record's video."""
    if row is None or row.video_id is None:
        return False
    return video_key(row.video_id) in videos_of(record)


def _shows_nothing(row: LessonRow | None, owned: Collection[str]) -> bool:
    """Whether the row is gone or empty, or names what was sent for another lesson whose row does not show it."""
    return row is None or (not row.has_address_only and row.video_id is None) or _shows_anothers(row, owned)


def _shows_anothers(row: LessonRow | None, owned: Collection[str]) -> bool:
    return row is not None and not row.has_address_only and (video_key(row.video_id) or "") in owned


def _shown(
    astray: Mapping[str, Titled], records: Mapping[str, Titled], rows: Mapping[str, LessonRow], places: Places
) -> dict[str, str]:
    owners = {video: key for key, one in astray.items() for video in videos_of(one)}
    named: defaultdict[str, list[str]] = defaultdict(list)
    for key, row in rows.items():
        own = records.get(key)
        if row.video_id is None or row.has_address_only or (own and own.video_id == row.video_id):
            continue
        owner = owners.get(video_key(row.video_id) or "")
        if owner and owner != key:
            named[owner].append(key)
    return {key: to[0] for key, to in named.items() if len(to) == 1 and places.is_at_place_of(astray[key], to[0])}


def _place_of(key: str, record: Titled, places: Places) -> str | None:
    """The other lesson at whose place the file stands that was sent."""
    to = places.lesson_of(record)
    return None if to is None or to == nfc(key) else to


def _section_of(key: str, record: Titled, to: str) -> str:
    """The section of the file's place: the record's own, or another."""
    section = section_of_record(key, record)
    return section if section_among({section}, to) else begin_of_id(to)


def _is_free(
    lesson_id: str, there: Collection[str], records: Mapping[str, Titled], rows: Mapping[str, LessonRow]
) -> bool:
    """Whether the lesson shows nothing, and nothing is recorded of it that does not stand elsewhere itself."""
    record, row = records.get(lesson_id), rows.get(lesson_id)
    is_empty = row is not None and row.video_id is None and not row.has_address_only
    return is_empty and (lesson_id in there or not (record and record.is_begun))


def _keeps_its_own(lesson_id: str, records: Mapping[str, Titled], rows: Mapping[str, LessonRow]) -> bool:
    """Whether the lesson's row names what was sent for it."""
    record, row = records.get(lesson_id), rows.get(lesson_id)
    return bool(record and row and row.video_id and record.is_begun and _is_shown(record, row))


def _is_believed(section: str, records: Mapping[str, Titled], rows: Mapping[str, LessonRow], places: Places) -> bool:
    """Whether files and lessons are one for one, and no lesson that shows its own video has its file elsewhere."""
    here = {key for key in places.lessons if section_among({section}, key)}
    if here != {nfc(key) for key in rows if section_among({section}, nfc(key))}:
        return False
    return not any(
        section_among({section}, key) and _keeps_its_own(key, records, rows) and _place_of(key, one, places)
        for key, one in records.items()
    )


@dataclass(frozen=True, slots=True)
class _Titles:
    """The titles of rows, and how many lessons of each section bear one."""

    rows: Mapping[str, LessonRow]
    bearers: Mapping[tuple[str, str], int]

    @classmethod
    def of(cls, keys: Collection[str], records: Mapping[str, Titled], rows: Mapping[str, LessonRow]) -> _Titles:
        sections = {section_of_record(key, records[key]) for key in keys}
        named = (
            (section, title_key(row.title))
            for key, row in (rows.items() if sections else ())
            if (section := section_among(sections, key))
        )
        return cls(rows, Counter(named))

    def are_silent(self, key: str, record: Titled, to: str) -> bool:
        """Whether its title does not tell that the record is the lesson's: others bear it, or it goes by the place."""
        own, sent = self._of(key), self._sent(key, record)
        if not sent or self.allow(key, record, to):
            return bool(sent)
        if own != sent:
            return False  # the titles moved on, or it was corrected
        is_shared = self.bearers.get((section_of_record(key, record), sent), 0) > 1
        return is_shared or any(int(number) == _number_of(key) for number in _NUMBERS.findall(sent))

    def allow(self, key: str, record: Titled, to: str) -> bool:
        """Whether the other lesson may be the record's: it is called so, or as its place has it."""
        there, sent = self._of(to), self._sent(key, record)
        if there is None:
            return False
        return (there == sent and self._of(key) in {sent, None}) or _go_by_place((key, sent), (to, there))

    def _sent(self, key: str, record: Titled) -> str:
        return title_key(record.title) or self._of(key) or ""

    def _of(self, key: str) -> str | None:
        row = self.rows.get(key)
        return title_key(row.title) if row else None


def _go_by_place(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two titles differ by one number alone: as far as the numbers of their lessons, or being these numbers."""
    (key, title), (other_key, other_title) = one, other
    parts, other_parts = _NUMBERS.split(title), _NUMBERS.split(other_title)
    if len(parts) != len(other_parts):
        return False
    differ = [pair for pair in zip(parts, other_parts, strict=True) if pair[0] != pair[1]]
    if len(differ) != 1 or not all(part.isdecimal() for part in differ[0]):
        return False
    number, other_number = _number_of(key), _number_of(other_key)
    if number is None or other_number is None:
        return False
    sent, now = (int(part) for part in differ[0])
    is_of_section = begin_of_id(key) == begin_of_id(other_key)
    return now - sent == other_number - number if is_of_section else (sent, now) == (number, other_number)


def _number_of(lesson_id: str) -> int | None:
    number = lesson_id.rpartition("_")[2]
    return int(number) if number.isdecimal() else None
