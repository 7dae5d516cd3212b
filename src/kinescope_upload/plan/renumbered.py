"""Finds lessons that were renumbered after their upload began: their records name other lessons now. Pure.

A record holds the title that its lesson had. Where another row of the section bears that title now, or the row bears
the title of another record, the lessons were put into another order, or one was put in or taken out. A title that is
nobody else's was only corrected.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from kinescope_upload.text.hints import Hint
from kinescope_upload.upload.old_video import serving_of
from kinescope_upload.upload.titles import title_key
from kinescope_upload.video_ids import video_key

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from kinescope_upload.model import LessonRow, VideoFile
    from kinescope_upload.upload import OldVideo

CONFIRM: Final = ("map", "--confirm")
KEEP_NUMBER: Final = Hint("Where only titles have changed, ", CONFIRM, " says so.")


class Titled(Protocol):
    """What is recorded of a lesson, as far as it tells which lesson it was."""

    @property
    def course(self) -> str:
        """The course whose progress file holds it."""

    @property
    def title(self) -> str:
        """The video's title; empty where it is the lesson's."""

    @property
    def path(self) -> str | None:
        """The file's path below the library root; None where it is not known."""

    @property
    def video_id(self) -> str | None:
        """The video."""

    @property
    def old_videos(self) -> tuple[OldVideo, ...]:
        """The videos that were the lesson's before."""

    @property
    def is_begun(self) -> bool:
        """Whether a video of ours may exist."""

    def is_for(self, file: VideoFile) -> bool:
        """Whether the file may be the one that was sent, by size and time of change."""


_Record = TypeVar("_Record", bound=Titled)


@dataclass(frozen=True, slots=True, kw_only=True)
class Renumbered:
    """The lessons whose records are not theirs any more.

    Attributes:
        moved: The lesson that each of these records is of now, by the lesson that it was of.
        gone: Those of them whose lesson is in the database no more: their records make room.
        unclear: The other lessons whose record may be another's; nobody knows whose.
        titles: What each of them was called when its upload began.
        sections: How the ids of all lessons begin whose numbers prove nothing now.
    """

    moved: Mapping[str, str] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()
    unclear: frozenset[str] = frozenset()
    titles: Mapping[str, str] = field(default_factory=dict)
    sections: frozenset[str] = frozenset()

    def reason(self, lesson_id: str) -> str:
        """What has become of the lesson, in words that follow its id."""
        was = f'was called "{self.titles[lesson_id]}" when its upload began'
        if lesson_id in self.gone:
            return f"{was}, and that lesson is not in the database any more"
        if lesson_id in self.moved:
            return f"{was}, and that is lesson {self.moved[lesson_id]} now"
        return f"{was}, and lessons of its section were renumbered"

    def hint(self, lesson_id: str) -> Hint:
        """What a person can do about it."""
        if lesson_id in self.moved:
            return Hint(("repair",), " moves what is recorded to it. ", *KEEP_NUMBER.parts)
        return Hint(CONFIRM, " asks whether the file is the lesson's all the same.")


NOT_RENUMBERED: Final = Renumbered()


def find_renumbered(
    records: Mapping[str, Titled],
    rows: Mapping[str, LessonRow] | None,
    *,
    said: Collection[str] = (),
    unsteady: Collection[str] = (),
) -> Renumbered:
    """Compares the titles of records with those of the rows.

    Args:
        records: What is recorded, by lesson id.
        rows: The database's lessons by id; None where nobody knows them.
        said: The lessons whose files somebody wrote down: their numbers count.
        unsteady: The sections in which files and lessons are not one for one.
    """
    off = {key: one for key, one in records.items() if rows and key not in said and _is_off(one, rows.get(key))}
    if not off or not rows:
        return NOT_RENUMBERED
    at_home = {key for key, one in records.items() if one.is_begun and key not in off}
    sections = {key: _section_of(key, one) for key, one in off.items()}
    search = _Search.of(off, frozenset(sections.values()), rows, at_home)
    found = {key: search.lessons_of(key, one, sections[key]) for key, one in off.items()}
    found |= _followed(off, found, rows, sections)
    moves = {key: targets[0] for key, targets in found.items() if len(targets) == 1}
    displaced = _displaced(moves, off, rows)
    moved = _settled({**moves, **displaced}, off)
    titles = {(sections[key], title_key(one.title)) for key, one in off.items()}
    doubted = {section.replace("/", "_") for section in unsteady}
    unclear = {
        key
        for key, targets in found.items()
        if key not in moved
        and (row := rows.get(key))
        and (targets or (sections[key], title_key(row.title)) in titles or sections[key] in doubted)
    }
    named = {key: one.title for key, one in off.items() if key in moved or key in unclear}
    touched = frozenset(sections[key] for key in named)
    gone = frozenset(displaced).intersection(moved)
    return Renumbered(moved=moved, gone=gone, unclear=frozenset(unclear), titles=named, sections=touched)


def find_exchanged(
    records: Mapping[str, Titled], rows: Mapping[str, LessonRow], said: Collection[str]
) -> dict[str, LessonRow]:
    """The linked lessons that are called otherwise now, each with the other of its section that has its title."""
    off = {
        key: one
        for key, one in records.items()
        if key not in said
        and (row := rows.get(key))
        and title_key(one.title) not in {"", title_key(row.title)}
        and video_key(row.video_id) in _videos(one)
    }
    wanted = {(_section_of(key, one), title_key(one.title)): key for key, one in off.items()}
    sections = {section for section, _ in wanted}
    at_home = {key for key, one in records.items() if one.is_begun and key not in off}
    others = _without(rows.values() if wanted else (), at_home)
    named = ((wanted.get((section_among(sections, row.lesson_id) or "", title_key(row.title))), row) for row in others)
    return {key: row for key, row in named if key}


def rekeyed(records: Mapping[str, _Record], moved: Mapping[str, str]) -> dict[str, _Record]:
    """The records by the lessons that they are of now."""
    kept = {key: one for key, one in records.items() if key not in moved}
    return {**kept, **{new: records[old] for old, new in moved.items()}}


def path_now(record: Titled, files: Iterable[VideoFile]) -> str | None:
    """Where the recorded file is now: at its path, or as the only other one of its size and time."""
    if record.path is None:
        return None
    alike = [file.path for file in files if record.is_for(file)]
    return alike[0] if len(alike) == 1 else record.path


def _section_of(lesson_id: str, record: Titled) -> str:
    """How the ids of the lessons begin that are counted together: the first two folders of the file."""
    folders = (record.path or "").split("/")[:-1]
    return "_".join(folders[:2]) if folders and lesson_id.startswith(folders[0]) else lesson_id.rpartition("_")[0]


def section_among(sections: Collection[str], lesson_id: str) -> str | None:
    """The section that the lesson is counted in, of these; None where it is in none of them."""
    begin = lesson_id
    while begin := begin.rpartition("_")[0]:
        if begin in sections:
            return begin
    return None


def _is_off(record: Titled, row: LessonRow | None) -> bool:
    """Whether the row is gone or called otherwise, and names no video of the record."""
    if not record.is_begun or not title_key(record.title):
        return False
    if row is None:
        return True
    return title_key(row.title) != title_key(record.title) and video_key(row.video_id) not in _videos(record)


def _videos(record: Titled) -> set[str]:
    serving = serving_of(record.old_videos)
    named = (record.video_id, serving.video_id if serving else None)
    return {key for one in named if (key := video_key(one))}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """The rows that a record which is off may belong to: by the video that they name, and by title in their section."""

    by_video: Mapping[str, Sequence[LessonRow]]
    by_title: Mapping[tuple[str, str], Sequence[LessonRow]]

    @classmethod
    def of(
        cls,
        off: Mapping[str, Titled],
        sections: Collection[str],
        rows: Mapping[str, LessonRow],
        at_home: Collection[str],
    ) -> _Search:
        videos = {key for one in off.values() for key in _videos(one)}
        by_video: defaultdict[str, list[LessonRow]] = defaultdict(list)
        by_title: defaultdict[tuple[str, str], list[LessonRow]] = defaultdict(list)
        for row in _without(rows.values(), at_home):
            if (key := video_key(row.video_id)) and key in videos:
                by_video[key].append(row)
            elif row.video_id is None and (section := section_among(sections, row.lesson_id)):
                by_title[section, title_key(row.title)].append(row)
        return cls(by_video=by_video, by_title=by_title)

    def lessons_of(self, lesson_id: str, record: Titled, section: str) -> list[str]:
        """The other lessons that are called as the record says, and name its video or have none."""
        title = title_key(record.title)
        named = [row for key in _videos(record) for row in self.by_video.get(key, ())]
        rows = named or self.by_title.get((section, title), ())
        return [row.lesson_id for row in rows if row.lesson_id != lesson_id and title_key(row.title) == title]


def _without(rows: Iterable[LessonRow], keys: Collection[str]) -> Iterator[LessonRow]:
    return (row for row in rows if row.lesson_id not in keys)


def _followed(
    off: Mapping[str, Titled],
    found: Mapping[str, Sequence[str]],
    rows: Mapping[str, LessonRow],
    sections: Mapping[str, str],
) -> dict[str, list[str]]:
    """The rest of sections that were renamed, with their courses say: each lesson keeps its number and its title."""
    names: defaultdict[str, set[str]] = defaultdict(set)
    for key, targets in found.items():
        number = key.removeprefix(sections[key])
        names[sections[key]].update(one.removesuffix(number) for one in targets if one.endswith(number))
    followed = {}
    for key, record in off.items():
        section = sections[key]
        if found[key] or key in rows or len(names[section]) != 1:
            continue
        row = rows.get(f"{min(names[section])}{key.removeprefix(section)}")
        if row and row.video_id is None and title_key(row.title) == title_key(record.title):
            followed[key] = [row.lesson_id]
    return followed


def _displaced(moves: Mapping[str, str], off: Mapping[str, Titled], rows: Mapping[str, LessonRow]) -> dict[str, str]:
    """The records in whose place others come, and whose lesson is gone; each takes the number that became free."""
    comers = {new: old for old, new in moves.items()}
    found = {}
    for key in off:
        free = key
        while key not in moves and free in comers:  # no circle: nobody comes from a place that is not left
            free = comers[free]
        if free != key and free not in rows:
            found[key] = free
    return found


def _settled(moves: Mapping[str, str], off: Mapping[str, Titled]) -> dict[str, str]:
    """The moves that take nobody's place: to each lesson one, which has no record, or one that moves as well."""
    claims = Counter(moves.values())
    left = {old: new for old, new in moves.items() if claims[new] == 1}
    while blocked := {old for old, new in left.items() if new in off and new not in left}:
        left = {old: new for old, new in left.items() if old not in blocked}
    return left
