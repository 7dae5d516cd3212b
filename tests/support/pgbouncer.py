"""A real PgBouncer in transaction mode in front of a test's PostgreSQL."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

_PROGRAM = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
_SETTINGS = """\
[databases]
* = host=127.0.0.1 port={server} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 8
max_client_conn = 300
server_check_delay = 1
"""


@dataclass(frozen=True)
class PgBouncer:
    """A running PgBouncer, which can be frozen."""

    port: int
    process: subprocess.Popen[bytes]

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)


@contextmanager
def pgbouncer(server_port: int) -> Iterator[PgBouncer]:
    """PgBouncer in transaction mode, which gives every transaction to another connection."""
    if _PROGRAM is None:
        pytest.skip("PgBouncer is not installed")
    with (
        tempfile.TemporaryDirectory(prefix="kupload-bouncer-") as folder,
        socket.create_server(("127.0.0.1", 0)) as free,
    ):
        port = free.getsockname()[1]
        free.close()
        settings = Path(folder) / "pgbouncer.ini"
        settings.write_text(_SETTINGS.format(server=server_port, port=port), encoding="utf-8")
        Path(folder).chmod(0o755)
        settings.chmod(0o644)
        user = "nobody" if os.geteuid() == 0 else None  # it refuses to be root
        with (Path(folder) / "log").open("wb") as log:
            process = subprocess.Popen([_PROGRAM, str(settings)], user=user, stdout=log, stderr=log)
        try:
            _wait_for(port, Path(folder) / "log")
            yield PgBouncer(port, process)
        finally:
            process.send_signal(signal.SIGCONT)
            process.terminate()
            process.wait()


def _wait_for(port: int, log: Path) -> None:
    for _ in range(100):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise AssertionError(log.read_text("utf-8", "replace"))
