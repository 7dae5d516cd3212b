"""Records as the cluster's database holds them: the very objects of the progress files. Pure."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from kinescope_upload.errors import LessonLostError, UsageError
from kinescope_upload.library_paths import nfc
from kinescope_upload.progress.format import FormatError, course_pieces, encode_record, parse_course
from kinescope_upload.upload import LeftBecause, OldVideo
from kinescope_upload.upload.next_upload import as_old
from kinescope_upload.video_ids import video_key

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from kinescope_upload.upload import Record


def text_of(record: Record) -> str:
    """The record as JSON, without the lesson's id."""
    return encode_record(record).decode("ascii").removeprefix(f"{json.dumps(record.lesson_id)}: ")


def record_of(lesson_id: str, course: str, text: str) -> Record:
    """The record of a lesson from its JSON.

    Raises:
        UsageError: It is not as this version writes it.
    """
    return records_of([(lesson_id, course, text)])[lesson_id]


def records_of(rows: Iterable[tuple[str, str, str]]) -> dict[str, Record]:
    """The records of (lesson, course, JSON), by lesson id.

    Raises:
        UsageError: One is not as this version writes it.
    """
    by_course: dict[str, list[bytes]] = {}
    for lesson_id, course, text in rows:
        by_course.setdefault(nfc(course), []).append(f"{json.dumps(lesson_id)}: {text}".encode())
    found: dict[str, Record] = {}
    for course, lines in by_course.items():
        try:
            found |= parse_course(b"".join(course_pieces(course, lines)).decode())[1]
        except FormatError as error:
            raise UsageError(
                f'A record of course "{course}" in the cluster\'s database cannot be read: {error}.',
                "Use the kupload that wrote it, or a newer one.",
            ) from error
    return found


def joined(record: Record, other: Record, at: datetime) -> Record:
    """The record with all that another one of the same lesson names: no video of ours is forgotten.

    What was begun a second time is kept as an old video, which `repair --delete-unknown` offers; where this record has
    begun nothing, the other's upload goes on.

    Args:
        record: The cluster's.
        other: A machine's that worked alone.
        at: Now (UTC).
    """
    first, second = (record, other) if record.is_begun or not other.is_begun else (other, record)
    named = {video_key(one) or one for one in (first.video_id, *(old.video_id for old in first.old_videos))}
    lost = [mark for mark in second.lost_marks if mark not in first.lost_marks]
    own = tuple[OldVideo, ...]()
    if second.is_begun and second.video_id is not None:
        own = (as_old(second, LeftBecause.CALLED_OFF, None, at),)
    elif second.is_begun and second.mark and second.mark != first.mark:
        lost.append(second.mark)
    old = [replace(one, left_at=one.left_at or at) for one in (*second.old_videos, *own)]
    new = tuple(one for one in old if (video_key(one.video_id) or one.video_id) not in named)
    if not (new or lost):
        return first
    since = min(
        filter(None, (first.lost_since, second.lost_since, second.attempted_at if lost else None)), default=None
    )
    return replace(first, old_videos=(*first.old_videos, *new), lost_marks=(*first.lost_marks, *lost), lost_since=since)


def lost_error(lesson_id: str) -> LessonLostError:
    """The error of a lesson that this machine has no more."""
    return LessonLostError(f"Another machine has {lesson_id} now.")
