"""The exit codes of every command. README.md lists them for users; a new one is added here and there."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """How a command ended, as the process tells it."""

    DONE = 0
    """All that was selected is done, or nothing is wrong."""
    NOT_DONE = 1
    """Some of it is not done, or something disagrees; the rest is done."""
    USAGE = 2
    """An option, a setting or a file of the user's is wrong; nothing was begun."""
    STOPPED = 3
    """Nothing can succeed until a person acts: token, payment, rights, database, disk, network."""
    BUG = 70
    """A bug in kupload (EX_SOFTWARE of sysexits.h)."""
    INTERRUPTED = 130
    """Somebody asked the command to stop; everything is resumable."""
