"""Parses `--bwlimit` and `KUPLOAD_API_RATE`. Pure; a `ValueError` holds the rest of the sentence `"abc" …`."""

from __future__ import annotations

import re
from typing import Final

from kinescope_upload.config.values import bytes_in
from kinescope_upload.policy.pacing import UNLIMITED, RequestLimit, Timetable

SLOWEST: Final = 16 * 1024
"""The lowest rate in bytes per second: a slower transfer could not be distinguished from a dead one."""

_OFF: Final = "off"
_ENTRY = re.compile(r"([01]?\d|2[0-3]):([0-5]\d),(\S+)", re.ASCII)
_FORM: Final = 'Write a rate like 5M, or times and rates like "08:00,2M 23:00,off".'
_LIMIT = re.compile(r"([1-9]\d{0,5})/(s|sec|second|m|min|minute)", re.IGNORECASE | re.ASCII)
_FORM_OF_LIMITS: Final = 'Write numbers of requests like "8/s, 270/min", or "off".'


def parse_bwlimit(text: str) -> Timetable:
    """Parses a rate per second ("5M", "5MiB" is the same), "off", or times of day with a rate each."""
    words = text.split()
    if len(words) == 1 and "," not in words[0]:
        rate = _rate(words[0])
        return UNLIMITED if rate is None else Timetable.always(rate)
    entries = [_entry(word) for word in words]
    if not entries:
        raise ValueError(f"holds no rate. {_FORM}")
    if len({minute for minute, _ in entries}) < len(entries):
        raise ValueError("names the same time twice.")
    return Timetable(entries=tuple(sorted(entries, key=lambda entry: entry[0])))


def _entry(word: str) -> tuple[int, int | None]:
    match = _ENTRY.fullmatch(word)
    if match is None:
        raise ValueError(f'is not a bandwidth limit: "{word}" is not a time and a rate. {_FORM}')
    return int(match[1]) * 60 + int(match[2]), _rate(match[3])


def _rate(word: str) -> int | None:
    if word.lower() == _OFF:
        return None
    rate = bytes_in(word)
    if rate is None:
        raise ValueError(f'is not a bandwidth limit: "{word}" is not a rate. {_FORM}')
    if rate < SLOWEST:
        raise ValueError(f'is too slow: "{word}" is less than 16KiB a second. "off" means no limit.')
    return rate


def parse_api_rate(text: str) -> tuple[RequestLimit, ...]:
    """Parses limits like "8/s", "270/min" or both, which hold together; none for "off"."""
    words = [word for word in re.split(r"[,\s]+", text) if word]
    if [word.lower() for word in words] == [_OFF]:
        return ()
    limits = tuple(_limit(word) for word in words)
    if not limits:
        raise ValueError(f"holds no rate. {_FORM_OF_LIMITS}")
    if len({limit.seconds for limit in limits}) < len(limits):
        raise ValueError("names the same time twice.")
    return limits


def _limit(word: str) -> RequestLimit:
    match = _LIMIT.fullmatch(word)
    if match is None:
        raise ValueError(f'is not a rate of requests: "{word}". {_FORM_OF_LIMITS}')
    is_second = match[2].lower().startswith("s")
    return RequestLimit(count=int(match[1]), seconds=1.0 if is_second else 60.0)
