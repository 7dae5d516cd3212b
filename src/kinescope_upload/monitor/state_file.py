"""Keeps the state of each run in a small file beside the progress, and finds those that are there."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from kinescope_upload.errors import UsageError
from kinescope_upload.monitor.facts_json import from_json, to_json
from kinescope_upload.monitor.quick_file import replace_quickly
from kinescope_upload.monitor.state import FORMAT, RunState
from kinescope_upload.monitor.wishes_file import forget_wishes
from kinescope_upload.progress.file_system import open_to_read, remove
from kinescope_upload.progress.lock import holder_of
from kinescope_upload.progress.names import stem_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

_FOLDER: Final = ".run"
_SUFFIX: Final = ".state"
_LARGEST: Final = 10_000_000
_TRUSTED_SECONDS: Final = 15.0
"""Where no lock tells whether the run is alive: a state that is younger counts as a run's at work."""
SILENT_SECONDS: Final = 15.0
"""A run that is at work writes every second; one that has not for so long is suspended, or its disk hangs."""


class Life(Enum):
    """Whether a run goes on."""

    AT_WORK = "at work"
    ENDED = "ended"
    BROKEN_OFF = "broken off"
    """It did not say that it ended, and its process is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRun:
    """A run as somebody else sees it."""

    state: RunState
    life: Life


class StateFile:
    """The file of one run. It is replaced whole, so that a reader finds the old state or the new one, never a part.

    Nothing waits for the disk: after a power cut the file may be empty, and counts as not being there.

    Args:
        progress: The progress folder.
        host: The machine that the run is on.
        process_id: Its process.
    """

    def __init__(self, progress: Path, host: str, process_id: int) -> None:
        self._path = progress / _FOLDER / f"{stem_of(f'{host}-{process_id}')}{_SUFFIX}"

    def write(self, state: RunState) -> None:
        """Replaces the state; on Windows it stays where somebody reads it at this moment.

        Raises:
            OSError: It cannot be written.
        """
        replace_quickly(self._path, json.dumps(to_json(state), separators=(",", ":")).encode())

    @property
    def has_folder(self) -> bool:
        """Whether the folder is there that it belongs into: no run ever was at work otherwise."""
        return self._path.parent.is_dir()

    def remove(self) -> None:
        """Removes the state.

        Raises:
            OSError: It cannot be removed.
        """
        self._path.unlink(missing_ok=True)


def read_states(progress: Path, now: datetime) -> tuple[SeenRun, ...]:
    """The runs of this progress folder that are at work, and the one that was the last: the latest begun is last.

    Args:
        progress: The progress folder.
        now: The time of day (UTC).
    """
    found = sorted((state for _, state in _states(progress)), key=lambda state: state.started)
    return tuple(SeenRun(state=state, life=_life_of(progress, state, now)) for state in found)


def remove_old_states(progress: Path, now: datetime, run: str) -> None:
    """Removes the states of runs that are over, and the wishes to them; a new run takes their place.

    Args:
        progress: The progress folder.
        now: The time of day (UTC).
        run: The new run's own name.

    Raises:
        OSError: One cannot be removed.
    """
    alive = {run}
    for path, state in _states(progress):
        if state.run == run or _life_of(progress, state, now) is Life.AT_WORK:
            alive.add(state.run)
        else:
            remove(path)
    forget_wishes(progress, alive)


def _states(progress: Path) -> Iterator[tuple[Path, RunState]]:
    for path in (progress / _FOLDER).glob(f"*{_SUFFIX}"):
        state = None
        with suppress(OSError, ValueError), open_to_read(path) as file:
            state = from_json(RunState, json.loads(file.read(_LARGEST)))
        if state is not None and state.format == FORMAT:  # the file is closed: Windows removes no open one
            yield path, state


def _life_of(progress: Path, state: RunState, now: datetime) -> Life:
    if state.ended:
        return Life.ENDED
    is_young = abs((now - state.written).total_seconds()) < _TRUSTED_SECONDS
    for course in state.held_courses[:1]:
        with suppress(OSError, UsageError):
            holder = holder_of(progress, course)
            is_its = holder is not None and (holder.process_id, holder.host) == (state.process_id, state.host)
            return Life.AT_WORK if is_its else Life.BROKEN_OFF
    return Life.AT_WORK if is_young else Life.BROKEN_OFF
