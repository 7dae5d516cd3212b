"""Starts `kupload` as a process: forked from one that has imported all, where nothing can tell the difference.

Most of what a process costs here is the import of its modules. On Linux the server (support/fork_server.py), one for
each worker of pytest, has imported them. A process of another kind is started where the claim is about the start, and
for all where KUPLOAD_TESTS_FORK=0 says so, as `make test-all` does.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SWITCH: Final = "KUPLOAD_TESTS_FORK"
COMMAND: Final = (sys.executable, "-m", "kinescope_upload")
_ACT_AT_START: Final = ("PYTHON", "LC_", "LANG", "TZ", "LD_", "GLIBC", "MALLOC", "OPENSSL", "COVERAGE")
"""How variables begin that a process looks at once, when it starts."""
_OWN_TERMINAL: Final = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, "-m", "kinescope_upload", *sys.argv[1:]])
"""


def start(
    arguments: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    own_terminal: bool = False,
    **streams: int,
) -> subprocess.Popen[str]:
    """A process of `kupload` that may have been forked, as Popen gives it; what goes through its streams is UTF-8.

    Args:
        arguments: What follows `kupload`.
        cwd: Its working directory.
        env: All of its environment.
        own_terminal: Whether it has a session of its own, with its stdin as the terminal.
        streams: `stdin`, `stdout` and `stderr`, as Popen takes them.
    """
    options: dict[str, Any] = {"cwd": cwd, "env": env, "encoding": "utf-8", **streams}
    if _may_fork(env):
        return _Forked(arguments, own_terminal=own_terminal, **options)
    command = [sys.executable, "-c", _OWN_TERMINAL] if own_terminal else COMMAND
    return subprocess.Popen([*command, *arguments], start_new_session=own_terminal, **options)


def run(arguments: Sequence[str], **options: Any) -> subprocess.CompletedProcess[str]:  # noqa: ANN401 - as for `start`
    """The same, to its end."""
    with start(arguments, **options) as process:
        try:
            stdout, stderr = process.communicate(timeout=120)
        finally:
            process.kill()
    return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)


@pytest.fixture
def really_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forks no process of the test: its claim is about the memory, the command line or the start of one."""
    monkeypatch.setenv(SWITCH, "0")


def _may_fork(environment: Mapping[str, str]) -> bool:
    at_start = {name: value for name, value in environment.items() if name.startswith(_ACT_AT_START)}
    return sys.platform == "linux" and os.environ.get(SWITCH) != "0" and at_start == {"PYTHONUTF8": "1"}


class _Forked(subprocess.Popen[str]):
    """A process that the server forks, waits for and tells of: `start` and `waitpid` of Popen are put another way."""

    def __init__(self, arguments: Sequence[str], *, own_terminal: bool, **options: Any) -> None:  # noqa: ANN401
        self._begin = {
            "arguments": list(arguments),
            "own_terminal": own_terminal,
            "ignored": [number for number in signal.valid_signals() if signal.getsignal(number) is signal.SIG_IGN],
        }
        super().__init__([*COMMAND, *arguments], **options)

    def _execute_child(self, _args: object, *given: Any) -> None:  # noqa: ANN401 - what Popen gives its own
        cwd, env, pipes = given[4], given[5], given[9:15]
        streams = [number if own == -1 else own for number, own in enumerate((pipes[0], pipes[3], pipes[5]))]
        self._answers, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(_server(), [b"+"], [theirs.fileno(), *streams])
        begin = {**self._begin, "folder": str(cwd), "environment": dict(env)}
        self._answers.sendall(json.dumps(begin).encode() + b"\n")
        self.pid = self._hear(0)
        self._child_created = True
        self._close_pipe_fds(*pipes)  # type: ignore[attr-defined]

    def _hear(self, flags: int) -> int:
        """The next number that the server tells."""
        told = self._answers.recv(4, socket.MSG_WAITALL | flags)
        assert len(told) == 4, "the server of forks has died"
        return int.from_bytes(told)

    def _try_wait(self, wait_flags: int) -> tuple[int, int]:
        """As `waitpid`: who has ended, if anybody, and how."""
        try:
            status = self._hear(socket.MSG_DONTWAIT if wait_flags else 0)
        except BlockingIOError:
            return 0, 0
        self._answers.close()
        return self.pid, status

    def _internal_poll(self, _deadstate: int | None = None) -> int | None:
        ended: int | None = super()._internal_poll(  # type: ignore[misc]
            _deadstate, _waitpid=lambda _, flags: self._try_wait(flags)
        )
        return ended


@cache
def _server() -> socket.socket:
    """Starts the server of this process; it ends with it."""
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-P", Path(__file__).with_name("fork_server.py"), str(theirs.fileno())],
            env={"PATH": os.environ.get("PATH", ""), "PYTHONUTF8": "1"},
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
        )
    atexit.register(process.wait, 60)
    atexit.register(ours.close)
    return ours
