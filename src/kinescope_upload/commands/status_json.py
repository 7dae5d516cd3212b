"""The answer of `kupload --status` as the fields of its JSON object (docs/json.md, "status"). Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kinescope_upload.commands.run_status import run_objects
from kinescope_upload.output.json_text import object_of

if TYPE_CHECKING:
    from kinescope_upload.commands.course_status import CourseStatus
    from kinescope_upload.commands.status import Status
    from kinescope_upload.output.json_text import JsonFields


def status_object(status: Status) -> JsonFields:
    """The status as the fields of the JSON output."""
    statuses = status.courses
    return {
        "courses": [_course_fields(one) for one in statuses],
        "lessons": sum(one.lessons for one in statuses),
        "linked": sum(one.linked for one in statuses),
        "failed": sum(len(one.failures) for one in statuses),
        "videos": sum(one.videos for one in statuses),
        "videos_bytes": sum(one.video_bytes for one in statuses),
        "linked_bytes": sum(one.linked_bytes for one in statuses),
        "is_done": all(one.is_done for one in statuses),
        "ignored": [object_of(file) for file in status.ignored],
        "notes": list(status.notes),
        "runs": run_objects(status.runs),
    }


def _course_fields(status: CourseStatus) -> JsonFields:
    return {
        **object_of(status, video_bytes="videos_bytes"),
        "lessons": status.lessons,
        "broken": [object_of(broken) for broken in status.broken],
        "failures": [object_of(failure, at="time") for failure in status.failures],
        "is_done": status.is_done,
    }
