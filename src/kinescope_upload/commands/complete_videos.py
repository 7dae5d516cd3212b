"""Takes over complete videos of before for lessons of which nothing is recorded: nothing is sent again."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from kinescope_upload.events import Warned
from kinescope_upload.library.checksums import md5_now
from kinescope_upload.plan import Decision
from kinescope_upload.plan.decision import PlanDecision
from kinescope_upload.text import count, first_few
from kinescope_upload.upload.events import Adopted
from kinescope_upload.upload.ports import UploadTask
from kinescope_upload.upload.table import advance, first_record
from kinescope_upload.upload.titles import is_title_of
from kinescope_upload.upload.video import VideoState
from kinescope_upload.video_ids import video_key

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from kinescope_upload.batch.folders import Parents
    from kinescope_upload.commands.upload import RunTools
    from kinescope_upload.config import Settings
    from kinescope_upload.database.lessons import LessonsDatabase
    from kinescope_upload.events import Emit
    from kinescope_upload.kinescope.management_api import KinescopeApi
    from kinescope_upload.kinescope.video import Video
    from kinescope_upload.plan import Plan, PlannedLesson
    from kinescope_upload.progress import Progress
    from kinescope_upload.upload import Record

_DONE: Final = "done"


def taking_over(
    settings: Settings, tools: RunTools, others: Callable[[], Mapping[str, Record]]
) -> Callable[[Parents], Plan] | None:
    """What gives lessons the complete videos of before; None without the database, which tells what rows name.

    Args:
        settings: The settings.
        tools: What the run works with.
        others: Reads what is recorded of courses that the run does not hold.
    """
    database, kinescope = tools.database, tools.kinescope
    if database is None:
        return None
    take_over = TakeOver(
        settings=settings,
        database=database,
        kinescope=kinescope.api,
        progress=tools.progress,
        emit=tools.emit,
        others=others,
    )
    return lambda parents: take_over(parents, kinescope.service.now())


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOver:
    """Gives lessons the complete videos that no record knows and that are certainly of their files.

    Attributes:
        settings: The library, and how uploads are created.
        database: Tells which videos rows name.
        kinescope: Lists the videos.
        progress: Takes the records.
        emit: Is told what was taken over.
        others: Reads what is recorded of courses that the run does not hold.
    """

    settings: Settings
    database: LessonsDatabase
    kinescope: KinescopeApi
    progress: Progress
    emit: Emit
    others: Callable[[], Mapping[str, Record]]

    def __call__(self, parents: Parents, now: datetime) -> Plan:
        """The plan, in which the rows of such lessons are only written.

        One request for each hundred videos of the folder of each course that has such a lesson, none for a new folder.

        Args:
            parents: The plan, and where each course's videos go.
            now: The time (UTC).

        Raises:
            TryAgainError: Kinescope or the database cannot be asked now.
        """
        without_videos = {self.settings.project_id, *parents.made}
        folders = {course: key for course, key in parents.ids.items() if key not in without_videos}
        free = complete_videos(parents.plan, folders, self.kinescope, self._named)
        taken = dict(self._records(new_uploads(parents.plan), free, parents.ids, now))
        if not taken:
            return parents.plan
        self.progress.save_all(list(taken.values()))
        videos = count(len(taken), "complete video", "complete videos")
        told = f"{videos} of before, with size and title of the file, taken over: {first_few(sorted(taken))}."
        self.emit(Warned(message=told))
        return replace(parents.plan, lessons=tuple(_linked(one, taken) for one in parents.plan.lessons))

    def _named(self) -> set[str]:
        records = (*self.progress.records.values(), *self.others().values())
        return {key for row in self.database.rows() for key in row.named} | recorded_ids(records)

    def _records(
        self, work: Iterable[PlannedLesson], videos: Mapping[str, Video], folders: Mapping[str, str], now: datetime
    ) -> Iterator[tuple[str, Record]]:
        library, dialect = self.settings.needed_library(), self.settings.dialect
        for lesson in work:
            video = videos.get(lesson.lesson_id)
            if video is None or (video.md5 is not None and video.md5 != md5_now(library, lesson.file)):
                continue
            task = UploadTask(
                lesson_id=lesson.lesson_id,
                course=lesson.course,
                file=lesson.file,
                parent_id=folders[lesson.course],
                title=lesson.title,
                pair_is_written=lesson.pair_is_written,
            )
            file = lesson.file
            event = Adopted(video_id=video.id, size=file.size, modified_ns=file.modified_ns, md5=video.md5, at=now)
            fresh = first_record(task, dialect, lambda: dialect.chosen_id(uuid4))
            yield lesson.lesson_id, replace(advance(fresh, event), video_url=video.embed_url)


def new_uploads(plan: Plan) -> list[PlannedLesson]:
    """The lessons that are uploaded and of which nothing was recorded before: no upload, and no earlier video."""
    return [one for one in plan.lessons if one.decision is Decision.UPLOAD and _is_new(one)]


def _is_new(lesson: PlannedLesson) -> bool:
    record = lesson.record
    return record is None or (record.attempted_at is None and not record.old_videos)


def recorded_ids(records: Iterable[Record]) -> set[str]:
    """The ids of all videos that records name, those of before among them, and the marks of attempts without id."""
    ids = (
        video_id
        for one in records
        for video_id in (one.video_id, *one.lost_marks, *(old.video_id for old in one.old_videos))
    )
    return {video_key(video_id) or video_id for video_id in ids if video_id}


def complete_videos(
    plan: Plan,
    folders: Mapping[str, str],
    kinescope: KinescopeApi,
    named: Callable[[], Collection[str]],
) -> dict[str, Video]:
    """The one complete video of each new lesson that has its file's size and its title, and that nobody names.

    Args:
        plan: What the run does.
        folders: The folder of each course; not the project's root, where other videos are.
        kinescope: Lists the videos, a hundred in a request.
        named: Gives the videos that rows and records name; it is asked where there is something to compare.
    """
    by_course: defaultdict[str, list[PlannedLesson]] = defaultdict(list)
    for lesson in new_uploads(plan):
        by_course[lesson.course].append(lesson)
    alike = [
        (lesson, video)
        for course, lessons in by_course.items()
        if (folder_id := folders.get(course))
        for lesson, video in _alike(lessons, kinescope.videos(folder_id=folder_id))
    ]
    taken = named() if alike else ()
    free = [(lesson, video) for lesson, video in alike if video.id not in taken]
    return {lesson.lesson_id: video for lesson, video in one_for_one(free) if video.md5 or _is_alone(lesson, plan)}


def _alike(lessons: Sequence[PlannedLesson], videos: Iterable[Video]) -> Iterator[tuple[PlannedLesson, Video]]:
    """The lessons of a course, each with every complete video that has file size and title.

    One whose MD5 Kinescope does not show counts only when Kinescope is done with it: it would show it by then.
    """
    by_size: defaultdict[int, list[PlannedLesson]] = defaultdict(list)
    for lesson in lessons:
        by_size[lesson.file.size].append(lesson)
    for video in videos:
        if video.size is not None and _is_whole(video):
            for lesson in by_size.get(video.size, ()):
                if is_title_of(video.title, lesson.title):
                    yield lesson, video


def one_for_one(pairs: Sequence[tuple[PlannedLesson, Video]]) -> list[tuple[PlannedLesson, Video]]:
    """Those of the pairs whose lesson and whose video are in no other."""
    of_lessons = Counter(lesson.lesson_id for lesson, _ in pairs)
    of_videos = Counter(video.id for _, video in pairs)
    return [(one, video) for one, video in pairs if of_lessons[one.lesson_id] == of_videos[video.id] == 1]


def _is_alone(lesson: PlannedLesson, plan: Plan) -> bool:
    """Whether no other lesson of its course has this title and a file of this size."""
    return not any(
        one.course == lesson.course and one.file.size == lesson.file.size and one.title == lesson.title
        for one in plan.lessons
        if one is not lesson
    )


def _is_whole(video: Video) -> bool:
    is_complete = video.state is VideoState.COMPLETE and not video.has_failed
    return is_complete and (video.md5 is not None or video.status == _DONE)


def _linked(lesson: PlannedLesson, taken: Mapping[str, Record]) -> PlannedLesson:
    record = taken.get(lesson.lesson_id)
    if record is None:
        return lesson
    reason = f"video {record.video_id} is complete, its row is not written"
    return replace(lesson, record=record, planned=PlanDecision(Decision.LINK, reason))
