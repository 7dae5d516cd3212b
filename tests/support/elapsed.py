"""Compares measured times with the waits that a test asked for."""

__all__ = ["no_shorter"]

_ROUNDING = 1e-6
"""Seconds that the difference of two clock readings may lose: far more than a float of some weeks rounds."""


def no_shorter(measured: float, wait: float) -> bool:
    """Tell whether `measured`, the difference of two clock readings, is at least `wait`; both in seconds.

    A wait of 0.05 s that is read as 9539.615 - 9539.565 is 0.04999…: the wait is right, and its float is less.
    """
    return measured >= wait - _ROUNDING
