"""Remembers the runs of this user on this machine, in a database of its own (SQLite, from the standard library).

It lies in the user's local data folder: SQLite relies on locks that network shares do not keep. One row is one run;
what is known of it stands in the row as JSON, and the columns beside it are for those who look with other programs.
Runs that go on are in `unfinished`.
"""

from __future__ import annotations

import json
import os
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from kinescope_upload.errors import KuploadError
from kinescope_upload.monitor.facts_json import from_json, to_json
from kinescope_upload.monitor.past_run import PastRun
from kinescope_upload.monitor.unfinished import read_unfinished, remove_unfinished, write_unfinished
from kinescope_upload.output.json_text import plain, utc

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path

VERSION: Final = 1
"""Stands in the file as `user_version`; grows when an older kupload could not read it."""
_PATIENCE: Final = 3.0
"""Seconds to wait for another run that writes at this moment."""
_SILENCE: Final = timedelta(minutes=10)
"""A run that goes on writes each minute."""
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS runs (
    run TEXT PRIMARY KEY, started TEXT NOT NULL, ended TEXT, library TEXT NOT NULL, progress TEXT NOT NULL,
    exit_code INTEGER, accepted_bytes INTEGER NOT NULL, done INTEGER NOT NULL, facts TEXT NOT NULL
)
"""
_PUT: Final = "INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_GET: Final = "SELECT facts FROM runs ORDER BY started DESC LIMIT ?"


def note(path: Path, run: PastRun) -> None:
    """Writes down what is known of a run, beside the history: a run does without SQLite, which takes a megabyte.

    Raises:
        KuploadError: It cannot be written.
    """
    try:
        write_unfinished(path, run)
    except OSError as error:
        raise _unreachable(path, "written", error) from error


def remember(path: Path, run: PastRun, *, patience: float = _PATIENCE) -> None:
    """Writes down a run that has ended, and what is known of those that can no longer do so.

    Args:
        path: The history.
        run: The run.
        patience: Seconds to wait while another process writes.

    Raises:
        KuploadError: It cannot be written.
    """
    with _words(path, "written"):
        _make(path)
        killed = (one for one in read_unfinished(path) if run.seen - one.seen > _SILENCE)
        runs = [*(one for one in killed if one.run != run.run), run]
        with _opened(path, patience) as history, history:  # the inner one commits
            history.execute("BEGIN IMMEDIATE")
            if not _version(path, history):
                history.execute(_SCHEMA)
                history.execute(f"PRAGMA user_version = {VERSION}")
            history.executemany(_PUT, map(_row, runs))
        for one in runs:
            remove_unfinished(path, one)


def read_runs(path: Path, limit: int, *, patience: float = _PATIENCE) -> tuple[PastRun, ...]:
    """The last runs, the latest first, those that go on included; none where there is no history.

    What runs have left beside the history when they ended is taken in, where it can be written.

    Args:
        path: The history.
        limit: How many at most.
        patience: Seconds to wait while another process writes.

    Raises:
        KuploadError: It cannot be read.
    """
    with _words(path, "read"):
        noted = read_unfinished(path)
        runs = {run.run: run for run in (*noted, *_remembered(path, limit, patience))}
    with suppress(KuploadError):  # the next look tries again
        for run in noted:
            if run.ended:
                remember(path, run, patience=patience)
    return tuple(sorted(runs.values(), key=lambda run: run.started, reverse=True)[:limit])


def _remembered(path: Path, limit: int, patience: float) -> tuple[PastRun, ...]:
    if not path.exists():
        return ()
    with _opened(path, patience) as history:
        if not _version(path, history):
            return ()
        return tuple(from_json(PastRun, json.loads(facts)) for (facts,) in history.execute(_GET, (limit,)))


def _row(run: PastRun) -> tuple[str | int | None, ...]:
    return (
        run.run,
        utc(run.started),
        utc(run.ended) if run.ended else None,
        plain(run.library),
        plain(run.progress),
        run.exit_code,
        run.accepted_bytes,
        run.done,
        json.dumps(to_json(run), separators=(",", ":")),
    )


def _make(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


@contextmanager
def _opened(path: Path, patience: float) -> Iterator[sqlite3.Connection]:
    import sqlite3  # noqa: PLC0415 - most commands need no history

    with closing(sqlite3.connect(path, timeout=patience, isolation_level=None)) as history:
        history.execute("PRAGMA cache_size = -256")
        yield history


def _version(path: Path, history: sqlite3.Connection) -> int:
    (version,) = history.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise KuploadError(
            f'The history "{path}" is of a newer version of kupload.',
            "Use that version, or name another KUPLOAD_HISTORY.",
        )
    return int(version)


@contextmanager
def _words(path: Path, what: str) -> Iterator[None]:
    """Words what keeps the history from being read or written."""
    import sqlite3  # noqa: PLC0415 - as above

    try:
        yield
    except sqlite3.OperationalError as error:
        hint = "Another program may hold it; the next run tries again."
        raise KuploadError(f'The history "{path}" cannot be {what} ({error}).', hint) from error
    except (sqlite3.DatabaseError, ValueError) as error:
        hint = "Move it away; the next run begins a new one."
        raise KuploadError(f'The history "{path}" is damaged ({error}).', hint) from error
    except OSError as error:
        raise _unreachable(path, what, error) from error


def _unreachable(path: Path, what: str, error: OSError) -> KuploadError:
    why = error.strerror or error
    return KuploadError(f'The history "{path}" cannot be {what} ({why}).', "Name another with KUPLOAD_HISTORY.")
