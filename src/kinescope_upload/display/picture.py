"""Draws a run as lines of a terminal: files in hand, courses, the batch, what it waits for. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from kinescope_upload.display.messages import finish_time, totals_figures, wait_sentence
from kinescope_upload.text import (
    cell_width,
    format_bytes,
    format_bytes_of,
    format_duration,
    format_rate,
    pad,
    printable,
    shorten_middle,
    shorten_path,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kinescope_upload.display.collector import RunFacts
    from kinescope_upload.display.stats import CourseTotals, Totals
    from kinescope_upload.display.transfer import Finished, Transfer
    from kinescope_upload.output.terminal_output import Clock, Surface

_PERCENT: Final = 5
_SIZE: Final = 17
_RATE: Final = 9
_LEFT: Final = 11
_NARROWEST_NAME: Final = 12
_WIDEST_BAR: Final = 40
_WIDE: Final = 78
"""Columns from which on each file has its rate and its time left."""
_TALL: Final = 30
"""Lines from which on each course has a line."""
_FINISHED: Final = 3
_FOR_MESSAGES: Final = 8
"""Lines left to what happens before courses and finished files get one, and at least half of all: if the window
shrinks to half its width and breaks each line in two, they still fit. Nothing can remove what has left the screen."""
_ECHO: Final = 2
"""Cells of the "^C" that a terminal writes behind the last line: if it wrapped, a line would stay on the screen."""

_PLAIN: Final = "\x1b[0m"
CYAN, GREEN, YELLOW, GREY = "\x1b[36m", "\x1b[32m", "\x1b[33m", "\x1b[90m"


class Line(NamedTuple):
    """A line of the picture: its text, with colours where the surface has them, and how many cells it takes."""

    text: str
    width: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What is drawn.

    Attributes:
        facts: The run.
        courses: Its courses; none where they get no lines.
        finished: The files that were finished last, the latest last.
    """

    facts: RunFacts
    courses: tuple[CourseTotals, ...] = ()
    finished: tuple[Finished, ...] = ()


def picture(scene: Scene, surface: Surface, height: int, clock: Clock) -> list[Line]:
    """The lines, at most as many as the terminal has; none before the work begins.

    Args:
        scene: What is drawn.
        surface: What the terminal can show.
        height: Its lines.
        clock: Tells the time of day.
    """
    facts = scene.facts
    if not facts.totals.lessons:
        return []
    layout = _Layout(surface)
    room = max(1, height - 3 - len(facts.waits))
    running = facts.running[:room]
    room -= len(running)
    spared = room - max(_FOR_MESSAGES, height // 2)
    courses = _chosen(scene.courses, spared) if height >= _TALL else ()
    spare = max(0, min(_FINISHED, spared - len(courses)))
    finished = scene.finished[-spare:] if spare else ()
    return [
        *(layout.plain(_done(one, layout), GREY) for one in finished),
        *(layout.file(one) for one in running),
        *(layout.course(one) for one in courses),
        layout.batch(facts.totals),
        layout.plain(_below(facts.totals, len(facts.running) - len(running), layout, clock)),
        *(layout.plain(wait_sentence(wait, since, clock), YELLOW) for wait, since in facts.waits),
    ]


def _chosen(courses: Sequence[CourseTotals], room: int) -> Sequence[CourseTotals]:
    """The courses that get a line: those that are not done first, where there is no room for all; one needs none."""
    if len(courses) <= 1 or room <= 0:
        return ()
    if len(courses) <= room:
        return courses
    open_ones = [one for one in courses if one.done < one.lessons]
    return open_ones[:room]


def _done(file: Finished, layout: _Layout) -> str:
    figures = f", {format_bytes(file.size)} in {format_duration(file.seconds)}"
    room = layout.room - len("done ") - len(figures)
    return f"done {shorten_path(printable(file.path), max(_NARROWEST_NAME, room))}{figures}"


def _below(totals: Totals, hidden: int, layout: _Layout, clock: Clock) -> str:
    if layout.is_wide:  # bytes, rate and time left stand in the line above
        failed = [f"{totals.failed:,} failed"] if totals.failed else []
        finish = finish_time(totals.eta_seconds or 0, clock)
        figures = [f"{totals.done:,} of {totals.lessons:,} done", *failed, *([finish] if finish else [])]
    else:
        figures = totals_figures(totals, clock)
    figures += [f"and {hidden:,} more running"] if hidden > 0 else []
    while len(figures) > 1 and cell_width(", ".join(figures)) > layout.room:
        figures.pop(-2 if len(figures) > 2 else -1)  # noqa: PLR2004 - the first and the last say most
    return ", ".join(figures)


class _Layout:
    """Divides a line: the figures take their cells, the name and the bar share the rest."""

    def __init__(self, surface: Surface) -> None:
        self.surface = surface
        self.room = surface.width - _ECHO - 1
        self.is_wide = surface.width >= _WIDE
        figures = _PERCENT + _SIZE + 3 + (_RATE + _LEFT + 2 if self.is_wide else 0)
        room = max(_NARROWEST_NAME + 1, surface.width - 1 - figures)
        self._bar = max(1, min(_WIDEST_BAR, room // 3, room - _NARROWEST_NAME))
        self._name = room - self._bar
        self._blocks = ("━", "╸", "━") if surface.carries("━╸") else ("#", " ", "-")

    def plain(self, text: str, colour: str = "") -> Line:
        """A sentence, cut to the line."""
        shown = shorten_middle(self.surface.shown(text), self.room, self.surface.ellipsis)
        return Line(self._in(colour, shown), cell_width(shown))

    def file(self, file: Transfer) -> Line:
        """A file in hand."""
        left = (file.size - file.position) / file.rate if file.rate else None
        part_of = (file.position, file.size)
        if file.wait is None:
            return self._line(file.path, part_of, self._pace(file.rate, left))
        again = f"again in {format_duration(math.ceil(file.wait))}"  # no byte moves, and nothing is left to compute
        return self._line(file.path, part_of, f"{again:>{_RATE + _LEFT + 1}}", "" if self.is_wide else again)

    def course(self, course: CourseTotals) -> Line:
        """A course, with its lessons in the place of a rate."""
        lessons = f"{course.done:,}/{course.lessons:,}"
        return self._line(course.course, course.of_planned, f"{lessons:>{_RATE}}{'':{_LEFT + 1}}")

    def batch(self, totals: Totals) -> Line:
        """The whole batch."""
        return self._line(f"All {totals.lessons:,}", totals.of_planned, self._pace(totals.rate, totals.eta_seconds))

    def _pace(self, rate: float | None, left: float | None) -> str:
        rate_text = "" if rate is None else format_rate(rate)
        left_text = "" if left is None else format_duration(round(left))
        return f"{rate_text:>{_RATE}} {left_text:>{_LEFT}}"

    def _line(self, name: str, part_of: tuple[int, int], pace: str, instead_of_size: str = "") -> Line:
        part, whole = part_of
        percent = 100 * part // whole if whole else 100
        shown = shorten_path(self.surface.shown(name), self._name)
        figures = f"{f'{percent} %':>{_PERCENT}} {instead_of_size or format_bytes_of(part, whole):>{_SIZE}}"
        tail = f" {figures} {pace}".rstrip() if self.is_wide else f" {figures}"
        room = max(0, self.surface.width - 1)
        head = f"{pad(shown, self._name)} "
        width = cell_width(head) + self._bar + cell_width(tail)
        if width > room:  # a very narrow terminal
            cut = shorten_middle(shown, room, self.surface.ellipsis)
            return Line(cut, cell_width(cut))
        return Line(f"{head}{self._bar_of(part, whole)}{tail}", width)

    def _bar_of(self, part: int, whole: int) -> str:
        full, half, rest = self._blocks
        halves = 2 * self._bar * part // whole if whole else 2 * self._bar
        done = full * (halves // 2) + half * (halves % 2)
        colour = GREEN if part >= whole else CYAN
        left = rest * (self._bar - len(done))
        if not self.surface.has_colour:
            left = (" " if rest == full else rest) * len(left)
        return f"{self._in(colour, done)}{self._in(GREY, left)}"

    def _in(self, colour: str, text: str) -> str:
        return f"{colour}{text}{_PLAIN}" if colour and text and self.surface.has_colour else text
