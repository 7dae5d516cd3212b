"""Finds the lessons that unknown videos could belong to: videos in a course's folder that no side names. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from kinescope_upload.audit.compare.facts import Finding, Lesson
from kinescope_upload.audit.compare.judgement import SeenVideo
from kinescope_upload.audit.compare.kinds import Kind
from kinescope_upload.audit.compare.videos import is_same_content
from kinescope_upload.kinescope.video import Video, VideoState
from kinescope_upload.text import first_few, format_bytes
from kinescope_upload.text.hints import Hint
from kinescope_upload.upload.marks import bears_a_mark
from kinescope_upload.upload.titles import is_title_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from kinescope_upload.upload import OldVideo


_ABORTED: Final = "aborted"
KNOWN_ELSEWHERE: Final = Hint(
    "Name the folder that knows it (--progress DIR): it may be on another machine, or in the directory that the "
    "earlier run was started in. Where that is lost, ",
    ("repair", "--delete-unknown"),
    " asks at a terminal.",
)
"""What is to be done about a video that another progress folder may know; bytes of it may be on their way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownVideo:
    """A video in a course's folder that no lesson has.

    Attributes:
        video: The video.
        course: The course.
        reason: What is known of it.
        lesson_id: The lesson that had it; None where none had.
        is_waiting: Whether kupload deletes it by itself when its time has come.
        may_arrive: Whether another run may be sending it at this moment: it is unfinished, and some kupload began it.
    """

    video: Video
    course: str
    reason: str
    lesson_id: str | None = None
    is_waiting: bool = False
    may_arrive: bool = False


class Strays:
    """Compares the unknown videos with the lessons.

    Args:
        videos: The unknown videos, by id.
        lessons: Every lesson, by id.
        look: What was seen of a video that is named for a lesson.
        free: Files that no lesson has, by their size: their lessons may be added.
    """

    def __init__(
        self,
        videos: Mapping[str, Video],
        lessons: Mapping[str, Lesson],
        look: Callable[[str], Video | SeenVideo],
        free: Mapping[int, str] = MappingProxyType({}),
    ) -> None:
        self._videos = videos
        self._lessons = lessons
        self._look = look
        self._free = free
        self._former = {video_id: lesson for lesson in lessons.values() for video_id in lesson.former_ids}
        self._old = {old.video_id: (lesson, old) for lesson in lessons.values() for old in lesson.old_videos}
        self._by_size = _by_size(lessons, {video.size for video in videos.values()})

    def to_be_read(self) -> tuple[Lesson, ...]:
        """The lessons whose files have to be read to tell whether an unknown video is theirs."""
        wanted = {
            lesson.lesson_id: lesson
            for video in self._videos.values()
            if video.md5 and any(self._lacks_video(lesson) for lesson in self._same_size(video))
            for lesson in self._same_size(video)
            if lesson.file and lesson.md5 is None
        }
        return tuple(wanted.values())

    def findings(self, course_of: Callable[[Video], str | None]) -> Iterator[Finding]:
        """Yields a finding for each unknown video.

        Args:
            course_of: The course in whose folder a video is.
        """
        for video in self._videos.values():
            course = course_of(video)
            if course is not None:
                yield self._finding(video, course)

    def unknown(self, course_of: Callable[[Video], str | None]) -> Iterator[UnknownVideo]:
        """Yields the videos that a person may delete: not what kupload looks for or deletes by itself.

        Args:
            course_of: The course in whose folder a video is.
        """
        for video in self._videos.values():
            course = course_of(video)
            lesson, old = self._old.get(video.id, (None, None))
            if course is None or video.id in self._former or (old and old.left_at is None):
                continue
            yield UnknownVideo(
                video=video,
                course=course,
                reason=self._finding(video, course).reason,
                lesson_id=lesson.lesson_id if lesson else None,
                is_waiting=old is not None and old.due_at is not None,
                may_arrive=old is None and self._may_arrive(video, course),
            )

    def _finding(self, video: Video, course: str) -> Finding:
        if (found := self._old.get(video.id)) is not None:
            return _of_old_video(*found)
        if (lesson := self._former.get(video.id)) is not None:
            return _of_earlier_attempt(lesson, video)
        twins = [lesson for lesson in self._same_size(video) if is_same_content(lesson, video)]
        if (owner := self._owner(video, twins)) is not None:
            return self._of_owner(owner, video)
        for lesson in twins:
            if (current := lesson.row_id or lesson.own_id) and self._has_its_content(lesson, current):
                reason = f"{lesson.lesson_id}: video {video.id} has the same size and MD5 as its video {current}"
                delete = ("repair", "--delete-unknown", "--course", course, "--video", video.id)
                deletes = Hint(delete, " deletes the one that no lesson has.")
                return lesson.finding(Kind.TWO_VIDEOS, reason, deletes, video_id=current, other_id=video.id)
        if self._may_arrive(video, course):
            reason = f'unfinished video {video.id} of an earlier run, or of one at work ("{video.title}")'
            return Finding(
                kind=Kind.UNKNOWN_VIDEO, course=course, reason=reason, hint=KNOWN_ELSEWHERE, video_id=video.id
            )
        size = f", {format_bytes(video.size)}" if video.size is not None else ""
        what = f'video {video.id} in the folder of "{course}" ("{video.title}", status "{video.status}"{size})'
        similar, hint, path = self._similar(video, twins)
        reason = f"{what} belongs to no lesson{similar}"
        return Finding(kind=Kind.UNKNOWN_VIDEO, course=course, reason=reason, hint=hint, video_id=video.id, path=path)

    def _may_arrive(self, video: Video, course: str) -> bool:
        """Whether some kupload began the video and its bytes may be on their way: by its mark, or a lesson's title."""
        if video.state is not VideoState.PARTIAL or video.status == _ABORTED:
            return False
        return bears_a_mark(video.description) or any(
            is_title_of(video.title, lesson.title)
            for lesson in self._lessons.values()
            if lesson.course == course and lesson.title
        )

    def _owner(self, video: Video, twins: Sequence[Lesson]) -> Lesson | None:
        """The lesson that owns the video: the contents are equal, and no other lesson's file or video may have them.

        Where several files have one content, each lesson that lacks a video takes the one of its title. The rest take
        the rest in their order, if there is one for each: whichever it is, it has what the lesson's file has.
        """
        may_be_equal = [lesson for lesson in self._same_size(video) if lesson.md5 is None]
        if video.state is not VideoState.COMPLETE or may_be_equal:
            return None
        lacking = [lesson for lesson in twins if lesson.file and self._lacks_video(lesson)]
        same = self._same_content(video)
        return None if len(twins) == 1 < len(same) else _shared_out(lacking, same).get(video.id)

    def _same_content(self, video: Video) -> list[Video]:
        """The complete unknown videos of this content, this one among them, in an order that stays."""
        found = (other for other in self._videos.values() if (other.size, other.md5) == (video.size, video.md5))
        complete = (other for other in found if other.state is VideoState.COMPLETE)
        return sorted(complete, key=lambda other: (other.title, other.id))

    def _of_owner(self, owner: Lesson, video: Video) -> Finding:
        only = "only " if len(self._same_content(video)) == 1 else ""
        reason = f"{owner.lesson_id}: its row names no video; {only}video {video.id} has the size and MD5 of its file"
        return owner.finding(Kind.ROW_EMPTY, reason, video_id=video.id)

    def _has_its_content(self, lesson: Lesson, video_id: str) -> bool:
        """Whether nothing speaks against that the lesson's video has what its file has."""
        seen = self._look(video_id)
        return is_same_content(lesson, seen) if isinstance(seen, Video) else seen is SeenVideo.GOOD

    def _similar(self, video: Video, twins: Sequence[Lesson]) -> tuple[str, str, str | None]:
        """Says which lessons the video is like, what would tell more, and the file whose only video it may be."""
        if twins:
            misled = [lesson for lesson in twins if not self._lacks_video(lesson)]  # their own videos are not proven
            path = _path_of(misled)
            hint = "It may be that file's only video, so that it is kept." if path else ""
            return f"; it has the content of {_names(twins)}, which does not tell whose it is", hint, path
        near = [lesson for lesson in self._same_size(video) if lesson.md5 is None and self._lacks_video(lesson)]
        if near:
            deep = Hint(("verify", "--deep"), " compares the MD5.")
            return f"; it has the size of {_names(near)}", deep, _path_of(near)
        path = self._free.get(video.size or 0) if video.state is VideoState.COMPLETE else None
        if path is None:
            return "", "", None
        hint = "Where it is that file's, add its lesson to the database; else take the file out of the library first."
        return f'; it has the size of "{path}", which no lesson has', hint, path

    def _same_size(self, video: Video) -> Sequence[Lesson]:
        return self._by_size.get(video.size, ()) if video.size is not None else ()

    def _lacks_video(self, lesson: Lesson) -> bool:
        if lesson.row is None or (lesson.row.video_id is not None and lesson.row_id is None):
            return False
        return all(self._look(video_id) is SeenVideo.GONE for video_id in lesson.ids)


def _shared_out(lessons: Sequence[Lesson], videos: Sequence[Video]) -> dict[str, Lesson]:
    """Gives each lesson one of the videos, all of one content: first by titles, the rest in their order.

    Args:
        lessons: The lessons that lack a video.
        videos: The videos.

    Returns:
        The lessons by the ids of their videos.
    """
    found: dict[str, Lesson] = {}
    for video in videos:
        named = [lesson for lesson in lessons if _is_called_like(video, lesson)]
        if len(named) == 1 and named[0] not in found.values():
            found[video.id] = named[0]
    videos_left = [video for video in videos if video.id not in found]
    lessons_left = sorted((one for one in lessons if one not in found.values()), key=lambda one: one.lesson_id)
    if len(lessons_left) <= len(videos_left):
        found |= {video.id: lesson for video, lesson in zip(videos_left, lessons_left, strict=False)}
    return found


def _is_called_like(video: Video, lesson: Lesson) -> bool:
    """Whether the video has the lesson's title, or the name of its file: so a run without the database calls it."""
    names = (lesson.title, lesson.file.stem if lesson.file else None)
    return any(is_title_of(video.title, name) for name in names if name)


def _of_old_video(lesson: Lesson, old: OldVideo) -> Finding:
    what = f"{lesson.lesson_id}: its old video {old.video_id} "
    if old.left_at is None:
        hint: str = Hint(("unlink", lesson.lesson_id), " lets the lesson start over.")
        reason = f"{what}was being replaced, and its row names it no more"
    elif old.due_at is None:
        reason = f"{what}was {old.why} on {old.left_at:%Y-%m-%d} and is kept"
        hint = Hint(("repair", "--delete-unknown", "--video", old.video_id), " deletes it.")
    else:
        reason = f"{what}was {old.why} on {old.left_at:%Y-%m-%d} and waits for its deletion"
        hint = f"The first run or repair after {old.due_at:%Y-%m-%d %H:%M} UTC deletes it."
    return lesson.finding(Kind.OLD_VIDEO, reason, hint, video_id=old.video_id, other_id=lesson.own_id)


def _of_earlier_attempt(lesson: Lesson, video: Video) -> Finding:
    what = f'{lesson.lesson_id}: video {video.id} (status "{video.status}") is what an earlier attempt of kupload left'
    current = lesson.row_id or lesson.own_id
    if current is None:
        return lesson.finding(Kind.UNKNOWN_VIDEO, what, Hint((), " looks for it."), video_id=video.id)
    return lesson.finding(Kind.TWO_VIDEOS, f"{what}; its video is {current}", video_id=current, other_id=video.id)


def _by_size(lessons: Mapping[str, Lesson], sizes: set[int | None]) -> dict[int, list[Lesson]]:
    found: defaultdict[int, list[Lesson]] = defaultdict(list)
    for lesson in lessons.values() if sizes else ():
        if lesson.size is not None and lesson.size in sizes:
            found[lesson.size].append(lesson)
    return found


def _path_of(lessons: Sequence[Lesson]) -> str | None:
    return next((one.file.path for one in lessons if one.file), None)


def _names(lessons: Sequence[Lesson]) -> str:
    return first_few([lesson.lesson_id for lesson in lessons])
