"""The lines of a course's progress file, joined in advance: one new line costs little in a large course. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Self

from kinescope_upload.progress.format import course_frame

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["CourseLines"]

_BLOCK: Final = 128
"""Lines that are joined together: of a course of 10,000 lessons, an eightieth is joined anew at each step."""


class CourseLines:
    """The text of a course's file in pieces. It never changes: a new line makes a new one that shares the rest.

    Args:
        course: The course's name.
        lines: The lines by lesson id, in the file's order.
    """

    __slots__ = ("_blocks", "_course", "_joined", "_places")

    def __init__(self, course: str, lines: Mapping[str, bytes]) -> None:
        self._course = course
        self._blocks: list[dict[str, bytes]] = []
        self._joined: list[bytes] = []
        self._places: dict[str, int] = {}
        self._take_in(lines)

    def holds(self, lines: Mapping[str, bytes]) -> bool:
        """Whether all of these are there already."""
        places = self._places
        return all(key in places and self._blocks[places[key]][key] == line for key, line in lines.items())

    def with_lines(self, lines: Mapping[str, bytes]) -> Self:
        """The same with these lines in the places of their lessons', new lessons at the end."""
        new = type(self)(self._course, {})
        new._blocks = self._blocks.copy()  # noqa: SLF001 - of the same class
        new._joined = self._joined.copy()  # noqa: SLF001 - of the same class
        new._places = self._places if lines.keys() <= self._places.keys() else self._places.copy()  # noqa: SLF001 - same
        new._take_in(lines)  # noqa: SLF001 - of the same class
        return new

    def pieces(self) -> Iterator[bytes]:
        """The whole file."""
        head, _, tail = course_frame(self._course)
        yield head
        yield from self._joined
        yield tail

    def _take_in(self, lines: Mapping[str, bytes]) -> None:
        changed: dict[int, dict[str, bytes]] = {}
        for lesson_id, line in lines.items():
            place = self._places.get(lesson_id)
            if place is None:
                place = self._places[lesson_id] = len(self._places) // _BLOCK
            changed.setdefault(place, {})[lesson_id] = line
        separator = course_frame(self._course)[1]
        for place, block in sorted(changed.items()):
            if place == len(self._blocks):
                self._blocks.append({})
                self._joined.append(b"")
            self._blocks[place] = self._blocks[place] | block
            self._joined[place] = (separator if place else b"") + separator.join(self._blocks[place].values())
