"""The title that Kinescope can hold of a lesson's title. Pure.

Kinescope's dashboard holds 140 characters (docs/kinescope.md). What its API does with more is not known, so kupload
never sends more.
"""

from __future__ import annotations

import unicodedata
from typing import Final

LONGEST_TITLE: Final = 140
"""Characters (code points of the composed form, NFC) of the longest title."""
_ELLIPSIS: Final = "…"
_ROOM: Final = LONGEST_TITLE - len(_ELLIPSIS)
_LEAST_KEPT: Final = LONGEST_TITLE // 2
"""Characters that a cut between two words must leave; where it leaves fewer, a word is cut."""
_JOINER: Final = "\u200d"


def fit_title(title: str) -> str:
    """Returns the title itself where Kinescope can hold it, else its beginning and "…", cut between two words.

    A longer word is cut where the room ends, but never between a letter and its accents, inside an emoji of several
    parts, or between two surrogates.

    Returns:
        At most `LONGEST_TITLE` code points, also in NFC. A result is its own result.
    """
    text = _plain(title)
    if len(text) > LONGEST_TITLE:
        return text[: _end_of_beginning(text)].rstrip() + _ELLIPSIS
    if max(len(title), len(unicodedata.normalize("NFC", title))) <= LONGEST_TITLE:
        return title
    return text or title[:LONGEST_TITLE]  # a title of blanks stays one: Kinescope takes no empty one


def first_title(*titles: str | None) -> str | None:
    """The first title that says anything; None where all are missing or blank."""
    for title in titles:
        if title and not title.isspace():
            return title
    return None


def is_too_long(title: str) -> bool:
    """Whether only the beginning of the title fits."""
    return len(_plain(title)) > LONGEST_TITLE


def is_title_of(video_title: str, lesson_title: str) -> bool:
    """Whether the video is called as the lesson, or as the cut of its title.

    Neither how letters are composed nor blanks at the ends count.
    """
    return video_title == lesson_title or _plain(video_title) in {_plain(lesson_title), _plain(fit_title(lesson_title))}


def title_key(title: str) -> str:
    """What is equal for the titles of one video: as Kinescope holds it, composed, without blanks at the ends."""
    return _plain(title) if len(title) < LONGEST_TITLE else _plain(fit_title(title))


def _plain(title: str) -> str:
    return unicodedata.normalize("NFC", title).strip()


def _end_of_beginning(text: str) -> int:
    """How many characters of a text that is too long are kept."""
    between_words = next((end for end in range(_ROOM, _LEAST_KEPT, -1) if text[end].isspace()), None)
    if between_words is not None:
        return between_words
    return next((end for end in range(_ROOM, 0, -1) if _may_cut(text, end)), _ROOM)


def _may_cut(text: str, end: int) -> bool:
    """Whether what a reader takes for one character does not lie across the place before `text[end]`."""
    before, after = text[end - 1], text[end]
    is_continued = unicodedata.category(after)[0] == "M" or after == _JOINER or _is_skin_tone(after)
    if is_continued or before == _JOINER or (_is_high_surrogate(before) and _is_low_surrogate(after)):
        return False
    return not (_is_flag_letter(after) and _flag_letters_before(text, end) % 2)


def _is_skin_tone(char: str) -> bool:
    return "\U0001f3fb" <= char <= "\U0001f3ff"


def _is_high_surrogate(char: str) -> bool:
    return "\ud800" <= char <= "\udbff"


def _is_low_surrogate(char: str) -> bool:
    return "\udc00" <= char <= "\udfff"


def _is_flag_letter(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _flag_letters_before(text: str, end: int) -> int:
    """How many flag letters stand side by side before the place; two of them are one flag."""
    return len(text[:end]) - len(text[:end].rstrip("".join(map(chr, range(0x1F1E6, 0x1F200)))))
