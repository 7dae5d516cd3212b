"""Holds the names of files against the titles of lessons: a file may be named like another lesson. Pure."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from kinescope_upload.lesson_ids import begin_of_id
from kinescope_upload.mapping.proposals import SHORTEST, title_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kinescope_upload.model import LessonRow


def is_named_like(name: str, title: str) -> bool:
    """Whether a file's name, without its suffix, says the title."""
    key = title_key(title)
    return len(key) >= SHORTEST and title_key(name) == key


def is_named_otherwise(name: str, title: str) -> bool:
    """Whether a file's name, without its suffix, plainly says another title: two words, neither in the other."""
    if title in name:
        return False  # most of a hundred thousand
    name_key, key = title_key(name), title_key(title)
    if len(name_key) < SHORTEST or len(key) < SHORTEST or name_key.isdecimal() or key.isdecimal():
        return False
    return name_key not in key and key not in name_key


def named_like_others(names: Mapping[str, str], rows: Iterable[LessonRow]) -> Iterator[tuple[str, LessonRow]]:
    """Yields the lessons whose file is named like one other lesson of their section, with that lesson.

    Args:
        names: The name of each lesson's file without its suffix, by lesson id.
        rows: The lessons.
    """
    sections: defaultdict[tuple[str, str], list[LessonRow]] = defaultdict(list)
    for row in rows:
        sections[row.course, begin_of_id(row.lesson_id)].append(row)
    for of_section in sections.values():
        yield from _in_section(names, of_section)


def _in_section(names: Mapping[str, str], rows: Iterable[LessonRow]) -> Iterator[tuple[str, LessonRow]]:
    by_key: defaultdict[str, list[LessonRow]] = defaultdict(list)
    for row in rows:
        by_key[title_key(row.title)].append(row)
    for key, of_key in by_key.items():
        for row in of_key:
            name = title_key(names.get(row.lesson_id, ""))
            others = by_key.get(name, []) if name != key and len(name) >= SHORTEST else []
            if len(others) == 1:
                yield row.lesson_id, others[0]
