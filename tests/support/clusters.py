"""A cluster's tables in a test's database, and processes that share them."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.cluster import statements
from kinescope_upload.cluster.hold import Lease
from kinescope_upload.cluster.holds import Holds
from kinescope_upload.cluster.line import Line
from kinescope_upload.cluster.schema import install
from kinescope_upload.cluster.store import ClusterProgress
from kinescope_upload.database.dsn import clean_dsn
from support.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from kinescope_upload.upload import Record
    from support.postgres import Database
    from support.world import WorldMaker

SCHEMA = "kupload"
LEASE = 4.0
"""Seconds: of the machines of process tests."""
POLL = 0.3
_LONGEST = 60.0


def line_to(database: Database, url: str = "") -> Line:
    """A line to a test's database, or to the same by another address."""
    dsn = clean_dsn(url or database.url)
    return Line(dsn.conninfo, dsn.place, SCHEMA, patience=5)


@pytest.fixture
def line(database: Database) -> Iterator[Line]:
    """A line to a database with a cluster's tables."""
    made = line_to(database)
    install(made)
    yield made
    made.close()


def a_machine(line: Line, *, lease: float = _LONGEST, name: str = "") -> ClusterProgress:
    """The progress in one more process's hands."""
    return ClusterProgress(holds=Holds(line=line, lease=Lease(seconds=lease), machine=name), library="nas")


def enqueue(
    line: Line,
    *lesson_ids: str,
    library: str = "nas",
    sizes: Mapping[str, int] | None = None,
    machine: str = "one",
    later: float = 0,
    row_title: str | None = None,
) -> None:
    """Writes lessons down as `kupload cluster enqueue` does, with no turns; sizes in bytes, `later` in s."""
    lessons = [
        {
            "lesson_id": lesson_id,
            "course": "c",
            "path": f"c/{lesson_id}.mp4",
            "size": size,
            "modified_ns": 1_700_000_000_000_000_000 + round(later * 10**9),
            "title": lesson_id,
            "row_title": row_title,
            "pair_is_written": False,
        }
        for lesson_id, size in (sizes or dict.fromkeys(lesson_ids, 1000)).items()
    ]
    line.ask(statements.ADD, library=library, lessons=json.dumps(lessons), machine=machine)


def pass_lease(database: Database, lesson_id: str) -> None:
    """Lets the time of a lesson's hold run out, by the database's clock."""
    database.execute(f"UPDATE kupload.lesson SET held_until = now() - interval '1 s' WHERE lesson_id = '{lesson_id}'")


@dataclass(kw_only=True)
class ClusterWorld(World):
    """A world whose progress is in the database, and whose runs are processes with folders of their own: machines."""

    running: list[subprocess.Popen[bytes]] = field(default_factory=list)
    lease: float = LEASE
    program: str = "kinescope_upload"
    """The module that the machines run."""

    @property
    def records(self) -> dict[str, Record]:
        with closing(line_to(self.database)) as line:
            return a_machine(line).records

    def machine(self, name: str, libraries: Mapping[str, Path] | None = None) -> Path:
        """The folder of one machine, with its kupload.toml."""
        here = self.folder / name
        here.mkdir(exist_ok=True)
        known = ", ".join(f"{one} = '{root}'" for one, root in (libraries or {"nas": self.library}).items())
        text = (
            f"[cluster]\nmachine = '{name}'\nlibraries = {{ {known} }}\nlease = '{self.lease:g}s'\npoll = '{POLL}s'\n"
        )
        (here / "kupload.toml").write_text(text, encoding="utf-8")
        return here

    def at(self, name: str, *arguments: str, timeout: float = 240) -> tuple[int, str]:
        """One command on a machine, to its end: its exit code, and all that it said."""
        process = self.begin(name, *arguments)
        output, _ = process.communicate(timeout=timeout)
        return process.returncode, (output or b"").decode()  # a worker's goes to its log

    def begin(self, name: str, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        """A command on a machine, which goes on; its output is one pipe."""
        here = self.folder / name
        if not here.exists():
            self.machine(name)
        around = {**self.process_environment, "KUPLOAD_PROGRESS": str(here / "progress"), **environment}
        around["PYTHONPATH"] = str(Path(__file__).parents[1])
        del around["KUPLOAD_LIBRARY"]
        with (here / f"{len(self.running)}.log").open("wb") as log:
            out = subprocess.PIPE if "worker" not in arguments else log
            process = subprocess.Popen(
                [sys.executable, "-m", self.program, *arguments],
                cwd=here,
                env=around,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        self.running.append(process)
        return process

    def worker(self, name: str, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        """A worker on a machine, until nothing is left."""
        return self.begin(name, "cluster", "worker", "--until-empty", "--jobs", "3", *arguments, **environment)

    def count(self, condition: str) -> int:
        """How many lessons of the cluster are so."""
        return int(self.database.query(f"SELECT count(*) FROM kupload.lesson WHERE {condition}")[0][0])

    def wait_until(self, condition: Callable[[], bool], *, longest: float = 120) -> float:
        """Waits for it; returns how many seconds that took."""
        began = time.monotonic()
        while not condition():
            assert time.monotonic() - began < longest, self.said()
            time.sleep(0.05)
        return time.monotonic() - began

    def said(self) -> str:
        """What all workers said, for a test that fails."""
        logs = sorted(self.folder.glob("*/*.log"))
        return "\n".join(f"== {log.parent.name}\n{log.read_text('utf-8', 'replace')[-3000:]}" for log in logs)

    def everything_is_right(self, *, again: float = 0.005, except_for: frozenset[str] = frozenset()) -> None:
        """The promise of a batch, with so much of the library's bytes sent again at the most; nothing is left over."""
        self.assert_promise(cuts=1000, except_for=except_for)
        sent_again = self.emulator.accounting.bytes_received - self.library_bytes
        share = sent_again / self.library_bytes
        print(f"sent again: {share:.3%}")  # noqa: T201 - a figure of the report
        assert share <= again, share
        assert self.count("holder IS NOT NULL AND held_until > now()") == 0
        waiting = "queueing_lock IN (SELECT lesson_id FROM kupload.lesson WHERE stage <> 'linked')"
        assert self.database.query(f"SELECT count(*) FROM kupload.procrastinate_jobs WHERE {waiting}") == [(0,)]


@pytest.fixture
def cluster_worlds(worlds: WorldMaker) -> Iterator[Callable[..., ClusterWorld]]:
    """Makes worlds with a cluster; what still runs at the end is ended."""
    with ExitStack() as stack:

        def make(dialect: str = "tus", **settings: float) -> ClusterWorld:
            world = worlds(dialect, **settings)
            made = ClusterWorld(**{one.name: getattr(world, one.name) for one in fields(world)})
            with closing(line_to(made.database)) as line:
                install(line)
            stack.callback(_end_all, made)
            return made

        yield make


def _end_all(world: ClusterWorld) -> None:
    for process in world.running:
        if process.poll() is None:
            with suppress(ProcessLookupError):
                process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()
