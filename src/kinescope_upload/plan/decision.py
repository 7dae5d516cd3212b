"""Decides what a run does with one lesson, and why. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from kinescope_upload.library_paths import is_named_for
from kinescope_upload.model import MappingSource
from kinescope_upload.text import format_bytes_of
from kinescope_upload.text.hints import Hint
from kinescope_upload.upload import Record, Stage
from kinescope_upload.video_ids import is_same_video

if TYPE_CHECKING:
    from kinescope_upload.media.verdict import Broken
    from kinescope_upload.model import Assignment, LessonRow, VideoFile

REPLACE_OR_SEND: Final = Hint("Put a whole file in its place; ", ("--send-broken",), " sends it as it is.")
_RESTORE = "Restore the library's order or name the right file in a map file (--map)."


class Decision(StrEnum):
    """What a run does with a lesson."""

    UPLOAD = "upload"
    RESUME = "resume"
    LINK = "link"
    SKIP = "skip"
    IN_DOUBT = "in doubt"
    LATER = "later"


SENT: Final = frozenset({Decision.UPLOAD, Decision.RESUME})
"""The decisions with which bytes of the file are sent."""


class PlanDecision(NamedTuple):
    """What is done with a lesson, why, and what a person can do where that is `in doubt`.

    `is_outdated` says that it is in doubt because its file has changed before its row was written; `calls_off`, that
    the replacement that was begun is called off.
    """

    decision: Decision
    reason: str
    hint: str = ""
    is_outdated: bool = False
    calls_off: bool = False


_NEW = PlanDecision(Decision.UPLOAD, "not uploaded yet")


def decide(
    assignment: Assignment, record: Record | None, row: LessonRow | None, *, pinned: Record | None, has_rows: bool
) -> PlanDecision:
    """Decides about one lesson.

    Args:
        assignment: The lesson and its file as it is now.
        record: What earlier runs achieved.
        row: The lesson's row; None where there is none, or the database is not asked.
        pinned: What earlier runs achieved of the lesson for which this file was uploaded; None where it was not.
        has_rows: Whether the database is asked.
    """
    if record is None and pinned is None:  # most of a hundred thousand
        is_empty = not has_rows or (row is not None and row.video_id is None)
        return (None if is_empty else _by_row(assignment, row, None)) or _NEW
    return (
        _by_mapping(assignment, record, row, pinned)
        or (_by_row(assignment, row, record) if has_rows else _without_rows(record))
        or _if_outdated(assignment.file, record, row)
        or _by_progress(assignment.file, record)
    )


def doubt_broken(file: VideoFile, look: Broken) -> PlanDecision:
    """Decides about a lesson whose file no player could show."""
    return PlanDecision(Decision.IN_DOUBT, f'its file "{file.path}" {look.reason}', REPLACE_OR_SEND)


def doubt_outdated(lesson_id: str, path: str, video_id: str | None, sent: str | None = None) -> PlanDecision:
    """Decides about a lesson whose file has changed after its last byte was sent, and before its row was written.

    Args:
        lesson_id: The lesson.
        path: Its file.
        video_id: The video of what was sent.
        sent: The file that was sent; None where that is the same.
    """
    has_old = f"video {video_id} has the old content and is kept, its row is not written"
    if sent in {None, path}:
        reason = f'"{path}" has changed since its upload; {has_old}'
        hint = Hint(("replace", lesson_id), " publishes the new file; the old one, put back, is linked later.")
    else:
        reason = f'was uploaded from "{sent}", and "{path}" is its file now; {has_old}'
        hint = Hint(("replace", lesson_id, path), " publishes that file.")
    return PlanDecision(Decision.IN_DOUBT, reason, hint, is_outdated=True)


def _if_outdated(file: VideoFile, record: Record | None, row: LessonRow | None) -> PlanDecision | None:
    """Doubts a file that has surely changed since; where only the time differs, the run compares the MD5s."""
    if record is None or record.path is None or record.stage is not Stage.UPLOADED or record.is_for(file):
        return None
    is_written = row is not None and is_same_video(row.video_id, record.video_id)
    is_redated = record.is_in_place(file) and record.differs_in_time(file)
    if is_written or (is_redated and record.md5):
        return None
    return doubt_outdated(record.lesson_id, file.path, record.video_id, record.path)


def _by_mapping(
    assignment: Assignment, record: Record | None, row: LessonRow | None, pinned: Record | None
) -> PlanDecision | None:
    """A lesson that was uploaded from one file is not re-pointed to another, nor a file to another lesson.

    Where a person gives it another file, that one is its file.
    """
    path, is_said = assignment.file.path, assignment.source.is_written
    if pinned and pinned.lesson_id != assignment.lesson_id:
        reason = f'its file "{path}" was uploaded for lesson {pinned.lesson_id}'
        return PlanDecision(Decision.IN_DOUBT, reason, _free_file(pinned) if is_said else _RESTORE)
    sent = record.path if record and record.stage is not Stage.PLANNED else None
    if record and sent and sent != path and not record.is_for(assignment.file):
        if is_said:
            return None
        reason = f'was uploaded from "{sent}", and now "{path}" would be its file'
        return PlanDecision(Decision.IN_DOUBT, reason, _publish_or_restore(assignment, record, row))
    return None


def _free_file(pinned: Record) -> Hint:
    lesson_id, wrong = pinned.lesson_id, "Else correct who has the file."
    if pinned.serving:
        return Hint(("replace", lesson_id, "--drop"), f" calls off the replacement that was begun from it. {wrong}")
    if pinned.stage is Stage.UPLOADED:
        return Hint(("unlink", lesson_id, "--delete"), f" deletes that video, which no row names. {wrong}")
    return Hint(("unlink", lesson_id), f" takes its video away from that lesson. {wrong}")


def _without_rows(record: Record | None) -> PlanDecision | None:
    match record.stage if record else None:
        case Stage.UPLOADED if record and not record.lost_marks:
            return PlanDecision(Decision.SKIP, "uploaded before; its row waits for a run with the database")
        case Stage.LINKED | Stage.VERIFIED:
            return PlanDecision(Decision.SKIP, "linked before")
        case _:
            return None


def _publish_or_restore(assignment: Assignment, record: Record, row: LessonRow | None) -> str:
    if not record.stage.is_linked or row is None or not is_named_for(assignment.file.stem, row.title):
        return _RESTORE
    publish = ("replace", assignment.lesson_id, assignment.file.path)
    return Hint("If that is its new cut, publish it: ", publish, ". Else restore the library's order.")


ADD_OR_CORRECT: Final = "Add the lesson, or correct its id in the map file."
"""What is to be done about a file whose lesson has no row."""


def forget_pair(lesson_id: str) -> Hint:
    """What is to be done about a pair of a map file whose lesson has no row."""
    return Hint(f"{ADD_OR_CORRECT} ", ("map", "--forget", lesson_id), " takes the pair out.")


def _by_row(assignment: Assignment, row: LessonRow | None, record: Record | None) -> PlanDecision | None:
    decided = decide_by_row(row, record)
    if decided is None or row is not None or assignment.source is not MappingSource.MAP_FILE:
        return decided
    return decided._replace(hint=forget_pair(assignment.lesson_id))


def decide_by_row(  # noqa: C901, PLR0911 - a flat match
    row: LessonRow | None, record: Record | None
) -> PlanDecision | None:
    """What the lesson's row alone decides; None where it asks for the video.

    Args:
        row: The lesson's row; None where there is none.
        record: What earlier runs achieved.
    """
    if row is None:
        return PlanDecision(Decision.IN_DOUBT, "has no row in the database", ADD_OR_CORRECT)
    stage, ours = (record.stage, record.video_id) if record else (Stage.PLANNED, None)
    if row.has_address_only and (decided := _by_address_alone(row, record)):
        return decided
    match row.video_id:
        case None if record and stage.is_linked:
            return PlanDecision(
                Decision.IN_DOUBT,
                f"was linked to video {ours}, but its row is empty now",
                Hint(("repair",), " links it again; ", ("unlink", row.lesson_id), " lets the lesson start over."),
            )
        case None if record and record.serving:
            return PlanDecision(
                Decision.IN_DOUBT,
                f"its row named video {record.serving.video_id} when its replacement began, and is empty now",
                Hint(("unlink", row.lesson_id), " lets the next run write the new video into it."),
            )
        case theirs if record and record.serving and is_same_video(theirs, record.serving.video_id):
            return None
        case None:
            return None
        case theirs if is_same_video(theirs, ours) and stage.is_linked:
            return PlanDecision(Decision.SKIP, "linked before")
        case theirs if record is None or not record.is_begun:
            return PlanDecision(Decision.SKIP, f"has a video ({theirs})")
        case theirs if is_same_video(theirs, ours):
            return None  # the row may be newer than a progress file that was put back from a backup: the run looks
        case theirs:
            return PlanDecision(
                Decision.IN_DOUBT,
                f"its row points at video {theirs}, and {_what_we_have(stage, ours)}",
                Hint("See what ", ("repair",), " offers."),
            )


def _by_address_alone(row: LessonRow, record: Record | None) -> PlanDecision | None:
    """Doubts a row that holds an address and no id: somebody else wrote it, or it has lost the id."""
    unlink = ("unlink", row.lesson_id)
    if record is None or not (record.is_begun or record.serving):
        reason = f'its row holds the address "{row.address}" and no video id'
        return PlanDecision(Decision.IN_DOUBT, reason, Hint(unlink, " empties it, and the next run uploads the file."))
    if record.stage.is_linked and is_same_video(row.video_id, record.video_id):
        reason = f"was linked to video {record.video_id}, but its row holds that one's address alone now"
        hint = Hint(("repair",), " links it again; ", unlink, " lets the lesson start over.")
        return PlanDecision(Decision.IN_DOUBT, reason, hint)
    if record.serving and is_same_video(row.video_id, record.serving.video_id):
        reason = (
            f"its row named video {record.serving.video_id} when its replacement began, and holds its address alone"
        )
        return PlanDecision(Decision.IN_DOUBT, reason, Hint(unlink, " lets the next run write the new video into it."))
    return None


def _what_we_have(stage: Stage, ours: str | None) -> str:
    if stage.has_all_bytes:
        return f"kupload uploaded video {ours}"
    return f"kupload began to upload video {ours}" if ours else "kupload began to upload another"


def _by_progress(file: VideoFile, record: Record | None) -> PlanDecision:
    if record is None or record.attempted_at is None:
        serving = record.serving if record else None
        return PlanDecision(Decision.UPLOAD, f"replaces video {serving.video_id}") if serving else _NEW
    compared = "; its file's time has changed: compares what was sent" if record.differs_in_time(file) else ""
    if record.stage is Stage.UPLOADED and record.serving:
        reason = f"video {record.video_id} is uploaded, and is to replace {record.serving.video_id}"
        return PlanDecision(Decision.LINK, reason)
    if record.stage is Stage.UPLOADED:
        return PlanDecision(Decision.LINK, f"video {record.video_id} is uploaded, its row is not written{compared}")
    if record.path and not record.is_in_place(file) and not record.is_for(file):
        what_then = "compares what was sent" if record.may_go_on_with(file) else "starts over"
        return PlanDecision(Decision.RESUME, f'was begun from "{record.path}": {what_then}')
    if not record.may_go_on_with(file):
        is_known = "has changed" if not compared else "has another time, and no MD5 tells whether it has changed"
        return PlanDecision(Decision.RESUME, f"the file {is_known} since its upload began: starts over")
    match record.stage:
        case Stage.CREATED:
            until = f", until {record.expires_at:%Y-%m-%d %H:%M} UTC" if record.expires_at else ""
            return PlanDecision(
                Decision.RESUME, f"{format_bytes_of(record.offset, record.size)} uploaded{until}{compared}"
            )
        case Stage.ORPHANED:
            return PlanDecision(Decision.RESUME, f"looks first: {record.reason}{compared}")
        case _:
            return PlanDecision(Decision.RESUME, "its creation was begun and not answered")
