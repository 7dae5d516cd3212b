"""Tells a path that its quotation marks have spoiled: escapes in a file, a backslash before a mark in cmd.exe. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from kinescope_upload.config.settings import Source

if TYPE_CHECKING:
    from collections.abc import Mapping

_CONTROL = re.compile("[\x00-\x1f\x7f]")
_SWALLOWED = re.compile(r'[^"]*"\s+-.*|[^"]*\\[^"]*"|[A-Za-z]:[^"]*"', re.DOTALL)
_ESCAPED: Final = "has a control character: a backslash between double quotation marks begins one"
_HINTS: Final[Mapping[Source, str]] = {
    Source.ENV_FILE: r"Write the path without quotation marks: KUPLOAD_LIBRARY=E:\new courses",
    Source.TOML: r"Write the path in single quotes: library = 'E:\new courses'",
}


class SpoiltPath(NamedTuple):
    """What is wrong with a path: the rest of the sentence `"…" …`, and how to write it."""

    reason: str
    hint: str


def spoilt_path(text: str, source: Source) -> SpoiltPath | None:
    r"""What quotation marks have made of a path; None where it may be what its author meant.

    In `.env` and TOML `"E:\new"` holds a line break. A program that Windows starts gets `"E:\Courses\" --jobs 2` as one
    word, since a mark after a backslash is part of the text (source: "Parsing C command-line arguments" in Microsoft's
    documentation of C).

    Args:
        text: The path as it was read.
        source: Where it was read.
    """
    hint = _HINTS.get(source)
    if hint and _CONTROL.search(text):
        return SpoiltPath(_ESCAPED, hint)
    if source is Source.OPTION and _SWALLOWED.fullmatch(text):
        return SpoiltPath(
            "has a quotation mark, and perhaps the options after it: a backslash stood before the mark",
            r'Leave out the backslash before the mark: --library "E:\Academy Courses"',
        )
    return None
