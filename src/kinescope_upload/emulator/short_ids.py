"""The short form of a video's id, as links carry it."""

import uuid

__all__ = ["short_id"]

_DIGITS = "123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"


def short_id(video_id: str) -> str:
    """Return a UUID's 128 bits in base58, most significant digit first.

    The rule was computed from a real pair; docs/kinescope.md, section "Videos", gives an example.
    """
    number, digits = uuid.UUID(video_id).int, ""
    while number:
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits or _DIGITS[0]
