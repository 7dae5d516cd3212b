"""Runs the tests by the Windows Python of a bench (bench.py), with PostgreSQL beside them on Linux.

    PYTHONPATH=tests python -m windows.run FOLDER [--least-passed PERCENT] PYTEST-ARGUMENTS

The work tree is tested as it is, in a copy. What a test says comes out here. What fails or does not end is run once
more, alone and by a fresh Wine, whose server ends at times in mid-run, and loses a wake-up on a busy machine; each such
test is named. The exit code is 0 when every test passed at least once, and so many of all that were collected.
"""

# ruff: noqa: T201 - a script, which runs what it names and says so

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from support.postgres import PORT_VARIABLE, server
from support.systems import DRIVE_VARIABLE
from windows.bench import Bench, copy_project
from windows.results import Results

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_CODE_PAGE: Final = "cp1251"
_PATIENCE: Final = ("--timeout", "400", "--timeout-method", "thread")
_PYTEST: Final = ("-u", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb", "short", *_PATIENCE)


def main() -> int:
    """Runs the tests to their end, and ends every program of the bench."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--least-passed", type=float, default=0.0)
    asked, arguments = parser.parse_known_args()
    bench = Bench(folder=asked.folder.resolve())
    copy_project(bench)
    with server() as postgres, tempfile.TemporaryDirectory() as folder:
        code, first = _run(bench, postgres.port, arguments, Path(folder, "first"))
        if not first.not_passed:
            return code or first.judged(asked.least_passed)
        print(f"\n{len(first.not_passed)} tests failed or did not end; once more, alone:", flush=True)
        names = Path(folder, "names")
        names.write_text("".join(f"{one}\n" for one in first.not_passed), encoding="utf-8")
        code, again = _run(bench, postgres.port, [f"@{names}"], Path(folder, "again"))
        both = first.then(again)
        for line in both.told_again(again):
            print(line)
        return both.judged(asked.least_passed)


def _run(bench: Bench, port: int, arguments: Sequence[str], results: Path) -> tuple[int, Results]:
    """One pytest under a Wine of its own, which is ended with whatever a test has left behind."""
    environment = {**bench.environment, PORT_VARIABLE: str(port), DRIVE_VARIABLE: "E:\\"}
    wineserver = bench.start()
    command = ["nice", "-n", "10", *bench.python, *_PYTEST, "--results", str(results), *arguments]
    try:
        with subprocess.Popen(
            command,
            cwd=bench.project,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding=_CODE_PAGE,
            errors="replace",
        ) as process:
            teller = threading.Thread(target=_tell, args=(process.stdout or (),))
            teller.start()
            watcher = threading.Thread(target=_end_with_server, args=(wineserver, process, bench))
            watcher.start()
            code = process.wait()
            bench.stop()  # what a test has left behind would hold the pipe open
            watcher.join()
            teller.join()
    finally:
        bench.stop()
    return code, Results.read(results)


def _end_with_server(wineserver: subprocess.Popen[bytes], process: subprocess.Popen[str], bench: Bench) -> None:
    """Ends every program of the bench once its Wine server is gone: without it they would wait without an end."""
    wineserver.wait()
    if process.poll() is None:
        print(f"\nWine's server has ended with {wineserver.returncode} in mid-run.", flush=True)
    mark = f"WINEPREFIX={bench.environment['WINEPREFIX']}\0".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if mark in (folder / "environ").read_bytes() + b"\0":
                os.kill(int(folder.name), signal.SIGKILL)


def _tell(output: Iterable[str]) -> None:
    with suppress(ValueError):  # it was closed, since the tests are to end
        for line in output:
            print(line.rstrip(), flush=True)


if __name__ == "__main__":
    sys.exit(main())
