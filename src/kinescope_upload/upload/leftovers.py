"""Decides what to do about a video that an attempt of ours may have left on Kinescope. Pure.

A video with our id, or one that bears the attempt's mark, is ours. Where the server chooses the id and keeps no
descriptions (or the attempt set no mark), an unfinished video of that title in that folder may be ours or somebody's
who is uploading now: a person has to tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeVar

from kinescope_upload.errors import InDoubtError
from kinescope_upload.library_paths import nfc
from kinescope_upload.policy.absence import is_proven_absent
from kinescope_upload.text import format_bytes
from kinescope_upload.text.hints import Hint
from kinescope_upload.upload.events import VideoComplete
from kinescope_upload.upload.marks import bears_a_mark, bears_mark
from kinescope_upload.upload.titles import is_title_of
from kinescope_upload.upload.video import VideoState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from kinescope_upload.model import VideoFile
    from kinescope_upload.upload.record import Record
    from kinescope_upload.upload.video import Video


_T = TypeVar("_T")

_CLOCK_TOLERANCE: Final = timedelta(seconds=2)
"""HTTP dates are whole seconds, and an answer travels for a while."""
_CLEARLY_BEFORE: Final = timedelta(hours=1)
"""Where the list is left: further than any two clocks of one service are apart."""
_LOOK_THERE: Final = "Look at it at Kinescope; delete it if it is of no use, then run again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one look at Kinescope showed.

    Attributes:
        ours: Videos with our id or mark.
        doubtful: Where none has, unfinished videos that may be ours without saying so.
    """

    ours: tuple[Video, ...] = ()
    doubtful: tuple[Video, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopt:
    """The video is complete and the file's; its MD5 is still to be compared (`check_md5`)."""

    video: Video


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove:
    """The video is ours and incomplete: delete it, then start over."""

    video: Video


@dataclass(frozen=True, slots=True, kw_only=True)
class StartOver:
    """There is no video of ours: create one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InDoubt:
    """Only a person can tell: what is unclear, and what to do about it.

    `kept` is the complete video of the file that was begun, where the lesson's file is another by now.
    """

    what: str
    hint: str = _LOOK_THERE
    kept: Video | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAgain:
    """Another look, a while later, may show more: a creation still at work, a video that is there, the last bytes."""


Settled = Adopt | Remove | StartOver | InDoubt
Decision = Settled | LookAgain


def decide(record: Record, file: VideoFile, looks: Sequence[Found]) -> Decision:
    """Decides what becomes of the video of a record at stage `orphaned`.

    Args:
        record: The record.
        file: The lesson's file as it is now.
        looks: What each look showed, the first one first; there was time between two of them.
    """
    found = looks[-1]
    if doubt := _doubt_whose(found):
        return doubt
    video = found.ours[0] if found.ours else None
    if _may_change_soon(record, video, looks):
        return LookAgain()
    if video is None:
        return StartOver()
    match video.state:
        case VideoState.PARTIAL:
            return Remove(video=video)
        case VideoState.COMPLETE if record.size == file.size and video.size in {None, file.size}:
            return Adopt(video=video)
        case VideoState.COMPLETE:
            size = "" if video.size is None else f" with {format_bytes(video.size)}"
            what = f"Video {video.id} is complete{size}; the file is another now ({format_bytes(file.size)})."
            return (
                _kept(what, record, file, video)
                if video.size is None or video.size == record.size
                else InDoubt(what=what)
            )
        case _:
            return InDoubt(what=f'Kinescope says "{video.status}" of our video {video.id}.')


def certain(decision: _T | InDoubt) -> _T:
    """The decision, where it is none for a person.

    Raises:
        InDoubtError: It is.
    """
    if isinstance(decision, InDoubt):
        raise InDoubtError(decision.what, decision.hint)
    return decision


def check_md5(
    adopt: Adopt, record: Record, file: VideoFile, md5: str | None, *, begins_as_sent: bool
) -> Adopt | InDoubt:
    """Decides whether a complete video of the file's size may be adopted.

    Args:
        adopt: The video.
        record: The record; it may tell the MD5 of all that was sent.
        file: The lesson's file as it is now.
        md5: The file's MD5; None where no checksums are taken.
        begins_as_sent: Whether the file begins with what is known of what was sent.
    """
    known = {adopt.video.md5, _md5_of_all(record)} - {None}
    if md5 and known:
        is_same, why = known == {md5}, "its MD5 is not the file's"
    elif not begins_as_sent:
        is_same, why = False, "the file begins with other bytes now"
    else:
        is_in_place = record.is_in_place(file)
        is_same = is_in_place and record.is_for(file)
        why = f"the file has another {'time' if is_in_place else 'name'} now; no MD5 tells whether it is the same"
    if is_same:
        return adopt
    what = f"Video {adopt.video.id} is complete, and {why}."
    return InDoubt(what=what) if record.is_as_read(file) else _kept(what, record, file, adopt.video)


def _md5_of_all(record: Record) -> str | None:
    return record.sent_md5 if record.sent_bytes == record.size else None


def _kept(what: str, record: Record, file: VideoFile, video: Video) -> InDoubt:
    named = () if record.is_in_place(file) else (file.path,)
    hint = Hint(("replace", record.lesson_id, *named), " publishes the file; the video is kept until then.")
    return InDoubt(what=what, hint=hint, kept=video)


def completed(record: Record, video: Video) -> VideoComplete:
    """What is known of a complete video whose file is not the lesson's any more."""
    return VideoComplete(md5=_md5_of_all(record) or video.md5, video_id=video.id, video_url=video.embed_url)


def decide_deleted(video: Video | None) -> Remove | StartOver | InDoubt:
    """Decides what becomes of a video that was deleted a while ago and may be there again.

    A second request for it may have been at work.
    """
    if video is None:
        return StartOver()
    if video.state is VideoState.PARTIAL:
        return Remove(video=video)
    return InDoubt(what=f'Kinescope says "{video.status}" of video {video.id}, which was deleted.')


def decide_late(record: Record, looks: Sequence[Found]) -> Remove | StartOver | InDoubt | LookAgain:
    """Decides what becomes of the video of an earlier attempt that showed none before another attempt made one.

    Args:
        record: The lesson's record, with the later attempt's video.
        looks: What each look for the earlier attempt's mark or id showed, the first one first.

    Returns:
        `StartOver` where there is none: nothing is to be removed.
    """
    found = looks[-1]
    if doubt := _doubt_whose(found):
        return doubt
    if not found.ours:
        return StartOver() if is_proven_absent(bool(look.ours) for look in reversed(looks)) else LookAgain()
    video = found.ours[0]
    if video.state is VideoState.PARTIAL:
        return Remove(video=video)
    return InDoubt(
        what=f'Kinescope says "{video.status}" of video {video.id}, which an earlier request for {record.lesson_id} '
        "made as well."
    )


def _may_change_soon(record: Record, video: Video | None, looks: Sequence[Found]) -> bool:
    if video is None:
        return not is_proven_absent(bool(look.ours) for look in reversed(looks))
    return len(looks) == 1 and video.state is VideoState.PARTIAL and record.upload_url is not None


def _doubt_whose(found: Found) -> InDoubt | None:
    if len(found.ours) > 1:
        return InDoubt(
            what=f"{len(found.ours)} videos say that they are the one whose creation nobody answered: "
            f"{_names(found.ours)}.",
            hint="Look at them at Kinescope; delete those of no use, then run again.",
        )
    if not found.doubtful:
        return None
    is_single = len(found.doubtful) == 1
    it = "it" if is_single else "them"
    return InDoubt(
        what=f"Nobody answered the request that creates the video, and {'an' if is_single else len(found.doubtful)} "
        f"unfinished {'video' if is_single else 'videos'} of that title may be what it left: "
        f"{_names(found.doubtful)}. Kinescope does not tell who made {it}.",
        hint=f"Look at {it} at Kinescope; delete what is of no use, then run again.",
    )


def _names(videos: Iterable[Video]) -> str:
    return ", ".join(video.id for video in videos)


def bearers(videos: Iterable[Video], mark: str | None) -> tuple[Video, ...]:
    """The videos that bear the mark."""
    return tuple(video for video in videos if bears_mark(video.description, mark))


def not_older(videos: Iterable[Video], since: datetime) -> Iterator[Video]:
    """The videos, newest first, up to one that is clearly older than that."""
    for video in videos:
        if video.created_at is not None and video.created_at < since - _CLEARLY_BEFORE:
            return
        yield video


def may_be_leftover(video: Video, record: Record, since: datetime) -> bool:
    """Whether nothing speaks against the video being what an attempt left behind: that title, new, without a byte.

    Args:
        video: The video.
        record: The lesson's record.
        since: When the attempt began.
    """
    if video.state is not VideoState.PARTIAL or bears_a_mark(video.description):
        return False
    if video.created_at and video.created_at < since - _CLOCK_TOLERANCE:
        return False
    is_size = video.size in {None, record.size}
    return is_size and is_title_of(video.title, record.title) and _may_be_name(video.original_name, record.path)


def _may_be_name(told: str | None, path: str | None) -> bool:
    """Whether the name that Kinescope tells is the file's; it may as well say "original" of every file."""
    if told is None or path is None or told.partition(".")[0] == "original":
        return True
    return nfc(told) == nfc(path.rpartition("/")[2])
