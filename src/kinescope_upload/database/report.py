"""What is known of the lessons' database without changing it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseReport:
    """Describes the database, as far as that is possible without changing it.

    Attributes:
        place: Its address: "host:port/database".
        problem: What is wrong, in words; None when lessons can be read and written.
        hint: What to do about it; empty when there is nothing to do.
        reachable: Whether it answered.
        server_version: "18.1"; empty when it did not answer.
        seconds: One round trip on an open connection, in seconds; None when it did not answer.
        columns: The table's columns; empty when there is no such table or it cannot be seen.
        may_update: Whether `video_id` and `video_url` may be written, and the duration where it has a column.
        hides_rows: Whether row-level security applies to us: rows may be invisible or read-only.
    """

    place: str
    problem: str | None = None
    hint: str = ""
    reachable: bool = False
    server_version: str = ""
    seconds: float | None = None
    columns: tuple[str, ...] = ()
    may_update: bool = False
    hides_rows: bool = False
