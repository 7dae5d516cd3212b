"""Ctrl+C is heard by every command that waits for the network, also where it interrupts no wait, as on Windows."""

from __future__ import annotations

import _thread
import socket
import threading
import time
from typing import TYPE_CHECKING, Final

import pytest

from kinescope_upload.cli.app import app
from kinescope_upload.cli.outcome import run_command
from support.concurrency import meanwhile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.world import WorldMaker

_COMMANDS: Final = [("--yes",), ("--dry-run",), ("folders",), ("doctor",), ("verify",), ("repair", "--yes")]
_SOON: Final = 10.0
"""Seconds; less than a TLS handshake may take, and the stall time."""


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """A port at which everybody is let in and nobody is answered."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(60)
        yield listener


@pytest.fixture
def in_a_world(worlds: WorldMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    """This process is where the commands are typed."""
    world = worlds()
    world.fill((10,))
    world.environment["KUPLOAD_STALL"] = "60"
    for name, value in world.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(world.folder)


@pytest.mark.parametrize("scheme", ["https", pytest.param("http", marks=pytest.mark.slow)])
@pytest.mark.parametrize("command", _COMMANDS, ids=" ".join)
@pytest.mark.usefixtures("in_a_world")
def test_a_command_that_waits_for_kinescope_ends_soon(
    silent: socket.socket, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], scheme: str
) -> None:
    url = f"{scheme}://127.0.0.1:{silent.getsockname()[1]}"
    monkeypatch.setenv("KINESCOPE_API_URL", url)
    monkeypatch.setenv("KINESCOPE_UPLOADER_URL", url)
    came: list[float] = []
    ended = threading.Event()

    def interrupt() -> None:
        with silent.accept()[0] as connection:
            assert connection.recv(1), "a request, or the first word of TLS"
            came.append(time.monotonic())
            _thread.interrupt_main()
            assert ended.wait(60)

    with meanwhile(interrupt):
        code = run_command(lambda: app(list(command), standalone_mode=False))
        took = time.monotonic() - came[0]
        ended.set()

    assert code == 130
    assert took < _SOON
