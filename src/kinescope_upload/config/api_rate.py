"""Parses `KUPLOAD_API_RATE`. Pure; a `ValueError` holds the rest of the sentence `"abc" …`."""

from __future__ import annotations

import re
from typing import Final

from kinescope_upload.policy.pacing import RequestLimit

_OFF: Final = "off"
_LIMIT = re.compile(r"([1-9]\d{0,5})/(s|sec|second|m|min|minute)", re.IGNORECASE | re.ASCII)
_FORM: Final = 'Write numbers of requests like "8/s, 270/min", or "off".'


def parse_api_rate(text: str) -> tuple[RequestLimit, ...]:
    """Parses limits like "8/s", "270/min" or both, which hold together; none for "off"."""
    words = [word for word in re.split(r"[,\s]+", text) if word]
    if [word.lower() for word in words] == [_OFF]:
        return ()
    limits = tuple(_limit(word) for word in words)
    if not limits:
        raise ValueError(f"holds no rate. {_FORM}")
    if len({limit.seconds for limit in limits}) < len(limits):
        raise ValueError("names the same time twice.")
    return limits


def _limit(word: str) -> RequestLimit:
    match = _LIMIT.fullmatch(word)
    if match is None:
        raise ValueError(f'is not a rate of requests: "{word}". {_FORM}')
    is_second = match[2].lower().startswith("s")
    return RequestLimit(count=int(match[1]), seconds=1.0 if is_second else 60.0)
