"""The stage `orphaned`: a video of ours may exist and we hold no upload. Look first, then adopt it or remove it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from kinescope_upload.errors import InDoubtError, TryAgainError
from kinescope_upload.events import OrphanRemoved
from kinescope_upload.upload import Beginning, Dialect, OrphanGone, Record, VideoComplete
from kinescope_upload.video import Video, VideoState

if TYPE_CHECKING:
    from collections.abc import Callable

    from kinescope_upload.batch.run import Run
    from kinescope_upload.model import VideoFile

__all__ = ["look_for_video"]

_UNFINISHED: Final = ("pending", "uploading")
_CLOCK_TOLERANCE: Final = timedelta(seconds=2)
"""HTTP dates are whole seconds, and an answer travels for a while."""


def look_for_video(
    run: Run, record: Record, file: VideoFile, md5: Callable[[], str | None]
) -> VideoComplete | OrphanGone:
    """Finds out what became of the record's video.

    Args:
        run: The batch.
        record: At stage `orphaned`.
        file: The lesson's file as it is now, which the next upload begins from.
        md5: Gives the MD5 of that file, or None when no checksums are taken.

    Raises:
        InDoubtError: The video may be complete and is not provably what the file is.
        KuploadError: Kinescope did not answer, or refused.
    """
    video = _find(run, record)
    if video and video.state is VideoState.PARTIAL and record.upload_url:
        run.stop.pause(run.rules.orphan_wait)  # the last bytes may just have arrived: look twice
        video = _find(run, record)
    match video.state if video else None:
        case None:
            return _begin_anew(run, record, file)
        case VideoState.COMPLETE:
            assert video  # noqa: S101 - it has a state
            return _adopt(record, video, file, md5)
        case VideoState.PARTIAL:
            assert video  # noqa: S101 - it has a state
            _remove(run, record, video)
            return _begin_anew(run, record, file)
        case _:
            assert video  # noqa: S101 - it has a state
            raise InDoubtError(
                f'Kinescope says "{video.status}" of our video {video.id}.',
                "Look at it there; delete it if it is of no use, then run again.",
            )


def _find(run: Run, record: Record) -> Video | None:
    if record.video_id is not None:
        return run.ends.kinescope.video(record.video_id)
    return _find_nameless(run, record)


def _find_nameless(run: Run, record: Record) -> Video | None:
    """The leftover of a creation whose answer was lost, where the server chose the id (JSON dialect).

    Raises:
        InDoubtError: There are several.
    """
    ours = {one.video_id for one in run.ends.progress.records.values()}
    candidates = run.ends.kinescope.videos(folder_id=record.parent_id, statuses=_UNFINISHED)
    found = [video for video in candidates if video.id not in ours and _may_be_leftover(video, record)]
    if len(found) > 1:
        names = ", ".join(video.id for video in found)
        raise InDoubtError(
            f"Several unfinished videos could be the one whose creation nobody answered: {names}.",
            "Delete those of no use at Kinescope, then run again.",
        )
    return found[0] if found else None


def _may_be_leftover(video: Video, record: Record) -> bool:
    if record.attempted_at is None or video.created_at is None:
        return False
    same_file = (video.original_name, video.size) == (record.path.rpartition("/")[2], record.size)
    is_new = video.created_at >= record.attempted_at - _CLOCK_TOLERANCE
    return same_file and is_new and video.title == record.title and video.folder_id == record.parent_id


def _adopt(record: Record, video: Video, file: VideoFile, md5: Callable[[], str | None]) -> VideoComplete:
    if video.size is None:
        raise TryAgainError(f"Kinescope does not tell the size of video {video.id} yet.")
    way_out = "Look at it at Kinescope; delete it if it is of no use, then run again."
    if not record.is_for(file) or video.size != file.size:
        raise InDoubtError(
            f"Video {video.id} is complete with {video.size} bytes, and the file is another now ({file.size} bytes).",
            way_out,
        )
    digest = md5()
    if digest and video.md5 and digest != video.md5:
        raise InDoubtError(f"Video {video.id} is complete, and its MD5 is not the file's.", way_out)
    return VideoComplete(md5=digest, video_id=video.id)


def _remove(run: Run, record: Record, video: Video) -> None:
    if record.upload_url:
        run.ends.uploader.terminate(record)
    run.ends.kinescope.delete_video(video.id)
    run.emit(OrphanRemoved(lesson_id=record.lesson_id, video_id=video.id, reason=record.reason or ""))
    run.stop.pause(run.rules.orphan_wait)  # deleting is not instant


def _begin_anew(run: Run, record: Record, file: VideoFile) -> OrphanGone:
    dialect = run.rules.dialect
    beginning = Beginning(
        video_id=run.chance.new_id() if dialect is Dialect.TUS else None,
        dialect=dialect,
        parent_id=record.parent_id,
        title=record.title,
        size=file.size,
        modified_ns=file.modified_ns,
        path=file.path,
    )
    return OrphanGone(beginning=beginning)
