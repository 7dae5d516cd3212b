"""Where the demo writes: headings, paragraphs and tables, between what its commands write themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TextIO

from kinescope_upload.output.terminal_output import escape_unencodable, surface_of
from kinescope_upload.text import cell_width, pad, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Page"]

_WIDEST: Final = 100
"""Longer lines are hard to read."""
_BOLD, _FAINT, _GOOD, _BAD, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[1;32m", "\x1b[1;31m", "\x1b[0m"


class Page:
    """Writes to a stream that processes share, so nothing is held back.

    Args:
        stream: Standard output.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = escape_unencodable(stream)
        self._surface = surface_of(stream)

    def heading(self, text: str) -> None:
        """A line that begins something new."""
        self._write("")
        self._write(text, _BOLD)

    def paragraph(self, text: str, indent: str = "") -> None:
        """A sentence or more; following lines are indented."""
        for line in self._wrapped(text, "", indent):
            self._write(line)

    def command(self, text: str) -> None:
        """A line that somebody could type."""
        self._write(f"$ {text}", _BOLD)
        self._write("")

    def remark(self, text: str) -> None:
        """A sentence beside the matter."""
        for line in self._wrapped(text, "", ""):
            self._write(line, _FAINT)

    def verbatim(self, text: str) -> None:
        """A line as it is, to be copied."""
        self._write(text)

    def blank(self) -> None:
        """An empty line."""
        self._write("")

    def facts(self, facts: Sequence[tuple[str, str]]) -> None:
        """Labels and what belongs to them, side by side."""
        width = max(cell_width(label) for label, _ in facts) + 2
        for label, text in facts:
            first, *others = self._wrapped(text, " " * width, " " * width)
            self._write(pad(label, width) + first[width:])
            for line in others:
                self._write(line)

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """A table; the first column is of words, the others of numbers."""
        widths = [max(map(cell_width, column)) for column in zip(header, *rows, strict=True)]
        for number, row in enumerate((header, *rows)):
            cells = [pad(row[0], widths[0])]
            cells += [" " * (width - cell_width(cell)) + cell for width, cell in zip(widths[1:], row[1:], strict=True)]
            self._write("  ".join(cells), _PLAIN if number else _FAINT)

    def verdict(self, text: str, *, is_good: bool) -> None:
        """What it all comes to."""
        self._write("")
        self._write(text, _GOOD if is_good else _BAD)

    def _wrapped(self, text: str, first: str, following: str) -> list[str]:
        return wrapped(text, min(self._surface.width, _WIDEST), first, following)

    def _write(self, line: str, style: str = _PLAIN) -> None:
        shown = self._surface.shown(line)
        has_style = self._surface.has_colour and style != _PLAIN
        self._stream.write(f"{style}{shown}{_PLAIN}\n" if has_style else f"{shown}\n")
        self._stream.flush()
