"""Two hundred files of 1 kB over a line of 40 ms: what a database that is 100 ms away costs."""

from __future__ import annotations

import shutil
from statistics import median
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from benchmarks.rows import add_rows, lessons_database, linked_videos
from benchmarks.stage import environment, kupload, measured, sink, workshop
from benchmarks.table import Figure, at_most, noted, table_of
from kinescope_upload.emulator import Link
from kinescope_upload.media.sample_mp4 import SMALLEST, write_mp4

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["far_database"]

_FILES: Final = 200
_ROUND_TRIP: Final = 0.04
_TO_DATABASE: Final = 0.1
_RUNS: Final = 5
_OF_LINKING: Final = 10
"""Seconds of linking that one connection serves."""


class _Run(NamedTuple):
    """Seconds of a whole process, and the connections to the database that it opened."""

    seconds: float
    connections: int


def far_database() -> list[Figure]:
    """Medians of whole processes, near and far by turns; each is the first run of a library."""
    with workshop() as folder, lessons_database() as database:
        library = folder / "library" / "01_course" / "m01"
        library.mkdir(parents=True)
        for number in range(_FILES):
            write_mp4(library / f"{number:03d}_lesson.mp4", SMALLEST, seed=str(number))
        runs = [(_run(folder, database, 0.0), _run(folder, database, _TO_DATABASE)) for _ in range(_RUNS)]
    without, behind = (median(pair[which].seconds for pair in runs) for which in (0, 1))
    connections = max(pair[1].connections for pair in runs)
    return [
        noted(f"{_FILES} files of 1 kB, 40 ms, `--jobs 4`, database on this machine", f"{without:.2f} s"),
        at_most("…, database 100 ms away ÷ on this machine", behind / without, 1.05, note=f"{behind:.2f} s"),
        at_most("…, its connections", connections, 1 + behind // _OF_LINKING),
    ]


def _run(folder: Path, database: str, round_trip: float) -> _Run:
    shutil.rmtree(folder / "progress", ignore_errors=True)
    add_rows(database, folder / "library")
    port = urlsplit(database).port
    with sink() as to, Link(to.url) as line, Link(f"http://127.0.0.1:{port}") as far:
        line.slow_down(latency=_ROUND_TRIP / 2)
        far.slow_down(latency=round_trip / 2)
        env = environment(folder, line.url, database=database.replace(f":{port}", f":{far.port}"))
        cost = measured(kupload("--create-folders", "--jobs", "4"), folder, env)
        if cost.exit_code or linked_videos(database) != _FILES:
            raise RuntimeError((folder / "complained").read_text() + cost.stdout[-2000:])
        return _Run(cost.seconds, far.connections)


if __name__ == "__main__":
    print(table_of(far_database()))
