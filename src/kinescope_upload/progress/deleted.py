"""The journal of what kupload deleted at Kinescope: one JSON object a line, written before the deletion."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Final

from kinescope_upload.errors import BatchStoppedError
from kinescope_upload.progress.file_system import flush

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DELETED_FILE: Final = "deleted.jsonl"


def note_deletion(folder: Path, facts: Mapping[str, object]) -> None:
    """Writes down what is about to be deleted; returns when it is on the disk.

    Args:
        folder: The progress folder.
        facts: All that is known of the video, as JSON can carry it.

    Raises:
        BatchStoppedError: It cannot be written, so nothing may be deleted.
    """
    path = folder / DELETED_FILE
    line = json.dumps(facts).encode("ascii") + b"\n"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        try:
            os.write(handle, _on_a_line_of_its_own(handle) + line)
            flush(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise BatchStoppedError(
            f"{path} cannot be written ({error.strerror or error}), so nothing was deleted.",
            "Make room on that disk or make the folder writable, then run the same command again.",
        ) from error


def _on_a_line_of_its_own(handle: int) -> bytes:
    """A line break, if a crash left the last line without one."""
    size = os.lseek(handle, 0, os.SEEK_END)
    if size == 0:
        return b""
    os.lseek(handle, size - 1, os.SEEK_SET)
    return b"" if os.read(handle, 1) == b"\n" else b"\n"
