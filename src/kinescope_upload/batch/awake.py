"""Keeps the machine from going to sleep by itself while a batch is at work."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_CONTINUOUS: Final = 0x80000000
_SYSTEM_REQUIRED: Final = 0x00000001

_HOLDERS: Final = {
    "darwin": ("caffeinate", "-i", "-w", str(os.getpid())),
    "linux": (
        "systemd-inhibit",
        "--what=idle:sleep",
        "--mode=block",
        "--who=kupload",
        "--why=videos are being uploaded",
        "--no-ask-password",
        "cat",
    ),
}
"""Programs that keep the machine awake while they run; `cat` ends with this process, whose pipe it reads."""


@contextmanager
def kept_awake(platform: str = sys.platform) -> Iterator[None]:
    """Keeps the machine awake as far as its system lets us; where it does not, nothing is said and nothing waits.

    Closing a laptop's lid, or choosing sleep in a menu, is the user's will and is not held up.

    Args:
        platform: The system, as `sys.platform` names it.
    """
    if platform == "win32":
        with _required_by_windows():
            yield
    elif command := _holder(platform):
        with _running(command):
            yield
    else:
        yield


def _holder(platform: str) -> tuple[str, ...]:
    program, *arguments = _HOLDERS.get(platform, ("",))
    found = shutil.which(program) if program else None
    return (found, *arguments) if found else ()


@contextmanager
def _running(command: tuple[str, ...]) -> Iterator[None]:
    """Runs a program beside the batch; its answer, or its refusal, is not waited for."""
    silent = subprocess.DEVNULL
    try:
        holder = subprocess.Popen(  # noqa: S603 - one of two commands that stand above
            command, stdin=subprocess.PIPE, stdout=silent, stderr=silent, start_new_session=True
        )
    except OSError:
        yield
        return
    with holder:  # leaving it closes the pipe
        try:
            yield
        finally:
            holder.kill()


if sys.platform == "win32":
    import ctypes

    @contextmanager
    def _required_by_windows() -> Iterator[None]:
        """Sets the state of the calling thread, which lives as long as the batch (SetThreadExecutionState)."""
        set_state = ctypes.windll.kernel32.SetThreadExecutionState
        set_state(_CONTINUOUS | _SYSTEM_REQUIRED)
        try:
            yield
        finally:
            set_state(_CONTINUOUS)
else:

    @contextmanager
    def _required_by_windows() -> Iterator[None]:
        yield
