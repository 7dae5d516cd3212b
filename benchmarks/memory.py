"""How much memory a run takes at its most: with large files, and with very many."""

from __future__ import annotations

import os
import shutil
import signal
import ssl
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.rows import add_rows, lessons_database
from benchmarks.stage import (
    GIB,
    MIB,
    certificate,
    environment,
    kupload,
    measured_in_terminal,
    peak_of,
    sink,
    workshop,
)
from benchmarks.table import Figure, at_most, table_of
from kinescope_upload.media.sample_mp4 import SMALLEST, write_mp4

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["memory"]

_FILES: Final = 100_000
_SECTION: Final = 100
_SIZES: Final = (64 * MIB, GIB)


def memory() -> list[Figure]:
    """Peaks of resident memory; MB are 10^6 bytes.

    Large files go up as they do in earnest: on a terminal, with the database, by TLS, and with all the certificates
    that the system trusts.
    """
    with workshop() as folder, sink() as to, lessons_database() as database:
        with sink(certificate(folder)) as tls:
            env = environment(folder, tls.url, database=database, authority=_trusted(folder))
            peaks = [_peak_with(folder, env, database, size) for size in _SIZES]
            sixteen = _peak_with(folder, env, database, _SIZES[0], jobs=16)
        shutil.rmtree(folder / "library")
        for section in range(_FILES // _SECTION):
            _fill(
                folder / "library" / f"{section // 50:02d}_course" / f"m{section % 50:02d}_section", _SECTION, SMALLEST
            )
        planned = _peak_of_planning(folder, environment(folder, to.url), "--no-db", "--trust-scan")
        add_rows(database, folder / "library")
        with_rows = _peak_of_planning(folder, environment(folder, to.url, database=database))
    small, large = (peak / 1e6 for peak in peaks)
    note = f"{small:.0f} MB with files of 64 MiB"
    return [
        at_most("peak memory, `--jobs 4`, files of 1 GiB", large, 62, " MB", note=note),
        at_most("peak memory, `--jobs 16`, files of 64 MiB", sixteen / 1e6, 64, " MB"),
        at_most("peak memory, 100,000 lessons planned", planned / 1e6, 100, " MB"),
        at_most("…, held against the database", with_rows / 1e6, 100, " MB"),
    ]


def _trusted(folder: Path) -> Path:
    """What the system trusts, and the sink's authority."""
    everything = folder / "trusted.pem"
    system = Path(ssl.get_default_verify_paths().cafile or os.devnull)
    everything.write_bytes(system.read_bytes() + (folder / "authority.pem").read_bytes())
    return everything


def _peak_with(folder: Path, env: Mapping[str, str], database: str, size: int, jobs: int = 4) -> int:
    for name in ("library", "progress"):
        shutil.rmtree(folder / name, ignore_errors=True)
    _fill(folder / "library" / "01_course" / "m01", 2 * jobs, size)
    add_rows(database, folder / "library")
    cost = measured_in_terminal(kupload("--yes", "--create-folders", "--jobs", str(jobs)), folder, env)
    if cost.exit_code or f"{2 * jobs} lessons" not in cost.stdout:
        raise RuntimeError(cost.stdout[-2000:])
    return cost.peak


def _fill(folder: Path, count: int, size: int) -> None:
    folder.mkdir(parents=True)
    for number in range(1, count + 1):
        write_mp4(folder / f"{number:03d}_lesson.mp4", size, seed=f"{folder}/{number}")


def _peak_of_planning(folder: Path, env: Mapping[str, str], *options: str) -> int:
    """The run is stopped when twenty lessons of the plan are done."""
    shutil.rmtree(folder / "progress", ignore_errors=True)
    command = kupload("--create-folders", "--jobs", "4", "--json", *options)
    with subprocess.Popen(command, cwd=folder, env=env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        done = 0
        while done < 20:
            done += '"lesson_done"' in process.stdout.readline()
        peak = peak_of(process.pid)
        process.send_signal(signal.SIGINT)
        process.stdout.read()
    return peak


if __name__ == "__main__":
    print(table_of(memory()))
