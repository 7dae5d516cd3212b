"""The progress file's text: versioned JSON, one lesson a line. Pure.

docs/progress.md describes the format for those who read it with other tools.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from sys import intern
from typing import Final, TypeVar

from kinescope_upload.upload import LONGEST_KEEP, Dialect, Failure, LeftBecause, OldVideo, Record, Stage

_T = TypeVar("_T")

FORMAT: Final = 1
_HEAD: Final = '{"format": %d, "course": %s, %s"lessons": {\n'
_OPEN: Final = '"journal": true, '
_IS_OPEN: Final = re.compile(r'"journal"\s*:\s*true')
_TAIL: Final = "\n}}\n"
_FOLDER: Final = "/"
"""Ends the path of a record whose file is not known; before it stands the course."""


class FormatError(ValueError):
    """The text is no progress file of a format that this version knows; says where."""


class NewerFormatError(FormatError):
    """A newer kupload wrote the file."""


def encode_record(record: Record) -> bytes:
    """One lesson's line, without what is only true while a run is on and without what is empty."""
    facts: dict[str, object] = {
        "path": record.course + _FOLDER if record.path is None else record.path,
        "size": record.size,
        "modified_ns": record.modified_ns,
        "stage": record.stage.value,
        "parent_id": record.parent_id,
        "title": record.title,
        "dialect": record.dialect.value,
        "video_id": record.video_id,
        "attempted_at": _stamp(record.attempted_at),
        "mark": record.mark,
        "lost_marks": list(record.lost_marks) or None,
        "lost_since": _stamp(record.lost_since),
        "upload_url": record.upload_url,
        "offset": record.offset,
        "expires_at": _stamp(record.expires_at),
        "sent_bytes": record.sent_bytes or None,
        "sent_md5": record.sent_md5,
        "head_md5": record.head_md5,
        "md5": record.md5,
        "duration": record.duration,
        "video_url": record.video_url,
        "reason": record.reason,
        "linked_at": _stamp(record.linked_at),
        "verified_at": _stamp(record.verified_at),
        "pair_is_written": record.pair_is_written or None,
        "failure": record.failure and _failure_facts(record.failure),
        "old_videos": [_old_video_facts(video) for video in record.old_videos] or None,
    }
    known = {key: value for key, value in facts.items() if value is not None}
    return f"{json.dumps(record.lesson_id)}: {json.dumps(known)}".encode("ascii")


def _failure_facts(failure: Failure) -> dict[str, object]:
    facts: dict[str, object] = {"reason": failure.reason, "at": _stamp(failure.at)}
    return facts | {"in_doubt": True} if failure.is_in_doubt else facts


def _old_video_facts(video: OldVideo) -> dict[str, object]:
    facts = {
        "video_id": video.video_id,
        "path": video.path,
        "size": video.size,
        "modified_ns": video.modified_ns,
        "md5": video.md5,
        "why": video.why.value,
        "keep_seconds": video.keep,
        "left_at": _stamp(video.left_at),
    }
    return {key: value for key, value in facts.items() if value is not None}


def encode_course(course: str, lines: Mapping[str, bytes]) -> bytes:
    """The whole file from the lines of its lessons."""
    return b"".join(course_pieces(course, lines.values()))


def course_pieces(course: str, lines: Iterable[bytes], *, is_open: bool = False) -> Iterator[bytes]:
    """The same in pieces: a large course's text is never held whole.

    Args:
        course: The course.
        lines: Its lessons.
        is_open: Whether a journal goes on from here, so that its loss is seen.
    """
    yield (_HEAD % (FORMAT, json.dumps(course), _OPEN if is_open else "")).encode("ascii")
    separator = b""
    for line in lines:
        yield separator + line
        separator = b",\n"
    yield _TAIL.encode("ascii")


def says_open(text: str) -> bool:
    """Whether the file's text, or its beginning, says that a journal goes on from it."""
    return _IS_OPEN.search(text.partition('"lessons"')[0]) is not None


def parse_course(text: str) -> tuple[str, dict[str, Record]]:
    """The course's name and its records by lesson id.

    Raises:
        FormatError: It is no JSON, not of this format, or a field is missing or of the wrong kind.
    """
    try:
        data = json.loads(text)
    except ValueError as error:
        raise FormatError(f"it is no JSON: {error}") from None
    except RecursionError:
        raise FormatError("it is nested too deeply") from None
    match data:
        case {"format": int(version)} if version > FORMAT:
            raise NewerFormatError(f"it is of format {version}, which only a newer kupload knows")
        case {"format": 1, "course": str(course), "lessons": Mapping() as lessons}:
            course = intern(course)  # one text for all records, also where they are read one by one
            return course, {lesson_id: _read_record(lesson_id, course, facts) for lesson_id, facts in lessons.items()}
        case _:
            raise FormatError('it does not hold "format", "course" and "lessons" as kupload writes them')


def _read_record(lesson_id: str, course: str, facts: object) -> Record:
    if not isinstance(facts, Mapping):
        raise FormatError(f"lesson {lesson_id} is no object")
    try:
        path = _need(facts, "path", str)
        record = Record(
            lesson_id=lesson_id,
            course=course,
            path=None if path.endswith(_FOLDER) else path,
            size=_need(facts, "size", int),
            modified_ns=_need(facts, "modified_ns", int),
            parent_id=_need(facts, "parent_id", str),
            title=_need(facts, "title", str),
            dialect=Dialect(_need(facts, "dialect", str)),
            stage=Stage(_need(facts, "stage", str)),
            video_id=_may(facts, "video_id", str),
            attempted_at=_moment(facts, "attempted_at"),
            mark=_may(facts, "mark", str),
            lost_marks=_texts(facts, "lost_marks"),
            lost_since=_moment(facts, "lost_since"),
            upload_url=_may(facts, "upload_url", str),
            offset=_need(facts, "offset", int),
            expires_at=_moment(facts, "expires_at"),
            sent_bytes=_may(facts, "sent_bytes", int) or 0,
            sent_md5=_may(facts, "sent_md5", str),
            head_md5=_may(facts, "head_md5", str),
            md5=_may(facts, "md5", str),
            duration=_number(facts, "duration"),
            video_url=_may(facts, "video_url", str),
            reason=_may(facts, "reason", str),
            linked_at=_moment(facts, "linked_at"),
            verified_at=_moment(facts, "verified_at"),
            pair_is_written=facts.get("pair_is_written") is True,
            failure=_failure(facts.get("failure")),
            old_videos=_old_videos(facts),
        )
        _check_whole(record)
    except ValueError as error:
        raise FormatError(f"lesson {lesson_id}: {error}") from None
    return record


def _check_whole(record: Record) -> None:
    """Returns when the stage's facts are there, without which kupload would act on nothing."""
    for key, count in {"offset": record.offset, "sent_bytes": record.sent_bytes}.items():
        if not 0 <= count <= record.size:
            raise FormatError(f'"{key}" is {count}, and "size" is {record.size}')
    needed = {
        "attempted_at": record.stage in {Stage.CREATED, Stage.UPLOADED},
        "upload_url": record.stage is Stage.CREATED,
        "video_id": record.dialect is Dialect.TUS or record.stage not in {Stage.PLANNED, Stage.ORPHANED},
    }
    for key, is_needed in needed.items():
        if is_needed and getattr(record, key) is None:
            raise FormatError(f'"{key}" is missing at stage {record.stage}')


def _need(facts: Mapping[str, object], key: str, kind: type[_T]) -> _T:
    value = _may(facts, key, kind)
    if value is None:
        raise FormatError(f'"{key}" is missing')
    return value


def _may(facts: Mapping[str, object], key: str, kind: type[_T]) -> _T | None:
    value = facts.get(key)
    if value is None:
        return None
    if not isinstance(value, kind) or isinstance(value, bool):
        raise FormatError(f'"{key}" is not as kupload writes it')
    return value


def _number(facts: Mapping[str, object], key: str) -> float | None:
    whole = facts.get(key)
    return float(whole) if type(whole) is int else _may(facts, key, float)


def _texts(facts: Mapping[str, object], key: str) -> tuple[str, ...]:
    texts = _may(facts, key, list) or []
    if not all(isinstance(text, str) for text in texts):
        raise FormatError(f'"{key}" is not as kupload writes it')
    return tuple(texts)


def _old_videos(facts: Mapping[str, object]) -> tuple[OldVideo, ...]:
    if "old_videos" not in facts:
        return ()  # which is nearly every record
    videos = tuple(_old_video(video) for video in _may(facts, "old_videos", list) or [])
    if sum(video.left_at is None for video in videos) > 1:
        raise FormatError('"old_videos" has two without "left_at"')
    return videos


def _old_video(facts: object) -> OldVideo:
    if not isinstance(facts, Mapping):
        raise FormatError('"old_videos" is not as kupload writes it')
    keep = _may(facts, "keep_seconds", int)
    if keep is not None and not 0 <= keep <= LONGEST_KEEP:
        raise FormatError(f'"keep_seconds" is {keep}')
    return OldVideo(
        video_id=_need(facts, "video_id", str),
        path=_may(facts, "path", str),
        size=_need(facts, "size", int),
        modified_ns=_need(facts, "modified_ns", int),
        md5=_may(facts, "md5", str),
        why=LeftBecause(_need(facts, "why", str)),
        keep=keep,
        left_at=_moment(facts, "left_at"),
    )


def _failure(facts: object) -> Failure | None:
    match facts:
        case None:
            return None
        case {"reason": str(reason), "at": str(at), **rest}:
            return Failure(reason=reason, at=_read_stamp(at), is_in_doubt=rest.get("in_doubt") is True)
        case _:
            raise FormatError('"failure" is not as kupload writes it')


def _moment(facts: Mapping[str, object], key: str) -> datetime | None:
    text = _may(facts, key, str)
    return None if text is None else _read_stamp(text)


def _read_stamp(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise FormatError(f'"{text}" has no time zone')
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise FormatError(f'"{text}" is no date') from None


def _stamp(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None
