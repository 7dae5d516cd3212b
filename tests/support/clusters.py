"""A cluster's tables in a test's database, and processes that share them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kinescope_upload.cluster import statements
from kinescope_upload.cluster.hold import Lease
from kinescope_upload.cluster.holds import Holds
from kinescope_upload.cluster.line import Line
from kinescope_upload.cluster.schema import install
from kinescope_upload.cluster.store import ClusterProgress
from kinescope_upload.database import clean_dsn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.postgres import Database

SCHEMA = "kupload"
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


def a_machine(line: Line, *, lease: float = _LONGEST) -> ClusterProgress:
    """The progress in one more process's hands."""
    return ClusterProgress(holds=Holds(line=line, lease=Lease(seconds=lease)), library="nas")


def enqueue(line: Line, *lesson_ids: str, library: str = "nas") -> None:
    """Writes lessons down as `kupload cluster enqueue` does, without their turns."""
    number = len(lesson_ids)
    line.ask(
        statements.ADD,
        ids=list(lesson_ids),
        courses=["c"] * number,
        libraries=[library] * number,
        paths=[f"c/{lesson_id}.mp4" for lesson_id in lesson_ids],
        sizes=[1000] * number,
        times=[1_700_000_000_000_000_000] * number,
        titles=list(lesson_ids),
        written=[False] * number,
    )


def pass_lease(database: Database, lesson_id: str) -> None:
    """Lets the time of a lesson's hold run out, by the database's clock."""
    database.execute(f"UPDATE kupload.lesson SET held_until = now() - interval '1 s' WHERE lesson_id = '{lesson_id}'")
