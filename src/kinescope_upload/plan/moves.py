"""Tells where records move: those of renamed sections, and those of lessons that are gone. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from kinescope_upload.upload.titles import title_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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


def settled(moves: Mapping[str, str], off: Mapping[str, Titled]) -> dict[str, str]:
    """The moves that take nobody's place: to each lesson one, which has no record, or one that moves as well."""
    claims = Counter(moves.values())
    left = {old: new for old, new in moves.items() if claims[new] == 1}
    while blocked := {old for old, new in left.items() if new in off and new not in left}:
        left = {old: new for old, new in left.items() if old not in blocked}
    return left
