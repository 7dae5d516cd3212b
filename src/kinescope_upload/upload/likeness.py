"""Tells whether two titles can be one title that somebody corrected. Pure."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import Final

from kinescope_upload.upload.titles import title_key

_WORD: Final = re.compile(r"[^\W\d_]{3,}")
_NUMBER: Final = re.compile(r"\d+")
_ALIKE: Final = 0.6
"""The share of letters that a title has in common with what it was before somebody corrected it."""


def have_nothing_in_common(before: str, now: str) -> bool:
    """Whether a title can hardly be a correction of the other: no word is in both, or all but a number.

    Titles of which one is empty, and equal ones, are not told apart.
    """
    before, now = title_key(before).casefold(), title_key(now).casefold()
    if not before or not now or before == now:
        return False
    if _NUMBER.sub("0", before) == _NUMBER.sub("0", now):
        return True
    if before in now or now in before:
        return False
    has_common_word = not {*_WORD.findall(before)}.isdisjoint(_WORD.findall(now))
    return not has_common_word and SequenceMatcher(None, before, now).ratio() < _ALIKE
