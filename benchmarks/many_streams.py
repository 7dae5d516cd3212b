"""Many files over a line with a round trip of 40 ms and 20 MB/s a connection, by TLS: four workers beside one."""

from __future__ import annotations

import math
import shutil
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, Final

from benchmarks.stage import MIB, certificate, environment, kupload, measured, sink, workshop
from benchmarks.table import Figure, at_most, noted, table_of
from kinescope_upload.emulator import Link
from kinescope_upload.media.sample_mp4 import write_mp4

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from benchmarks.stage import Sink

__all__ = ["many_streams"]

_FILES: Final = 200
_MEDIAN: Final = 3 * MIB
_SPREAD: Final = 0.715
_ROUND_TRIP: Final = 0.04
_RATE: Final = 20e6


def many_streams() -> list[Figure]:
    """One run each; the line, not the machine, is what takes the time."""
    with workshop() as folder:
        authority = certificate(folder)
        _make_files(folder / "library" / "01_course" / "m01")
        with sink(authority) as to, Link(to.url.replace("https", "http")) as link:
            link.slow_down(latency=_ROUND_TRIP / 2, rate=_RATE)
            one, _ = _run(folder, to, link, authority, "--jobs", "1")
            four, stats = _run(folder, to, link, authority, "--jobs", "4")
            mixed, _ = _run(folder, to, link, authority, "--jobs", "4", "--order", "mixed")
    requests = (stats["requests"].get("POST", 0) + stats["requests"].get("PATCH", 0)) / _FILES
    return [
        at_most("200 files, 40 ms, `--jobs 4` ÷ `--jobs 1`", four / one, 0.27, note=f"{four:.1f} s of {one:.1f} s"),
        noted("…, `--jobs 4 --order mixed` ÷ `--jobs 1`", f"{mixed / one:.3f} ({mixed:.1f} s)"),
        at_most("…, TLS handshakes, 4 workers, one host", stats["handshakes"] - 1, 4),  # one of them asks for the count
        at_most("…, requests of a file", requests, 2.01),
    ]


def _run(folder: Path, to: Sink, link: Link, authority: Path, *options: str) -> tuple[float, Mapping[str, Any]]:
    to.stats()
    shutil.rmtree(folder / "progress", ignore_errors=True)
    url = f"https://127.0.0.1:{link.port}"
    command = kupload("--json", "--no-db", "--trust-scan", "--create-folders", *options)
    cost = measured(command, folder, environment(folder, url, authority=authority))
    if cost.exit_code:
        raise RuntimeError((folder / "complained").read_text() + cost.stdout[-2000:])
    return float(cost.events("summary")[0]["run_seconds"]), to.stats()


def _make_files(folder: Path) -> None:
    folder.mkdir(parents=True)
    for number in range(_FILES):
        size = int(_MEDIAN * math.exp(_SPREAD * NormalDist().inv_cdf((number * 77 % _FILES + 0.5) / _FILES)))
        write_mp4(folder / f"{number + 1:03d}_lesson.mp4", size, seed=str(number))


if __name__ == "__main__":
    print(table_of(many_streams()))
