"""One command of the demo: the real kupload as a process of its own, on the user's terminal."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kinescope_upload.demo.interruption import Interruption

__all__ = ["KUPLOAD", "run_kupload"]

KUPLOAD: Final = (sys.executable, "-m", "kinescope_upload")
_TICK: Final = 0.1
_GRACE: Final = 10.0
"""Seconds that a command gets to end by itself."""


def run_kupload(
    arguments: tuple[str, ...], environment: Mapping[str, str], desk: Path, interruption: Interruption
) -> int:
    """Runs kupload to its end; it writes to our own streams.

    It is apart from the terminal's signals, so that a Ctrl+C reaches it once: by us.

    Args:
        arguments: What follows "kupload".
        environment: Its whole environment.
        desk: Its working directory.
        interruption: Every wish to stop is passed on.

    Returns:
        Its exit code.
    """
    child = _start(arguments, environment, desk)
    try:
        return _wait(child, interruption)
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()


def _start(arguments: tuple[str, ...], environment: Mapping[str, str], desk: Path) -> subprocess.Popen[bytes]:
    command = [*KUPLOAD, *arguments]
    env = dict(environment)
    if sys.platform == "win32":
        group = subprocess.CREATE_NEW_PROCESS_GROUP
        return subprocess.Popen(command, cwd=desk, env=env, stdin=subprocess.DEVNULL, creationflags=group)  # noqa: S603
    return subprocess.Popen(command, cwd=desk, env=env, stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603


def _wait(child: subprocess.Popen[bytes], interruption: Interruption) -> int:
    passed_on, ends_at = 0, float("inf")
    while True:
        try:
            return child.wait(_TICK)
        except subprocess.TimeoutExpired:
            pass
        if interruption.wishes > passed_on:
            ends_at = min(ends_at, time.monotonic() + _GRACE)
            passed_on += 1
            _interrupt(child)
        elif time.monotonic() > ends_at:
            child.kill()


def _interrupt(child: subprocess.Popen[bytes]) -> None:
    """What Ctrl+C would do; on Windows only this much reaches a process of another group."""
    if sys.platform == "win32":
        child.send_signal(signal.CTRL_BREAK_EVENT)
    else:
        child.send_signal(signal.SIGINT)
