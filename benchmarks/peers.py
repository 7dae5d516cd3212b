"""What users would pick instead, side by side with kupload: three lines, three libraries.

`python -m benchmarks.peers [--scale 0.1] [LINE …]`; a line by a word of its name. Every tool runs as a process of its
own, four uploads at a time; the old system's way is one at a time. What is not installed is left out, and named.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import product
from statistics import median
from typing import TYPE_CHECKING, Final

from benchmarks.npm import npm_modules
from benchmarks.stage import GIB, MIB, ROOT, environment, kupload, measured, sink, workshop
from kinescope_upload.emulator import Link
from kinescope_upload.media.sample_mp4 import write_mp4
from support.real_library import make_real_library

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from benchmarks.stage import Cost, Sink

__all__ = ["peers"]

_JOBS: Final = 4
_RATE: Final = 12.5e6
"""Bytes a second of the slow lines: 100 Mbit/s."""
_PYTHON_PEERS: Final = ("tuspy", "aiotus")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A line to the sink: bytes a second, seconds each way, bytes after which each connection breaks; 0 for none."""

    name: str
    rate: float = 0.0
    latency: float = 0.0
    cut_every: int = 0
    runs: int = 1


_LINES: Final = (
    _Line(name="fast: this machine", runs=3),
    _Line(name="slow: 100 Mbit/s, 40 ms", rate=_RATE, latency=0.02),
    _Line(
        name="broken: 100 Mbit/s, 40 ms, each connection broken after 64 MiB",
        rate=_RATE,
        latency=0.02,
        cut_every=64 * MIB,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Result:
    """What one tool did with one library on one line."""

    seconds: float
    sent: float
    cpu: float
    peak: int
    left: int


def peers(scale: float = 1.0, lines: Sequence[str] = ()) -> Iterator[str]:
    """Gives the lines of the table as they are measured.

    Args:
        scale: What the large file and the mix are multiplied by.
        lines: Words of the names of the lines that are measured; empty for all.
    """
    tools, absent = _tools()
    yield "| line, library | tool | time ÷ limit | bytes sent ÷ bytes | CPU, s | peak, MB | left by hand |"
    yield "|---|---|---|---|---|---|---|"
    chosen = [line for line in _LINES if not lines or any(word in line.name for word in lines)]
    for line, (name, make) in product(chosen, _LIBRARIES.items()):
        with workshop() as folder:
            make(folder / "library", scale, line)
            yield from _cell(f"{line.name}; {name}", line, folder, tools)
    if absent:
        yield f"\nNot measured, since it is not here: {', '.join(absent)}."


def _cell(name: str, line: _Line, folder: Path, tools: Mapping[str, _Tool]) -> Iterator[str]:
    sizes = [path.stat().st_size for path in (folder / "library").rglob("*") if path.is_file()]
    runs: dict[str, list[_Result]] = {tool: [] for tool in tools}
    for _ in range(line.runs):
        for tool, command in tools.items():
            runs[tool].append(_run(command, line, folder, sizes))
    seconds = {tool: median(one.seconds for one in results) for tool, results in runs.items()}
    limit = sum(sizes) / line.rate if line.rate else min(seconds.values())
    for tool, results in runs.items():
        one = results[-1]
        cpu, peak = median(run.cpu for run in results), max(run.peak for run in results) / 1e6
        yield (
            f"| {name} | {tool} | {seconds[tool] / limit:.2f} ({seconds[tool]:.1f} s) | {one.sent:.2f} | {cpu:.1f} "
            f"| {peak:.0f} | {one.left} of {len(sizes)} |"
        )
        name = "…"


def _run(command: _Tool, line: _Line, folder: Path, sizes: Sequence[int]) -> _Result:
    shutil.rmtree(folder / "progress", ignore_errors=True)
    with sink() as to, _over(line, to) as url:
        env = environment(folder, url) | {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}
        cost: Cost = measured(command(folder / "library", url), folder, env)
        stats = to.stats()
    whole = stats["complete"] + stats["puts"]
    sent = stats["bytes"] / sum(sizes)
    return _Result(seconds=cost.seconds, sent=sent, cpu=cost.cpu, peak=cost.peak, left=len(sizes) - whole)


@contextmanager
def _over(line: _Line, to: Sink) -> Iterator[str]:
    if not line.rate:
        yield to.url
        return
    with Link(to.url) as link:
        link.slow_down(latency=line.latency, shared_rate=line.rate)
        if line.cut_every:
            link.cut(after=line.cut_every)
        yield link.url


# --- The tools ----------------------------------------------------------------------------------------------------

_Tool = Callable[["Path", str], list[str]]


def _tools() -> tuple[dict[str, _Tool], list[str]]:
    """The command line of each tool that is here, and the names of the others."""
    tools: dict[str, _Tool] = {"kupload": _kupload}
    if shutil.which("curl"):
        tools["curl -T, --retry 5"] = _curl
    if (modules := npm_modules()) is not None:
        tools["tus-js-client"] = lambda library, url: [
            *("node", str(ROOT / "benchmarks" / "tus_js_client.mjs")),
            *(str(modules), str(library), f"{url}/v2/init", str(_JOBS)),
        ]
    for name in _PYTHON_PEERS:
        if find_spec({"tuspy": "tusclient"}.get(name, name)):
            tools[name] = _python(name)
    tools["one PATCH a file, no resume"] = _python("one_patch")
    named = {"curl -T, --retry 5", "tus-js-client", *_PYTHON_PEERS}
    return tools, sorted(named - tools.keys())


def _kupload(_library: Path, _url: str) -> list[str]:
    return kupload("--json", "--no-db", "--trust-scan", "--create-folders", "--retries", "100", "--jobs", str(_JOBS))


def _curl(library: Path, url: str) -> list[str]:
    files = sorted(path for path in library.rglob("*") if path.is_file())
    asked = [word for number, path in enumerate(files) for word in ("-T", str(path), f"{url}/put/{number}")]
    return ["curl", "-s", "-Z", "--parallel-max", str(_JOBS), "--retry", "5", "--retry-all-errors", *asked]


def _python(name: str) -> _Tool:
    return lambda library, url: [sys.executable, "-m", "benchmarks.peer", name, str(library), url, str(_JOBS)]


# --- The libraries ------------------------------------------------------------------------------------------------


def _large(folder: Path, scale: float, line: _Line) -> None:
    section = folder / "01_course" / "m01"
    section.mkdir(parents=True)
    write_mp4(section / "001_lesson.mp4", int((GIB if line.rate else 4 * GIB) * scale), seed="large")


def _small(folder: Path, _scale: float, _line: _Line) -> None:
    section = folder / "01_course" / "m01"
    section.mkdir(parents=True)
    for number in range(200):
        write_mp4(section / f"{number:03d}_lesson.mp4", MIB, seed=str(number))


def _mix(folder: Path, scale: float, _line: _Line) -> None:
    make_real_library(folder, scale=scale / 100)


_LIBRARIES: Final[Mapping[str, Callable[[Path, float, _Line], None]]] = {
    "one file of 4 GiB (1 GiB on the slow lines)": _large,
    "200 × 1 MiB": _small,
    "the first user's mix at 1:100": _mix,
}


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("lines", nargs="*")
    parser.add_argument("--scale", type=float, default=1.0)
    given = parser.parse_args()
    for line in peers(given.scale, given.lines):
        print(line, flush=True)


if __name__ == "__main__":
    main()
