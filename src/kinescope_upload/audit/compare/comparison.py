"""Compares the four sides while the videos are listed one after the other. Pure.

Of a video without a problem only the id is kept, so that a hundred thousand of them fit into memory.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from kinescope_upload.audit.compare.facts import Finding
from kinescope_upload.audit.compare.judgement import LessonContext, SeenVideo, judge
from kinescope_upload.audit.compare.kept_files import FileHolders
from kinescope_upload.audit.compare.kinds import Kind
from kinescope_upload.audit.compare.report import Counts, Report, counts_of
from kinescope_upload.audit.compare.strays import Strays
from kinescope_upload.audit.compare.videos import is_broken, is_unfinished, lacks_original, problems_of
from kinescope_upload.plan.renumbered import NOT_RENUMBERED
from kinescope_upload.text import count

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from kinescope_upload.audit.compare.facts import Lesson, TargetFolder
    from kinescope_upload.audit.compare.strays import UnknownVideo
    from kinescope_upload.kinescope.video import Video
    from kinescope_upload.plan.renumbered import Renumbered

_ASK_FOR_ORIGINALS: Final = "No action is needed; Kinescope's support can keep the originals of later uploads."
_TO_SEND: Final = frozenset({Kind.NOT_UPLOADED, Kind.UNFINISHED})
_KINDS: Final = {kind: number for number, kind in enumerate(Kind)}


class Comparison:
    """Takes the videos that Kinescope lists and finds what disagrees.

    Attributes:
        lessons: Every lesson that any side knows, by id; also those of other courses, whose videos are not unknown.
            It is changed in place, since it may be large.
        renumbered: The lessons that were renumbered.
        said: The lessons whose files somebody wrote down.
        places: Where the videos of the courses in question belong, by course.

    Args:
        has_database: Whether the database was read.
        others: The findings that do not depend on videos.
        by_position: Linked lessons of which only the position of their file says that it is theirs.
        renumbered: The lessons that were renumbered.
        said: The lessons whose files somebody wrote down.
        in_map: Those of them whose files a map file names.
        free: Files that no lesson has, by their size.
    """

    def __init__(  # noqa: PLR0913 - the last have their usual values
        self,
        lessons: dict[str, Lesson],
        places: Mapping[str, TargetFolder],
        *,
        has_database: bool,
        others: Iterable[Finding] = (),
        by_position: Collection[str] = (),
        renumbered: Renumbered = NOT_RENUMBERED,
        said: Collection[str] = (),
        in_map: Collection[str] = (),
        free: Mapping[int, str] = MappingProxyType({}),
    ) -> None:
        self.lessons = lessons
        self.places = places
        self.has_database = has_database
        self._others = list(others)
        self._by_position = by_position
        self.renumbered = renumbered
        self.said = said
        self._in_map = in_map
        self._free = free
        self._by_video = _by_video(lessons.values())
        self._seen: set[str] = set()
        self._kept: dict[str, Video] = {}
        self._strays: dict[str, Video] = {}
        self._without_original: set[str] = set()
        self._statuses: Counter[str] = Counter()
        self._holders = FileHolders(lessons, self.look, self._without_original)

    def to_be_read(self) -> tuple[Lesson, ...]:
        """The lessons whose files have to be read to tell which video is theirs."""
        split = [lesson for lesson in self.in_question if len(lesson.ids) > 1 and lesson.file and lesson.md5 is None]
        return tuple({lesson.lesson_id: lesson for lesson in (*split, *self.strays().to_be_read())}.values())

    @property
    def in_question(self) -> Iterator[Lesson]:
        """The lessons of the courses in question."""
        return (lesson for lesson in self.lessons.values() if lesson.course in self.places)

    def see(self, video: Video) -> None:
        """Takes a video as it is now, also one that was seen before."""
        self._count(video)
        names = self._by_video.get(video.id)
        if names is None:
            self._strays[video.id] = video
            return
        self._seen.add(video.id)
        self._note_original(video)
        if self._is_worth_keeping(video, names):
            self._kept[video.id] = video
        else:
            self._kept.pop(video.id, None)

    def lose(self, video_ids: Iterable[str]) -> None:
        """Removes videos that were seen and no longer exist."""
        for video_id in video_ids:
            before = self._kept.pop(video_id, None)
            if before is not None:
                self._statuses[before.status] -= 1
                self._seen.discard(video_id)
                self._without_original.discard(video_id)

    def missing(self) -> tuple[str, ...]:
        """The videos that are named for a lesson in question and not seen so far."""
        named = dict.fromkeys(video_id for lesson in self.in_question for video_id in lesson.ids)
        return tuple(video_id for video_id in named if video_id not in self._seen)

    def unfinished(self) -> tuple[str, ...]:
        """The videos of lessons in question that Kinescope may still bring to `done`."""
        return tuple(key for key, video in self._kept.items() if is_unfinished(video) and self._is_awaited(key))

    def broken(self) -> tuple[str, ...]:
        """The videos of lessons in question that will never be `done`."""
        return tuple(key for key, video in self._kept.items() if is_broken(video) and self._is_awaited(key))

    def learn(self, md5s: Mapping[str, str], unreadable: Iterable[Finding] = ()) -> None:
        """Takes the MD5s of files that were read, by lesson id, and the files that could not be read."""
        self._others += unreadable
        for lesson_id, md5 in md5s.items():
            self.lessons[lesson_id] = replace(self.lessons[lesson_id], file_md5=md5)

    def look(self, video_id: str) -> Video | SeenVideo:
        """What was seen of a video that is named for a lesson."""
        if video := self._kept.get(video_id):
            return video
        return SeenVideo.GOOD if video_id in self._seen else SeenVideo.GONE

    def is_named_for(self, video_id: str, lesson: Lesson) -> bool:
        """Whether no other lesson names the video."""
        return self._by_video.get(video_id, (lesson.lesson_id,)) == (lesson.lesson_id,)

    def recorded_for(self, lesson: Lesson) -> str | None:
        """The other lesson whose complete upload the row names, while its own row does not: viewers see it here."""
        row_id = lesson.row_id
        others = [self.lessons[name] for name in self._by_video.get(row_id or "", ()) if name != lesson.lesson_id]
        held = (one for one in others if one.own_id == row_id and one.summary and one.summary.has_all_bytes)
        return next((one.lesson_id for one in held if one.row_id != row_id), None)

    def is_shared(self, lesson: Lesson) -> bool:
        """Whether another row names the row's video, too."""
        return bool(self._sharers(lesson))

    def sharers(self, lesson: Lesson) -> tuple[Lesson, ...]:
        """The other lessons whose rows name the row's video."""
        return tuple(self.lessons[name] for name in self._sharers(lesson))

    def shown_by(self, lesson: Lesson) -> str | None:
        """The other lesson whose row names what was uploaded for this one, while its own row does not."""
        own_id = lesson.own_id
        if own_id is None or own_id == lesson.row_id:
            return None
        return next((name for name in self._by_video.get(own_id, ()) if self.lessons[name].row_id == own_id), None)

    def strays(self) -> Strays:
        """The videos that no lesson names, with the lessons that they could belong to."""
        return Strays(self._strays, self.lessons, self.look, self._free)

    def unknown_videos(self) -> tuple[UnknownVideo, ...]:
        """The videos in the folders of the courses in question that no lesson has, by course and title."""
        found = self.strays().unknown(self._course_of)
        return tuple(sorted(found, key=lambda unknown: (unknown.course, unknown.video.title, unknown.video.id)))

    def report(self) -> Report:
        """Returns everything that disagrees so far, ordered by kind, lesson and file."""
        findings = [*self._others, *self.strays().findings(self._course_of), *self._findings_of_originals()]
        disputed = {finding.lesson_id for finding in findings if not finding.kind.is_note}
        owners = {finding.lesson_id for finding in findings if finding.kind is Kind.ROW_EMPTY}
        verified: defaultdict[str, dict[str, str]] = defaultdict(dict)
        agreed = 0
        for lesson in self.in_question:
            of_lesson = tuple(judge(self._context(lesson)))
            if lesson.lesson_id in owners:  # its video is there, so that nothing is to be sent
                of_lesson = tuple(one for one in of_lesson if one.kind not in _TO_SEND)
            findings += of_lesson
            if (
                lesson.row_id is None
                or lesson.lesson_id in disputed
                or any(not found.kind.is_note for found in of_lesson)
            ):
                continue
            agreed += 1
            if not of_lesson and lesson.summary and self._is_provable(lesson, lesson.row_id):
                verified[lesson.summary.course][lesson.lesson_id] = lesson.row_id
        return Report(
            findings=tuple(sorted(findings, key=_order)),
            counts=self._counts(agreed),
            verified={**verified},
            by_position=tuple(sorted(key for key in self._by_position if self.lessons[key].course in self.places)),
        )

    def _counts(self, agreed: int) -> Counts:
        statuses = {status: number for status, number in sorted(self._statuses.items()) if number}
        return counts_of(self.in_question, agreed=agreed, statuses=statuses, has_database=self.has_database)

    def _is_provable(self, lesson: Lesson, video_id: str) -> bool:
        summary = lesson.summary
        is_comparable = lesson.md5 is not None and lesson.file is not None and video_id not in self._without_original
        return summary is not None and summary.has_all_bytes and summary.video_id == video_id and is_comparable

    def _note_original(self, video: Video) -> None:
        if lacks_original(video):
            self._without_original.add(video.id)
        else:
            self._without_original.discard(video.id)

    def _findings_of_originals(self) -> Iterator[Finding]:
        """Yields a remark for each course with videos whose original Kinescope does not keep."""
        numbers = Counter(
            lesson.course for lesson in self.in_question if not self._without_original.isdisjoint(lesson.ids)
        )
        for course, number in numbers.items():
            videos = count(number, "video", "videos")
            reason = f'Kinescope keeps no original of {videos} of course "{course}"; size and MD5 cannot be compared'
            yield Finding(kind=Kind.NO_ORIGINALS, course=course, reason=reason, hint=_ASK_FOR_ORIGINALS)

    def _course_of(self, video: Video) -> str | None:
        """The course in whose folder a video is."""
        return next((key for key, place in self.places.items() if place.holds(video)), None)

    def _is_worth_keeping(self, video: Video, names: Collection[str]) -> bool:
        for name in names:
            lesson = self.lessons[name]
            is_plain = len(lesson.ids) == 1 and len(names) == 1
            if not is_plain or next(problems_of(lesson, video, self.places.get(lesson.course)), None):
                return True
        return False

    def _is_awaited(self, video_id: str) -> bool:
        return any(self._awaits(self.lessons[name], video_id) for name in self._by_video[video_id])

    def _awaits(self, lesson: Lesson, video_id: str) -> bool:
        summary = lesson.summary
        is_uploading = summary is not None and summary.video_id == video_id and not summary.has_all_bytes
        return lesson.course in self.places and not is_uploading

    def _sharers(self, lesson: Lesson) -> tuple[str, ...]:
        row_id = lesson.row_id
        names = self._by_video.get(row_id, ()) if row_id else ()
        return tuple(name for name in names if name != lesson.lesson_id and self.lessons[name].row_id == row_id)

    def _context(self, lesson: Lesson) -> LessonContext:
        return LessonContext(
            lesson=lesson,
            place=self.places.get(lesson.course),
            has_database=self.has_database,
            look=self.look,
            sharers=self._sharers(lesson),
            shown_by=self.shown_by(lesson),
            is_in_map=lesson.lesson_id in self._in_map,
            holder=self._holders.of(lesson),
            is_copied=self._holders.show_copy_of(lesson),
        )

    def _count(self, video: Video) -> None:
        before = self._kept.get(video.id) or self._strays.get(video.id)
        if before is not None:
            self._statuses[before.status] -= 1
        elif video.id in self._seen:
            self._statuses["done"] -= 1  # it had no problem
        self._statuses[video.status] += 1


def _by_video(lessons: Iterable[Lesson]) -> dict[str, tuple[str, ...]]:
    """The lessons that name each video."""
    found: dict[str, tuple[str, ...]] = {}
    for lesson in lessons:
        for video_id in {*lesson.ids, *(lesson.row.named if lesson.row else ())}:
            found[video_id] = (*found.get(video_id, ()), lesson.lesson_id)
    return found


def _order(finding: Finding) -> tuple[int, str, str, str, str]:
    return (
        _KINDS[finding.kind],
        finding.lesson_id or finding.course,
        finding.path or "",
        finding.video_id or "",
        finding.other_id or "",
    )
