"""Reads the ids of Kinescope's videos: UUID, short id and link are three spellings of one id. Pure.

The short id stands in the links that Kinescope shows and in what people copy from its dashboard (docs/kinescope.md).
"""

from __future__ import annotations

import re
from typing import Final
from uuid import RFC_4122, UUID

_ALPHABET: Final = "123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"
_DIGITS: Final = {letter: value for value, letter in enumerate(_ALPHABET)}
_LONGEST: Final = 22
"""Digits that 128 bits need in base 58."""
_SHORTEST: Final = 20
"""Fewer digits are enough for one UUID in 100,000; shorter texts are ids of other services."""
_END: Final = 2**128
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_BETWEEN: Final = re.compile(r"[^0-9A-Za-z-]+")
_LINK: Final = re.compile(
    r"(?i:(?:https?:)?(?://)?(?:www\.)?kinescope\.io)/(?:embed/)?([0-9A-Za-z-]+)(?:/master\.[0-9a-z]+)?/?(?:[?#]\S*)?"
)


def video_key(text: str | None) -> str | None:
    """The id as the API spells it: a UUID in lower case. None when the text names no video of Kinescope.

    Args:
        text: A UUID in any case, a short id, or a link of kinescope.io with either; blanks around it do not count.
    """
    if text is None:
        return None
    spelt = text.strip()
    key = spelt.lower()
    if _UUID.fullmatch(key):
        return key
    if link := _LINK.fullmatch(spelt):
        return video_key(link[1])
    return _of_short(spelt)


def named_videos(text: str | None) -> frozenset[str]:
    """The videos that a text names anywhere in it, as the API spells them: a player's HTML, a link of any host."""
    if not text:
        return frozenset()
    if key := video_key(text):  # most of a hundred thousand
        return frozenset((key,))
    return frozenset(filter(None, map(video_key, _BETWEEN.split(text))))


def is_named_in(video_id: str, text: str) -> bool:
    """Whether a text names the video anywhere in it, however each spells its id."""
    return video_id in text or not named_videos(video_id).isdisjoint(named_videos(text))


def short_id(video_id: str) -> str:
    """The short id: base 58 of the UUID's 128 bits, the most significant digit first.

    Raises:
        ValueError: `video_id` is no UUID.
    """
    value, digits = UUID(video_id).int, ""
    while value:
        value, digit = divmod(value, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits.rjust(_LONGEST, _ALPHABET[0])


def is_same_video(one: str | None, other: str | None) -> bool:
    """Whether both texts name the same video, however each spells its id."""
    if one is None or other is None:
        return False
    return one == other or (video_key(one) is not None and video_key(one) == video_key(other))


def _of_short(text: str) -> str | None:
    """The UUID of a short id.

    22 letters may as well be the id of another service; seven of eight such texts are no UUID of RFC 9562's variant.
    """
    if not _SHORTEST <= len(text) <= _LONGEST or not _DIGITS.keys() >= set(text):
        return None
    value = 0
    for letter in text:
        value = value * len(_ALPHABET) + _DIGITS[letter]
    if value >= _END or (found := UUID(int=value)).variant != RFC_4122:
        return None
    return str(found)
