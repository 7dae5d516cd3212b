"""Parses `--bwlimit`. Pure; a `ValueError` holds the rest of the sentence `"abc" …`."""

from __future__ import annotations

import re
from typing import Final

from kinescope_upload.config.values import bytes_in
from kinescope_upload.policy.pacing import UNLIMITED, Timetable

SLOWEST: Final = 16 * 1024
"""The lowest rate in bytes per second: a slower transfer could not be distinguished from a dead one."""

_OFF: Final = "off"
_ENTRY = re.compile(r"([01]?\d|2[0-3]):([0-5]\d),(\S+)", re.ASCII)
_FORM: Final = 'Write a rate like 5M, or times and rates like "08:00,2M 23:00,off".'


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
