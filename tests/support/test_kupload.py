"""A forked process is, to whoever looks at it, the process that would have been started."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support import kupload
from support.systems import linux_only

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = linux_only("forks, and has /proc")

_SEEN_IN_STATUS = ("Umask", "Threads", "SigBlk", "SigIgn", "SigCgt")


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts kupload in one way or the other, with nothing in its environment; it ends with the test."""
    processes = []

    def begin(kind: str, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        monkeypatch.setenv(kupload.SWITCH, str(int(kind == "forked")))
        known = {"PATH": os.environ["PATH"], "PYTHONUTF8": "1", **environment}
        silent, pipe = subprocess.DEVNULL, subprocess.PIPE
        processes.append(kupload.start(arguments, cwd=tmp_path, env=known, stdin=silent, stdout=pipe, stderr=pipe))
        return processes[-1]

    yield begin
    for process in processes:
        with process:
            process.kill()


@pytest.fixture
def waiting(start: Callable[..., subprocess.Popen[str]]) -> Iterator[Callable[[str], subprocess.Popen[str]]]:
    """Starts a kupload that waits for a database that does not answer."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(60)

        def begin(kind: str) -> subprocess.Popen[str]:
            url = f"postgresql://u:p@127.0.0.1:{silent.getsockname()[1]}/d?sslmode=disable"
            process = start(kind, "map", "--library", ".", DATABASE_URL=url)
            accepted.append(silent.accept()[0])
            return process

        accepted: list[socket.socket] = []
        yield begin
        for connection in accepted:
            connection.close()


def _seen(process: subprocess.Popen[str]) -> dict[str, object]:
    """What others see of a process."""
    folder = Path(f"/proc/{process.pid}")
    lines = (line.partition(":") for line in (folder / "status").read_text("utf-8").splitlines())
    files = {one.name: one.readlink() for one in (folder / "fd").iterdir()}
    return {
        **{name: value.strip() for name, _, value in lines if name in _SEEN_IN_STATUS},
        "files": {name: str(target).partition(":")[0] for name, target in files.items()},
        "folder": (folder / "cwd").readlink(),
        "program": (folder / "exe").readlink(),
        "group": (os.getpgid(process.pid), os.getsid(process.pid)),
    }


def test_others_see_the_same(waiting: Callable[[str], subprocess.Popen[str]]) -> None:
    forked, started = waiting("forked"), waiting("started")
    deadline = time.monotonic() + 60
    while _seen(forked) != _seen(started) and time.monotonic() < deadline:
        time.sleep(0.02)  # each is on its way from the connection to the wait for an answer
    assert _seen(forked) == _seen(started)


@pytest.mark.parametrize("name", ["SIGKILL", "SIGTERM"])
def test_a_signal_ends_it(waiting: Callable[[str], subprocess.Popen[str]], name: str) -> None:
    number, ends = signal.Signals[name], {}
    for kind in ("forked", "started"):
        process = waiting(kind)
        assert process.poll() is None
        process.send_signal(number)
        ends[kind] = (process.communicate(timeout=60), process.returncode)
    assert ends["forked"] == ends["started"]


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        (("--help",), {"COLUMNS": "60", "FORCE_COLOR": "1"}),
        (("--status", "--library", "."), {}),
        (("verify", "--nonsense"), {}),
        (("--dry-run",), {"KUPLOAD_LIBRARY": "нигде"}),
        (("setup", "--help"), {"LC_ALL": "C"}),
    ],
)
def test_it_says_the_same(
    start: Callable[..., subprocess.Popen[str]], arguments: tuple[str, ...], environment: dict[str, str]
) -> None:
    forked, started = (start(kind, *arguments, **environment) for kind in ("forked", "started"))
    assert forked.communicate(timeout=60) == started.communicate(timeout=60)
    assert forked.returncode == started.returncode


def test_what_acts_when_python_starts_is_never_forked(start: Callable[..., subprocess.Popen[str]]) -> None:
    kinds = {type(start("forked", "--version", **{name: "C"})) for name in ("LC_ALL", "TZ", "LANG", "PYTHONIOENCODING")}
    assert kinds == {subprocess.Popen}
    assert type(start("forked", "--version")) is not subprocess.Popen


def test_whoever_waits_learns_of_the_end(waiting: Callable[[str], subprocess.Popen[str]]) -> None:
    process = waiting("forked")
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.05)
    process.kill()
    assert process.wait(60) == process.poll() == -signal.Signals["SIGKILL"]
