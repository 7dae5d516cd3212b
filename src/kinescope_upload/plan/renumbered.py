"""Finds lessons that were renumbered after their upload began: their records name other lessons now. Pure.

A record holds the title that its lesson had. Where another row of the section bears that title now, or the row bears
the title of another record, the lessons were put into another order, or one was put in or taken out. A title that is
nobody else's was only corrected, unless its row shows no video and says something else altogether: the number may have
been given to a new lesson.

A title alone proves nothing: a record moves where that other row names its video, or where its file stands at the other
lesson's place or is named for it. What is left is asked about. What somebody wrote down goes before titles, and rows go
before that: a pair says nothing where another lesson's row names the record's video and bears its title.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING, Final, TypeVar

from kinescope_upload.plan.candidates import Search
from kinescope_upload.plan.carried import Carried, find_carried, unread_astray
from kinescope_upload.plan.moves import (
    carried_along,
    displaced,
    followed,
    set_aside,
    settled,
    shown_elsewhere,
    taken_out,
    videos_of,
)
from kinescope_upload.plan.off import may_be_given_away, records_off, section_of_record
from kinescope_upload.plan.places import NOWHERE, Places, Titled
from kinescope_upload.plan.strayed import find_emptied, folder_of_section, lessons_of_pairs, strayed_files
from kinescope_upload.text.hints import Hint, both
from kinescope_upload.upload.titles import title_key
from kinescope_upload.video_ids import video_key

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from kinescope_upload.model import LessonRow, VideoFile

CONFIRM: Final = ("map", "--confirm")
_PUT_BACK: Final = "Put its file back into the library"


_Record = TypeVar("_Record", bound=Titled)


@dataclass(frozen=True, slots=True, kw_only=True)
class Renumbered:
    """The lessons whose records are not theirs any more.

    Attributes:
        moved: The lesson that each of these records is of now, by the lesson that it was of.
        gone: Those of them whose lesson is in the database no more: their records make room.
        unclear: The other lessons whose record may be another's; nobody knows whose.
        titles: What each of them was called when its upload began.
        called: The lessons that are called so now.
        lost: Those that are unclear and whose file is gone: nobody can be asked about it.
        ended: Those of them whose video is complete.
        sections: How the ids of all lessons begin whose numbers prove nothing now.
        shown: Those that move because rows say so, whatever else is said.
        outdated: The files of pairs that are of before, by the lesson that each names: its record moves.
        given: Those that are unclear and that somebody gave other files than the recorded ones.
        stands: Where the files are of those whose files tell it, and no title.
    """

    moved: Mapping[str, str] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()
    unclear: frozenset[str] = frozenset()
    titles: Mapping[str, str] = field(default_factory=dict)
    called: Mapping[str, Sequence[str]] = field(default_factory=dict)
    lost: frozenset[str] = frozenset()
    ended: frozenset[str] = frozenset()
    sections: frozenset[str] = frozenset()
    shown: frozenset[str] = frozenset()
    outdated: Mapping[str, VideoFile] = field(default_factory=dict)
    given: frozenset[str] = frozenset()
    stands: Mapping[str, str] = field(default_factory=dict)

    def reason(self, lesson_id: str) -> str:
        """What has become of the lesson, in words that follow its id."""
        if path := self.stands.get(lesson_id):
            was = f'was uploaded from what stands at "{path}" by now'
        else:
            was = f'was called "{self.titles[lesson_id]}" when its upload began'
        if lesson_id in self.gone:
            return f"{was}, and that lesson is not in the database any more"
        if lesson_id in self.moved:
            pair = f'; its pair with "{file.path}" is of before' if (file := self.outdated.get(lesson_id)) else ""
            what = "that is the file of" if lesson_id in self.stands else "that is"
            return f"{was}, and {what} lesson {self.moved[lesson_id]} now{pair}"
        if lesson_id in self.given:
            return f"{was}, and another file is its own now"
        return f"{was}, and lessons of its section were renumbered"

    def hint(self, lesson_id: str) -> str:
        """What a person can do about it."""
        if lesson_id in self.moved:
            what = "what is recorded, and the pair," if lesson_id in self.outdated else "what is recorded"
            return both(Hint(("repair",), f" moves {what} to it."), self.other_way(lesson_id))
        if lesson_id in self.given:
            moves = Hint(("repair",), " moves what is recorded where the files tell whose it is.")
            return both(moves, Hint(("unlink", lesson_id), " lets the lesson start over with its new file."))
        if lesson_id in self.ended:
            return Hint(f"{_PUT_BACK}; ", ("unlink", lesson_id, "--delete"), " ends what was uploaded for that title.")
        return f"{_PUT_BACK}." if lesson_id in self.lost else Hint(CONFIRM, " asks whose the file is.")

    @property
    def carried(self) -> frozenset[str]:
        """The lessons to which records move because their files tell it."""
        return frozenset(self.moved[key] for key in self.stands if key in self.moved)

    @property
    def told(self) -> frozenset[str]:
        """The records that move because rows or files say so: nobody is asked."""
        return self.shown.union(self.stands).intersection(self.moved)

    def only(self, keys: Collection[str]) -> Renumbered:
        """The same with the moves of these records alone."""
        moved = {old: new for old, new in self.moved.items() if old in keys}
        outdated = {key: file for key, file in self.outdated.items() if key in keys}
        return replace(self, moved=moved, outdated=outdated, shown=self.shown.intersection(keys))

    def other_way(self, lesson_id: str) -> str:
        """What a person can do instead of moving the record; empty where rows or files say whose it is."""
        if lesson_id in self.shown or lesson_id in self.stands:
            return ""
        return Hint("Where only titles have changed, ", CONFIRM, " says so.")


NOT_RENUMBERED: Final = Renumbered()


def find_renumbered(
    records: Mapping[str, Titled],
    rows: Mapping[str, LessonRow] | None,
    places: Places = NOWHERE,
    unsteady: Collection[str] = (),
) -> Renumbered:
    """Compares the titles of records with those of the rows.

    Args:
        records: What is recorded, by lesson id.
        rows: The database's lessons by id; None where nobody knows them.
        places: The library, the place of each file, and what somebody wrote down: these lessons' numbers count.
        unsteady: The sections in which files and lessons are not one for one.
    """
    places = places.beside(records)
    carried = find_carried(records, rows, places) if rows else Carried()
    titled = {**records_off(records, rows), **find_emptied(records, rows, places)} if rows else {}
    by_file = _only(records, carried.keys - titled.keys())
    off, doubtful = {**titled, **by_file}, carried.keys
    if not off or not rows:
        return NOT_RENUMBERED
    shown = shown_elsewhere(off, rows) | carried.shown.keys()
    stays = {key for key, one in off.items() if places.is_kept(key, one)} - shown
    off = {key: one for key, one in off.items() if key not in stays}
    outdated = {key: file for key in shown if (file := places.pair_of(key, off[key]))}
    places = places.without(outdated)
    said = places.said
    at_home = {key for key, one in records.items() if one.is_begun and key not in off}
    sections = {key: section_of_record(key, one) for key, one in off.items()}
    begins = {key: {sections[key], *_begins_now(one, places)} for key, one in off.items()}
    search = Search.of(off, frozenset(chain.from_iterable(begins.values())), rows, at_home)
    called = {key: search.lessons_of(key, one, begins[key]) for key, one in off.items()}
    called |= {
        key: [*called[key], to]
        for key, to in carried.lessons.items()
        if key in off and to not in at_home and to not in called[key]
    }
    called |= followed(off, called, rows, sections)
    called |= {
        key: there
        for key, one in off.items()
        if not called[key] and (there := lessons_of_pairs(one, places, rows, records))
    }
    found = {
        key: [
            to
            for to in targets
            if video_key(rows[to].video_id) in videos_of(off[key]) or places.is_at_place_of(off[key], to)
        ]
        for key, targets in called.items()
    }
    moves = {key: targets[0] for key, targets in found.items() if len(targets) == 1}
    along = carried_along(moves, off, rows, records, at_home)
    moves |= along
    called |= {key: [to] for key, to in along.items()}
    shown |= along.keys()
    making_room = displaced(moves, off, rows)
    gone = {key: one for key, one in off.items() if places.is_lost(one)}
    without_lesson = {key: one for key, one in gone.items() if said.keys() >= set(called[key])}
    targets = {*moves.values()}
    nameless = {key: begins[key] for key in off if not called[key] and key not in gone and key in targets}
    without_lesson |= {key: off[key] for key in taken_out(nameless, targets | said.keys(), rows)}
    making_room |= set_aside({**moves, **making_room}, without_lesson, rows, records.keys())
    moved = settled({**moves, **making_room}, off)
    titles = {(sections[key], title_key(one.title)) for key, one in off.items()}
    doubted = {section.replace("/", "_") for section in unsteady}
    left = {key: one for key, one in off.items() if key not in moved}
    lost = frozenset(gone.keys() & left.keys())
    unclear = frozenset(
        key
        for key in left
        if (key in said and off[key].stage.is_linked)
        or (called[key] and (key in rows or key not in lost))
        or ((row := rows.get(key)) and (sections[key], title_key(row.title)) in titles)
        or (key in rows and sections[key] in doubted and (key not in said or key in shown))
        or may_be_given_away(off[key], rows.get(key))
        or key in doubtful
    )
    named = {key: one.title for key, one in off.items() if key in moved or key in unclear}
    return Renumbered(
        moved=moved,
        gone=frozenset(making_room).intersection(moved),
        unclear=unclear,
        titles=named,
        called={key: called[key] for key in named},
        lost=lost & unclear,
        ended=frozenset(key for key in lost & unclear if off[key].stage.has_all_bytes),
        sections=frozenset(sections[key] for key in named),
        shown=shown.intersection(moved),
        outdated={key: file for key, file in outdated.items() if key in moved},
        given=unclear.intersection(said),
        stands={key: file.path for key in by_file if key in named and (file := places.file_now(off[key]))},
    )


def with_pairs_of_before(
    found: Renumbered, records: Mapping[str, Titled], places: Places, pairs: Mapping[str, VideoFile]
) -> Renumbered:
    """The same with those pairs of before whose records move and were certainly made from the files that they name."""
    places = places.saying({key: file for key, file in pairs.items() if key in found.moved})
    outdated = {key: file for key in places.said if (file := places.pair_of(key, records[key]))}
    return replace(found, outdated={**found.outdated, **outdated}) if outdated else found


def in_question(
    records: Mapping[str, _Record], rows: Mapping[str, LessonRow] | None, places: Places
) -> dict[str, _Record]:
    """The records that may be of other lessons by now, whatever files that are not read yet may tell."""
    if not rows:
        return {}
    places = places.beside(records)
    carried = find_carried(records, rows, places).keys
    by_file = {**_only(records, carried), **unread_astray(records, rows, places)}
    return {**records_off(records, rows), **find_emptied(records, rows, places, is_read=False), **by_file}


def _only(records: Mapping[str, _Record], keys: Collection[str]) -> dict[str, _Record]:
    """The records of these lessons, in the order of the records."""
    return {key: one for key, one in records.items() if key in keys} if keys else {}


def files_to_read(
    records: Mapping[str, Titled], rows: Mapping[str, LessonRow] | None, places: Places
) -> list[VideoFile]:
    """The files whose MD5s would tell whose the records are: several have the size and time of what was sent."""
    off = in_question(records, rows, places)
    if not off or not rows:
        return []
    named = {video for row in rows.values() if (video := video_key(row.video_id))}
    shown = {key for key in shown_elsewhere(records_off(off, rows), rows) if not named.isdisjoint(videos_of(off[key]))}
    places = places.beside(records)
    return list(dict.fromkeys(file for key, one in off.items() if key not in shown for file in places.unread(one)))


def rekeyed(records: Mapping[str, _Record], moved: Mapping[str, str]) -> dict[str, _Record]:
    """The records by the lessons that they are of now."""
    kept = {key: one for key, one in records.items() if key not in moved}
    return {**kept, **{new: records[old] for old, new in moved.items()}}


def _begins_now(record: Titled, places: Places) -> set[str]:
    """How the ids of the lessons begin in whose sections the file may stand that was sent from another one."""
    return {folder_of_section(file.path).replace("/", "_") for file in strayed_files(record, places)}
