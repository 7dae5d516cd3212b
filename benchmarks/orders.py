"""What each order gives: the first user's mix of sizes, four workers, and a line that limits each connection."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final

from benchmarks.stage import environment, kupload, measured, sink, workshop
from benchmarks.table import Figure, noted, table_of
from kinescope_upload.emulator import Link
from kinescope_upload.plan.order import Order
from support.real_library import make_real_library

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["orders"]

_SCALE: Final = 1e-3
_RATE: Final = 4e6
_JOBS: Final = 4


def orders() -> list[Figure]:
    """The time of each order, beside the time that the bytes alone take on four connections."""
    with workshop() as folder, sink() as to, Link(to.url) as link:
        size = sum(file.size for file in make_real_library(folder / "library", scale=_SCALE))
        link.slow_down(rate=_RATE)
        seconds = {order: _run(folder, link.url, order) for order in Order}
    ideal = size / _RATE / _JOBS
    told = ", ".join(f"{order} {took:.1f} s ({took / ideal:.2f})" for order, took in seconds.items())
    return [noted(f"orders, 4 workers, first user's mix at 1:1000 (÷ {ideal:.1f} s of bytes alone)", told)]


def _run(folder: Path, url: str, order: Order) -> float:
    shutil.rmtree(folder / "progress", ignore_errors=True)
    command = kupload("--json", "--no-db", "--trust-scan", "--create-folders", "--order", order, "--jobs", str(_JOBS))
    cost = measured(command, folder, environment(folder, url))
    return float(cost.events("summary")[0]["run_seconds"])


if __name__ == "__main__":
    print(table_of(orders()))
