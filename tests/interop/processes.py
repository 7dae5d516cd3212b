"""Starts a server as a process, waits until it listens, ends it with the context."""

from __future__ import annotations

import socket
import subprocess
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_PATIENCE = 30.0


@contextmanager
def server_that_says_its_port(command: Sequence[str], log: Path) -> Iterator[int]:
    """Run a server whose first line of output is its port; what it says besides goes into `log`."""
    with log.open("wb") as errors, _ended(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors)) as process:
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        assert port.isdigit(), f"{command[0]} did not start: {log.read_text(errors='replace')}"
        yield int(port)


@contextmanager
def server_on_port(command: Sequence[str], port: int, log: Path) -> Iterator[None]:
    """Run a server that is told its port, until the end of the context."""
    with log.open("wb") as errors, _ended(subprocess.Popen(command, stdout=errors, stderr=errors)) as process:
        deadline = time.monotonic() + _PATIENCE
        while not _listens(port):
            assert process.poll() is None, f"{command[0]} did not start: {log.read_text(errors='replace')}"
            assert time.monotonic() < deadline, f"{command[0]} does not listen on {port}"
            time.sleep(0.02)
        yield


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    with process:
        try:
            yield process
        finally:
            process.kill()
