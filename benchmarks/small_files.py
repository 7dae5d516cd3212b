"""Two hundred files of 1 MiB to npm's `@tus/server` on this machine: kupload beside tus-js-client."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final

from benchmarks.npm import npm_modules
from benchmarks.rows import add_rows, lessons_database, linked_videos
from benchmarks.stage import MIB, ROOT, environment, kupload, measured
from benchmarks.table import Figure, at_most, noted, table_of
from kinescope_upload.media.sample_mp4 import write_mp4

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["small_files"]

_FILES: Final = 200
_JOBS: Final = 4
_RUNS: Final = 5


def small_files() -> list[Figure]:
    """Medians of runs by turns, without the start of the processes; on a real disk, with the database."""
    if (modules := npm_modules()) is None:
        return [noted(f"{_FILES} files of 1 MiB ÷ tus-js-client", "not measured: no node, or no npm package")]
    with tempfile.TemporaryDirectory(prefix="kupload-bench-") as name, lessons_database() as database:
        folder = Path(name)
        library = folder / "library" / "01_course" / "m01"
        library.mkdir(parents=True)
        for number in range(_FILES):
            write_mp4(library / f"{number:03d}_lesson.mp4", MIB, seed=str(number))
        runs = [(_theirs(modules, folder, library), _ours(modules, folder, database)) for _ in range(_RUNS)]
    theirs, ours = (median(run[which] for run in runs) for which in (0, 1))
    ratio = median(mine / other for other, mine in runs)
    note = f"{ours:.2f} s and {theirs:.2f} s"
    return [at_most(f"{_FILES} files of 1 MiB, {_JOBS} at a time ÷ tus-js-client", ratio, 1.1, note=note)]


def _theirs(modules: Path, folder: Path, library: Path) -> float:
    with _server(modules, folder) as url:
        command = ["node", "benchmarks/tus_js_client.mjs", str(modules), str(library), f"{url}/files", str(_JOBS)]
        told = json.loads(subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout)
    if told["left"]:
        raise RuntimeError(f"tus-js-client left {told['left']} files")
    return float(told["seconds"])


def _ours(modules: Path, folder: Path, database: str) -> float:
    shutil.rmtree(folder / "progress", ignore_errors=True)
    add_rows(database, folder / "library")
    with _server(modules, folder) as url:
        command = kupload("--json", "--create-folders", "--jobs", str(_JOBS))
        cost = measured(command, folder, environment(folder, url, database=database))
    if cost.exit_code or linked_videos(database) != _FILES:
        raise RuntimeError((folder / "complained").read_text() + cost.stdout[-2000:])
    return float(cost.events("summary")[0]["run_seconds"])


@contextmanager
def _server(modules: Path, folder: Path) -> Iterator[str]:
    """A new server, whose files are gone afterwards."""
    files = folder / "files"
    files.mkdir()
    command = ["node", "benchmarks/tus_server.mjs", str(modules), str(files)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.kill()
            shutil.rmtree(files)


if __name__ == "__main__":
    print(table_of(small_files()))
