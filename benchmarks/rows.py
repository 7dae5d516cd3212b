"""A database of lessons for a benchmark: real PostgreSQL, a row for every file of a library."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psycopg

from kinescope_upload.demo.postgres import database_server
from kinescope_upload.library.scan import scan
from kinescope_upload.mapping import assign_by_scan_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["add_rows", "lessons_database", "linked_videos"]

_TABLE: Final = (
    'CREATE TABLE "Lesson" (id text PRIMARY KEY, "courseId" text NOT NULL, title text NOT NULL,'
    ' "videoUrl" text, "videoId" text)'
)


@contextmanager
def lessons_database() -> Iterator[str]:
    """The address of a database that is gone afterwards; it has no table yet."""
    with tempfile.TemporaryDirectory(prefix="kupload-bench-") as name:
        Path(name).chmod(0o755)  # the server runs as another user when we are root
        with database_server(Path(name) / "postgres") as url:
            yield url


def add_rows(database: str, library: Path) -> None:
    """A table with an empty row for every file of the library, as the scan rule names it; an older table goes."""
    values = [(one.lesson_id, one.course, one.file.stem) for one in assign_by_scan_rule(scan(library).files)]
    with psycopg.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute('DROP TABLE IF EXISTS "Lesson"')
        cursor.execute(_TABLE)
        cursor.executemany('INSERT INTO "Lesson" (id, "courseId", title) VALUES (%s, %s, %s)', values)


def linked_videos(database: str) -> int:
    """How many different videos the rows name."""
    with psycopg.connect(database) as connection:
        row = connection.execute('SELECT count(DISTINCT "videoId") FROM "Lesson"').fetchone()
    return int(row[0]) if row else 0
