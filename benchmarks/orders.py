"""What each order gives: the first user's mix of sizes, four workers, and a line that limits each connection.

As a script, it takes the scale and the orders: `python -m benchmarks.orders 0.01 mixed`.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from typing import TYPE_CHECKING, Final

from benchmarks.stage import environment, kupload, measured, sink, workshop
from benchmarks.table import Figure, noted, table_of
from kinescope_upload.emulator import Link
from kinescope_upload.plan.order import Order
from support.real_library import make_real_library

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["orders"]

_SCALE: Final = 1e-3
_RATE: Final = 4e6
_JOBS: Final = 4
_PROBE: Final = 20_000_000
"""Bytes that curl sends to learn what the line passes on one connection."""


def orders(scale: float = _SCALE, tried: Sequence[Order] = tuple(Order)) -> list[Figure]:
    """The time of each order, beside the time that the bytes alone take on four connections.

    The relay passes a little less than the rate that it is told, so curl measures what the bytes alone take.
    """
    with workshop() as folder, sink() as to, Link(to.url) as link:
        size = sum(file.size for file in make_real_library(folder / "library", scale=scale))
        link.slow_down(rate=_RATE)
        ideal = size / _passed(folder, link.url) / _JOBS
        seconds = {order: _run(folder, link.url, order) for order in tried}
    told = ", ".join(f"{order} {took:.1f} s ({took / ideal:.3f})" for order, took in seconds.items())
    line = f"orders, 4 workers, first user's mix at 1:{1 / scale:.0f} (÷ {ideal:.1f} s of bytes alone)"
    return [noted(line, told)]


def _passed(folder: Path, url: str) -> float:
    """Bytes a second that the line passes on one connection."""
    probe = folder / "probe"
    probe.write_bytes(os.urandom(_PROBE))
    began = time.monotonic()
    measured(["curl", "-sS", "-o", os.devnull, "-T", str(probe), f"{url}/put"], folder, {"PATH": os.environ["PATH"]})
    return _PROBE / (time.monotonic() - began)


def _run(folder: Path, url: str, order: Order) -> float:
    shutil.rmtree(folder / "progress", ignore_errors=True)
    command = kupload("--json", "--no-db", "--trust-scan", "--create-folders", "--order", order, "--jobs", str(_JOBS))
    cost = measured(command, folder, environment(folder, url))
    return float(cost.events("summary")[0]["run_seconds"])


if __name__ == "__main__":
    given = sys.argv[1:]
    print(table_of(orders(float(given[0]), [Order(name) for name in given[1:]]) if given else orders()))
