"""Shows unknown videos, and what became of each."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, TextIO

from kinescope_upload.output.sections import Section
from kinescope_upload.output.show import View, show, show_sections
from kinescope_upload.text import count, format_bytes, format_duration, joined

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from kinescope_upload.audit.compare import UnknownVideo
    from kinescope_upload.audit.delete_unknown import UnknownDeleted
    from kinescope_upload.output.json_text import JsonFields
    from kinescope_upload.output.options import DisplayOptions


def unknown_sentence(unknown: UnknownVideo, now: datetime) -> str:
    """Describes a video for the question about it: title, size, age, and what is known of it."""
    video = unknown.video
    size = "size unknown" if video.size is None else format_bytes(video.size)
    age = ""
    if video.created_at is not None:
        seconds = (now - video.created_at).total_seconds()
        age = f", made {video.created_at:%Y-%m-%d} ({format_duration(seconds)} ago)"
    return f'"{video.title}" ({video.id}), {size}{age}, status "{video.status}". {unknown.reason}.'


def _found(unknown: Sequence[UnknownVideo]) -> JsonFields:
    return {"videos": [_fields(one) for one in unknown]}


def _fields(unknown: UnknownVideo) -> JsonFields:
    video = unknown.video
    return {
        "video_id": video.id,
        "course": unknown.course,
        "title": video.title,
        "status": video.status,
        "size_bytes": video.size,
        "created_at": video.created_at,
        "lesson_id": unknown.lesson_id,
        "reason": unknown.reason,
    }


def _found_text(unknown: Sequence[UnknownVideo], _options: DisplayOptions, stream: TextIO) -> None:
    rows = tuple(
        (
            one.course,
            one.video.title,
            one.video.id,
            "–" if one.video.size is None else format_bytes(one.video.size),
            "–" if one.video.created_at is None else f"{one.video.created_at:%Y-%m-%d}",
            one.video.status,
        )
        for one in unknown
    )
    columns = ("Course", "Title", "Video", "Size", "Made", "Status")
    total = count(len(unknown), "unknown video", "unknown videos") if unknown else "No unknown video."
    show_sections([Section(title="Videos that no lesson has", columns=columns, rows=rows)], [total], stream)


def _ended(done: Sequence[UnknownDeleted]) -> JsonFields:
    return {
        "deleted": [one.unknown.video.id for one in done if one.is_deleted],
        "kept": [one.unknown.video.id for one in done if not one.is_deleted and not one.error],
        "failed": [
            {"video_id": one.unknown.video.id, "reason": one.error.reason, "hint": one.error.hint}
            for one in done
            if one.error
        ],
    }


def _ended_text(done: Sequence[UnknownDeleted], _options: DisplayOptions, stream: TextIO) -> None:
    failed = tuple((one.unknown.video.id, joined(one.error.reason, one.error.hint)) for one in done if one.error)
    number = sum(one.is_deleted for one in done)
    kept = len(done) - number
    totals = [f"{count(number, 'video', 'videos')} deleted, {kept:,} kept."]
    show_sections([Section(title="Not deleted", columns=("Video", "Why"), rows=failed)], totals, stream)


show_unknown: Final = partial(show, View(event="unknown_videos", fields=_found, text=_found_text))
show_unknown_end: Final = partial(show, View(event="unknown_deleted", fields=_ended, text=_ended_text))
