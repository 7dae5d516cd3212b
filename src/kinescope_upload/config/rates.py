"""Parses `--bwlimit` and `KUPLOAD_API_RATE`. Pure; a `ValueError` holds the rest of the sentence `"abc" …`."""

from __future__ import annotations

import re
from typing import Final

from kinescope_upload.config.values import bytes_in
from kinescope_upload.policy.pacing import MINUTES_A_DAY, UNLIMITED, RequestLimit, Timetable

SLOWEST: Final = 16 * 1024
"""The lowest rate in bytes per second: a slower transfer could not be distinguished from a dead one."""

_OFF: Final = "off"
_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ENTRY = re.compile(r"(?:([a-z]+)-(?:([a-z]+)-)?)?([01]?\d|2[0-3]):([0-5]\d),(\S+)", re.ASCII | re.IGNORECASE)
_FORM: Final = 'Write a rate like 5M, or times and rates like "08:00,2M 23:00,off" or "Mon-Fri-08:00,2M Sat-00:00,off".'
_LIMIT = re.compile(r"([1-9]\d{0,5})/(s|sec|second|m|min|minute)", re.IGNORECASE | re.ASCII)
_FORM_OF_LIMITS: Final = 'Write numbers of requests like "8/s, 270/min", or "off".'


def parse_bwlimit(text: str) -> Timetable:
    """Parses a rate per second ("5M", "5MiB" is the same), "off", or times with a rate each, in rclone's form.

    A time without a day holds on every day. Spaces or semicolons stand between entries
    (https://rclone.org/docs/#bwlimit-bandwidth-spec); a range of days is kupload's own.
    """
    words = re.split(r"[\s;]+", text.strip(" ;"))
    if len(words) == 1 and words[0] and "," not in words[0]:
        rate = _rate(words[0])
        return UNLIMITED if rate is None else Timetable.always(rate)
    if words == [""]:
        raise ValueError(f"holds no rate. {_FORM}")
    entries = [entry for word in words for entry in _entries(word)]
    if len({minute for minute, _ in entries}) < len(entries):
        raise ValueError("names the same time twice.")
    return Timetable(entries=tuple(sorted(entries, key=lambda entry: entry[0])), typed=" ".join(words))


def _entries(word: str) -> list[tuple[int, int | None]]:
    """The entry on each of its days."""
    match = _ENTRY.fullmatch(word)
    days = _days(match[1], match[2]) if match else ()
    if match is None or not days:
        raise ValueError(f'is not a bandwidth limit: "{word}" is not a time and a rate. {_FORM}')
    minute, rate = int(match[3]) * 60 + int(match[4]), _rate(match[5])
    return [(day * MINUTES_A_DAY + minute, rate) for day in days]


def _days(first: str | None, last: str | None) -> tuple[int, ...]:
    """The days, Monday is 0; a range may go over Sunday. Empty where a word is no day."""
    if first is None:
        return tuple(range(len(_DAYS)))
    begins, ends = _day(first), _day(last or first)
    if begins is None or ends is None:
        return ()
    return tuple((begins + more) % len(_DAYS) for more in range((ends - begins) % len(_DAYS) + 1))


def _day(word: str) -> int | None:
    """The day that the word names in full or by its first three letters."""
    return next((day for day, name in enumerate(_DAYS) if word.lower() in {name, name[:3]}), None)


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
