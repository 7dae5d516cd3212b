"""Goes by the progress file or by its journal, where they contradict each other on a lesson and a person chose one."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TYPE_CHECKING

from kinescope_upload.errors import BatchStoppedError, UsageError
from kinescope_upload.progress.atomic import write_whole
from kinescope_upload.progress.lock import CourseLock

if TYPE_CHECKING:
    from pathlib import Path


class Side(StrEnum):
    """Which of the two counts."""

    FILE = "file"
    JOURNAL = "journal"


def go_by(side: Side, folder: Path, lesson_id: str) -> Path:
    """Takes a lesson out of the other side; what that was before stays beside it, as NAME.bak.

    Args:
        side: The side that counts for the lesson.
        folder: The progress folder.
        lesson_id: The lesson.

    Returns:
        The file that was changed.

    Raises:
        UsageError: No journal has the lesson, or another run is at work on its course.
        BatchStoppedError: It cannot be written; it is as it was.
    """
    journal = next((path for path in sorted(folder.glob("*.journal")) if _lines_without(path, lesson_id)[1]), None)
    if journal is None:
        raise UsageError(f"No journal in {folder} holds lesson {lesson_id}, so nothing contradicts its progress file.")
    changed = journal if side is Side.FILE else journal.with_suffix(".json")
    try:
        lock = CourseLock.acquire(folder, journal.stem)
        try:
            write_whole(changed.with_name(f"{changed.name}.bak"), changed.read_bytes())
            rest = _lines_without(journal, lesson_id)[0] if side is Side.FILE else _file_without(changed, lesson_id)
            write_whole(changed, rest)
        finally:
            lock.release()
    except OSError as error:
        raise BatchStoppedError(f"{changed} cannot be written ({error.strerror or error}).") from error
    return changed


def _lines_without(journal: Path, lesson_id: str) -> tuple[bytes, bool]:
    """The journal without the lesson's lines, and whether it has any."""
    lines = journal.read_bytes().splitlines(keepends=True)
    kept = [line for number, line in enumerate(lines) if number == 0 or not _is_of(line, lesson_id)]
    return b"".join(kept), len(kept) < len(lines)


def _is_of(line: bytes, lesson_id: str) -> bool:
    try:
        entry = json.loads(line)
    except ValueError:
        return False
    return isinstance(entry, dict) and lesson_id in entry


def _file_without(path: Path, lesson_id: str) -> bytes:
    data = json.loads(path.read_bytes())
    data["lessons"].pop(lesson_id, None)
    return json.dumps(data, indent=1, ensure_ascii=False).encode("utf-8")
