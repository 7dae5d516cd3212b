"""Keeps the number of workers within the open files that the system allows the process."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

_OTHERS: Final = 40
"""Open files beside the workers': Python's, the locks, the journals, the database's, those of the shared client."""
_A_WORKER: Final = 6
"""Its file, its connections to both hosts and through a proxy, the record that it saves, a look-up of a name."""


def affordable_jobs(jobs: int, limit: int | None) -> int:
    """How many workers may run at a time, at least one.

    Args:
        jobs: How many are wished.
        limit: How many files the process may have open; None means any number.
    """
    return jobs if limit is None else max(1, min(jobs, (limit - _OTHERS) // _A_WORKER))


def open_files_limit(needed: int) -> int | None:
    """How many files the process may have open; raised as far as the system lets it, to no more than is needed.

    Args:
        needed: The number of workers that are wished.
    """
    try:
        import resource  # noqa: PLC0415 - there is none on Windows, which has no such limit
    except ImportError:
        return None
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OTHERS + needed * _A_WORKER
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
            soft = most
    return None if soft == resource.RLIM_INFINITY else soft
