"""Ctrl+C ends every command at once, with one sentence and the exit code that scripts know."""

from __future__ import annotations

import json
import os
import signal
import socket
from typing import TYPE_CHECKING, Final

import pytest

from support.systems import posix_only

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.world import WorldMaker

pytestmark = posix_only("Windows sends Ctrl+C to whole consoles only")

_SENTENCE: Final = "Stopped. Nothing was begun that is not saved."
_THAT_ASK_THE_DATABASE: Final = [
    (),
    ("--dry-run",),
    ("map",),
    ("folders",),
    ("doctor",),
    ("verify",),
    ("repair", "--yes"),
]


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """A port at which everybody is let in and nobody is answered."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(60)
        yield listener


@pytest.mark.parametrize("command", _THAT_ASK_THE_DATABASE, ids=" ".join)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda one: one.name)
def test_a_command_that_waits_for_the_database_ends_with_a_sentence(
    worlds: WorldMaker, silent: socket.socket, command: tuple[str, ...], number: signal.Signals
) -> None:
    world = worlds()
    world.fill((10,))
    world.environment["DATABASE_URL"] = f"postgresql://u:p@127.0.0.1:{silent.getsockname()[1]}/d?sslmode=disable"

    with world.start(*command) as process, silent.accept()[0]:
        os.kill(process.pid, number)
        said, _ = process.communicate(timeout=60)

    assert process.returncode == 130
    assert said.splitlines()[-1] == f"kupload: {_SENTENCE}"
    assert "Traceback" not in said


def test_a_script_is_told_as_well(worlds: WorldMaker, silent: socket.socket) -> None:
    world = worlds()
    world.fill((10,))
    world.environment["KINESCOPE_API_URL"] = f"http://127.0.0.1:{silent.getsockname()[1]}"
    world.environment["KUPLOAD_STALL"] = "60"

    with world.start("folders", "--json") as process, silent.accept()[0]:
        os.kill(process.pid, signal.SIGINT)
        said, _ = process.communicate(timeout=60)

    assert process.returncode == 130
    told = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    assert told[-1]["event"] == "error"
    assert (told[-1]["exit_code"], told[-1]["reason"]) == (130, _SENTENCE)
