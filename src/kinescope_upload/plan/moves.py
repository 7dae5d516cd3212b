"""Tells where records move: those of renamed sections, of lessons that are gone, and those that pairs hold. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from kinescope_upload.lesson_ids import begin_of_id
from kinescope_upload.upload.old_video import serving_of
from kinescope_upload.upload.titles import title_key
from kinescope_upload.video_ids import video_key

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from kinescope_upload.model import LessonRow
    from kinescope_upload.plan.places import Titled


def followed(
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
    found_there = {}
    for key, record in off.items():
        section = sections[key]
        if found[key] or key in rows or len(names[section]) != 1:
            continue
        row = rows.get(f"{min(names[section])}{key.removeprefix(section)}")
        if row and row.video_id is None and title_key(row.title) == title_key(record.title):
            found_there[key] = [row.lesson_id]
    return found_there


def videos_of(record: Titled) -> set[str]:
    """The keys of the videos that a row of the record's lesson may name: its own, and that which is being replaced."""
    serving = serving_of(record.old_videos)
    named = (record.video_id, serving.video_id if serving else None)
    return {key for one in named if (key := video_key(one))}


def shown_elsewhere(off: Mapping[str, Titled], rows: Mapping[str, LessonRow]) -> frozenset[str]:
    """The records of which the rows alone say that they are another lesson's, or that their lesson is another one now.

    Another row of the record's title names its video, or the lesson's own row names such a record's video.

    Args:
        off: The records whose rows are called otherwise, and name no video of theirs.
        rows: The rows, by lesson id.
    """
    owners = {video: key for key, one in off.items() for video in videos_of(one)}
    found = set[str]()
    for row in rows.values():
        owner = owners.get(video_key(row.video_id) or "")
        if owner and title_key(row.title) == title_key(off[owner].title):
            found |= {owner, row.lesson_id}
    return frozenset(found.intersection(off))


def carried_along(
    moves: Mapping[str, str],
    off: Mapping[str, Titled],
    rows: Mapping[str, LessonRow],
    records: Mapping[str, Titled],
    at_home: Collection[str],
) -> dict[str, str]:
    """The records whose videos moved with their rows, and whose lessons' titles were corrected at the same time.

    One other row alone names the record's video, under a title that was nobody's; and the record's own lesson, or that
    of the row, is another's now, as rows say.

    Args:
        moves: The lessons that records are of by now, as titles tell.
        off: The records whose rows are called otherwise, and name no video of theirs.
        rows: The rows, by lesson id.
        records: All that is recorded.
        at_home: The other lessons that have a record.
    """
    told = {key: to for key, to in moves.items() if video_key(rows[to].video_id) in videos_of(off[key])}
    owners = {video: key for key, one in off.items() if key not in moves for video in videos_of(one)}
    named: defaultdict[str, list[str]] = defaultdict(list)
    for row in rows.values() if told and owners else ():
        owner = owners.get(video_key(row.video_id) or "")
        if owner and owner != row.lesson_id and not row.has_address_only:
            named[owner].append(row.lesson_id)
    if not named:
        return {}
    strayed = (one.title for key, one in records.items() if key not in rows or rows[key].title != one.title)
    titles = set(map(title_key, strayed))
    found: dict[str, str] = {}
    left = {key: to[0] for key, to in named.items() if len(to) == 1 and title_key(rows[to[0]].title) not in titles}
    left = {key: to for key, to in left.items() if to not in at_home and to not in moves.values()}
    while new := {key: to for key, to in left.items() if to in told or key in told.values()}:
        found |= new
        told |= new
        left = {key: to for key, to in left.items() if key not in new}
    return found


def displaced(moves: Mapping[str, str], off: Mapping[str, Titled], rows: Mapping[str, LessonRow]) -> dict[str, str]:
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


def taken_out(
    nameless: Mapping[str, Collection[str]], given: Collection[str], rows: Mapping[str, LessonRow]
) -> frozenset[str]:
    """Those records whose lessons were taken out for certain: no row of their sections may be theirs by another title.

    Args:
        nameless: How the ids of the lessons of its sections begin, for each record whose title no lesson has.
        given: The lessons that other records, or files that a person named, are of.
        rows: The rows, by lesson id.
    """
    if not nameless:
        return frozenset()
    free = {begin_of_id(key) for key, row in rows.items() if row.video_id is None and key not in given}
    return frozenset(key for key, begins in nameless.items() if free.isdisjoint(begins))


def set_aside(
    moves: Mapping[str, str], lost: Mapping[str, Titled], rows: Mapping[str, LessonRow], records: Collection[str]
) -> dict[str, str]:
    """The records in whose place others come, and whose lesson was taken out; each takes a number that nobody has.

    Args:
        moves: The lessons that records are of by now.
        lost: The records of lessons that are gone: the file is, and no lesson has the title but such with other files;
            or none has the title and none may have been called so.
        rows: The rows, by lesson id: none names the video of such a record.
        records: All lessons that have a record.
    """
    targets = {*moves.values()}
    left = {key: one for key, one in lost.items() if key not in moves and key in targets}
    if not left:
        return {}
    shown = {video for row in rows.values() if (video := video_key(row.video_id))}
    taken = {*rows, *records, *targets}
    found: dict[str, str] = {}
    for key, one in left.items():
        if shown.isdisjoint(videos_of(one)):
            found[key] = _next_number(key, taken)
            taken.add(found[key])
    return found


def _next_number(lesson_id: str, taken: Collection[str]) -> str:
    """The first number behind all that lessons of the section have."""
    section, _, number = lesson_id.rpartition("_")
    numbers = (one.rpartition("_") for one in taken)
    used = [int(last) for begin, _, last in numbers if begin == section and last.isdecimal()]
    return f"{section}_{max(used, default=0) + 1:0{len(number)}d}"


def settled(moves: Mapping[str, str], off: Mapping[str, Titled]) -> dict[str, str]:
    """The moves that take nobody's place: to each lesson one, which has no record, or one that moves as well."""
    claims = Counter(moves.values())
    left = {old: new for old, new in moves.items() if claims[new] == 1}
    while blocked := {old for old, new in left.items() if new in off and new not in left}:
        left = {old: new for old, new in left.items() if old not in blocked}
    return left
