"""Names and numbers as a person reads them. Pure.

Names from the disk and from the server are never trusted: what a terminal would obey or what would reorder the line
is shown as an escape.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final

__all__ = [
    "cell_width",
    "count",
    "escaped",
    "format_bytes",
    "format_duration",
    "format_rate",
    "joined",
    "pad",
    "printable",
    "shorten_middle",
    "shorten_path",
    "wrapped",
]

_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_JOINERS: Final = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
_EMOJI_STYLE: Final = "\N{VARIATION SELECTOR-16}"
_LEAST_OF_FOLDERS: Final = 3
_UNITS: Final = ("kB", "MB", "GB", "TB", "PB")


def printable(text: str) -> str:
    r"""The text with everything that a terminal would obey, hide or reorder shown as an escape.

    Control characters, newlines, ANSI escapes, bidirectional overrides and other invisible marks become `\x1b` or
    `\u202e`; a byte of a file name that is not UTF-8 becomes `\xff`. All else stays, emoji included.
    """
    return text if text.isprintable() else "".join(map(_shown, text))


def _shown(char: str) -> str:
    if unicodedata.category(char) not in _HIDDEN or char in _JOINERS:
        return char
    return escaped(char)


def escaped(char: str) -> str:
    r"""The character as Python writes its escape: `\x1b`, `\u202e`, `\U000e0001`; an undecoded byte as `\xff`."""
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
    """Cells of a terminal that the text takes; wide (CJK, emoji) characters take two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(map(_char_width, text)) + text.count(_EMOJI_STYLE)


def pad(text: str, width: int) -> str:
    """The text filled up with spaces to `width` cells."""
    return text + " " * (width - cell_width(text))


def shorten_middle(text: str, width: int, ellipsis: str = "…") -> str:
    """The text in at most `width` cells: what does not fit is cut out of the middle, as both ends of a name tell most.

    Args:
        text: Printable text.
        width: In cells.
        ellipsis: What stands for the part that is cut out.
    """
    if cell_width(text) <= width:
        return text
    room = width - cell_width(ellipsis)
    if room <= 0:
        return ellipsis[: max(0, width)]
    tail = _last_cells(text, room // 2)
    return _first_cells(text, room - cell_width(tail)) + ellipsis + tail


def shorten_path(path: str, width: int) -> str:
    """The path in at most `width` cells: the file's name is kept, and of its folders what has room before it.

    Two courses may both have a "001.mp4"; the beginning of the path tells them apart.

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
    """A size in decimal units: 33.4 GB, 304 MB, 9.4 MB, 512 B."""
    if abs(size) < 1000:  # noqa: PLR2004  decimal units
        return f"{size} B"
    value = float(size)
    for unit in _UNITS:
        value /= 1000
        if round(value, 1) < 100:  # noqa: PLR2004  three digits say enough
            return f"{value:.1f} {unit}"
        if round(value) < 1000 or unit == _UNITS[-1]:  # noqa: PLR2004  decimal units
            return f"{value:.0f} {unit}"
    raise AssertionError("the last unit takes every size")


def format_rate(rate: float) -> str:
    """Bytes per second in decimal units: 3.2 MB/s."""
    return f"{format_bytes(round(rate))}/s"


def format_duration(seconds: float) -> str:
    """A time span as one says it: 0.4 s, 42 s, 5 min 03 s, 1 h 05 min, 2 d 03 h."""
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


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most that many cells, broken at spaces; a longer word has a line of its own."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if lines[-1] and cell_width(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def joined(reason: str, hint: str) -> str:
    """What is wrong and what to do about it, as one text."""
    if not hint:
        return reason
    return f"{reason}{'' if reason.endswith(('.', '!', '?')) else '.'} {hint}"


def count(number: int, one: str, many: str) -> str:
    """A number with its noun: 1 video, 405 videos, 100,000 videos."""
    return f"{number:,} {one if number == 1 else many}"
