"""Tells whether two times of change may be one file's. Pure."""

from __future__ import annotations

from typing import Final

COARSE_NS: Final = 2 * 10**9
HOUR_NS: Final = 3600 * 10**9
_UNITS_NS: Final = (100, 10**3, 10**6, 10**9, COARSE_NS)
"""What file systems and archives round times to: NTFS, most copying programs, tar and zip."""


def is_shifted(time: int, other: int) -> bool:
    """Whether two times are apart as one file's may be.

    FAT and copying cut times to 2 s, and FAT keeps local time, which a change of the clocks shifts by an hour.
    """
    return abs(time - other) <= COARSE_NS or is_hour_off(time, other)


def is_hour_off(time: int, other: int) -> bool:
    """Whether a change of the clocks may have made one time of the other: nobody writes to a file so."""
    return abs(abs(time - other) - HOUR_NS) <= COARSE_NS


def is_rounded(time: int, other: int) -> bool:
    """Whether one of two times is the other one, rounded as a copy's time is."""
    apart = abs(time - other)
    return any(apart < unit and (time % unit == 0 or other % unit == 0) for unit in _UNITS_NS)
