"""One mending after the other: each is looked at once more, written down, and then done.

Every one may be done again after a crash in its middle: the next `repair` finds what is left of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kinescope_upload.audit.compare.videos import is_same_content
from kinescope_upload.audit.fixes import Action, Fix
from kinescope_upload.audit.fixes.records import (
    Target,
    deletion_facts,
    fresh_record,
    restarted,
    without_leftover,
)
from kinescope_upload.errors import LessonFailedError
from kinescope_upload.kinescope.video import VideoState
from kinescope_upload.library.scan import stat_file
from kinescope_upload.model import LinkOutcome
from kinescope_upload.progress import note_deletion
from kinescope_upload.upload import Adopted, Dialect, Linked, Record, Stage, advance
from kinescope_upload.upload.titles import is_title_of
from kinescope_upload.video_ids import video_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kinescope_upload.audit.compare import Lesson, TargetFolder
    from kinescope_upload.audit.inspection import Tools
    from kinescope_upload.database import LessonsDatabase
    from kinescope_upload.kinescope.video import Video
    from kinescope_upload.progress import ProgressStore

__all__ = ["Fixer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixer:
    """Puts single things right.

    Attributes:
        tools: What it works with.
        database: The lessons' table.
        store: The progress files of the courses in question, locked.
        places: Where the videos of the courses in question belong.
        new_id: Gives an id for a video that is yet to be made.
    """

    tools: Tools
    database: LessonsDatabase
    store: ProgressStore
    places: Mapping[str, TargetFolder]
    new_id: Callable[[], str]

    def mend(self, fix: Fix) -> None:
        """Puts one thing right.

        Raises:
            LessonFailedError: It is not any more as it was, or cannot be put right; nothing else was touched.
            TryAgainError: Kinescope or the database did not answer.
            BatchStoppedError: Nothing can be put right now.
        """
        self._check_locked(fix.lesson)
        match fix.action:
            case Action.DELETE:
                self._delete(fix)
            case Action.RESTART:
                self._restart(fix)
            case Action.CLEAR:
                self._clear(fix)
            case Action.ADOPT:
                self._adopt(fix)
            case Action.LINK:
                self._link(fix)
            case Action.MOVE:
                self._move(fix)
            case Action.RENAME:
                self._rename(fix)

    def _delete(self, fix: Fix) -> None:
        record = self._record(fix)
        video = self.tools.api.video(fix.video_id)
        if video is not None:
            if record is None or video_key(record.video_id) != video.id:
                raise _changed(f"The progress file does not name video {video.id} any more.")
            self._check_surplus(fix, video)
            at = self.tools.service.now()
            note_deletion(self.store.folder, deletion_facts(video, record, why=fix.explanation, at=at))
            self.tools.api.delete_video(video.id)
        if record is not None and not fix.value:
            self._save(fix, without_leftover(record, self._target(fix.lesson)))

    def _check_surplus(self, fix: Fix, video: Video) -> None:
        """Returns when the video may still be deleted."""
        lesson = fix.lesson
        if fix.value:
            kept = self.tools.api.video(fix.value)
            if kept is None or kept.status != "done" or not is_same_content(lesson, kept):
                raise _changed(f"Video {fix.value}, which was to be kept, is not as it was.")
            if video.state is not VideoState.PARTIAL and not is_same_content(lesson, video):
                raise _changed(f"Video {video.id} is no duplicate any more.")
        elif video.state is not VideoState.PARTIAL:
            raise _changed(f'Kinescope says "{video.status}" of video {video.id}, so it may be complete by now.')

    def _restart(self, fix: Fix) -> None:
        self._check_gone(fix.video_id)
        record = self._record(fix)
        if record is not None and record.stage in {Stage.UPLOADED, Stage.LINKED, Stage.VERIFIED}:
            self._save(fix, restarted(record, fix.lesson, self._target(fix.lesson)))

    def _clear(self, fix: Fix) -> None:
        self._check_gone(fix.video_id)
        lesson_id = fix.lesson.lesson_id
        if not self.tools.patience.make(lambda: self.database.clear(lesson_id, fix.value)):
            raise _changed(f"The row of {lesson_id} does not hold {fix.value} any more.")

    def _check_gone(self, video_id: str) -> None:
        if self.tools.api.video(video_id) is not None:
            raise _changed(f"Video {video_id} is there after all.")

    def _adopt(self, fix: Fix) -> None:
        lesson, video = fix.lesson, self.tools.api.video(fix.video_id)
        is_there = video is not None and video.state is VideoState.COMPLETE
        if video is None or not is_there or not is_same_content(lesson, video) or not self._is_unchanged(lesson):
            raise _changed(f"Video {fix.video_id} is not provably that of {lesson.lesson_id} any more.")
        record = self._record(fix) or fresh_record(lesson, self._target(lesson))
        adopted = advance(record, self._adoption(lesson, video))
        self._save(fix, adopted)
        self._write_row(fix, adopted, video)

    def _adoption(self, lesson: Lesson, video: Video) -> Adopted:
        file = lesson.file
        assert file is not None  # noqa: S101 - its MD5 was compared
        assert video.md5 is not None  # noqa: S101 - and so was this
        at = self.tools.service.now()
        return Adopted(video_id=video.id, size=file.size, modified_ns=file.modified_ns, md5=video.md5, at=at)

    def _is_unchanged(self, lesson: Lesson) -> bool:
        file = lesson.file
        return file is not None and stat_file(self.tools.settings.needed_library(), file.path) == file

    def _link(self, fix: Fix) -> None:
        record, video = self._record(fix), self.tools.api.video(fix.video_id)
        if record is None or video_key(record.video_id) != fix.video_id:
            raise _changed(f"The progress file does not name video {fix.video_id} any more.")
        if video is None or video.state is not VideoState.COMPLETE or video.size not in {None, record.size}:
            raise _changed(f"Video {fix.video_id} is not as it was.")
        self._write_row(fix, record, video)

    def _write_row(self, fix: Fix, record: Record, video: Video) -> None:
        lesson_id = fix.lesson.lesson_id
        result = self.tools.patience.make(lambda: self.database.link(lesson_id, video.id, video.player_url))
        match result.outcome:
            case LinkOutcome.LINKED:
                self._save(fix, advance(record, Linked(at=self.tools.service.now())))
            case LinkOutcome.ROW_MISSING:
                raise _changed(f"The row of {lesson_id} has vanished.")
            case LinkOutcome.ROW_TAKEN:
                raise _changed(f"The row of {lesson_id} names video {result.found} now.")

    def _move(self, fix: Fix) -> None:
        place = self.places[fix.lesson.course]
        moved = self.tools.api.move_video(fix.video_id, project_id=place.project_id, parent_id=fix.value)
        if not place.holds(moved):
            raise LessonFailedError(
                f"Kinescope left video {fix.video_id} where it was.",
                f'Move it into the folder of "{place.course}" at Kinescope by hand.',
            )

    def _rename(self, fix: Fix) -> None:
        renamed = self.tools.api.rename_video(fix.video_id, fix.value)
        if not is_title_of(renamed.title, fix.value):
            raise LessonFailedError(f'Kinescope calls video {renamed.id} "{renamed.title}" all the same.')

    def _record(self, fix: Fix) -> Record | None:
        return self.store.records.get(fix.lesson.lesson_id)

    def _save(self, fix: Fix, record: Record) -> None:
        self.store.save(_course_of(fix.lesson), record)

    def _check_locked(self, lesson: Lesson) -> None:
        if (course := _course_of(lesson)) not in self.store.courses:
            raise LessonFailedError(
                f'The progress of {lesson.lesson_id} stands in course "{course}", which was not selected.',
                "Run `kupload repair` for all courses.",
            )

    def _target(self, lesson: Lesson) -> Target:
        settings = self.tools.settings
        place = self.places.get(lesson.course)
        return Target(
            video_id=self.new_id() if settings.dialect is Dialect.TUS else None,
            dialect=settings.dialect,
            parent_id=(place.parent_id if place else None) or settings.needed_project_id(),
        )


def _course_of(lesson: Lesson) -> str:
    """The course in whose progress file the lesson stands, or will stand."""
    return lesson.summary.course if lesson.summary else lesson.course


def _changed(what: str) -> LessonFailedError:
    return LessonFailedError(what, "Nothing was done; look again: `kupload verify`.")
