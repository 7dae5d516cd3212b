"""Formats names and numbers for people. Pure, and nearly the lowest module: every room words its sentences with it.

Names from the disk and from the server are not trusted: characters that a terminal would obey, and those that reorder
a line, are shown as escapes.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from kinescope_upload.text.hints import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_JOINERS: Final = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
_EMOJI_STYLE: Final = "\N{VARIATION SELECTOR-16}"
_LEAST_OF_FOLDERS: Final = 3
_SPACE_BETWEEN_WORDS: Final = r" (?=(?:[^`]*`[^`]*`)*[^`]*$)"
"""A space that stands in no command."""
_UNITS: Final = ("B", "kB", "MB", "GB", "TB", "PB")


def printable(text: str) -> str:
    r"""Escapes every character that a terminal would obey, hide or reorder.

    Control characters, newlines, ANSI escapes, bidirectional overrides and other invisible marks become `\x1b` or
    `\u202e`; a byte of a file name that is not UTF-8 becomes `\xff`. All else stays, emoji included. The commands of a
    hint get the options of this process that they need.
    """
    text = shown(text)
    return text if text.isprintable() else "".join(map(_shown, text))


def _shown(char: str) -> str:
    if unicodedata.category(char) not in _HIDDEN or char in _JOINERS:
        return char
    return escaped(char)


def escaped(char: str) -> str:
    r"""Escapes one character as Python does: `\x1b`, `\u202e`, `\U000e0001`; an undecoded byte becomes `\xff`."""
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:  # noqa: PLR2004  a byte that Python could not decode (PEP 383)
        code -= 0xDC00
    if code < 0x100:  # noqa: PLR2004  two digits are enough
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004  so are four


@lru_cache(maxsize=4096)
def _char_width(char: str) -> int:
    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def cell_width(text: str) -> int:
    """Counts the cells that a terminal uses for the text: two for a wide character, none for a combining mark."""
    if text.isascii():
        return len(text)
    return sum(map(_char_width, text)) + text.count(_EMOJI_STYLE)


def pad(text: str, width: int) -> str:
    """Pads the text with spaces to `width` cells."""
    return text + " " * (width - cell_width(text))


def shorten_middle(text: str, width: int, ellipsis: str = "…") -> str:
    """Cuts the text to `width` cells in its middle, since the ends of a name say most.

    Args:
        text: Printable text.
        width: In cells.
        ellipsis: Replaces the part that is cut out.
    """
    if cell_width(text) <= width:
        return text
    room = width - cell_width(ellipsis)
    if room <= 0:
        return ellipsis[: max(0, width)]
    tail = _last_cells(text, room // 2)
    return _first_cells(text, room - cell_width(tail)) + ellipsis + tail


def shorten_path(path: str, width: int) -> str:
    """Cuts the path to `width` cells: keeps the file's name, and of its folders what fits before it.

    The folders distinguish the "001.mp4" of one course from that of another.

    Args:
        path: Printable, parts joined by "/".
        width: In cells.
    """
    if cell_width(path) <= width:
        return path
    folders, _, name = path.rpartition("/")
    room = width - cell_width(name) - len("…/")
    if not folders or room < _LEAST_OF_FOLDERS:
        return shorten_middle(name, width)
    return f"{_first_cells(folders, room)}…/{name}"


def _first_cells(text: str, width: int) -> str:
    end = len(text)
    while cell_width(text[:end]) > width:
        end -= 1
    return text[:end]


def _last_cells(text: str, width: int) -> str:
    start = max(0, len(text) - width)
    while start < len(text) and (cell_width(text[start:]) > width or _char_width(text[start]) == 0):
        start += 1
    return text[start:]


def format_bytes(size: int) -> str:
    """Formats a size in decimal units: 33.4 GB, 304 MB, 9.4 MB, 512 B."""
    value, unit = _scaled(size)
    return f"{_digits(value, unit)} {unit}"


def format_bytes_of(part: int, whole: int) -> str:
    """Formats "part of whole" with the unit once: 95.4 of 286 MB, 0 of 9.4 MB.

    A part that would be 0.0 in the unit of the whole keeps its own: 9.4 MB of 33.4 GB.
    """
    value, unit = _scaled(whole)
    share = part * value / whole if whole else 0.0
    if (part and not whole) or 0 < share < 0.05:  # noqa: PLR2004 - the least that is not rounded to 0.0
        return f"{format_bytes(part)} of {format_bytes(whole)}"
    return f"{_digits(share, unit) if part else 0} of {_digits(value, unit)} {unit}"


def distinct_bytes(size: int, other: int) -> tuple[str, str]:
    """Formats two different sizes so that they differ as texts, too: to the byte where they are that close."""
    texts = format_bytes(size), format_bytes(other)
    return texts if texts[0] != texts[1] else (f"{size:,} B", f"{other:,} B")


def _scaled(size: int) -> tuple[float, str]:
    """The size in the largest unit that leaves at least one digit before the point, and that unit."""
    value = float(size)
    for unit in _UNITS[:-1]:
        if round(value, 1 if value < 100 else 0) < 1000:  # noqa: PLR2004 - decimal units, shown with three digits
            return value, unit
        value /= 1000
    return value, _UNITS[-1]


def _digits(value: float, unit: str) -> str:
    has_point = unit != _UNITS[0] and round(value, 1) < 100  # noqa: PLR2004 - three digits say enough
    return f"{value:.1f}" if has_point else f"{value:.0f}"


def format_rate(rate: float) -> str:
    """Formats bytes per second in decimal units: 3.2 MB/s."""
    return f"{format_bytes(round(rate))}/s"


def format_duration(seconds: float) -> str:
    """Formats a time span: 0.4 s, 42 s, 5 min 03 s, 1 h 05 min, 2 d 03 h."""
    if 0 < seconds < 0.95:  # noqa: PLR2004  below, "1 s" would be false
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(max(0.0, seconds)), 60)
    hours, minutes_left = divmod(minutes, 60)
    days, hours_left = divmod(hours, 24)
    if days:
        return f"{days} d {hours_left:02} h"
    if hours:
        return f"{hours} h {minutes_left:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


def wrapped(text: str, width: int, first: str = "", following: str = "") -> list[str]:
    """Breaks the text at spaces into lines of at most `width` cells.

    A longer word gets a line of its own, and so does a longer command between backticks: it can be copied whole.

    Args:
        text: The text, without line breaks.
        width: The cells of a line, its indentation included.
        first: The indentation of the first line.
        following: The indentation of the other lines.
    """
    words = re.split(_SPACE_BETWEEN_WORDS, text)
    lines = [first + words[0]]
    for word in words[1:]:
        longer = f"{lines[-1]} {word}"
        if lines[-1].strip() and cell_width(longer) > width:
            lines.append(following + word)
        else:
            lines[-1] = longer
    return lines


def joined(reason: str, hint: str) -> str:
    """Joins a reason and its hint into one text of two sentences."""
    if not hint:
        return reason
    return f"{reason}{'' if reason.endswith(('.', '!', '?')) else '.'} {shown(hint)}"


def first_few(names: Sequence[str], *, most: int = 3) -> str:
    """The first names in words: "a, b, c and 7 more"."""
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest:,} more" if rest > 0 else "")


def count(number: int, singular: str, plural: str) -> str:
    """Formats a number with its noun: 1 video, 405 videos, 100,000 videos."""
    return f"{number:,} {singular if number == 1 else plural}"
