"""What a benchmark needs around kupload: a sink, a library, an environment, and a process that is measured."""

from __future__ import annotations

import http.client
import json
import os
import ssl
import subprocess
import sys
import tempfile
import termios
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmarks.sink import PROJECT, TOKEN, WORKSPACE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = [
    "GIB",
    "MIB",
    "Cost",
    "Sink",
    "certificate",
    "environment",
    "kupload",
    "measured",
    "measured_in_terminal",
    "peak_of",
    "sink",
    "workshop",
]

MIB: Final = 1024 * 1024
GIB: Final = 1024 * MIB
ROOT: Final = Path(__file__).parents[1]
_SAMPLE: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a process took: seconds of wall and CPU, the most resident memory in bytes, and what it said."""

    seconds: float
    cpu: float
    peak: int
    exit_code: int
    stdout: str = field(repr=False, default="")

    def events(self, name: str) -> list[Mapping[str, Any]]:
        """The lines of this kind that it printed in JSON."""
        said = (json.loads(line) for line in self.stdout.splitlines() if line.startswith("{"))
        return [one for one in said if one["event"] == name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sink:
    """A sink that runs."""

    port: int
    context: ssl.SSLContext | None

    @property
    def url(self) -> str:
        """Its address."""
        return f"{'https' if self.context else 'http'}://127.0.0.1:{self.port}"

    def stats(self) -> Mapping[str, Any]:
        """What came since this was last asked."""
        connection = (
            http.client.HTTPSConnection("127.0.0.1", self.port, context=self.context)
            if self.context
            else http.client.HTTPConnection("127.0.0.1", self.port)
        )
        connection.request("GET", "/stats")
        told: Mapping[str, Any] = json.loads(connection.getresponse().read())
        connection.close()
        return told


@contextmanager
def sink(authority: Path | None = None, *, break_every: int = 0) -> Iterator[Sink]:
    """A sink in a process of its own.

    Args:
        authority: Makes it speak TLS (see `certificate`).
        break_every: After so many bytes a connection is reset; 0 for never.
    """
    server = str(authority.with_name("server.pem")) if authority else "-"
    command = [sys.executable, "-m", "benchmarks.sink", server, str(break_every)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, text=True, start_new_session=True
    ) as process:
        assert process.stdin
        assert process.stdout
        context = ssl.create_default_context(cafile=str(authority)) if authority else None
        yield Sink(port=int(process.stdout.readline()), context=context)
        process.stdin.close()


def certificate(folder: Path) -> Path:
    """Makes an authority and a server's certificate for 127.0.0.1; gives the authority's file."""
    import trustme  # noqa: PLC0415 - only some benchmarks need it

    authority = trustme.CA()
    path = folder / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(folder / "server.pem"))
    return path


@contextmanager
def workshop() -> Iterator[Path]:
    """A folder for one benchmark; in memory where there is room, so that no disk is measured."""
    memory = Path("/dev/shm")
    place = memory if memory.is_dir() and os.access(memory, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="kupload-bench-", dir=place) as name:
        yield Path(name)


def environment(
    folder: Path, url: str, *, database: str | None = None, authority: Path | None = None
) -> dict[str, str]:
    """The environment of a process of kupload whose library and progress are in this folder."""
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "LANG") if name in os.environ}
    made = {
        "KINESCOPE_API_KEY": TOKEN,
        "KINESCOPE_PROJECT_ID": PROJECT,
        "KINESCOPE_WORKSPACE_ID": WORKSPACE,
        "KINESCOPE_UPLOADER_URL": url,
        "KINESCOPE_API_URL": url,
        "KUPLOAD_API_RATE": "off",
        "KUPLOAD_SETTLE": "0",
        "KUPLOAD_LIBRARY": str(folder / "library"),
        "KUPLOAD_PROGRESS": str(folder / "progress"),
        "PYTHONUTF8": "1",
    }
    if database:
        made["DATABASE_URL"] = database
    if authority:
        made["SSL_CERT_FILE"] = str(authority)
    return kept | made


def kupload(*arguments: str) -> list[str]:
    """The command line of a process of kupload."""
    return [sys.executable, "-m", "kinescope_upload", *arguments]


def measured(command: Sequence[str], folder: Path, env: Mapping[str, str]) -> Cost:
    """Runs a process to its end and tells what it took."""
    output = folder / "said"
    with output.open("wb") as stdout, (folder / "complained").open("wb") as stderr:
        cost = _watched(subprocess.Popen(command, cwd=folder, env=dict(env), stdout=stdout, stderr=stderr))
    return replace(cost, stdout=output.read_text(encoding="utf-8"))


def measured_in_terminal(command: Sequence[str], folder: Path, env: Mapping[str, str]) -> Cost:
    """The same on a terminal of 140 columns, where the process draws its bars."""
    screen, terminal = os.openpty()
    termios.tcsetwinsize(terminal, (40, 140))
    shown = bytearray()
    reader = threading.Thread(target=_read_all, args=(screen, shown), daemon=True)
    reader.start()
    made = dict(env) | {"TERM": "xterm-256color"}
    process = subprocess.Popen(command, cwd=folder, env=made, stdin=terminal, stdout=terminal, stderr=terminal)
    os.close(terminal)
    cost = _watched(process)
    reader.join()
    os.close(screen)
    return replace(cost, stdout=shown.decode("utf-8", "replace"))


def _read_all(screen: int, shown: bytearray) -> None:
    with suppress(OSError):  # Linux says so when the last writer has closed
        while data := os.read(screen, 65536):
            shown += data


def _watched(process: subprocess.Popen[bytes]) -> Cost:
    began = time.monotonic()
    peak = 0
    while True:
        peak = max(peak, peak_of(process.pid))
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        time.sleep(_SAMPLE if time.monotonic() - began > 1 else 0.005)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Cost(
        seconds=time.monotonic() - began,
        cpu=usage.ru_utime + usage.ru_stime,
        peak=peak or usage.ru_maxrss * 1024,
        exit_code=process.returncode,
    )


def peak_of(pid: int) -> int:
    """The most resident memory that the process had so far; what `wait4` tells would count the parent's as well."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0)
