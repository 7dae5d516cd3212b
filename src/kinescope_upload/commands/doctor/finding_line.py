"""Writes one finding of `kupload doctor` or of a try: a coloured word, the subject, and the wrapped message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kinescope_upload.text import pad, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kinescope_upload.output.terminal_output import Surface

_COLOURS: Final = {
    "good": "\x1b[32m",
    "found": "\x1b[32m",
    "WRONG": "\x1b[31m",
    "AGAINST": "\x1b[31m",
}
_YELLOW: Final = "\x1b[33m"
_PLAIN: Final = "\x1b[0m"
_WORD_WIDTH: Final = 9
_NARROWEST: Final = 20


def finding_lines(word: str, subject: tuple[str, int], message: str, surface: Surface) -> Iterator[str]:
    """Gives the lines, without their ends.

    Args:
        word: How it went.
        subject: What it is about, and the cells that all subjects take.
        message: What was found.
        surface: What the stream can show.
    """
    name, width = subject
    mark = pad(word, _WORD_WIDTH)
    head = f"{_COLOURS.get(word, _YELLOW)}{mark}{_PLAIN}" if surface.has_colour else mark
    indent = _WORD_WIDTH + width + 2
    first, *rest = wrapped(surface.shown(message), max(_NARROWEST, surface.width - indent))
    yield f"{head} {pad(name, width)} {first}"
    for line in rest:
        yield " " * indent + line
