"""Which system the tests run on, and the marks of those that not every system can run."""

from __future__ import annotations

import ctypes
import sys
import tempfile
from pathlib import Path
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


def _makes_links() -> bool:
    """Tell whether this user may make symbolic links here: Windows asks for a right, Wine makes none."""
    with tempfile.TemporaryDirectory() as folder:
        link = Path(folder, "link")
        try:
            link.symlink_to(folder, target_is_directory=True)
        except OSError:
            return False
        return link.is_dir()


needs_links: Final = pytest.mark.skipif(not _makes_links(), reason="POSIX alone: symbolic links may not be made here")
