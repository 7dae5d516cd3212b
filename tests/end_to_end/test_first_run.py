"""The very first run of a library asks once, where a person sits at a terminal."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.emulator import Route
from support import kupload
from support.world import KIB

if TYPE_CHECKING:
    from support.world import World, WorldMaker

pytest.importorskip("termios", reason="Windows has no pseudo-terminals")

from support.terminal import Terminal

QUESTION = "Upload them? [y/N]"
SECONDS = 60


class _Person:
    """Runs `kupload` at a terminal, and types."""

    def __init__(self, world: World, terminal: Terminal, *arguments: str, stdin: int | None = None) -> None:
        self.terminal = terminal
        self.process = kupload.start(
            arguments,
            cwd=world.folder,
            env={**world.process_environment, "TERM": "xterm"},
            stdin=terminal.slave if stdin is None else stdin,
            stdout=terminal.slave,
            stderr=terminal.slave,
        )

    def types(self, line: str) -> None:
        assert self.terminal.wait_until_shown(QUESTION)
        os.write(self.terminal.master, f"{line}\n".encode())

    def ends(self) -> tuple[int, str]:
        """The exit code and what stands on the screen."""
        code = self.process.wait(SECONDS)
        return code, "\n".join(self.terminal.lines())


@pytest.fixture
def new_library(worlds: WorldMaker) -> World:
    world = worlds()
    world.fill((10 * KIB, 20 * KIB))
    return world


def test_a_no_sends_nothing_and_a_yes_everything(new_library: World) -> None:
    with Terminal(100, lines=40) as terminal:
        person = _Person(new_library, terminal)
        person.types("n")
        code, shown = person.ends()
    assert (code, "Nothing was sent." in shown) == (1, True)
    for words in (
        "The first run of this library",
        "2 videos",
        "01_analytics (2)",
        "→ 01_analytics_m01_start_001",
        "Time: ",
    ):
        assert words in shown
    assert not new_library.emulator.accounting.requests()[Route.INIT]
    assert new_library.records == {}
    with Terminal(100, lines=40) as terminal:
        person = _Person(new_library, terminal)
        person.types("y")
        code, shown = person.ends()
    assert (code, "Uploaded" in shown) == (0, True), shown
    new_library.assert_promise()


@pytest.mark.slow
def test_it_is_asked_once(new_library: World) -> None:
    assert new_library.upload(limit="1").exit_code == 0
    with Terminal(100, lines=40) as terminal:
        code, shown = _Person(new_library, terminal).ends()
    assert (code, QUESTION in shown) == (0, False), shown
    new_library.assert_promise()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "stdin"), [(("--yes",), None), ((), subprocess.DEVNULL)], ids=["--yes", "nobody to type"]
)
def test_it_goes_on_where_nobody_is_to_be_asked(
    new_library: World, arguments: tuple[str, ...], stdin: int | None
) -> None:
    with Terminal(100, lines=40) as terminal:
        code, shown = _Person(new_library, terminal, *arguments, stdin=stdin).ends()
    assert (code, QUESTION in shown) == (0, False), shown
