"""Decides which fix follows from a finding. Pure.

A fix needs a proof that the result is right. There are two: the progress file names the video, so its id is one that
kupload chose; or size and MD5 are those of the lesson's file, and no other video and no other lesson has them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kinescope_upload.audit.compare.judgement import SeenVideo
from kinescope_upload.audit.compare.kinds import Kind
from kinescope_upload.audit.compare.videos import is_same_content, problems_of
from kinescope_upload.audit.fixes.fix import (
    AdoptVideo,
    ClearRow,
    DeleteDuplicate,
    DeleteLeftover,
    DeleteOldVideo,
    Fix,
    LinkVideo,
    MoveRecords,
    MoveVideo,
    RenameVideo,
    StartOver,
    SwitchRow,
)
from kinescope_upload.kinescope.video import Video, VideoState
from kinescope_upload.lesson_ids import begin_of_id
from kinescope_upload.upload import LeftBecause, Stage
from kinescope_upload.upload.titles import fit_title, is_title_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from kinescope_upload.audit.compare.comparison import Comparison
    from kinescope_upload.audit.compare.facts import Finding, Lesson


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the choice of a fix depends on.

    Attributes:
        comparison: The comparison that the findings are from.
        is_other_workspace: Whether no named video exists, so that token or project are probably another workspace's.
        kinds: The kinds of each lesson's findings, by lesson id.
        now: The time (UTC).
    """

    comparison: Comparison
    is_other_workspace: bool
    kinds: Mapping[str, AbstractSet[Kind]]
    now: datetime

    def video(self, video_id: str | None) -> Video | None:
        """The video as it was listed; None when it is gone, or has no problem."""
        seen = self.comparison.look(video_id) if video_id else None
        return seen if isinstance(seen, Video) else None

    def has(self, lesson: Lesson, *kinds: Kind) -> bool:
        """Whether the lesson has a finding of one of these kinds."""
        return not self.kinds.get(lesson.lesson_id, frozenset()).isdisjoint(kinds)


def can_fix(kind: Kind) -> bool:
    """Whether there is a fix for findings of this kind; whether it is certain depends on the finding."""
    return kind in _RULES


def fixes_for(finding: Finding, facts: Facts) -> Iterator[Fix]:
    """Yields what fixes the finding; nothing where only a person can tell what is right."""
    lesson = facts.comparison.lessons.get(finding.lesson_id) if finding.lesson_id else None
    rule = _RULES.get(finding.kind)
    if lesson is None or rule is None or facts.has(lesson, Kind.SHARED_VIDEO):
        return
    if lesson.lesson_id in facts.comparison.renumbered.unclear:
        return  # what is recorded of it may be another lesson's
    for fix in rule(finding, lesson, facts):
        if isinstance(fix, MoveRecords | ClearRow | StartOver) or facts.comparison.is_named_for(fix.video_id, lesson):
            yield fix  # two lessons may name a video that is gone; an existing one has to be this lesson's alone


def _move_records(finding: Finding, _lesson: Lesson, facts: Facts) -> Iterator[Fix]:
    """All records at once: one may take another's place."""
    lessons, found = facts.comparison.lessons, facts.comparison.renumbered
    places = facts.comparison.places
    moved = {old: new for old, new in found.moved.items() if places.keys() >= _courses_of(lessons[new])}
    if finding.lesson_id in moved.values():
        first = lessons[min(moved.values())]
        yield MoveRecords(finding=finding, lesson=first, video_id=first.own_id or "", moved=moved)


def _courses_of(lesson: Lesson) -> set[str]:
    """The courses whose progress files a move of its record changes."""
    return {lesson.course, lesson.summary.course if lesson.summary else lesson.course}


def _clear(finding: Finding, lesson: Lesson, facts: Facts) -> Iterator[Fix]:
    if facts.is_other_workspace or lesson.row is None or finding.video_id is None:
        return
    yield ClearRow(finding=finding, lesson=lesson, video_id=finding.video_id, held=lesson.row.video_id or "")
    summary = lesson.summary
    if summary is None or not summary.has_all_bytes or summary.video_id is None:
        return
    if facts.comparison.look(summary.video_id) is SeenVideo.GONE:
        yield StartOver(finding=finding, lesson=lesson, video_id=summary.video_id)
    elif _is_linkable(lesson, summary.video_id, facts):
        yield LinkVideo(finding=finding, lesson=lesson, video_id=summary.video_id)


def _link(finding: Finding, lesson: Lesson, facts: Facts) -> Iterator[Fix]:
    if finding.video_id is None or lesson.row is None:
        return
    if finding.video_id != lesson.own_id:
        yield AdoptVideo(finding=finding, lesson=lesson, video_id=finding.video_id)
    elif _is_linkable(lesson, finding.video_id, facts):
        yield LinkVideo(finding=finding, lesson=lesson, video_id=finding.video_id)


def _is_linkable(lesson: Lesson, video_id: str, facts: Facts) -> bool:
    """Whether the video that the progress file names is complete and has nothing against it."""
    video = facts.video(video_id)
    size = lesson.size if video is None else video.size
    if lesson.summary is None or lesson.is_outdated or size not in {None, lesson.summary.size}:
        return False
    if lesson.summary.stage is Stage.UPLOADED and lesson.is_redated and lesson.file_md5 is None:
        return False  # nobody can tell whether its file has changed since
    if video is None:
        return True  # it has no problem at all
    kinds = {problem.kind for problem in problems_of(lesson, video, None)}
    return video.state is VideoState.COMPLETE and kinds.isdisjoint(_UNFIT)


_UNFIT: Final = (Kind.SIZE_DIFFERS, Kind.MD5_DIFFERS, Kind.STATUS_ERROR, Kind.STATUS_ABORTED, Kind.STATUS_STUCK)


def _after_loss(finding: Finding, lesson: Lesson, facts: Facts) -> Iterator[Fix]:
    if finding.other_id is None:
        return
    if finding.video_id is None and not facts.is_other_workspace:
        yield StartOver(finding=finding, lesson=lesson, video_id=finding.other_id)
    if finding.video_id is not None and _is_proven(lesson, finding.video_id, facts):
        yield AdoptVideo(finding=finding, lesson=lesson, video_id=finding.video_id)


def _is_proven(lesson: Lesson, video_id: str, facts: Facts) -> bool:
    """Whether the video is certainly the lesson's: done, with the size and MD5 of the file."""
    video = facts.video(video_id)
    return video is not None and video.status == "done" and lesson.file is not None and is_same_content(lesson, video)


def _of_two(finding: Finding, lesson: Lesson, facts: Facts) -> Iterator[Fix]:
    """Where row and progress name two videos, and one of them is proven.

    The row of a backup names a video that was replaced: the newer one is written into it. Where the row names a proven
    video, kupload's other one is deleted if it is unfinished or has the same content; another cut is kept.
    """
    ours, kept = finding.other_id, finding.video_id
    if ours is None or kept is None or ours != lesson.own_id:
        return
    video = facts.video(ours)
    if video is None:
        return
    if lesson.row and lesson.old_in_row and _is_what_was_sent(lesson, video):
        held = lesson.row.video_id or ""
        yield SwitchRow(finding=finding, lesson=lesson, video_id=ours, held=held)
        return
    if not _is_proven(lesson, kept, facts):
        return
    is_unfinished = video.state is VideoState.PARTIAL
    has_all_bytes = lesson.summary is not None and lesson.summary.has_all_bytes
    if (is_unfinished and not has_all_bytes) or is_same_content(lesson, video):
        yield DeleteDuplicate(finding=finding, lesson=lesson, video_id=ours, kept_id=kept, is_unfinished=is_unfinished)
        yield AdoptVideo(finding=finding, lesson=lesson, video_id=kept)
    elif has_all_bytes and video.state is VideoState.COMPLETE:
        yield AdoptVideo(finding=finding, lesson=lesson, video_id=kept, keeps_own=True)


def _is_what_was_sent(lesson: Lesson, video: Video) -> bool:
    """Whether Kinescope is done with the lesson's linked video, and nothing shows that it is not what was sent."""
    summary = lesson.summary
    if summary is None or not summary.stage.is_linked or video.status != "done":
        return False
    return video.size in {None, summary.size} and (not (video.md5 and summary.md5) or video.md5 == summary.md5)


def _delete_leftover(finding: Finding, lesson: Lesson, facts: Facts) -> Iterator[Fix]:
    video = facts.video(lesson.own_id)
    if facts.has(lesson, Kind.LESSON_WITHOUT_ROW) and video is not None and video.state is VideoState.PARTIAL:
        yield DeleteLeftover(finding=finding, lesson=lesson, video_id=video.id)


def _is_its_own(lesson: Lesson, video_id: str, facts: Facts) -> bool:
    """Whether nothing contradicts that the video is the lesson's."""
    if facts.has(lesson, Kind.TWO_VIDEOS, Kind.VIDEO_GONE):
        return _is_proven(lesson, video_id, facts)
    return not facts.has(lesson, Kind.SIZE_DIFFERS, Kind.MD5_DIFFERS)


def _move(finding: Finding, lesson: Lesson, facts: Facts) -> Iterator[Fix]:
    place, video = facts.comparison.places.get(lesson.course), facts.video(finding.video_id)
    if place is None or place.parent_id is None or video is None or not _is_its_own(lesson, video.id, facts):
        return
    if video.project_id in {None, place.project_id} or video.id == lesson.own_id:
        yield MoveVideo(finding=finding, lesson=lesson, video_id=video.id, parent_id=place.parent_id)


def _rename(finding: Finding, lesson: Lesson, facts: Facts) -> Iterator[Fix]:
    is_carried = lesson.lesson_id in facts.comparison.renumbered.carried
    if not is_carried and (facts.has(lesson, Kind.RENUMBERED) or _is_called_like_another(finding, lesson, facts)):
        return  # its title says whose the video is
    if finding.video_id is not None and lesson.title and _is_its_own(lesson, finding.video_id, facts):
        yield RenameVideo(finding=finding, lesson=lesson, video_id=finding.video_id, title=fit_title(lesson.title))


def _is_called_like_another(finding: Finding, lesson: Lesson, facts: Facts) -> bool:
    """Whether the video has the title of another lesson of the section, whose own video has another title, or none.

    A video that is being replaced counts as one of another title: nobody compares it.
    """
    video = facts.video(finding.video_id)
    if video is None or lesson.lesson_id in facts.comparison.said:
        return False
    section = begin_of_id(lesson.lesson_id)
    return any(
        begin_of_id(other.lesson_id) == section
        and bool(other.title and is_title_of(video.title, other.title))
        and (other.row_id is None or other.serving is not None or facts.has(other, Kind.TITLE_DIFFERS))
        for other in facts.comparison.in_question
        if other is not lesson
    )


def _delete_old(finding: Finding, lesson: Lesson, facts: Facts) -> Iterator[Fix]:
    old = next((old for old in lesson.old_videos if old.video_id == finding.video_id), None)
    if old is None or not old.is_due(facts.now):
        return
    if old.why is not LeftBecause.REPLACED or _has_done_video(lesson, facts):
        yield DeleteOldVideo(finding=finding, lesson=lesson, video_id=old.video_id)


def _has_done_video(lesson: Lesson, facts: Facts) -> bool:
    """Whether the lesson's row names its own video, and Kinescope is done with that."""
    if lesson.own_id is None or lesson.own_id != lesson.row_id:
        return False
    match facts.comparison.look(lesson.own_id):
        case Video(status=status):
            return status == "done"
        case seen:
            return seen is SeenVideo.GOOD


_RULES: Final[Mapping[Kind, Callable[[Finding, Lesson, Facts], Iterator[Fix]]]] = {
    Kind.RENUMBERED: _move_records,
    Kind.ROW_POINTS_NOWHERE: _clear,
    Kind.ROW_EMPTY: _link,
    Kind.VIDEO_GONE: _after_loss,
    Kind.TWO_VIDEOS: _of_two,
    Kind.UNFINISHED: _delete_leftover,
    Kind.WRONG_FOLDER: _move,
    Kind.PROJECT_ROOT: _move,
    Kind.TITLE_DIFFERS: _rename,
    Kind.OLD_VIDEO: _delete_old,
}
