"""Which system the tests run on, and the marks of those that not every system can run."""

from __future__ import annotations

import ctypes
import sys
from typing import Final

import pytest

WINDOWS: Final = sys.platform == "win32"
KILLED: Final = 1 if WINDOWS else -9
"""The exit code of a process that was killed."""
DRIVE_VARIABLE: Final = "TEST_DRIVE"
"""The environment variable with the root of a drive that tests may fill."""


def posix_only(reason: str) -> pytest.MarkDecorator:
    """Skip the test on Windows; the reason says what Windows does not have."""
    return pytest.mark.skipif(WINDOWS, reason=f"POSIX alone: {reason}")


def linux_only(reason: str) -> pytest.MarkDecorator:
    """Skip the test on every other system; the reason says what only Linux has."""
    return pytest.mark.skipif(sys.platform != "linux", reason=f"Linux alone: {reason}")


def is_wine() -> bool:
    """Tell whether this Windows is Wine, which says so by a function that Windows has not."""
    return sys.platform == "win32" and hasattr(ctypes.WinDLL("ntdll"), "wine_get_version")


def windows_only(reason: str) -> pytest.MarkDecorator:
    """Skip the test on every other system; the reason says what only Windows has."""
    return pytest.mark.skipif(not WINDOWS, reason=f"Windows alone: {reason}")
