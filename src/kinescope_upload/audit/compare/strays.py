"""Videos in a course's folder that are named for no lesson, and the lessons that they could belong to. Pure."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from kinescope_upload.audit.compare.facts import Finding, Lesson
from kinescope_upload.audit.compare.judgement import SeenVideo
from kinescope_upload.audit.compare.kinds import Kind
from kinescope_upload.audit.compare.videos import is_same_content
from kinescope_upload.kinescope.video import VideoState
from kinescope_upload.text import format_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from kinescope_upload.kinescope.video import Video

__all__ = ["Strays"]

_NAMED: Final = 3


class Strays:
    """Finds out whose the unknown videos could be.

    Args:
        videos: The unknown videos, by id.
        lessons: Every lesson, by id.
        look: What was seen of a video that is named for a lesson.
    """

    def __init__(
        self, videos: Mapping[str, Video], lessons: Mapping[str, Lesson], look: Callable[[str], Video | SeenVideo]
    ) -> None:
        self._videos = videos
        self._look = look
        self._by_size = _by_size(lessons, {video.size for video in videos.values()})

    def to_be_read(self) -> tuple[Lesson, ...]:
        """The lessons whose files have to be read before it can be told whether an unknown video is theirs."""
        wanted = {
            lesson.lesson_id: lesson
            for video in self._videos.values()
            if video.md5 and any(self._lacks_video(one) for one in self._same_size(video))
            for lesson in self._same_size(video)
            if lesson.file and lesson.md5 is None
        }
        return tuple(wanted.values())

    def findings(self, course_of: Callable[[Video], str | None]) -> Iterator[Finding]:
        """One for each unknown video.

        Args:
            course_of: The course in whose folder it lies.
        """
        for video in self._videos.values():
            course = course_of(video)
            if course is not None:
                yield self._finding(video, course)

    def _finding(self, video: Video, course: str) -> Finding:
        twins = [one for one in self._same_size(video) if is_same_content(one, video)]
        for lesson in twins:
            if not self._lacks_video(lesson) and (current := lesson.row_id or lesson.own_id):
                return _second(lesson, video, current)
        if (owner := self._owner(video, twins)) is not None:
            return _adoptable(owner, video)
        return _unknown(video, course, self._hint(video, twins))

    def _owner(self, video: Video, twins: Sequence[Lesson]) -> Lesson | None:
        """The lesson that the video provably is of: the contents are equal, and no other lesson or video has them."""
        if len(twins) != 1 or twins[0].file is None or video.state is not VideoState.COMPLETE:
            return None
        may_be_equal = [one for one in self._same_size(video) if one.md5 is None]
        same = [one for one in self._videos.values() if (one.size, one.md5) == (video.size, video.md5)]
        return twins[0] if not may_be_equal and len(same) == 1 and self._lacks_video(twins[0]) else None

    def _hint(self, video: Video, twins: Sequence[Lesson]) -> str:
        if twins:
            return f"; it has the content of {_names(twins)}, which is not enough to tell whose it is"
        near = [one for one in self._same_size(video) if one.md5 is None and self._lacks_video(one)]
        return (
            f"; it has the size of {_names(near)}: `kupload verify --deep` tells whether it is its video"
            if near
            else ""
        )

    def _same_size(self, video: Video) -> Sequence[Lesson]:
        return self._by_size.get(video.size, ()) if video.size is not None else ()

    def _lacks_video(self, lesson: Lesson) -> bool:
        if lesson.row is None or (lesson.row.video_id is not None and lesson.row_id is None):
            return False
        return all(self._look(one) is SeenVideo.GONE for one in lesson.ids)


def _by_size(lessons: Mapping[str, Lesson], sizes: set[int | None]) -> dict[int, list[Lesson]]:
    found: defaultdict[int, list[Lesson]] = defaultdict(list)
    for lesson in lessons.values() if sizes else ():
        if lesson.size is not None and lesson.size in sizes:
            found[lesson.size].append(lesson)
    return found


def _names(lessons: Sequence[Lesson]) -> str:
    rest = len(lessons) - _NAMED
    return ", ".join(one.lesson_id for one in lessons[:_NAMED]) + (f" and {rest} more" if rest > 0 else "")


def _second(lesson: Lesson, video: Video, current: str) -> Finding:
    return Finding(
        kind=Kind.TWO_VIDEOS,
        course=lesson.course,
        reason=f"{lesson.lesson_id}: beside {current}, video {video.id} has the same size and MD5",
        hint="`kupload repair` shows the ways to go on.",
        lesson_id=lesson.lesson_id,
        path=lesson.file.path if lesson.file else None,
        video_id=current,
        other_id=video.id,
    )


def _adoptable(lesson: Lesson, video: Video) -> Finding:
    return Finding(
        kind=Kind.ROW_EMPTY,
        course=lesson.course,
        reason=(
            f"{lesson.lesson_id}: video {video.id} has the size and the MD5 of its file, no other has, "
            "and its row names none"
        ),
        hint="`kupload repair` links it.",
        lesson_id=lesson.lesson_id,
        path=lesson.file.path if lesson.file else None,
        video_id=video.id,
    )


def _unknown(video: Video, course: str, hint: str) -> Finding:
    facts = [
        f'called "{video.title}"',
        f'"{video.status}"',
        *([format_bytes(video.size)] if video.size is not None else []),
    ]
    return Finding(
        kind=Kind.UNKNOWN_VIDEO,
        course=course,
        reason=f'video {video.id} in the folder of "{course}", {", ".join(facts)}, belongs to no lesson{hint}',
        hint="`kupload repair` shows the ways to go on.",
        video_id=video.id,
    )
