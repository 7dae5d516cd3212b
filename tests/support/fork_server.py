"""Forks processes of kupload that need not import anything: a program of its own, used by support/kupload.py.

Each process begins as `python -m kinescope_upload` would: with its own arguments, environment, folder, streams and
signals, with new random numbers, and without any file of its parents. What it has already is the imported modules.
"""

from __future__ import annotations

import fcntl
import gc
import importlib
import json
import os
import pkgutil
import runpy
import signal
import socket
import sys
import tempfile
import termios
import threading
from typing import Any, Final, TextIO

import kinescope_upload

_LIBRARIES: Final = ("dotenv", "filelock", "httpx", "psycopg", "rich.progress", "tenacity", "truststore", "tomllib")
_NOT_NEEDED: Final = ("kinescope_upload.__main__", "kinescope_upload.demo", "kinescope_upload.emulator")
"""Programs of their own; they import what is in no installation but one with the extra `demo`."""
_OF_PYTHON: Final = {signal.SIGPIPE, signal.SIGXFSZ}
"""Every Python ignores them."""
_AS_USUAL: Final = set(signal.valid_signals()) - {signal.SIGKILL, signal.SIGSTOP, signal.SIGINT} - _OF_PYTHON


def main() -> None:
    """Serves until nobody is left who asks; in each process that is forked, runs kupload."""
    for name in (*_LIBRARIES, *_own_modules()):
        importlib.import_module(name)
    gc.freeze()  # so that memory stays shared
    begin = _serve(socket.socket(fileno=int(sys.argv[1])))
    if begin is not None:
        _become(begin)
        runpy.run_module("kinescope_upload", run_name="__main__", alter_sys=True)


def _own_modules() -> list[str]:
    found = pkgutil.walk_packages(kinescope_upload.__path__, "kinescope_upload.", onerror=lambda _: None)
    return [module.name for module in found if not module.name.startswith(_NOT_NEEDED)]


def _serve(requests: socket.socket) -> dict[str, Any] | None:
    """Forks a process for each request; returns in that process with what was asked for, and at the end with None."""
    assert threading.active_count() == 1
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    while True:
        byte, descriptors, _, _ = socket.recv_fds(requests, 1, 4)
        if not byte:
            return None
        if os.fork() == 0:
            requests.close()
            return _fork_and_tell(socket.socket(fileno=descriptors[0]), descriptors[1:])
        for descriptor in descriptors:
            os.close(descriptor)


def _fork_and_tell(answers: socket.socket, streams: list[int]) -> dict[str, Any]:
    """Forks once more; the parent tells who that is and how it ended, since the tests cannot wait for it themselves."""
    with answers, answers.makefile("rb") as said:
        begin: dict[str, Any] = json.loads(said.readline())
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        child = os.fork()
        if child == 0:
            for number, stream in enumerate(streams):
                os.dup2(stream, number)
                os.close(stream)
            return begin
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        for stream in (*range(3), *streams):
            os.close(stream)
        answers.sendall(child.to_bytes(4))
        answers.sendall(os.waitpid(child, 0)[1].to_bytes(4))
        os._exit(0)


def _become(begin: dict[str, Any]) -> None:
    """Makes of this process what a new one is."""
    if begin["own_terminal"]:
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    for number in _AS_USUAL:
        signal.signal(number, signal.SIG_IGN if number in begin["ignored"] else signal.SIG_DFL)
    is_deaf = signal.SIGINT in begin["ignored"]
    signal.signal(signal.SIGINT, signal.SIG_IGN if is_deaf else signal.default_int_handler)
    os.chdir(begin["folder"])
    coerced = {name: value for name, value in os.environ.items() if name == "LC_CTYPE"}  # by Python, in each process
    os.environ.clear()
    os.environ.update(coerced | begin["environment"])
    tempfile.tempdir = None
    sys.argv[1:] = begin["arguments"]
    sys.path.insert(0, begin["folder"])
    for name, stream in _streams().items():
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _streams() -> dict[str, TextIO]:
    """The streams as Python opens them in its UTF-8 mode."""
    by_line = [1 if os.isatty(number) else -1 for number in range(2)]
    kept: dict[str, Any] = {"encoding": "utf-8", "closefd": False}
    return {
        "stdin": open(0, errors="surrogateescape", buffering=by_line[0], **kept),
        "stdout": open(1, "w", errors="surrogateescape", buffering=by_line[1], newline="\n", **kept),
        "stderr": open(2, "w", errors="backslashreplace", buffering=1, newline="\n", **kept),
    }


if __name__ == "__main__":
    main()
