"""Keeps the wishes to a run in a small file beside the progress: commands write it, the run reads it."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from kinescope_upload.errors import UsageError
from kinescope_upload.monitor.facts_json import from_json, to_json
from kinescope_upload.monitor.quick_file import replace_quickly
from kinescope_upload.monitor.wishes import FORMAT, Wishes
from kinescope_upload.progress.file_system import open_to_read, remove
from kinescope_upload.progress.lock import one_at_a_time

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

_FOLDER: Final = ".run"
_SUFFIX: Final = ".wishes"
_LARGEST: Final = 100_000
_TRIES: Final = 50
"""On Windows a file that the run reads at this moment is not replaced."""
_WAIT: Final = 0.05


def expect_wishes(progress: Path, run: str) -> None:
    """Makes the file of a run that begins: on a network share, that a file is not there may be remembered for 30 s.

    (nfs(5), `acdirmin`; the opening of one that is there asks the server.)

    Raises:
        OSError: It cannot be written.
    """
    _write(progress, run, Wishes())


def read_wishes(progress: Path, run: str) -> Wishes:
    """The wishes to this run; none where nobody has any, or what is there cannot be read now.

    Args:
        progress: The progress folder.
        run: The run's own name, which no later run has: nobody takes an earlier run's wishes.
    """
    with suppress(OSError, ValueError), open_to_read(_path(progress, run)) as file:
        wishes = from_json(Wishes, json.loads(file.read(_LARGEST)))
        if wishes.format == FORMAT:
            return wishes
    return Wishes()


def add_wish(progress: Path, run: str, change: Callable[[Wishes], Wishes]) -> int:
    """Adds a wish to this run's; commands that do so at one moment come one after the other.

    Returns:
        The wish's number.

    Raises:
        UsageError: It cannot be written.
    """
    try:
        with one_at_a_time(progress):
            wishes = change(read_wishes(progress, run))
            for _ in range(_TRIES):
                _write(progress, run, wishes)
                if read_wishes(progress, run).number == wishes.number:
                    return wishes.number
                time.sleep(_WAIT)
    except OSError as error:
        raise UsageError(
            f'No run on "{progress}" can be told anything ({error.strerror}).', "Tell it as the user who runs it."
        ) from error
    raise UsageError("The run reads what it is told all the time.", "Try again in a moment.")


def _write(progress: Path, run: str, wishes: Wishes) -> None:
    replace_quickly(_path(progress, run), json.dumps(to_json(wishes), separators=(",", ":")).encode())


def forget_wishes(progress: Path, alive: Collection[str]) -> None:
    """Removes the wishes to all runs but these.

    Raises:
        OSError: A file cannot be removed.
    """
    for path in (progress / _FOLDER).glob(f"*{_SUFFIX}"):
        if path.stem not in alive:
            remove(path)


def forget_wish(progress: Path, run: str) -> None:
    """Removes the wishes to this run.

    Raises:
        OSError: The file cannot be removed.
    """
    _path(progress, run).unlink(missing_ok=True)


def _path(progress: Path, run: str) -> Path:
    return progress / _FOLDER / f"{run}{_SUFFIX}"
