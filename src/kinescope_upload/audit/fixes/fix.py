"""The changes that `repair` can make, one class each, and the sentence that explains each. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from kinescope_upload.text import first_few

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kinescope_upload.audit.compare.facts import Finding, Lesson


@dataclass(frozen=True, slots=True, kw_only=True)
class _LessonFix:
    """One change to one lesson.

    Attributes:
        finding: The finding that it fixes.
        lesson: The lesson.
        video_id: The video that it acts on.
        also: Other findings that it fixes too.
        action: Its name for programs.
    """

    finding: Finding
    lesson: Lesson
    video_id: str
    also: tuple[Finding, ...] = ()
    action: ClassVar[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveRecords(_LessonFix):
    """Gives what is recorded of renumbered lessons to the lessons that it is of now; all of it or nothing.

    Attributes:
        moved: The lesson that each record is of now, by the one that it was of.
    """

    action = "renumber"
    moved: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteDuplicate(_LessonFix):
    """Deletes kupload's video of a lesson whose row names another one, which is certainly the lesson's.

    Attributes:
        kept_id: The video that the row names.
        is_unfinished: Whether the deleted video is an unfinished upload, not the same content once more.
    """

    action = "delete"
    kept_id: str
    is_unfinished: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteLeftover(_LessonFix):
    """Deletes kupload's unfinished video of a lesson that is no longer in the database."""

    action = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class StartOver(_LessonFix):
    """Plans the upload again, since the uploaded video is gone."""

    action = "restart"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearRow(_LessonFix):
    """Empties a row whose video is not on Kinescope.

    Attributes:
        held: The video id exactly as the row spells it.
    """

    action = "clear"
    held: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptVideo(_LessonFix):
    """Records a video that kupload did not upload, with the size and MD5 of the lesson's file, and links it.

    Attributes:
        keeps_own: Whether the video that the progress names is another cut, and stays: the progress is of a backup.
    """

    action = "adopt"
    keeps_own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchRow(_LessonFix):
    """Writes kupload's newer video into a row that names one which it has replaced: the row is of a backup.

    Attributes:
        held: The video id exactly as the row spells it.
    """

    action = "switch"
    held: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkVideo(_LessonFix):
    """Writes kupload's own video into the lesson's empty row."""

    action = "link"


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveVideo(_LessonFix):
    """Moves the video into its course's folder.

    Attributes:
        parent_id: The folder, or the project for its root.
    """

    action = "move"
    parent_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameVideo(_LessonFix):
    """Gives the video its lesson's title.

    Attributes:
        title: The title, at most as long as Kinescope takes.
    """

    action = "rename"
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteOldVideo(_LessonFix):
    """Deletes a video that was replaced or unlinked, whose time has come."""

    action = "delete"


Fix = (
    MoveRecords
    | DeleteDuplicate
    | DeleteLeftover
    | StartOver
    | ClearRow
    | AdoptVideo
    | SwitchRow
    | LinkVideo
    | MoveVideo
    | RenameVideo
    | DeleteOldVideo
)
"""Every change, in the order in which they are applied: a later one may need an earlier one."""


WRITES_ROW = ClearRow | AdoptVideo | SwitchRow | LinkVideo
"""Those that write into the database."""


def explanation_of(fix: Fix) -> str:  # noqa: C901, PLR0911 - a flat match over a closed union
    """Says what the fix does and why that is right."""
    lesson, video = fix.lesson.lesson_id, fix.video_id
    match fix:
        case MoveRecords(moved=moved):
            moves = first_few([f"{old} → {new}" for old, new in moved.items()], most=10)
            return f"move what is recorded to the lessons that it is of now: {moves}"
        case DeleteDuplicate(kept_id=kept, is_unfinished=is_unfinished):
            what = "an unfinished upload" if is_unfinished else "a duplicate"
            return f"delete kupload's video {video}, {what}: the row of {lesson} names {kept}, verified by size and MD5"
        case DeleteLeftover():
            return f"delete kupload's video {video}, an unfinished upload: lesson {lesson} is not in the database"
        case StartOver():
            return f"plan the upload of {lesson} again: its video {video} is not on Kinescope"
        case ClearRow():
            return f"empty the row of {lesson}: its video {video} is not on Kinescope"
        case AdoptVideo(keeps_own=keeps_own) if fix.lesson.row_id == video:
            kept = f"; {fix.lesson.own_id} is kept as its old video" if keeps_own else ""
            return f"record video {video} for {lesson}: its row names it, and its size and MD5 match the file{kept}"
        case AdoptVideo():
            return f"link {lesson} to video {video}: its size and MD5 match the file and no other lesson or video"
        case SwitchRow(held=held):
            return f"link {lesson} to video {video}, which has replaced {held}, the row's"
        case LinkVideo():
            return f"link {lesson} to video {video}, which kupload uploaded for it"
        case MoveVideo():
            return f'move video {video} of {lesson} into the folder of "{fix.lesson.course}"'
        case RenameVideo(title=title):
            return f'rename video {video} of {lesson} to "{title}"'
        case DeleteOldVideo():
            return f"delete old video {video} of {lesson}, whose time has come"
