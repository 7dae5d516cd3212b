"""`--jobs auto` beside fixed numbers, on real sockets: the first user's mix of sizes at 1:300, on three lines.

A number is measured for 1 s instead of 5, as on a batch that is five times as large.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from benchmarks.stage import environment, kupload, measured, sink, workshop
from benchmarks.table import Figure, at_least, noted, table_of
from kinescope_upload.emulator import Link
from support.real_library import make_real_library

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.stage import Cost

__all__ = ["jobs"]

_SCALE: Final = 1 / 300
_WINDOW: Final = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A line, the fixed numbers that are tried on it, and how much faster than `--jobs 4` it has to be."""

    name: str
    latency: float
    shared: float
    cap: float | None = None
    cut_every: int = 0
    fixed: tuple[int, ...] = (4,)
    gain: float = 0.0


_LINES: Final = (
    _Line(name="12 MB/s, 1 MB/s a connection, 100 ms", latency=0.05, shared=12e6, cap=1e6, fixed=(4, 16), gain=1.5),
    _Line(name="12 MB/s, 40 ms", latency=0.02, shared=12e6),
    _Line(name="12 MB/s, 40 ms, broken every 16 MiB", latency=0.02, shared=12e6, cut_every=16 * 1024 * 1024),
)


def jobs() -> list[Figure]:
    """One run each; the line is what takes the time."""
    with workshop() as folder:
        size = sum(file.size for file in make_real_library(folder / "library", scale=_SCALE))
        return [figure for line in _LINES for figure in _on(line, folder, size)]


def _on(line: _Line, folder: Path, size: int) -> list[Figure]:
    fixed = {number: _seconds(_run(line, folder, str(number))) for number in line.fixed}
    run = _run(line, folder, "auto")
    auto, best = _seconds(run), min(fixed.values())
    numbers = [4, *(event["jobs"] for event in run.events("jobs_changed"))]
    told = ", ".join(f"`--jobs {number}` {seconds:.0f} s" for number, seconds in fixed.items())
    note = f"{auto:.0f} s by {' → '.join(map(str, numbers))}; {told}; the bytes alone {size / line.shared:.0f} s"
    what = f"{line.name}: `--jobs auto`, best fixed number's time ÷ its time"
    figures = [at_least(what, best / auto, 0.95, note=note)]
    if line.gain:
        return [*figures, at_least("…, `--jobs 4` ÷ `--jobs auto`", fixed[4] / auto, line.gain)]
    return [*figures, noted("…, `--jobs 4` ÷ `--jobs auto`", f"{fixed[4] / auto:.2f}")]


def _seconds(cost: Cost) -> float:
    return float(cost.events("summary")[0]["run_seconds"])


def _run(line: _Line, folder: Path, number: str) -> Cost:
    shutil.rmtree(folder / "progress", ignore_errors=True)
    with sink() as to, Link(to.url) as link:
        link.slow_down(latency=line.latency, rate=line.cap, shared_rate=line.shared)
        if line.cut_every:
            link.cut(after=line.cut_every)
        env = environment(folder, link.url) | {"KUPLOAD_JOBS_WINDOW": _WINDOW}
        command = kupload("--json", "--no-db", "--trust-scan", "--create-folders", "--retries", "100", "--jobs", number)
        cost = measured(command, folder, env)
    if cost.exit_code:
        raise RuntimeError((folder / "complained").read_text() + cost.stdout[-2000:])
    return cost


if __name__ == "__main__":
    print(table_of(jobs()))
