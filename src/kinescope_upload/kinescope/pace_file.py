"""The turns of every run with the same token on this machine: one small file that all of them write."""

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

__all__ = ["PaceFile", "usual_folder"]

_LOCK_PATIENCE: Final = 0.5
"""Seconds to wait for a run that holds the file; it needs less than a thousandth of that."""
_REST: Final = 30.0
"""Seconds without a further try once the file could not be used."""
_LARGEST: Final = 100_000
"""Bytes; a file that is larger is none of ours."""


def usual_folder() -> Path:
    """This user's folder for such files, in the system's folder for temporary files."""
    user = f"-{os.getuid()}" if hasattr(os, "getuid") else ""  # Windows has such a folder for each user
    return Path(tempfile.gettempdir()) / f"kupload{user}"


class PaceFile:
    """A file that runs share; where it cannot be used, that is told and nothing else happens.

    Args:
        folder: Tells where it lies, once it is needed; the folder is made for this user alone when it is missing, and
            not used when it is somebody else's.
        token: Whose turns these are; the file is named after a hash of it.
    """

    def __init__(self, folder: Callable[[], Path], token: str) -> None:
        self._folder = folder
        self._name = hashlib.sha256(f"kupload pace {token}".encode()).hexdigest()[:32]
        self._not_before = 0.0

    def change(self, make: Callable[[Turns], Turns]) -> Turns | None:
        """What `make` makes of the turns in the file, while no other run changes them; None where that is impossible.

        The lock ends with its process, so a run that is killed holds nobody back.
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
    """The turns in the file; none when it is missing or was written by something else."""
    with suppress(OSError, ValueError, OverflowError, RecursionError):
        if path.stat().st_size <= _LARGEST:
            match json.loads(path.read_bytes()):
                case [seen_at, *starts] if all(isinstance(one, int | float) for one in (seen_at, *starts)):
                    return Turns(starts=tuple(sorted(map(float, starts))), seen_at=float(seen_at))
    return Turns()


def _make_private(folder: Path) -> None:
    """Makes the folder, or returns when it is there and nobody else's.

    Raises:
        OSError: It cannot be made, or others could write into it.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    if not hasattr(os, "getuid"):
        return
    facts = folder.lstat()
    if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != os.getuid() or stat.S_IMODE(facts.st_mode) & 0o022:
        raise PermissionError(f"{folder} is not this user's alone")
