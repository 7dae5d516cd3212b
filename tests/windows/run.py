"""Runs the tests by the Windows Python of a bench (bench.py), with PostgreSQL beside them on Linux.

    PYTHONPATH=tests python -m windows.run FOLDER PYTEST-ARGUMENTS

The work tree is tested as it is, in a copy. What a test says comes out here; the exit code is that of pytest.
"""

# ruff: noqa: T201 - a script, which runs what it names and says so

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from support.postgres import PORT_VARIABLE, server
from support.systems import DRIVE_VARIABLE
from windows.bench import Bench, copy_project

if TYPE_CHECKING:
    from collections.abc import Iterable

_CODE_PAGE: Final = "cp1251"
_PATIENCE: Final = ("--timeout", "900", "--timeout-method", "thread")
_PYTEST: Final = ("-u", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb", "short", *_PATIENCE)


def main() -> int:
    """Runs the tests to their end, and ends every program of the bench."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    bench = Bench(folder=Path(sys.argv[1]).resolve())
    copy_project(bench)
    bench.start()
    try:
        with server() as postgres:
            return _run(bench, postgres.port, sys.argv[2:])
    finally:
        bench.stop()


def _run(bench: Bench, port: int, arguments: list[str]) -> int:
    environment = {**bench.environment, PORT_VARIABLE: str(port), DRIVE_VARIABLE: "E:\\"}
    process = subprocess.Popen(
        ["nice", "-n", "10", *bench.python, *_PYTEST, *arguments],
        cwd=bench.project,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding=_CODE_PAGE,
        errors="replace",
    )
    with process:
        teller = threading.Thread(target=_tell, args=(process.stdout or (),))
        teller.start()
        code = process.wait()
        bench.stop()  # what a test has left behind would hold the pipe open
        teller.join()
    return code


def _tell(output: Iterable[str]) -> None:
    with suppress(ValueError):  # it was closed, since the tests are to end
        for line in output:
            print(line.rstrip(), flush=True)


if __name__ == "__main__":
    sys.exit(main())
