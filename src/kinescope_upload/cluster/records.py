"""Records as the cluster's database holds them: the very objects of the progress files. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from kinescope_upload.errors import LessonLostError, UsageError
from kinescope_upload.mapping.names import nfc
from kinescope_upload.progress.format import FormatError, course_pieces, encode_record, parse_course

if TYPE_CHECKING:
    from collections.abc import Iterable

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


def lost_error(lesson_id: str) -> LessonLostError:
    """The error of a lesson that this machine has no more."""
    return LessonLostError(f"Another machine has {lesson_id} now.")
