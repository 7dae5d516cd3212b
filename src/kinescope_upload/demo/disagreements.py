"""What the demo makes disagree behind kupload's back, and what a person decides of that which kupload leaves alone."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from kinescope_upload.demo.lessons import point_row, rows
from kinescope_upload.emulator import ForeignVideo, VideoStatus

if TYPE_CHECKING:
    from collections.abc import Callable

    from kinescope_upload.demo.lessons import DemoLesson
    from kinescope_upload.demo.stage import Stage

__all__ = ["DISAGREEMENTS", "Deed", "Disagreement", "Target", "act"]


class Deed(StrEnum):
    """What happens before a command is typed."""

    DISAGREE = "disagree"
    DECIDE = "decide"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is made to disagree: a lesson, and the video that its row names now (empty: none)."""

    stage: Stage
    lesson: DemoLesson
    video_id: str

    @property
    def other_id(self) -> str:
        """The id of a video that is added beside it."""
        return str(uuid.uuid5(uuid.NAMESPACE_OID, self.lesson.lesson_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """One way in which the four sides come to disagree; each happens to a lesson of its own.

    Attributes:
        words: What it is to the user.
        arrange: Makes it so.
        decide: What a person does about it; None where kupload puts it right by itself.
    """

    words: str
    arrange: Callable[[Target], None]
    decide: Callable[[Target], None] | None = None


def act(deed: Deed, stage: Stage) -> None:
    """Does it to as many lessons as there are ways to disagree, or as there are lessons."""
    videos = {row.lesson_id: row.video_id or "" for row in rows(stage.database_url)}
    for lesson, one in zip(_den_1_first(stage), DISAGREEMENTS, strict=False):
        target = Target(stage=stage, lesson=lesson, video_id=videos[lesson.lesson_id])
        if deed is Deed.DISAGREE:
            one.arrange(target)
        elif one.decide is not None:
            one.decide(target)


def _den_1_first(stage: Stage) -> list[DemoLesson]:
    """The lesson that the replaced system misnamed comes first."""
    return sorted(stage.lessons, key=lambda one: not one.path.endswith("/den_1.mp4"))


def _misname(target: Target) -> None:
    target.stage.emulator.change_video(target.video_id, title=target.lesson.path.rpartition("/")[2].rpartition(".")[0])


def _empty_row(target: Target) -> None:
    point_row(target.stage.database_url, target.lesson.lesson_id, None)


def _make_stale(target: Target) -> None:
    target.stage.emulator.delete_video(target.video_id)
    point_row(target.stage.database_url, target.lesson.lesson_id, target.other_id)


def _put_into_root(target: Target) -> None:
    target.stage.emulator.change_video(target.video_id, parent_id=target.stage.emulator.project_id)


def _put_elsewhere(target: Target) -> None:
    emulator = target.stage.emulator
    others = [one.id for one in emulator.folders() if one.name != target.lesson.course]
    emulator.change_video(target.video_id, parent_id=others[0] if others else emulator.project_id)


def _add_copy(target: Target) -> None:
    """The same file, uploaded once more by somebody else."""
    emulator = target.stage.emulator
    own = emulator.video(target.video_id)
    copy = ForeignVideo(
        id=target.other_id,
        title=own.title,
        parent_id=emulator.folder_named(target.lesson.course).id,
        filename=own.filename,
        size=own.size,
        md5=own.md5,
    )
    emulator.add_foreign_video(copy)
    emulator.bytes_of(copy.id).write_bytes(emulator.bytes_of(own.id).read_bytes())


def _upload_by_hand(target: Target) -> None:
    _add_copy(target)
    point_row(target.stage.database_url, target.lesson.lesson_id, target.other_id)


def _add_stranger(target: Target) -> None:
    emulator = target.stage.emulator
    parent_id = emulator.folder_named(target.lesson.course).id
    emulator.add_foreign_video(
        ForeignVideo(id=target.other_id, title="проба 2 (удалить?)", parent_id=parent_id, size=123_456)
    )


def _delete_added(target: Target) -> None:
    target.stage.emulator.delete_video(target.other_id)


def _delete(target: Target) -> None:
    target.stage.emulator.delete_video(target.video_id)


def _damage(target: Target) -> None:
    target.stage.emulator.corrupt(target.video_id)


def _say(status: VideoStatus | None) -> Callable[[Target], None]:
    return lambda target: target.stage.emulator.set_status(target.video_id, status)


DISAGREEMENTS: Final = (
    Disagreement(words="a video is called as its file (`den_1`), not as its lesson", arrange=_misname),
    Disagreement(words="a row is empty, as if the database had dropped after the upload", arrange=_empty_row),
    Disagreement(words="a row names a video that is nowhere", arrange=_make_stale),
    Disagreement(words="a video lies in the project's root", arrange=_put_into_root),
    Disagreement(words="a video lies in another course's folder", arrange=_put_elsewhere),
    Disagreement(words="a row names a copy that somebody uploaded by hand", arrange=_upload_by_hand),
    Disagreement(words="a lesson has a second video", arrange=_add_copy, decide=_delete_added),
    Disagreement(words="a folder holds a video that nobody knows", arrange=_add_stranger, decide=_delete_added),
    Disagreement(words="a video ended in error", arrange=_say(VideoStatus.ERROR), decide=_delete),
    Disagreement(words="a video is stuck in uploading", arrange=_say(VideoStatus.UPLOADING), decide=_say(None)),
    Disagreement(words="an original has another MD5", arrange=_damage, decide=_delete),
)
"""Those that kupload puts right by itself come first, so that a small library shows them."""
