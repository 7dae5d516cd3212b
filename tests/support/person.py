"""A person at a terminal: a program on a pseudo-terminal of its own, which asks and is answered."""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from support import kupload
from support.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

PATIENCE = 30.0


class Person:
    """Reads what the program shows, and types."""

    def __init__(self, terminal: Terminal, process: subprocess.Popen[str]) -> None:
        self.terminal, self.process = terminal, process
        self._seen = 0

    @property
    def shown(self) -> str:
        """All that stood on the terminal so far."""
        return bytes(self.terminal.raw).decode().replace("\r", "")

    def wait_for(self, text: str) -> str:
        """Waits for a text after all that was waited for before; gives what was shown up to it, on one line."""
        found = self.terminal.wait_for_bytes(text.encode(), self._seen, PATIENCE)
        assert found is not None, f"{text!r} is not shown:\n{self.shown}"
        before = " ".join(bytes(self.terminal.raw[self._seen : found]).decode().split())
        self._seen = found
        return before

    def answer(self, question: str, text: str) -> str:
        """Types a line once the question is shown; gives what was shown up to it."""
        before = self.wait_for(question)
        os.write(self.terminal.master, f"{text}\n".encode())
        return before

    def press_ctrl_c(self) -> None:
        os.write(self.terminal.master, b"\x03")

    def interrupt(self) -> int:
        """Presses Ctrl+C until the program has ended, as a person does; gives its exit code.

        Python hears none that comes between the prompt and the wait for a key.
        """
        for _ in range(int(PATIENCE)):
            self.press_ctrl_c()
            with suppress(subprocess.TimeoutExpired):
                return self.process.wait(1)
        return self.wait_for_end()

    def wait_for_end(self) -> int:
        """The program's exit code."""
        return self.process.wait(PATIENCE)


@contextmanager
def at_terminal(
    arguments: Sequence[str], *, folder: Path, environment: Mapping[str, str], columns: int = 80
) -> Iterator[Person]:
    """`kupload` on a terminal of its own, whose keys reach it: Ctrl+C is a signal."""
    with Terminal(columns) as terminal:
        process = kupload.start(
            arguments,
            cwd=folder,
            env={**environment, "TERM": "xterm"},
            own_terminal=True,
            stdin=terminal.slave,
            stdout=terminal.slave,
            stderr=terminal.slave,
        )
        try:
            yield Person(terminal, process)
        finally:
            process.kill()
            process.wait()
