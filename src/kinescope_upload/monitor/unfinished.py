"""Keeps what is known of runs that the history has not taken in yet, one small file a run beside it.

SQLite takes a megabyte of memory, which a run does without; and a run that is killed leaves its file.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

from kinescope_upload.monitor.facts_json import from_json, to_json
from kinescope_upload.monitor.past_run import PastRun
from kinescope_upload.monitor.quick_file import replace_quickly

if TYPE_CHECKING:
    from pathlib import Path


def write_unfinished(history: Path, run: PastRun) -> None:
    """Writes down what is known of a run, in the place of what was.

    Raises:
        OSError: It cannot be written.
    """
    folder = _folder(history)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    replace_quickly(folder / f"{run.run}.json", json.dumps(to_json(run), separators=(",", ":")).encode())


def read_unfinished(history: Path) -> tuple[PastRun, ...]:
    """The runs that are not in the history yet, as far as is known; files that cannot be read are passed over.

    Raises:
        OSError: The folder cannot be read.
    """
    found = []
    for file in _folder(history).glob("*.json"):
        with suppress(OSError, ValueError):
            found.append(from_json(PastRun, json.loads(file.read_bytes())))
    return tuple(found)


def remove_unfinished(history: Path, run: PastRun) -> None:
    """Removes what was known of a run: it is in the history.

    Raises:
        OSError: It cannot be removed.
    """
    (_folder(history) / f"{run.run}.json").unlink(missing_ok=True)


def _folder(history: Path) -> Path:
    return history.with_name(f"{history.name}.runs")
