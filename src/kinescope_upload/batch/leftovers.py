"""What an unanswered request left behind, where the server chose the video's id (JSON dialect).

A video that bears the attempt's mark is ours. Where Kinescope keeps no descriptions (or the attempt set no mark), an
unfinished video of that title in that folder may be ours or somebody's who is uploading now: a person has to tell.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from kinescope_upload.errors import InDoubtError
from kinescope_upload.kinescope.video import VideoState
from kinescope_upload.mapping import nfc
from kinescope_upload.upload import bears_a_mark, bears_mark
from kinescope_upload.video_ids import video_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from kinescope_upload.batch.run import Run
    from kinescope_upload.kinescope.video import Video
    from kinescope_upload.upload import Record

__all__ = ["find_late_leftover", "find_leftover", "may_be_leftover"]

_CLOCK_TOLERANCE: Final = timedelta(seconds=2)
"""HTTP dates are whole seconds, and an answer travels for a while."""
_CLEARLY_BEFORE: Final = timedelta(hours=1)
"""Where the list is left: further than any two clocks of one service are apart."""


def find_leftover(run: Run, record: Record) -> Video | None:
    """The video that the attempt made, in whatever state; None when none is to be seen.

    Args:
        run: The batch.
        record: The attempt; nobody knows the id of its video.

    Raises:
        InDoubtError: Several videos bear its mark; or none does, and an unfinished one could be its.
        KuploadError: Kinescope did not answer, or refused.
    """
    if record.attempted_at is None:
        return None
    if record.mark and (found := _bearer(_found_by_text(run, record.mark), record.mark)):
        return found
    listed = tuple(_since(_in_its_folder(run, record), record.attempted_at))
    if record.mark and (found := _bearer(listed, record.mark)):
        return found
    _check_doubtful(run, record, listed)
    return None


def find_late_leftover(run: Run, record: Record, mark: str) -> Video | None:
    """The video of an earlier attempt that showed none when it was looked for; None when there is none now either.

    Args:
        run: The batch.
        record: The lesson, whose video another attempt has made since.
        mark: The earlier attempt's.

    Raises:
        InDoubtError: Several videos bear the mark; or none does, and an unfinished one could be its.
        KuploadError: Kinescope did not answer, or refused.
    """
    if found := _bearer(_found_by_text(run, mark), mark):
        return found
    listed = tuple(_in_its_folder(run, record))
    if found := _bearer(listed, mark):
        return found
    _check_doubtful(run, record, listed)
    return None


def _check_doubtful(run: Run, record: Record, listed: Iterable[Video]) -> None:
    """Returns when none of the videos may be a leftover of the lesson without saying so.

    Raises:
        InDoubtError: Some may.
    """
    ours = {video_key(one.video_id) or one.video_id for one in run.backends.progress.records.values()}
    if doubtful := [video for video in listed if video.id not in ours and may_be_leftover(video, record)]:
        raise _in_doubt(doubtful)


def _found_by_text(run: Run, mark: str) -> Iterator[Video]:
    return run.backends.kinescope.videos_with_text(mark)


def _in_its_folder(run: Run, record: Record) -> Iterator[Video]:
    return run.backends.kinescope.newest_videos(project_id=run.rules.project_id, parent_id=record.parent_id)


def _since(videos: Iterable[Video], attempted_at: datetime) -> Iterator[Video]:
    """The videos, newest first, up to one that is clearly older than the attempt."""
    for video in videos:
        if video.created_at is not None and video.created_at < attempted_at - _CLEARLY_BEFORE:
            return
        yield video


def _bearer(found: Iterable[Video], mark: str) -> Video | None:
    videos = [video for video in found if bears_mark(video.description, mark)]
    if len(videos) > 1:
        raise InDoubtError(
            f"{len(videos)} videos say that they are the one whose creation nobody answered: {_names(videos)}.",
            "Look at them at Kinescope; delete those of no use, then run again.",
        )
    return videos[0] if videos else None


def may_be_leftover(video: Video, record: Record) -> bool:
    """Whether nothing speaks against the video being what the attempt left behind: that title, new, without a byte."""
    if video.state is not VideoState.PARTIAL or bears_a_mark(video.description):
        return False
    if record.attempted_at and video.created_at and video.created_at < record.attempted_at - _CLOCK_TOLERANCE:
        return False
    is_title = nfc(video.title).strip() == nfc(record.title).strip()
    return is_title and video.size in {None, record.size} and _may_be_name(video.original_name, record.path or "")


def _may_be_name(told: str | None, path: str) -> bool:
    """Whether the name that Kinescope tells is the file's; it may as well say "original" of every file."""
    if told is None or told.partition(".")[0] == "original":
        return True
    return nfc(told) == nfc(path.rpartition("/")[2])


def _in_doubt(videos: list[Video]) -> InDoubtError:
    one = len(videos) == 1
    return InDoubtError(
        f"Nobody answered the request that creates the video, and {'an' if one else len(videos)} unfinished "
        f"{'video' if one else 'videos'} of that title may be what it left: {_names(videos)}. Kinescope does not tell "
        f"who made {'it' if one else 'them'}.",
        f"Look at {'it' if one else 'them'} at Kinescope; delete what is of no use, then run again.",
    )


def _names(videos: Iterable[Video]) -> str:
    return ", ".join(video.id for video in videos)
