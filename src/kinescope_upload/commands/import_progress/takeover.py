"""What becomes of the replaced system's progress (`kinescope-upload-progress.json`). Pure.

Its uploaded lessons become `linked` here, with what is known of them. Nothing is guessed: where the file, the course or
the video cannot be told, that is said, or the entry is left out and named.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from kinescope_upload.text import format_bytes
from kinescope_upload.text.hints import Hint
from kinescope_upload.upload import Dialect, Record, Stage
from kinescope_upload.video_ids import is_same_video, video_key

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from kinescope_upload.commands.import_progress.old_progress import OldProgress, OldUpload
    from kinescope_upload.model import Assignment

_ROUNDING: Final = 0.0051
"""Megabytes: the old sizes have two decimals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known here already.

    Attributes:
        files: The assignments that something proves, by lesson id.
        courses_of_lessons: The course by lesson id, of every lesson that the library has a file for.
        courses: Every other course that there is.
        records: What the progress files hold, by lesson id.
        row_videos: The videos that the lessons' rows name, by lesson id; None without the database.
    """

    files: Mapping[str, Assignment]
    courses_of_lessons: Mapping[str, str]
    courses: Collection[str]
    records: Mapping[str, Record]
    row_videos: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A lesson that is taken over.

    Attributes:
        record: As what.
        doubt: Why its file is not known; empty when it is.
        remark: What the entry says in the place of a video's id, where the id is that of the lesson's row; else empty.
    """

    record: Record
    doubt: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTaken:
    """An entry that is left out, and why."""

    lesson_id: str
    reason: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Takeover:
    """What becomes of each lesson of the old file.

    Attributes:
        taken: The lessons that become `linked`.
        known: The lessons whose video the progress files name already.
        failed: The lessons that failed there and are left to be done.
        not_taken: What is left out.
        without: What of the entries could not be read and counts as not being there, in sentences.
    """

    taken: tuple[Taken, ...]
    known: tuple[str, ...]
    failed: tuple[str, ...]
    not_taken: tuple[NotTaken, ...]
    without: tuple[str, ...] = ()


def take_over(old: OldProgress, known: Known) -> Takeover:
    """Decides about every lesson of the old file; nothing that is known already is changed.

    Args:
        old: The old file.
        known: What is known here.
    """
    uploads, left_out = _with_ids(old, known)
    rivals = _rivals(uploads)
    courses = {*known.courses, *known.courses_of_lessons.values(), *(one.course for one in uploads if one.course)}
    taken: list[Taken] = []
    present = [one.lesson_id for one in old.uploads if not one.video_id and one.lesson_id in known.records]
    for one in _once(uploads):
        match _decide(one, rivals, courses, known):
            case Taken() as decision:
                taken.append(decision)
            case NotTaken() as decision:
                left_out.append(decision)
            case None:
                present.append(one.lesson_id)
    uploaded = {one.lesson_id for one in old.uploads}
    failed = sorted({lesson for lesson in old.failed if lesson not in uploaded and lesson not in known.records})
    return Takeover(
        taken=tuple(taken),
        known=tuple(sorted(set(present))),
        failed=tuple(failed),
        not_taken=tuple(dict.fromkeys(left_out)),
        without=old.without,
    )


def _with_ids(old: OldProgress, known: Known) -> tuple[list[OldUpload], list[NotTaken]]:
    """The entries with a video's id, that of the lesson's row where they hold a remark; and those that are left out."""
    uploads: list[OldUpload] = []
    left_out = [NotTaken(lesson_id=one.lesson_id or one.place, reason=one.reason) for one in old.bad]
    named = {one.lesson_id for one in old.uploads if one.video_id} | known.records.keys()
    for one in old.uploads:
        row_video = video_key((known.row_videos or {}).get(one.lesson_id))
        if one.video_id:
            uploads.append(one)
        elif one.lesson_id in named:
            pass  # another entry or our own progress tells
        elif row_video is not None:
            uploads.append(replace(one, video_id=row_video))
        else:
            left_out.append(_without_id(one, has_rows=known.row_videos is not None))
    return uploads, left_out


def _without_id(entry: OldUpload, *, has_rows: bool) -> NotTaken:
    reason = f'{entry.place}.videoId is "{entry.remark}", which is no id of a video'
    if has_rows:
        return NotTaken(lesson_id=entry.lesson_id, reason=f"{reason}, and the lesson's row names none")
    hint = "The id that the lesson's row names is taken where DATABASE_URL and the library are set."
    return NotTaken(lesson_id=entry.lesson_id, reason=reason, hint=hint)


def _decide(
    entry: OldUpload, rivals: Mapping[OldUpload, str], courses: Collection[str], known: Known
) -> Taken | NotTaken | None:
    """What becomes of an entry; None where its video is known already."""
    if record := known.records.get(entry.lesson_id):
        return None if is_same_video(record.video_id, entry.video_id) else _contradiction(entry, record)
    if reason := rivals.get(entry):
        return NotTaken(
            lesson_id=entry.lesson_id, reason=reason, hint="Leave the right entry in the file, then run it again."
        )
    course = known.courses_of_lessons.get(entry.lesson_id) or entry.course or _longest(entry.lesson_id, courses)
    if course is None:
        return NotTaken(
            lesson_id=entry.lesson_id,
            reason=f"{entry.place} names no course, and the id begins with none that is known",
            hint='Add "courseId" to the entry, or name the library, then run it again.',
        )
    return _taken(entry, course, known.files.get(entry.lesson_id))


def _contradiction(entry: OldUpload, record: Record) -> NotTaken:
    ours = f"video {record.video_id}" if record.video_id else "an upload that was begun"
    return NotTaken(
        lesson_id=entry.lesson_id,
        reason=f"the progress file knows {ours} of it ({record.stage}), and the old one video {entry.video_id}",
        hint=Hint("See what ", ("verify",), " says of both."),
    )


def _taken(entry: OldUpload, course: str, assignment: Assignment | None) -> Taken:
    doubt = _doubt_of_file(entry, assignment)
    file = assignment.file if assignment and not doubt else None
    record = Record(
        lesson_id=entry.lesson_id,
        course=course,
        path=file.path if file else None,
        size=file.size if file else 0,
        modified_ns=file.modified_ns if file else 0,
        parent_id=entry.folder_id or "",
        title=(assignment.title if assignment else None) or "",
        dialect=Dialect.TUS,
        video_id=entry.video_id,
        stage=Stage.LINKED,
        offset=file.size if file else 0,
        linked_at=entry.uploaded_at,
    )
    return Taken(record=record, doubt=doubt, remark=entry.remark)


def _doubt_of_file(entry: OldUpload, assignment: Assignment | None) -> str:
    if assignment is None:
        return "nothing proves which file of the library it was made from"
    sizes = {assignment.file.size / 1_000_000, assignment.file.size / 1_048_576}
    if entry.megabytes is None or any(abs(size - entry.megabytes) <= _ROUNDING for size in sizes):
        return ""
    return f'its file had {entry.megabytes} MB, and "{assignment.file.path}" has {format_bytes(assignment.file.size)}'


def _longest(lesson_id: str, courses: Collection[str]) -> str | None:
    """The longest course name that the lesson's id begins with."""
    name = lesson_id
    while name := name.rpartition("_")[0]:
        if name in courses:
            return name
    return None


def _once(uploads: Iterable[OldUpload]) -> list[OldUpload]:
    """Each lesson's entries without repetitions: of those that say the same, the one that says most."""
    best: dict[tuple[str, str], OldUpload] = {}
    for one in uploads:
        key = one.lesson_id, one.video_id
        best[key] = max(best.get(key, one), one, key=lambda entry: (entry.course is not None, entry.folder_id or ""))
    return list(best.values())


def _rivals(uploads: Sequence[OldUpload]) -> dict[OldUpload, str]:
    """Why entries that contradict each other cannot be taken."""
    videos: defaultdict[str, set[str]] = defaultdict(set)
    lessons: defaultdict[str, set[str]] = defaultdict(set)
    for one in uploads:
        videos[one.lesson_id].add(one.video_id)
        lessons[one.video_id].add(one.lesson_id)
    reasons: dict[OldUpload, str] = {}
    for one in uploads:
        if len(videos[one.lesson_id]) > 1:
            reasons[one] = f"several videos are named for it: {', '.join(sorted(videos[one.lesson_id]))}"
        elif len(lessons[one.video_id]) > 1:
            reasons[one] = f"its video {one.video_id} is named for {', '.join(sorted(lessons[one.video_id]))}"
    return reasons
