"""Every line of the table, one after the other, but the longest ones: `python -m benchmarks.bench [NAME …]`."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Final

from benchmarks.cluster import cluster
from benchmarks.far_database import far_database
from benchmarks.lines import lines
from benchmarks.many_streams import many_streams
from benchmarks.memory import memory
from benchmarks.one_stream import one_stream
from benchmarks.orders import orders
from benchmarks.page import page
from benchmarks.replay import replay
from benchmarks.scale import scale
from benchmarks.small_files import small_files
from benchmarks.start import start
from benchmarks.steady import steady
from benchmarks.table import table_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.table import Figure

_REPLAYED: Final = 0.1
"""The whole batch takes minutes: `python -m benchmarks.replay`."""


def _short_replay() -> list[Figure]:
    return [*replay(_REPLAYED), *replay(_REPLAYED, faults=True)]


_BENCHMARKS: Final[dict[str, Callable[[], list[Figure]]]] = {
    "start": start,
    "scale": scale,
    "memory": memory,
    "page": page,
    "one_stream": one_stream,
    "many_streams": many_streams,
    "far_database": far_database,
    "small_files": small_files,
    "orders": orders,
    "steady": steady,
    "cluster": cluster,
    "replay": _short_replay,
}
_ONLY_WHEN_NAMED: Final[dict[str, Callable[[], list[Figure]]]] = {"lines": lines}
"""Nine minutes: as long as one machine's line takes."""


def main(names: list[str]) -> int:
    """Runs what is named, or a quarter of an hour's worth; 1 when a bar is missed."""
    known = _BENCHMARKS | _ONLY_WHEN_NAMED
    if unknown := [name for name in names if name not in known]:
        print(f"No benchmark is named {', '.join(unknown)}. There are: {', '.join(known)}.", file=sys.stderr)
        return 2
    figures: list[Figure] = []
    for name in names or _BENCHMARKS:
        print(f"{name} …", file=sys.stderr, end=" ", flush=True)
        began = time.monotonic()
        figures += known[name]()
        print(f"{time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    print(table_of(figures))
    return int(any(one.is_met is False for one in figures))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
