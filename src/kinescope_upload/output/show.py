"""Shows the answer of a command: one JSON object when asked for, tables on a terminal, plain columns elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TextIO, TypeVar

from kinescope_upload.output.json_text import json_line
from kinescope_upload.output.sections import sections_text
from kinescope_upload.output.terminal_output import SYSTEM_CLOCK, escape_unencodable, is_live_terminal, surface_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kinescope_upload.output.json_text import JsonFields
    from kinescope_upload.output.options import DisplayOptions
    from kinescope_upload.output.sections import Section
    from kinescope_upload.output.terminal_output import Clock

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class View(Generic[T]):
    """How the answer of one command is shown.

    Attributes:
        event: The name of its JSON object (docs/json.md).
        fields: Makes that object's fields.
        text: Writes the answer to a stream, for people.
    """

    event: str
    fields: Callable[[T], JsonFields]
    text: Callable[[T, DisplayOptions, TextIO], None]


def show(view: View[T], answer: T, options: DisplayOptions, stream: TextIO, *, clock: Clock = SYSTEM_CLOCK) -> None:
    """Writes the answer as the options say, and flushes the stream.

    Raises:
        OSError: The reader is gone, or the stream takes no more.
    """
    escape_unencodable(stream)
    if options.as_json:
        stream.write(json_line(view.event, view.fields(answer), clock))
    else:
        view.text(answer, options, stream)
    stream.flush()


def show_sections(sections: Iterable[Section], totals: Iterable[str], stream: TextIO) -> None:
    """Writes the sections that have rows, then the totals: as tables on a terminal, else in plain columns."""
    sections = [section for section in sections if section.rows]
    if is_live_terminal(stream):
        from kinescope_upload.output.tables import print_sections  # noqa: PLC0415 - rich is slow to import

        print_sections(sections, totals, stream)
    else:
        stream.write(sections_text(sections, totals, surface_of(stream)))
