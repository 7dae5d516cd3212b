"""One file over one connection: beside `curl -T` to the same sink, and beside hashing alone.

As a script, it takes the size in GiB and the number of runs: `python -m benchmarks.one_stream 1 3`.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Final

from benchmarks.stage import GIB, MIB, certificate, environment, kupload, measured, sink, workshop
from benchmarks.table import Figure, at_least, noted, table_of
from kinescope_upload.media.sample_mp4 import write_mp4

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.stage import Cost, Sink

__all__ = ["one_stream"]

_SIZE: Final = 4 * GIB
_RUNS: Final = 9


@dataclass(frozen=True, slots=True)
class _Speed:
    """Bytes per second, and seconds of CPU per 10^9 bytes, the start of the process included."""

    rate: float
    cpu: float


def one_stream(size: int = _SIZE, runs: int = _RUNS) -> list[Figure]:
    """Medians of interleaved runs; a speed is told by the sink, from the first request to the last byte."""
    with workshop() as folder:
        file = _make_file(folder, size)
        authority = certificate(folder)
        with sink() as plain, sink(authority) as tls:
            speeds: dict[str, list[_Speed]] = {}
            for _ in range(runs):
                for name, speed in (
                    ("curl", _curl(plain, file, authority)),
                    ("kupload", _kupload(plain, folder, authority, "--no-checksum")),
                    ("curl TLS", _curl(tls, file, authority)),
                    ("kupload TLS", _kupload(tls, folder, authority, "--no-checksum")),
                    ("hashing", _hashing(file)),
                    ("kupload MD5", _kupload(plain, folder, authority)),
                ):
                    speeds.setdefault(name, []).append(speed)
    return [
        _ratio("one stream, HTTP, ÷ `curl -T`", speeds, "kupload", "curl", 1.2),
        _ratio("one stream, TLS, ÷ `curl -T`", speeds, "kupload TLS", "curl TLS", 0.95),
        _ratio("one stream with MD5 ÷ hashing alone", speeds, "kupload MD5", "hashing", 0.9),
        noted("one stream, GB/s, medians (best)", _told(speeds)),
        noted("one stream, CPU s/GB", ", ".join(f"{name} {_least_cpu(some):.2f}" for name, some in speeds.items())),
    ]


def _ratio(line: str, speeds: dict[str, list[_Speed]], ours: str, other: str, bar: float) -> Figure:
    pairs = [mine.rate / theirs.rate for mine, theirs in zip(speeds[ours], speeds[other], strict=True)]
    figure = median(one.rate for one in speeds[ours]) / median(one.rate for one in speeds[other])
    return at_least(line, figure, bar, note=f"{min(pairs):.2f} to {max(pairs):.2f}")


def _told(speeds: dict[str, list[_Speed]]) -> str:
    middle = {name: (median(one.rate for one in some), max(one.rate for one in some)) for name, some in speeds.items()}
    return ", ".join(f"{name} {rate / 1e9:.2f} ({best / 1e9:.2f})" for name, (rate, best) in middle.items())


def _least_cpu(some: list[_Speed]) -> float:
    return min(one.cpu for one in some)


def _make_file(folder: Path, size: int) -> Path:
    path = folder / "library" / "01_course" / "m01" / "001.mp4"
    path.parent.mkdir(parents=True)
    write_mp4(path, size, seed="one stream")
    block = os.urandom(64 * MIB)
    with path.open("r+b") as file:  # bytes behind the video's head: no file system finds holes or repetitions
        for start in range(MIB, size, len(block)):
            file.seek(start)
            file.write(block[: size - start])
    return path


def _curl(to: Sink, file: Path, authority: Path) -> _Speed:
    to.stats()
    command = ["curl", "-sS", "-o", os.devnull, "-T", str(file), f"{to.url}/put", "--cacert", str(authority)]
    cost = measured(command, file.parents[3], {"PATH": os.environ["PATH"]})
    return _speed(to, cost, file)


def _kupload(to: Sink, folder: Path, authority: Path, *options: str) -> _Speed:
    to.stats()
    shutil.rmtree(folder / "progress", ignore_errors=True)
    command = kupload("--json", "--no-db", "--trust-scan", "--create-folders", "--jobs", "1", *options)
    cost = measured(command, folder, environment(folder, to.url, authority=authority))
    return _speed(to, cost, folder / "library" / "01_course" / "m01" / "001.mp4")


def _speed(to: Sink, cost: Cost, file: Path) -> _Speed:
    stats, size = to.stats(), file.stat().st_size
    if cost.exit_code or stats["bytes"] != size:
        raise RuntimeError(f"exit code {cost.exit_code}, {stats}")
    return _Speed(size / float(stats["seconds"]), cost.cpu / size * 1e9)


def _hashing(file: Path) -> _Speed:
    digest = hashlib.md5(usedforsecurity=False)
    buffer = memoryview(bytearray(MIB))
    began, cpu = time.monotonic(), time.process_time()
    with file.open("rb", buffering=0) as body:
        while count := body.readinto(buffer):
            digest.update(buffer[:count])
    size = file.stat().st_size
    return _Speed(size / (time.monotonic() - began), (time.process_time() - cpu) / size * 1e9)


if __name__ == "__main__":
    given = [float(one) for one in sys.argv[1:]]
    print(table_of(one_stream(int(given[0] * GIB), int(given[1])) if given else one_stream()))
