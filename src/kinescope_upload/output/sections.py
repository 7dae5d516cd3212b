"""Parts of an answer as rows for the eye: tables on a terminal, plain columns elsewhere."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from kinescope_upload.output.terminal_output import is_live_terminal, surface_of
from kinescope_upload.text import cell_width, pad

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kinescope_upload.output.terminal_output import Surface

__all__ = ["Section", "sections_text", "show_sections"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part as rows for the eye: a title, the columns' names, the rows. Not yet made printable."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def show_sections(
    sections: Iterable[Section], totals: Iterable[str], stream: TextIO, *, environ: Mapping[str, str] = os.environ
) -> None:
    """Writes the sections that are not empty, then the totals, in the way that fits the stream."""
    sections = [section for section in sections if section.rows]
    if is_live_terminal(stream, environ):
        from kinescope_upload.output.tables import print_sections  # noqa: PLC0415  rich is slow to import

        print_sections(sections, totals, stream)
    else:
        stream.write(sections_text(sections, totals, surface_of(stream, environ)))


def sections_text(sections: Iterable[Section], totals: Iterable[str], surface: Surface) -> str:
    """The sections in plain columns, then the totals."""
    lines: list[str] = []
    for section in sections:
        lines += [section.title, *_columns(section, surface), ""]
    return "".join(f"{line}\n" for line in [*lines, *map(surface.shown, totals)])


def _columns(section: Section, surface: Surface) -> Iterator[str]:
    rows = [tuple(map(surface.shown, row)) for row in section.rows]
    widths = [max(map(cell_width, cells)) for cells in zip(*rows, strict=True)]
    for row in rows:
        yield "  " + "  ".join(pad(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip()
