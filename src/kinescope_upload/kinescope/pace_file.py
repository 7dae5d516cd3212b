"""Shares the turns of all runs with the same token on this machine in one small file."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from filelock import FileLock, Timeout

from kinescope_upload.policy.pacing import Turns

if TYPE_CHECKING:
    from collections.abc import Callable

_LOCK_PATIENCE: Final = 0.5
"""Seconds to wait for a run that holds the file, normally for less than a thousandth of that."""
_REST: Final = 30.0
"""Seconds without another try after the file could not be used."""
_LARGEST: Final = 100_000
"""Bytes; a larger file is not one of ours."""


def usual_folder() -> Path:
    """Names this user's folder for such files, in the system's folder for temporary files."""
    user = f"-{os.getuid()}" if hasattr(os, "getuid") else ""  # Windows has such a folder for each user
    return Path(tempfile.gettempdir()) / f"kupload{user}"


class PaceFile:
    """Reads and writes the file that runs share; where it cannot be used, each run keeps to its own turns.

    Args:
        folder: Names the folder when it is first needed. A missing folder is created for this user alone; another
            user's folder is not used.
        token: The token of these turns; a hash of it names the file.
    """

    def __init__(self, folder: Callable[[], Path], token: str) -> None:
        self._folder = folder
        self._name = hashlib.sha256(f"kupload pace {token}".encode()).hexdigest()[:32]
        self._not_before = 0.0

    def change(self, make: Callable[[Turns], Turns]) -> Turns | None:
        """Replaces the turns in the file by what `make` makes of them, under a lock; None when that is impossible.

        The lock ends with its process, so a run that is killed blocks no other.
        """
        if time.monotonic() < self._not_before:
            return None
        try:
            folder = self._folder()
            _make_private(folder)
            path, lock_path = folder / f"{self._name}.json", folder / f"{self._name}.lock"
            with FileLock(lock_path, timeout=_LOCK_PATIENCE, poll_interval=0.005, thread_local=False):
                turns = make(_read(path))
                path.write_text(json.dumps([turns.seen_at, *turns.starts]), encoding="ascii")
                return turns
        except (OSError, Timeout, NotImplementedError):
            self._not_before = time.monotonic() + _REST
            return None


def _read(path: Path) -> Turns:
    """Reads the turns in the file; none when it is missing or was written by another program."""
    with suppress(OSError, ValueError, OverflowError, RecursionError):
        if path.stat().st_size <= _LARGEST:
            match json.loads(path.read_bytes()):
                case [seen_at, *starts] if all(isinstance(moment, int | float) for moment in (seen_at, *starts)):
                    return Turns(starts=tuple(sorted(map(float, starts))), seen_at=float(seen_at))
    return Turns()


def _make_private(folder: Path) -> None:
    """Creates the folder, or checks that only this user can write into it.

    Raises:
        OSError: It cannot be created, or others could write into it.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    if not hasattr(os, "getuid"):
        return
    facts = folder.lstat()
    if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != os.getuid() or stat.S_IMODE(facts.st_mode) & 0o022:
        raise PermissionError(f"{folder} is not this user's alone")
