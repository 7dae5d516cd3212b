"""The journal of what kupload deleted at Kinescope: one JSON object a line, written before the deletion."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Final

from kinescope_upload.errors import BatchStoppedError
from kinescope_upload.progress.file_system import flush

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from kinescope_upload.upload import Record, Video

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


def deletion_facts(video: Video, record: Record | None, *, why: str, at: datetime) -> dict[str, object]:
    """Makes the deletion journal's entry: everything known about the video but its upload URL, which is a secret.

    Args:
        video: The video.
        record: The record of the lesson that it was made for; None where none names it.
        why: Why it is deleted.
        at: When (UTC).
    """
    facts: dict[str, object] = {
        "deleted_at": _stamp(at),
        "why": why,
        "video_id": video.id,
        "title": video.title,
        "status": video.status,
        "project_id": video.project_id,
        "folder_id": video.folder_id,
        "created_at": _stamp(video.created_at),
        "original_name": video.original_name,
        "size_bytes": video.size,
        "md5": video.md5,
    }
    return facts if record is None else facts | _facts_of(record)


def _facts_of(record: Record) -> dict[str, object]:
    return {
        "lesson_id": record.lesson_id,
        "path": record.path,
        "record": {
            "stage": record.stage.value,
            "video_id": record.video_id,
            "size_bytes": record.size,
            "offset_bytes": record.offset,
            "md5": record.md5,
            "parent_id": record.parent_id,
            "title": record.title,
            "dialect": record.dialect.value,
            "attempted_at": _stamp(record.attempted_at),
            "mark": record.mark,
            "linked_at": _stamp(record.linked_at),
        },
    }


def _stamp(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None
