"""Tells machines of one name apart, and says that a name is taken. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

GIVE_NAMES: Final = "Give each machine a name of its own: [cluster] machine in kupload.toml."


class Named(NamedTuple):
    """A worker: its machine's name, the host, the process there."""

    name: str
    host: str
    process_id: int


def shown_names(workers: Sequence[Named]) -> tuple[str, ...]:
    """What each worker is called, with its host where a name is there twice, and with its process where both are."""
    names, hosts = Counter(one.name for one in workers), Counter((one.name, one.host) for one in workers)
    return tuple(
        one.name
        + (f" on {one.host}" if names[one.name] > 1 else "")
        + (f", process {one.process_id}" if hosts[one.name, one.host] > 1 else "")
        for one in workers
    )


def taken(names: Iterable[str]) -> list[str]:
    """Says of each name that is there twice that it is taken.

    Args:
        names: The names of the workers that are at work.
    """
    twins = {name: number for name, number in Counter(names).items() if number > 1}
    return [
        f"{number} workers at work are called {name}: that name is taken. {GIVE_NAMES}"
        for name, number in twins.items()
    ]
