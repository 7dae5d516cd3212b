"""Prints tables on a terminal, with rich."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NoReturn, TextIO

from rich.console import Console, ConsoleDimensions
from rich.table import Table
from rich.text import Text

from kinescope_upload.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kinescope_upload.output.sections import Section


class TerminalConsole(Console):
    """A console that is as wide as its own stream and leaves a closed pipe to its caller."""

    @property  # type: ignore[misc]  # nobody sets the size of a real terminal
    def size(self) -> ConsoleDimensions:
        """Columns and lines of the terminal behind the stream; rich would ask standard output."""
        try:
            size = os.get_terminal_size(self.file.fileno())
        except (OSError, ValueError):
            return super().size
        return ConsoleDimensions(size.columns, size.lines) if size.columns and size.lines else super().size

    def on_broken_pipe(self) -> NoReturn:
        """Rich would end the process here."""
        raise BrokenPipeError


def make_console(stream: TextIO) -> TerminalConsole:
    """Makes a console on a terminal that prints every text literally."""
    return TerminalConsole(file=stream, markup=False, emoji=False, highlight=False)


def print_sections(sections: Iterable[Section], totals: Iterable[str], stream: TextIO) -> None:
    """Prints the sections as tables, then the totals."""
    console = make_console(stream)
    for section in sections:
        console.print(Text(printable(section.title), style="bold"))  # a table would break it at its own width
        table = Table(box=None, pad_edge=False)
        for column in section.columns:
            table.add_column(
                column, justify="right" if column in {"Size", "Lessons", "To send"} else "left", overflow="fold"
            )
        for row in section.rows:
            table.add_row(*(Text(printable(cell)) for cell in row))
        console.print(table)
        console.print()
    for line in totals:
        console.print(Text(printable(line)))
