"""Formats the parts of an answer as plain columns. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kinescope_upload.text import cell_width, pad

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kinescope_upload.output.terminal_output import Surface


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of an answer. The texts are not yet made printable.

    Attributes:
        title: What it is.
        columns: The columns' names.
        rows: The cells.
        is_bare: Whether cells say nothing without the names, which plain columns then have, too.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    is_bare: bool = False


def sections_text(sections: Iterable[Section], totals: Iterable[str], surface: Surface) -> str:
    """Formats the sections in plain columns, then the totals."""
    lines: list[str] = []
    for section in sections:
        lines += [surface.shown(section.title), *_columns(section, surface), ""]
    return "".join(f"{line}\n" for line in [*lines, *map(surface.shown, totals)])


def _columns(section: Section, surface: Surface) -> Iterator[str]:
    every = (section.columns, *section.rows) if section.is_bare else section.rows
    rows = [tuple(map(surface.shown, row)) for row in every]
    widths = [max(map(cell_width, cells)) for cells in zip(*rows, strict=True)]
    for row in rows:
        yield "  " + "  ".join(pad(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip()
