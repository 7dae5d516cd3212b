"""The first user's whole batch, replayed: 405 files and 212 GB that take no room, a database, a sink, the real kupload.

`python -m benchmarks.replay [--scale 0.1] [--jobs 4] [--faults] [--no-checksum] [--order mixed]`
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from benchmarks.rows import add_rows, lessons_database, linked_videos
from benchmarks.stage import environment, kupload, measured, sink, workshop
from benchmarks.table import Figure, at_most, noted, table_of
from support.real_library import make_real_library

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.stage import Cost

__all__ = ["replay"]

_BREAK_EVERY: Final = 2_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Replayed:
    """What came of it."""

    cost: Cost
    stats: Mapping[str, Any]
    size: int
    files: int
    linked: int


def replay(scale: float = 1.0, *, faults: bool = False, options: Sequence[str] = ()) -> list[Figure]:
    """Runs the batch once.

    Args:
        scale: What every file's size is multiplied by.
        faults: Whether the link breaks every 2 GB (times the scale).
        options: Further options of kupload.
    """
    done = _run(scale, faults=faults, options=options)
    gigabytes = done.size / 1e9
    name = f"replay{' with faults' if faults else ''}{' '.join(['', *options])}, {gigabytes:.3g} GB"
    problem = f"; {done.stats['complete']} videos complete, {done.linked} rows linked, exit code {done.cost.exit_code}"
    is_whole = done.stats["complete"] == done.linked == done.files and not done.cost.exit_code
    words = f"{done.cost.seconds:.0f} s, {gigabytes / done.cost.seconds:.2f} GB/s"
    per_file = sum(done.stats["requests"].values()) / done.files
    sent = done.stats["bytes"] / done.size
    breaks = f", {done.stats['breaks']} breaks" if faults else ""
    return [
        Figure(
            line=name, figure=words + breaks + problem * (not is_whole), bar="every video, every row", is_met=is_whole
        ),
        noted("…, CPU", f"{done.cost.cpu / gigabytes:.2f} s/GB (the sink: {done.stats['cpu'] / gigabytes:.2f})"),
        at_most("…, peak memory", done.cost.peak / 1e6, 60, " MB"),
        noted("…, requests per file", f"{per_file:.1f} ({done.stats['connections']} connections)"),
        at_most("…, bytes received ÷ library", sent, 1.001),
    ]


def _run(scale: float, *, faults: bool, options: Sequence[str]) -> _Replayed:
    break_every = max(1, int(_BREAK_EVERY * scale)) if faults else 0
    with workshop() as folder, lessons_database() as database, sink(break_every=break_every) as to:
        files = make_real_library(folder / "library", scale=scale)
        add_rows(database, folder / "library")
        env = environment(folder, to.url, database=database) | {"KUPLOAD_RETRY_BASE": "0.1"}
        cost = measured(kupload("--json", "--create-folders", *options), folder, env)
        if cost.exit_code:
            print((folder / "complained").read_text(), cost.stdout[-3000:])
        return _Replayed(
            cost=cost,
            stats=to.stats(),
            size=sum(file.size for file in files),
            files=len(files),
            linked=linked_videos(database),
        )


def _arguments() -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(description="What is not known here goes to kupload.")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--faults", action="store_true")
    return parser.parse_known_args()


if __name__ == "__main__":
    given, rest = _arguments()
    print(table_of(replay(given.scale, faults=given.faults, options=rest)))
