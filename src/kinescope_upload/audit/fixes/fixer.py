"""Applies fixes one by one; each checks again first that it is still right.

Each fix can be repeated after a crash in its middle: the next `repair` finds what is left to do.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from kinescope_upload.audit.compare.videos import is_same_content
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
    explanation_of,
)
from kinescope_upload.audit.fixes.records import (
    Target,
    fresh_record,
    renumbered_records,
    restarted,
    without_leftover,
)
from kinescope_upload.database import Fill, LinkOutcome
from kinescope_upload.errors import FileOutdatedError, LessonFailedError, UsageError
from kinescope_upload.kinescope.video import VideoState
from kinescope_upload.library.as_sent import check_as_sent
from kinescope_upload.library.scan import stat_file
from kinescope_upload.progress import deletion_facts, read_md5s, records_of
from kinescope_upload.progress.old_videos import DeletionTools, delete_due
from kinescope_upload.survey import survey_files
from kinescope_upload.survey.pairs import move_pairs
from kinescope_upload.text.hints import Hint
from kinescope_upload.upload import Stage
from kinescope_upload.upload.events import Adopted, Linked, RowEmptied
from kinescope_upload.upload.removal import Removal
from kinescope_upload.upload.table import advance, unproven
from kinescope_upload.upload.titles import is_title_of
from kinescope_upload.video_ids import video_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kinescope_upload.audit.compare import Lesson, TargetFolder
    from kinescope_upload.audit.inspection import Tools
    from kinescope_upload.database.lessons import LessonsDatabase
    from kinescope_upload.kinescope.video import Video
    from kinescope_upload.progress import Progress
    from kinescope_upload.upload import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixer:
    """Applies single fixes.

    Attributes:
        tools: Kinescope, the settings, and retries.
        database: The lessons' table.
        store: The progress files of the courses in question, locked.
        places: Where the videos of the courses in question belong.
    """

    tools: Tools
    database: LessonsDatabase
    store: Progress
    places: Mapping[str, TargetFolder]

    def apply(self, fix: Fix) -> None:
        """Applies one fix.

        Raises:
            LessonFailedError: Something has changed since the plan, or refuses the fix; nothing else was touched.
            TryAgainError: Kinescope or the database did not answer.
            BatchStoppedError: No fix can be applied now.
        """
        self._check_locked(fix.lesson)
        with self.store.hold(fix.lesson.lesson_id) as record:
            self._apply(fix, record)

    def _apply(self, fix: Fix, record: Record | None) -> None:  # noqa: C901, PLR0912 - a flat match over a closed union
        lesson = fix.lesson
        match fix:
            case MoveRecords():
                self._move_records(fix)
            case DeleteDuplicate():
                self._delete(fix, record)
            case DeleteLeftover():
                self._delete(fix, record)
                if record is not None:
                    self.store.save(without_leftover(record, self._target(lesson)))
            case StartOver():
                self._check_gone(fix.video_id)
                if record is not None and record.stage.has_all_bytes:
                    self.store.save(restarted(record, lesson, self._target(lesson)))
            case ClearRow():
                self._clear(fix, record)
            case AdoptVideo():
                self._adopt(fix, record)
            case LinkVideo() | SwitchRow():
                self._link(fix, record)
            case MoveVideo():
                self._move(fix)
            case RenameVideo(title=title):
                renamed = self.tools.api.rename_video(fix.video_id, title)
                if not is_title_of(renamed.title, title):
                    raise LessonFailedError(f'Kinescope still calls video {renamed.id} "{renamed.title}".')
                if record is not None and video_key(record.video_id) == video_key(fix.video_id):
                    self.store.save(replace(record, title=title))  # what the lesson is called from now on
            case DeleteOldVideo():
                self._delete_old(fix)

    def _move_records(self, fix: MoveRecords) -> None:
        """Looks at rows and library again first; pairs go before records, all of a course at once."""
        progress, survey = self.tools.progress, survey_files(self.tools.settings)
        rows = {row.lesson_id: row for row in self.tools.client.call(self.database.rows)}
        survey = replace(survey, rows=rows).beside(progress)
        records = {**records_of(progress, survey.elsewhere), **self.store.records}
        survey, remembered = survey.knowing(records), read_md5s(self.tools.settings.progress)
        md5s = {file: md5 for file in survey.files_to_read(records) if (md5 := remembered(file))}
        found = survey.find_renumbered(records, survey.unsteady(records), md5s).only(fix.moved)
        if found.moved != fix.moved:
            raise _changed("The lessons are numbered otherwise by now.")
        try:
            move_pairs(self.tools.settings.map_of_pairs(), survey, found)
        except UsageError as error:
            raise LessonFailedError(error.what, error.hint) from error
        self.store.save_all(renumbered_records(records, fix.moved, rows, survey.files, md5s))

    def _delete(self, fix: DeleteDuplicate | DeleteLeftover, record: Record | None) -> None:
        api, check = self.tools.api, partial(self._check_unneeded, fix)
        wait = partial(self.tools.client.pause, self.tools.settings.orphan_wait)
        removal = Removal(delete=api.delete_video, look=api.video, wait=wait, check=check)
        video = api.video(fix.video_id) or removal.seen_again(fix.video_id)
        if video is None:
            return
        if record is None or video_key(record.video_id) != video.id:
            raise _changed(f"The progress file no longer names video {video.id}.")
        check(video)
        now = self.tools.client.now()
        self.store.note_deletion(deletion_facts(video, record, why=explanation_of(fix), at=now))
        removal.of(video.id)

    def _delete_old(self, fix: DeleteOldVideo) -> None:
        tools = DeletionTools(
            api=self.tools.api,
            store=self.store,
            rows=lambda: self.tools.client.call(self.database.rows),
            now=self.tools.client.now,
            call=lambda attempt: attempt(),  # the client tries again by itself
            wait=partial(self.tools.client.pause, self.tools.settings.orphan_wait),
        )
        for deletion in delete_due(tools, frozenset({fix.lesson.lesson_id})):
            if deletion.error and video_key(deletion.video_id) == fix.video_id:
                raise deletion.error

    def _check_unneeded(self, fix: DeleteDuplicate | DeleteLeftover, video: Video) -> None:
        """Returns when the video may still be deleted."""
        is_unfinished = video.state is VideoState.PARTIAL
        if isinstance(fix, DeleteLeftover):
            if not is_unfinished:
                raise _changed(f'Video {video.id} has status "{video.status}" and may be complete by now.')
            return
        kept = self.tools.api.video(fix.kept_id)
        if kept is None or kept.status != "done" or not is_same_content(fix.lesson, kept):
            raise _changed(f"Video {fix.kept_id}, which was to be kept, has changed.")
        if not is_unfinished and not is_same_content(fix.lesson, video):
            raise _changed(f"Video {video.id} is no longer a duplicate.")

    def _clear(self, fix: ClearRow, record: Record | None) -> None:
        lesson_id = fix.lesson.lesson_id
        self._check_gone(fix.video_id)
        address = fix.lesson.row.address if fix.lesson.row else None
        if not self.tools.client.call(lambda: self.database.clear(lesson_id, fix.held, address)):
            raise _changed(f"The row of {lesson_id} no longer holds {fix.held}.")
        if record is not None and record.serving and not record.stage.has_all_bytes:
            self.store.save(advance(record, RowEmptied(at=self.tools.client.now(), keep=0)))

    def _check_gone(self, video_id: str) -> None:
        if self.tools.api.video(video_id) is not None:
            raise _changed(f"Video {video_id} exists after all.")

    def _adopt(self, fix: AdoptVideo, record: Record | None) -> None:
        lesson, file, video = fix.lesson, fix.lesson.file, self.tools.api.video(fix.video_id)
        now_there = file and stat_file(self.tools.settings.needed_library(), file.path)
        is_there = file and now_there and now_there.may_be(file.path, size=file.size, modified_ns=file.modified_ns)
        if file is None or not is_there:
            raise _changed(f"The file of {lesson.lesson_id} has changed.")
        is_same = video is not None and is_same_content(lesson, video)
        if video is None or video.md5 is None or video.state is not VideoState.COMPLETE or not is_same:
            raise _changed(f"Video {fix.video_id} is no longer certainly that of {lesson.lesson_id}.")
        now, md5 = self.tools.client.now(), video.md5
        adoption = Adopted(
            video_id=video.id,
            size=file.size,
            modified_ns=file.modified_ns,
            md5=md5,
            at=now,
            keeps_own=fix.keeps_own,
        )
        adopted = advance(record or fresh_record(lesson, self._target(lesson)), adoption)
        self.store.save(adopted)
        self._write_row(lesson, adopted, video)

    def _link(self, fix: LinkVideo | SwitchRow, record: Record | None) -> None:
        video = self.tools.api.video(fix.video_id)
        if record is None or video_key(record.video_id) != fix.video_id:
            raise _changed(f"The progress file no longer names video {fix.video_id}.")
        if video is None or video.state is not VideoState.COMPLETE or video.size not in {None, record.size}:
            raise _changed(f"Video {fix.video_id} has changed.")
        if record.stage is Stage.UPLOADED:
            record = self._as_sent(record, video)
        self._write_row(fix.lesson, record, video, held=fix.held if isinstance(fix, SwitchRow) else None)

    def _as_sent(self, record: Record, video: Video) -> Record:
        """The record with its file's time as it is now; where that has changed, its content must prove it."""
        try:
            return check_as_sent(record, self.tools.settings.needed_library(), video_md5=lambda: video.md5)
        except FileOutdatedError:
            self.store.save(unproven(record))
            raise

    def _write_row(self, lesson: Lesson, record: Record, video: Video, held: str | None = None) -> None:
        fill = Fill(
            lesson_id=lesson.lesson_id,
            video_id=video.id,
            video_url=video.player_url,
            duration=record.duration or video.duration or None,
            old_id=held,
            title=lesson.row.title if lesson.row else None,
        )
        result = self.tools.client.call(lambda: self.database.fill(fill))
        match result.outcome:
            case LinkOutcome.LINKED:
                self.store.save(advance(record, Linked(at=self.tools.client.now())))
            case LinkOutcome.ROW_MISSING:
                raise _changed(f"The row of {lesson.lesson_id} no longer exists.")
            case LinkOutcome.ROW_TAKEN:
                raise _changed(f"The row of {lesson.lesson_id} names video {result.found} now.")
            case LinkOutcome.ROW_RENAMED:
                raise _changed(f'The row of {lesson.lesson_id} is called "{result.found}" now.')

    def _move(self, fix: MoveVideo) -> None:
        place = self.places[fix.lesson.course]
        moved = self.tools.api.move_video(fix.video_id, project_id=place.project_id, parent_id=fix.parent_id)
        if not place.holds(moved):
            raise LessonFailedError(
                f"Kinescope did not move video {fix.video_id}.",
                f'Move it into the folder of "{place.course}" on Kinescope by hand.',
            )

    def _check_locked(self, lesson: Lesson) -> None:
        if (course := _course_of(lesson)) not in self.store.courses:
            raise LessonFailedError(
                f'The progress of {lesson.lesson_id} is in course "{course}", which was not selected.',
                Hint(("repair",), " for all courses fixes it."),
            )

    def _target(self, lesson: Lesson) -> Target:
        settings = self.tools.settings
        place = self.places.get(lesson.course)
        return Target(
            video_id=settings.dialect.chosen_id(uuid.uuid4),
            dialect=settings.dialect,
            parent_id=(place.parent_id if place else None) or settings.needed_project_id(),
        )


def _course_of(lesson: Lesson) -> str:
    """The course whose progress file holds the lesson, or will hold it."""
    return lesson.summary.course if lesson.summary else lesson.course


def _changed(what: str) -> LessonFailedError:
    return LessonFailedError(what, Hint("Nothing was changed. ", ("verify",), " tells what is right now."))
