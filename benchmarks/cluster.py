"""A hundred thousand lessons that machines share: writing them down, twice; how far all is; one turn."""

from __future__ import annotations

import time
from contextlib import closing
from statistics import median
from typing import TYPE_CHECKING, Final

import psycopg

from benchmarks.rows import add_rows, lessons_database
from benchmarks.scale import make_files
from benchmarks.stage import environment, kupload, measured, sink, workshop
from benchmarks.table import Figure, at_most, table_of
from kinescope_upload.cluster.line import line_of
from kinescope_upload.cluster.queue import Queue
from kinescope_upload.config import load_settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from benchmarks.stage import Cost

__all__ = ["cluster"]

_LESSONS: Final = 100_000
_POLLS: Final = 100
_TOML: Final = """\
[cluster]
machine = "bench"
libraries = { nas = "library" }
"""


def cluster() -> list[Figure]:
    """What is asked of the database where much waits in it."""
    with workshop() as folder, lessons_database() as database, sink() as to:
        make_files(folder / "library", _LESSONS)
        add_rows(database, folder / "library")
        (folder / "kupload.toml").write_text(_TOML, encoding="utf-8")
        env = environment(folder, to.url, database=database)
        _done(kupload("cluster", "init"), folder, env)
        first = _done(kupload("cluster", "enqueue", "--create-folders"), folder, env)
        again = _done(kupload("cluster", "enqueue", "--create-folders"), folder, env)
        status = _done(kupload("--status"), folder, env)
        polls = _polls(folder, env)
        _check(database)
    longest, usual = max(polls) * 1000, median(polls) * 1000
    return [
        at_most("100,000 lessons: `kupload cluster enqueue`", first.seconds, 20, " s", note=f"CPU {first.cpu:.3g} s"),
        at_most("…, again: nothing to do", again.seconds, 20, " s", note=f"CPU {again.cpu:.3g} s"),
        at_most("…, `kupload --status`", status.seconds, 1, " s", note=f"CPU {status.cpu:.3g} s"),
        at_most("…, one turn of 100, the longest", longest, 100, " ms", note=f"median {usual:.3g}"),
    ]


def _done(command: list[str], folder: Path, env: Mapping[str, str]) -> Cost:
    cost = measured(command, folder, env)
    if cost.exit_code:
        raise RuntimeError(f"{command}: {cost.stdout[-2000:]}{(folder / 'complained').read_text()[-2000:]}")
    return cost


def _polls(folder: Path, env: Mapping[str, str]) -> list[float]:
    """Seconds that a worker waits for each of its turns."""
    settings = load_settings({}, directory=folder, environment=env)
    took = []
    with closing(line_of(settings)) as line:
        queue = Queue(line)
        queue.register()
        for _ in range(_POLLS):
            began = time.perf_counter()
            turn = queue.next(["nas"])
            took.append(time.perf_counter() - began)
            if turn is None:
                raise RuntimeError("nothing waits")
    return took


def _check(database: str) -> None:
    with psycopg.connect(database) as connection:
        row = connection.execute("SELECT count(*) FROM kupload.procrastinate_jobs").fetchone()
    if row != (_LESSONS,):
        raise RuntimeError(f"{row} of {_LESSONS} lessons have a turn")


if __name__ == "__main__":
    print(table_of(cluster()))
