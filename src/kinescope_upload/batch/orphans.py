"""The stage `orphaned`: a video of ours may exist and we hold no upload. Look first, then adopt it or remove it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from kinescope_upload.batch.leftovers import find_late_leftover, find_leftover
from kinescope_upload.errors import InDoubtError
from kinescope_upload.events import OrphanRemoved
from kinescope_upload.kinescope.video import Video, VideoState
from kinescope_upload.text import format_bytes
from kinescope_upload.upload import Dialect, FreshUpload, OrphanGone, Record, VideoComplete

if TYPE_CHECKING:
    from collections.abc import Callable

    from kinescope_upload.batch.run import Run
    from kinescope_upload.model import VideoFile

__all__ = ["look_for_video", "remove_late_leftovers"]

_LOOK_THERE: Final = "Look at it at Kinescope; delete it if it is of no use, then run again."
_LATE: Final = 6
"""Waits of `orphan_wait` that a creation may be at work after it showed nothing: half a minute by default."""


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
        InDoubtError: The video may be complete and is not provably what the file is, or it cannot be told which video
            is ours.
        KuploadError: Kinescope did not answer, or refused.
    """
    video = _find(run, record)
    if _may_be_otherwise_soon(record, video):
        run.stop.pause(run.rules.orphan_wait)
        video = _find(run, record)
    match video.state if video else None:
        case None:
            return _start_over(run, record, file, was_seen=False)
        case VideoState.COMPLETE:
            assert video  # noqa: S101 - it has a state
            return _adopt(record, video, file, md5)
        case VideoState.PARTIAL:
            assert video  # noqa: S101 - it has a state
            _remove(run, record, video)
            return _start_over(run, record, file, was_seen=True)
        case _:
            assert video  # noqa: S101 - it has a state
            raise InDoubtError(f'Kinescope says "{video.status}" of our video {video.id}.', _LOOK_THERE)


def remove_late_leftovers(run: Run, record: Record) -> None:
    """Deletes what earlier attempts of a lesson left behind and only shows now, after another made its video.

    Args:
        run: The batch.
        record: The lesson; `lost_marks` names those attempts.

    Raises:
        InDoubtError: Such a video may be complete, or several bear one mark.
        KuploadError: Kinescope did not answer, or refused.
    """
    _wait_for_late_work(run, record)
    for mark in record.lost_marks:
        video = find_late_leftover(run, record, mark)
        if video is not None and video.state is not VideoState.PARTIAL:
            raise InDoubtError(
                f'Kinescope says "{video.status}" of video {video.id}, which an earlier request for {record.lesson_id} '
                "made as well.",
                _LOOK_THERE,
            )
        if video is not None:
            run.backends.kinescope.delete_video(video.id)
            reason = "the request that made it was not answered, and it showed late"
            run.emit(OrphanRemoved(lesson_id=record.lesson_id, video_id=video.id, reason=reason))


def _wait_for_late_work(run: Run, record: Record) -> None:
    """Waits until what the earlier attempts began must have shown; a longer upload took that long by itself."""
    longest = _LATE * run.rules.orphan_wait
    if record.attempted_at is not None:
        passed = run.backends.service.now() - record.attempted_at
        run.stop.pause(min(longest, longest - passed / timedelta(seconds=1)))


def _find(run: Run, record: Record) -> Video | None:
    if record.video_id is not None:
        return run.backends.kinescope.video(record.video_id)
    return find_leftover(run, record)


def _may_be_otherwise_soon(record: Record, video: Video | None) -> bool:
    """Whether a second look may see more: a creation still at work, an absence that was none, or the last bytes."""
    return video is None or (video.state is VideoState.PARTIAL and record.upload_url is not None)


def _adopt(record: Record, video: Video, file: VideoFile, md5: Callable[[], str | None]) -> VideoComplete:
    """The video is complete and ours, by its id or by its mark; whatever Kinescope tells of its content must agree."""
    if not record.is_for(file) or video.size not in {None, file.size}:
        raise InDoubtError(
            f"Video {video.id} is complete{_with_size(video)}; the file is another now ({format_bytes(file.size)}).",
            _LOOK_THERE,
        )
    digest = md5()
    if digest and video.md5 and digest != video.md5:
        raise InDoubtError(f"Video {video.id} is complete, and its MD5 is not the file's.", _LOOK_THERE)
    return VideoComplete(md5=digest, video_id=video.id, video_url=video.embed_url)


def _with_size(video: Video) -> str:
    return "" if video.size is None else f" with {format_bytes(video.size)}"


def _remove(run: Run, record: Record, video: Video) -> None:
    """Deletes an unfinished video, and once more where it is there again: a second request for it may be at work.

    Raises:
        InDoubtError: It has become something else meanwhile.
        KuploadError: Kinescope did not answer, or refused.
    """
    if record.upload_url:
        run.backends.uploader.terminate(record)
    run.backends.kinescope.delete_video(video.id)
    run.emit(OrphanRemoved(lesson_id=record.lesson_id, video_id=video.id, reason=record.reason or ""))
    run.stop.pause(run.rules.orphan_wait)  # deleting is not instant
    again = run.backends.kinescope.video(video.id)
    if again is None:
        return
    if again.state is not VideoState.PARTIAL:
        raise InDoubtError(f'Kinescope says "{again.status}" of video {video.id}, which was deleted.', _LOOK_THERE)
    run.backends.kinescope.delete_video(video.id)


def _start_over(run: Run, record: Record, file: VideoFile, *, was_seen: bool) -> OrphanGone:
    dialect = run.rules.dialect
    fresh = FreshUpload(
        video_id=run.chance.new_id() if dialect is Dialect.TUS else None,
        dialect=dialect,
        parent_id=record.parent_id,
        title=record.title,
        size=file.size,
        modified_ns=file.modified_ns,
        path=file.path,
    )
    return OrphanGone(fresh=fresh, was_seen=was_seen)
