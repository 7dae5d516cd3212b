"""Lessons that machines refuse: each waits in a queue whose name is the library's, then those of these machines.

No machine looks into queues that name it, so none takes what it has refused, and all others do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from psycopg.sql import SQL

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from kinescope_upload.cluster.line import Line

_SPLIT: Final = "/"
"""Stands in no library's name, and in no machine's."""

_NAMES: Final = SQL(
    "WITH RECURSIVE queue AS (SELECT min(queue_name) AS name FROM {s}.procrastinate_jobs"
    " UNION ALL SELECT (SELECT min(queue_name) FROM {s}.procrastinate_jobs WHERE queue_name > queue.name)"
    " FROM queue WHERE queue.name IS NOT NULL)"
    " SELECT name FROM queue WHERE strpos(name, %(between)s) > 0"
    " AND split_part(name, %(between)s, 1) = ANY(%(libraries)s::text[])"
)
"""Selects the names of queues that name machines, each by one look into the index."""

_RENAME: Final = SQL(
    "UPDATE {s}.procrastinate_jobs SET queue_name = %(to)s WHERE queue_name = %(of)s AND status = 'todo'"
    " AND (%(ids)s::text[] IS NULL OR queueing_lock = ANY(%(ids)s::text[]))"
)
"""Moves turns from one queue to another."""


def library_of(name: str) -> str:
    """The library whose queue has this name."""
    return name.partition(_SPLIT)[0]


def with_machine(name: str, machine: str) -> str:
    """The name of the queue for lessons that this machine, too, refuses."""
    return f"{name}{_SPLIT}{machine}"


def others_refuse(line: Line, libraries: Iterable[str], machine: str) -> list[str]:
    """The queues of lessons of these libraries that machines refuse, and this one does not."""
    return [name for name in _names(line, libraries) if machine not in _machines(name)]


def refused_by(line: Line, libraries: Iterable[str], machine: str) -> list[str]:
    """The queues of lessons of these libraries that this machine refuses."""
    return [name for name in _names(line, libraries) if machine in _machines(name)]


def accept(line: Line, machine: str, libraries: Iterable[str], lesson_ids: Collection[str] | None = None) -> None:
    """Lets the machine have lessons of these libraries again that it refused: those that are named, or all."""
    for name in refused_by(line, libraries, machine):
        others = [one for one in _machines(name) if one != machine]
        _rename(line, name, _SPLIT.join([library_of(name), *others]), lesson_ids)


def offer(line: Line, library: str, lesson_ids: Collection[str]) -> None:
    """Lets every machine have these lessons again: other files were written down for them."""
    for name in _names(line, [library]):
        _rename(line, name, library, lesson_ids)


def _machines(name: str) -> list[str]:
    return name.split(_SPLIT)[1:]


def _names(line: Line, libraries: Iterable[str]) -> list[str]:
    return [name for (name,) in line.ask(_NAMES, between=_SPLIT, libraries=list(libraries))]


def _rename(line: Line, name: str, to: str, lesson_ids: Collection[str] | None) -> None:
    ids = None if lesson_ids is None else list(lesson_ids)
    line.ask(_RENAME, of=name, to=to, ids=ids, patience=60)
