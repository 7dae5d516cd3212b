"""What each finding may be put right by. Pure.

Only what is provably right. The proofs are: the progress file names the video (its id is ours), or size and MD5 are
those of the lesson's file and no other video and no other lesson has them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from kinescope_upload.audit.compare.judgement import SeenVideo
from kinescope_upload.audit.compare.kinds import Kind
from kinescope_upload.audit.compare.videos import is_same_content, problems_of
from kinescope_upload.kinescope.video import Video, VideoState
from kinescope_upload.upload.titles import fit_title

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from kinescope_upload.audit.compare.comparison import Comparison
    from kinescope_upload.audit.compare.facts import Finding, Lesson, TargetFolder

__all__ = ["Action", "Facts", "Fix", "fixes_for"]


class Action(StrEnum):
    """What is done, in the order in which it is done."""

    DELETE = "delete"
    RESTART = "restart"
    CLEAR = "clear"
    ADOPT = "adopt"
    LINK = "link"
    MOVE = "move"
    RENAME = "rename"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """One thing to put right.

    Attributes:
        action: What is done.
        finding: What it puts right.
        lesson: The lesson.
        video_id: The video that it is done to or with.
        value: The row's text that is cleared, the title or the folder's id; else empty.
        explanation: What is done and why that is right, in a sentence.
        also: Other findings that it puts right as well.
    """

    action: Action
    finding: Finding
    lesson: Lesson
    video_id: str
    explanation: str
    value: str = ""
    also: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a remedy is chosen by.

    Attributes:
        comparison: What the findings were found in.
        is_strange_workspace: Whether nothing is where it should be, so that rather the token or the project is wrong.
        kinds: The kinds of each lesson's findings.
    """

    comparison: Comparison
    is_strange_workspace: bool
    kinds: Mapping[str, AbstractSet[Kind]]

    def place(self, lesson: Lesson) -> TargetFolder | None:
        """Where the lesson's video belongs."""
        return self.comparison.places.get(lesson.course)

    def video(self, video_id: str | None) -> Video | None:
        """What was seen of a video; None when it is gone, or nothing is wrong with it."""
        seen = self.comparison.look(video_id) if video_id else None
        return seen if isinstance(seen, Video) else None

    def has(self, lesson: Lesson, *kinds: Kind) -> bool:
        """Whether the lesson has a finding of one of these kinds."""
        return not self.kinds.get(lesson.lesson_id, frozenset()).isdisjoint(kinds)


def fixes_for(finding: Finding, facts: Facts) -> Iterator[Fix]:
    """What puts the finding right; nothing when only a person can tell, or it is not for `repair` to mend."""
    lesson = facts.comparison.lessons.get(finding.lesson_id) if finding.lesson_id else None
    remedy = _REMEDIES.get(finding.kind)
    if lesson is not None and remedy is not None and not facts.has(lesson, Kind.SHARED_VIDEO):
        yield from (one for one in remedy(finding, lesson, facts) if _is_nobody_elses(one, facts))


def _is_nobody_elses(fix: Fix, facts: Facts) -> bool:
    """Whether the video is named for no other lesson; what is nowhere may be."""
    is_of_absence = fix.action in {Action.CLEAR, Action.RESTART}
    return is_of_absence or facts.comparison.is_named_for(fix.video_id, fix.lesson)


def _clear(finding: Finding, lesson: Lesson, facts: Facts) -> Iterator[Fix]:
    if facts.is_strange_workspace or lesson.row is None or finding.video_id is None:
        return
    yield Fix(
        action=Action.CLEAR,
        finding=finding,
        lesson=lesson,
        video_id=finding.video_id,
        value=lesson.row.video_id or "",
        explanation=f"empty the row of {lesson.lesson_id}: its video {finding.video_id} is nowhere on Kinescope",
    )
    summary = lesson.summary
    if summary is None or not summary.has_all_bytes or summary.video_id is None:
        return
    if facts.comparison.look(summary.video_id) is SeenVideo.GONE:
        yield _restart(finding, lesson, summary.video_id)
    elif _is_linkable(lesson, summary.video_id, facts):
        yield _link_own(finding, lesson, summary.video_id)


def _restart(finding: Finding, lesson: Lesson, video_id: str) -> Fix:
    return Fix(
        action=Action.RESTART,
        finding=finding,
        lesson=lesson,
        video_id=video_id,
        explanation=f"let the next run upload {lesson.lesson_id} again: its video {video_id} is nowhere on Kinescope",
    )


def _link(finding: Finding, lesson: Lesson, facts: Facts) -> Iterator[Fix]:
    if finding.video_id is None or lesson.row is None:
        return
    if finding.video_id == lesson.own_id:
        if _is_linkable(lesson, finding.video_id, facts):
            yield _link_own(finding, lesson, finding.video_id)
        return
    yield Fix(
        action=Action.ADOPT,
        finding=finding,
        lesson=lesson,
        video_id=finding.video_id,
        explanation=(
            f"link {lesson.lesson_id} to video {finding.video_id}: size and MD5 are those of its file, and unique"
        ),
    )


def _link_own(finding: Finding, lesson: Lesson, video_id: str) -> Fix:
    return Fix(
        action=Action.LINK,
        finding=finding,
        lesson=lesson,
        video_id=video_id,
        explanation=f"link {lesson.lesson_id} to video {video_id}, which kupload uploaded for it",
    )


def _is_linkable(lesson: Lesson, video_id: str, facts: Facts) -> bool:
    """Whether nothing speaks against a video that the progress file names."""
    video = facts.video(video_id)
    size = lesson.size if video is None else video.size
    if lesson.summary is None or size not in {None, lesson.summary.size}:
        return False
    if video is None:
        return True  # nothing at all is wrong with it
    kinds = {one.kind for one in problems_of(lesson, video, None)}
    return video.state is VideoState.COMPLETE and kinds.isdisjoint(_UNFIT)


_UNFIT: Final = (Kind.SIZE_DIFFERS, Kind.MD5_DIFFERS, Kind.STATUS_ERROR, Kind.STATUS_ABORTED, Kind.STATUS_STUCK)


def _after_loss(finding: Finding, lesson: Lesson, facts: Facts) -> Iterator[Fix]:
    if finding.other_id is None:
        return
    if finding.video_id is None and not facts.is_strange_workspace:
        yield _restart(finding, lesson, finding.other_id)
    if finding.video_id is not None and _is_proven(lesson, finding.video_id, facts):
        yield _take_over(finding, lesson, finding.video_id)


def _is_proven(lesson: Lesson, video_id: str, facts: Facts) -> bool:
    """Whether the row's video is beyond doubt the lesson's: done, and size and MD5 are those of the file."""
    video = facts.video(video_id)
    is_done = video is not None and video.status == "done"
    return is_done and lesson.file is not None and video is not None and is_same_content(lesson, video)


def _take_over(finding: Finding, lesson: Lesson, video_id: str) -> Fix:
    return Fix(
        action=Action.ADOPT,
        finding=finding,
        lesson=lesson,
        video_id=video_id,
        explanation=(
            f"note video {video_id} for {lesson.lesson_id}: its row names it, size and MD5 are those of its file"
        ),
    )


def _delete_ours(finding: Finding, lesson: Lesson, facts: Facts) -> Iterator[Fix]:
    """The row names a proven video, and beside it is one of ours: unfinished, or the same once more."""
    ours, kept = finding.other_id, finding.video_id
    if ours is None or kept is None or ours != lesson.own_id or not _is_proven(lesson, kept, facts):
        return
    video = facts.video(ours)
    if video is None or not _is_surplus(lesson, video):
        return
    what = "unfinished" if video.state is VideoState.PARTIAL else "a duplicate"
    yield Fix(
        action=Action.DELETE,
        finding=finding,
        lesson=lesson,
        video_id=ours,
        value=kept,
        explanation=(
            f"delete video {ours} of kupload's, {what}: the row of {lesson.lesson_id} names {kept}, which is proven"
        ),
    )
    yield _take_over(finding, lesson, kept)


def _is_surplus(lesson: Lesson, video: Video) -> bool:
    has_more = lesson.summary is not None and lesson.summary.has_all_bytes
    return (video.state is VideoState.PARTIAL and not has_more) or is_same_content(lesson, video)


def _delete_leftover(finding: Finding, lesson: Lesson, facts: Facts) -> Iterator[Fix]:
    """An unfinished video of ours whose lesson is no more."""
    video = facts.video(lesson.own_id)
    if not facts.has(lesson, Kind.LESSON_WITHOUT_ROW) or video is None or video.state is not VideoState.PARTIAL:
        return
    yield Fix(
        action=Action.DELETE,
        finding=finding,
        lesson=lesson,
        video_id=video.id,
        explanation=(
            f"delete video {video.id} of kupload's, unfinished: lesson {lesson.lesson_id} is not in the database"
        ),
    )


def _is_surely_its(lesson: Lesson, video_id: str, facts: Facts) -> bool:
    """Whether nothing speaks against the video being the lesson's."""
    if facts.has(lesson, Kind.TWO_VIDEOS, Kind.VIDEO_GONE):
        return _is_proven(lesson, video_id, facts)
    return not facts.has(lesson, Kind.SIZE_DIFFERS, Kind.MD5_DIFFERS)


def _move(finding: Finding, lesson: Lesson, facts: Facts) -> Iterator[Fix]:
    place, video = facts.place(lesson), facts.video(finding.video_id)
    if place is None or place.parent_id is None or video is None or not _is_surely_its(lesson, video.id, facts):
        return
    if video.project_id not in {None, place.project_id} and video.id != lesson.own_id:
        return
    yield Fix(
        action=Action.MOVE,
        finding=finding,
        lesson=lesson,
        video_id=video.id,
        value=place.parent_id,
        explanation=f'move video {video.id} of {lesson.lesson_id} into the folder of "{place.course}"',
    )


def _rename(finding: Finding, lesson: Lesson, facts: Facts) -> Iterator[Fix]:
    if finding.video_id is None or not lesson.title or not _is_surely_its(lesson, finding.video_id, facts):
        return
    title = fit_title(lesson.title)
    yield Fix(
        action=Action.RENAME,
        finding=finding,
        lesson=lesson,
        video_id=finding.video_id,
        value=title,
        explanation=f'call video {finding.video_id} of {lesson.lesson_id} "{title}"',
    )


_REMEDIES: Final[Mapping[Kind, Callable[[Finding, Lesson, Facts], Iterator[Fix]]]] = {
    Kind.ROW_POINTS_NOWHERE: _clear,
    Kind.ROW_EMPTY: _link,
    Kind.VIDEO_GONE: _after_loss,
    Kind.TWO_VIDEOS: _delete_ours,
    Kind.UNFINISHED: _delete_leftover,
    Kind.WRONG_FOLDER: _move,
    Kind.PROJECT_ROOT: _move,
    Kind.TITLE_DIFFERS: _rename,
}
