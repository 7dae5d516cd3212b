"""How much memory a run takes at its most: with large files, and with very many."""

from __future__ import annotations

import shutil
import signal
import subprocess
from typing import TYPE_CHECKING, Final

from benchmarks.stage import GIB, MIB, environment, kupload, measured, peak_of, sink, workshop
from benchmarks.table import Figure, at_most, table_of

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["memory"]

_FILES: Final = 100_000
_SECTION: Final = 100
_SIZES: Final = (64 * MIB, GIB)


def memory() -> list[Figure]:
    """Peaks of resident memory; MB are 10^6 bytes. What the database's driver takes is counted by the replay."""
    with workshop() as folder, sink() as to:
        peaks = [_peak_with(folder, to.url, size) for size in _SIZES]
        shutil.rmtree(folder / "library")
        for section in range(_FILES // _SECTION):
            _fill(folder / "library" / f"{section // 50:02d}_course" / f"m{section % 50:02d}_section", _SECTION, 1)
        planned = _peak_of_planning(folder, to.url)
    small, large = (peak / 1e6 for peak in peaks)
    note = f"{small:.0f} MB with files of 64 MiB"
    return [
        at_most("peak memory, --jobs 4, files of 1 GiB", large, 60, " MB", note=note),
        at_most("peak memory, 100,000 lessons planned", planned / 1e6, 100, " MB"),
    ]


def _peak_with(folder: Path, url: str, size: int) -> int:
    shutil.rmtree(folder / "library", ignore_errors=True)
    _fill(folder / "library" / "01_course" / "m01", 8, size)
    return _peak(folder, url)


def _fill(folder: Path, count: int, size: int) -> None:
    folder.mkdir(parents=True)
    for number in range(1, count + 1):
        with (folder / f"{number:03d}_lesson.mp4").open("wb") as file:
            file.truncate(size)


def _peak(folder: Path, url: str) -> int:
    cost = measured(_command(folder), folder, environment(folder, url))
    if cost.exit_code:
        raise RuntimeError((folder / "complained").read_text())
    return cost.peak


def _peak_of_planning(folder: Path, url: str) -> int:
    """The run is stopped when twenty lessons of the plan are done."""
    with subprocess.Popen(
        _command(folder), cwd=folder, env=environment(folder, url), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        done = 0
        while done < 20:
            done += '"lesson_done"' in process.stdout.readline()
        peak = peak_of(process.pid)
        process.send_signal(signal.SIGINT)
        process.stdout.read()
    return peak


def _command(folder: Path) -> list[str]:
    shutil.rmtree(folder / "progress", ignore_errors=True)
    return kupload("--no-db", "--trust-scan", "--create-folders", "--jobs", "4", "--json")


if __name__ == "__main__":
    print(table_of(memory()))
