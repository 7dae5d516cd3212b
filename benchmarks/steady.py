"""A limited rate is kept over any ten seconds, whatever the workers; and the rate and ETA that are shown are right."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from benchmarks.stage import MIB, Cost, environment, kupload, sink, workshop
from benchmarks.table import Figure, at_most, table_of
from kinescope_upload.emulator import Link
from kinescope_upload.media.sample_mp4 import write_mp4

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["steady"]

_RATE: Final = 5 * MIB
_SECONDS: Final = 26
_WINDOW: Final = 10.0
_SETTLED: Final = 8.0
"""Seconds until a smoothed rate may be held against the truth."""


@dataclass(frozen=True, slots=True)
class _Sample:
    moment: float
    total: int


def steady() -> list[Figure]:
    """One worker and eight, each for half a minute."""
    with workshop() as folder, sink() as to, Link(to.url) as link:
        runs = {jobs: _run(folder, link, jobs) for jobs in (1, 8)}
    figures = []
    for jobs, (samples, cost) in runs.items():
        off = max(abs(rate / _RATE - 1) for rate in _rates(samples))
        figures.append(at_most(f"`--bwlimit 5M --jobs {jobs}`, worst 10 s off by", off * 100, 5, " %"))
        rate, eta = _errors(cost.events("progress"), cost.events("summary")[0])
        figures.append(at_most("…, the rate shown, off by at most", rate * 100, 10, " %"))
        figures.append(at_most("…, the ETA shown, off by (median)", eta * 100, 10, " %"))
    return figures


def _run(folder: Path, link: Link, jobs: int) -> tuple[list[_Sample], Cost]:
    here = folder / f"jobs{jobs}"
    _fill(here / "library" / "01_course" / "m01", _RATE * _SECONDS, files=16)
    options = ("--json", "--no-db", "--trust-scan", "--create-folders", "--bwlimit", "5M", "--jobs", str(jobs))
    samples, began, before = [], time.monotonic(), link.bytes_up
    with (
        (here / "said").open("wb") as said,
        subprocess.Popen(kupload(*options), cwd=here, env=environment(here, link.url), stdout=said) as process,
    ):
        while process.poll() is None:
            samples.append(_Sample(time.monotonic() - began, link.bytes_up - before))
            time.sleep(0.05)
    text = (here / "said").read_text(encoding="utf-8")
    return samples, Cost(seconds=time.monotonic() - began, cpu=0, peak=0, exit_code=process.returncode, stdout=text)


def _fill(folder: Path, size: int, files: int) -> None:
    folder.mkdir(parents=True)
    for number in range(1, files + 1):
        write_mp4(folder / f"{number:03d}_lesson.mp4", size // files, seed=str(number))


def _rates(samples: Sequence[_Sample]) -> list[float]:
    """Bytes per second of every window between the first byte of a file and the last."""
    moving = [one for one in samples if MIB < one.total < samples[-1].total - MIB]
    found, late = [], 0
    for one in moving:
        while late < len(moving) and moving[late].moment - one.moment < _WINDOW:
            late += 1
        if late == len(moving):
            break
        found.append((moving[late].total - one.total) / (moving[late].moment - one.moment))
    return found


def _errors(told: Sequence[Mapping[str, Any]], summary: Mapping[str, Any]) -> tuple[float, float]:
    """How far the rates and the ETAs that were shown are off, as parts of the truth."""
    moments = [datetime.fromisoformat(one["time"]).timestamp() for one in told]
    began, ended = moments[0], datetime.fromisoformat(summary["time"]).timestamp()
    rates, etas = [], []
    for moment, one in zip(moments, told, strict=True):
        if moment - began < _SETTLED or ended - moment < 5:
            continue
        rates.append(abs(one["rate_bytes_per_second"] / _RATE - 1))
        etas.append(abs(one["eta_seconds"] / (ended - moment) - 1))
    return max(rates), median(etas)


if __name__ == "__main__":
    print(table_of(steady()))
