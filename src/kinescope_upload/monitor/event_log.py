"""Writes the events of a run into a file, as the JSON lines of docs/json.md; a new file begins where one is full."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from kinescope_upload.display.json_lines import JsonLines
from kinescope_upload.events import BytesSent

if TYPE_CHECKING:
    from pathlib import Path

    from kinescope_upload.display.collector import Collector
    from kinescope_upload.events import RunEvent
    from kinescope_upload.output.terminal_output import Clock

LOG_FILE: Final = "kupload.jsonl"
_LARGEST: Final = 10_000_000
_FILES: Final = 5
_PROGRESS_EVERY: Final = 60.0
"""Seconds; once a second, as on standard output, would fill all files in a day."""


class RotatingFile:
    """Appends to a file; when it is full, it becomes NAME.1, that one NAME.2, and so on.

    Several processes may append: each line is written at once, and who finds the file full that another has put aside
    already goes on in the new one.

    Args:
        path: The file; its folder is made when it is missing.
        largest: Bytes of one file.
        files: How many there are at most.

    Raises:
        OSError: It cannot be opened.
    """

    def __init__(self, path: Path, *, largest: int = _LARGEST, files: int = _FILES) -> None:
        self._path = path
        self._largest = largest
        self._files = files
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._handle = self._open()

    def write(self, line: bytes) -> None:
        """Appends a line.

        Raises:
            OSError: It cannot be written.
        """
        if self._is_full(len(line)):
            os.close(self._handle)
            self._handle = self._open()
            if self._is_full(len(line)):
                os.close(self._handle)
                with suppress(OSError):  # on Windows nobody renames a file that another process has open
                    self._put_aside()
                self._handle = self._open()
        os.write(self._handle, line)

    def close(self) -> None:
        """Closes the file."""
        os.close(self._handle)

    def _open(self) -> int:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOINHERIT", 0)
        return os.open(self._path, flags, 0o600)

    def _is_full(self, more: int) -> bool:
        size = os.fstat(self._handle).st_size
        return size > 0 and size + more > self._largest

    def _put_aside(self) -> None:
        names = [self._path, *(self._path.with_name(f"{self._path.name}.{number}") for number in range(1, self._files))]
        for older, newer in zip(reversed(names), reversed(names[:-1]), strict=False):
            with suppress(FileNotFoundError):
                os.replace(newer, older)  # noqa: PTH105 - two names, one call


class EventLog:
    """Writes what happens in one run into its log; every thread may use it.

    Args:
        file: Takes the lines.
        run: The run's name, which each line has: two runs may share a log.
        collector: What the run has done so far; it counts an event before that is given to this.
        clock: The source of time.
    """

    def __init__(self, file: RotatingFile, run: str, collector: Collector, clock: Clock) -> None:
        self._file = file
        self._clock = clock
        self._lines = JsonLines(
            lambda line: file.write(line.encode("ascii")),
            collector,
            clock,
            progress_every=_PROGRESS_EVERY,
            always={"run": run},
        )
        self._lock = threading.Lock()

    def add(self, event: RunEvent) -> None:
        """Writes an event that happens now.

        Raises:
            OSError: It cannot be written.
        """
        if not isinstance(event, BytesSent):  # thousands, and each is only a part of the next `progress`
            with self._lock:
                self._lines.add(event, self._clock.monotonic())

    def tick(self) -> None:
        """Writes the totals, if it is time for them.

        Raises:
            OSError: It cannot be written.
        """
        with self._lock:
            self._lines.progress(self._clock.monotonic())

    def close(self) -> None:
        """Closes the file."""
        with self._lock:
            self._file.close()
