"""Four machines on four lines beside one machine on one: the first user's mix, a database, a sink, real workers."""

from __future__ import annotations

import subprocess
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

import psycopg

from benchmarks.rows import add_rows, lessons_database
from benchmarks.stage import environment, kupload, measured, sink, workshop
from benchmarks.table import Figure, at_most, table_of
from kinescope_upload.emulator import Link
from support.real_library import make_real_library

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["lines"]

_SCALE: Final = 1e-3
_RATE: Final = 5e5
"""Bytes a second of each line: the lessons come as fast as at 1:100 over 5 MB/s."""
_JOBS: Final = 4
_LOOK: Final = 0.05
_TOML: Final = """\
[cluster]
machine = "{name}"
libraries = {{ nas = "{library}" }}
lease = "6s"
"""


def lines() -> list[Figure]:
    """The time of four machines with a line each, as a share of one machine's."""
    size, one = _run(1)
    _, four = _run(4)
    note = f"{four:.1f} s of {one:.1f} s; the bytes alone {size / _RATE / 4:.1f} of {size / _RATE:.1f}"
    return [at_most("first user's mix at 1:1000, 500 kB/s a line: four machines ÷ one", four / one, 0.27, note=note)]


def _run(machines: int) -> tuple[int, float]:
    """The bytes of the library, and the seconds from when the lines carry anything to the last linked row."""
    with workshop() as folder, lessons_database() as database, sink() as to, ExitStack() as stack:
        size = sum(file.size for file in make_real_library(folder / "library", scale=_SCALE))
        add_rows(database, folder / "library")
        env = environment(folder, to.url, database=database)
        del env["KUPLOAD_PROGRESS"]
        here = [_machine(folder, number) for number in range(machines)]
        for command in (("init",), ("enqueue", "--create-folders")):
            if measured(kupload("cluster", *command), here[0], env).exit_code:
                raise RuntimeError((here[0] / "complained").read_text())
        links = [stack.enter_context(Link(to.url)) for _ in here]
        for link in links:
            link.slow_down(shared_rate=_RATE)
            link.stall()
        worker = kupload("cluster", "worker", "--until-empty", "--quiet", "--jobs", str(_JOBS))
        working = [
            stack.enter_context(subprocess.Popen(worker, cwd=root, env=env | {"KINESCOPE_UPLOADER_URL": link.url}))
            for root, link in zip(here, links, strict=True)
        ]
        with psycopg.connect(database, autocommit=True) as connection:
            _wait_for(connection, machines * _JOBS, "holder IS NOT NULL")
            began = time.monotonic()
            for link in links:
                link.resume()
            _wait_for(connection, 0, "stage <> 'linked'")
            seconds = time.monotonic() - began
        if any(process.wait() for process in working):
            raise RuntimeError("a worker has left something undone")
        return size, seconds


def _machine(folder: Path, number: int) -> Path:
    here = folder / f"m{number}"
    here.mkdir()
    (here / "kupload.toml").write_text(_TOML.format(name=here.name, library=folder / "library"), encoding="utf-8")
    return here


def _wait_for(connection: psycopg.Connection[tuple[object, ...]], number: int, which: str) -> None:
    """Waits until so many lessons of the cluster are so."""
    statement = f"SELECT count(*) = %s FROM kupload.lesson WHERE {which}"
    while connection.execute(statement.encode(), (number,)).fetchone() != (True,):
        time.sleep(_LOOK)


if __name__ == "__main__":
    print(table_of(lines()))
