"""Deletes old videos of lessons, which were replaced or unlinked, when their time has come.

A run, `kupload replace`, `kupload unlink` and `kupload repair` share it. What it does can be repeated after a crash in
its middle: the record names an old video until it is gone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from kinescope_upload.errors import InDoubtError, KuploadError, LessonFailedError, TryAgainError
from kinescope_upload.model import lessons_of_videos
from kinescope_upload.progress.deleted import deletion_facts
from kinescope_upload.text import distinct_bytes
from kinescope_upload.text.hints import Hint
from kinescope_upload.upload import LeftBecause, OldVideo
from kinescope_upload.upload.events import OldVideoGone
from kinescope_upload.upload.removal import Removal
from kinescope_upload.upload.table import advance
from kinescope_upload.video_ids import video_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime
    from typing import TypeVar

    from kinescope_upload.kinescope.management_api import KinescopeApi
    from kinescope_upload.model import LessonRow
    from kinescope_upload.progress.port import Progress
    from kinescope_upload.upload import Record, Video

    T = TypeVar("T")


_WHY: Final = {
    LeftBecause.REPLACED: "it was replaced",
    LeftBecause.UNLINKED: "its lesson was unlinked",
    LeftBecause.CALLED_OFF: "its replacement was called off",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletionTools:
    """What old videos are deleted with.

    Attributes:
        api: Kinescope.
        store: The progress files, locked.
        rows: Reads the rows of all courses.
        now: The time (UTC) by Kinescope's clock.
        call: Calls it again while it raises `TryAgainError` and retries are left.
        wait: Waits before a further look at what one look did not show.
    """

    api: KinescopeApi
    store: Progress
    rows: Callable[[], Iterable[LessonRow]]
    now: Callable[[], datetime]
    call: Callable[[Callable[[], object]], object]
    wait: Callable[[], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """What became of one old video.

    Attributes:
        lesson_id: The lesson.
        video_id: The video.
        why: Why it was deleted.
        error: Why it was not; None where it is gone.
    """

    lesson_id: str
    video_id: str
    why: str
    error: KuploadError | None = None


def delete_due(tools: DeletionTools, lesson_ids: frozenset[str] | None = None) -> Iterator[Deletion]:
    """Deletes the old videos whose time has come, one after the other; yields what became of each.

    A replaced one stays, and nothing is said of it, as long as the one that replaced it is not done.

    Args:
        tools: What it works with.
        lesson_ids: The lessons; None means all that the store holds.

    Raises:
        BatchStoppedError: The deletion cannot be written down.
        InterruptedRunError: The batch ends.
    """
    now = tools.now()
    due = [
        (record.lesson_id, video)
        for record in tools.store.records.values()
        if record.old_videos and (lesson_ids is None or record.lesson_id in lesson_ids)
        for video in record.old_videos
        if video.is_due(now)
    ]
    if not due:
        return
    names = lessons_of_videos(tools.rows())
    for lesson_id, video in due:
        why = _why(video)
        try:
            is_gone = _delete(tools, lesson_id, video, names)
        except (LessonFailedError, TryAgainError) as error:
            yield Deletion(lesson_id=lesson_id, video_id=video.video_id, why=why, error=error)
        else:
            if is_gone:
                yield Deletion(lesson_id=lesson_id, video_id=video.video_id, why=why)


def _why(video: OldVideo) -> str:
    return _WHY[video.why]


def _delete(tools: DeletionTools, lesson_id: str, old: OldVideo, names: Mapping[str, str]) -> bool:
    record = tools.store.records[lesson_id]
    _check_unnamed(old, names, tools.store.records.values())
    if old.why is LeftBecause.REPLACED and not _is_replaced(tools, record):
        return False
    tools.call(lambda: _delete_once(tools, record, old))
    tools.store.save(advance(record, OldVideoGone(video_id=old.video_id)))
    return True


def _delete_once(tools: DeletionTools, record: Record, old: OldVideo) -> None:
    removal = Removal(
        delete=tools.api.delete_video, look=tools.api.video, wait=tools.wait, check=partial(_check_sent, old)
    )
    video = tools.api.video(old.video_id) or removal.seen_again(old.video_id)
    if video is None:
        return
    _check_sent(old, video)
    tools.store.note_deletion(deletion_facts(video, record, why=_why(old), at=tools.now()))
    removal.of(video.id)


def _check_sent(old: OldVideo, video: Video) -> None:
    """Returns when the video may be what was sent.

    Raises:
        InDoubtError: It is not.
    """
    if video.size not in {None, old.size}:
        theirs, ours = distinct_bytes(video.size or 0, old.size)
        raise InDoubtError(
            f"Old video {old.video_id} has {theirs}, and {ours} were sent: it is kept.",
            Hint("Look at it at Kinescope; ", ("repair", "--delete-unknown", "--video", old.video_id), " deletes it."),
        )


def _check_unnamed(old: OldVideo, names: Mapping[str, str], records: Iterable[Record]) -> None:
    """Returns when no row and no record names the video as a lesson's.

    Raises:
        InDoubtError: One does.
    """
    key = video_key(old.video_id) or old.video_id
    user = names.get(key) or next((one.lesson_id for one in records if video_key(one.video_id) == key), None)
    if user is not None:
        raise InDoubtError(
            f"Old video {old.video_id} is kept: lesson {user} has it.", Hint(("verify",), " tells more.")
        )


def _is_replaced(tools: DeletionTools, record: Record) -> bool:
    """Whether the lesson's row was switched to a video that is done and what was sent."""
    if not record.stage.is_linked or record.video_id is None:
        return False
    found: list[Video | None] = []
    video_id = record.video_id
    tools.call(lambda: found.append(tools.api.video(video_id)))
    return found[-1] is not None and proof_against(record, found[-1]) is None and found[-1].status == "done"


def proof_against(record: Record, video: Video) -> str | None:
    """What shows that the video is not what was sent for the record; None where nothing does.

    Where Kinescope keeps no originals, it tells neither size nor MD5; it has acknowledged every byte then.
    """
    if video.size not in {None, record.size}:
        theirs, ours = distinct_bytes(video.size or 0, record.size)
        return f"has {theirs}, and {ours} were sent"
    if record.md5 and video.md5 and record.md5 != video.md5:
        return f"has MD5 {video.md5}, and {record.md5} was sent"
    return None
