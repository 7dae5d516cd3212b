"""The replaced system's progress file, as its users have it."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["NAME", "UPLOADED_AT", "failed", "uploaded", "video_of", "write_old_progress"]

NAME = "kinescope-upload-progress.json"
UPLOADED_AT = "2026-02-18T11:05:08.063Z"


def video_of(lesson_id: str) -> str:
    """The video that the old system made for the lesson."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, lesson_id))


def uploaded(lesson_id: str, **more: object) -> dict[str, Any]:
    """An entry as the older ones are; `more` are the fields that came later."""
    return {"lessonId": lesson_id, "videoId": video_of(lesson_id), "uploadedAt": UPLOADED_AT, **more}


def failed(lesson_id: str) -> dict[str, Any]:
    return {
        "lessonId": lesson_id,
        "filePath": "E:\\Academy Courses\\01_analytics\\m01_start\\001.mp4",
        "error": "fetch failed",
        "failedAt": UPLOADED_AT,
    }


def write_old_progress(path: Path, done: Iterable[object], undone: Iterable[object] = ()) -> Path:
    data = {
        "startedAt": "2026-02-18T10:26:44.172Z",
        "lastUpdated": UPLOADED_AT,
        "uploaded": list(done),
        "failed": list(undone),
    }
    path.write_text(json.dumps(data, indent=2), encoding="utf-8")
    return path
