"""`kupload unlink`: takes the videos away from lessons, so that the next run uploads them again."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING
from uuid import uuid4

from kinescope_upload.commands.unlink_kept import check_not_needed
from kinescope_upload.connect import database_of, open_kinescope
from kinescope_upload.errors import (
    BatchStoppedError,
    DatabaseDownError,
    InDoubtError,
    LessonFailedError,
    TryAgainError,
    UsageError,
)
from kinescope_upload.kinescope.management_api import KinescopeApi
from kinescope_upload.model import LessonRow
from kinescope_upload.progress import ProgressStore, forget_others_rows, read_records
from kinescope_upload.progress.old_videos import DeletionTools, delete_due
from kinescope_upload.retries.retrying_client import RetryingClient
from kinescope_upload.survey.rows import check_alone
from kinescope_upload.text.hints import Hint
from kinescope_upload.upload import LeftBecause, Record
from kinescope_upload.upload.events import RowEmptied, Unlinked
from kinescope_upload.upload.next_upload import fresh_upload
from kinescope_upload.upload.table import advance
from kinescope_upload.video_ids import is_same_video

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from kinescope_upload.audit.compare.events import Emit
    from kinescope_upload.config import Settings
    from kinescope_upload.database.lessons import LessonsDatabase
    from kinescope_upload.errors import KuploadError


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlinking:
    """A lesson whose video is taken away.

    Attributes:
        row: Its row.
        record: What the progress file says; None where it says nothing.
        deletes: Whether its videos are deleted, as far as they are kupload's.
    """

    row: LessonRow
    record: Record | None
    deletes: bool

    @property
    def is_ours(self) -> bool:
        """Whether the progress file names the row's video, so that kupload may delete it."""
        record, video_id = self.record, self.row.video_id
        if record is None or video_id is None:
            return record is not None
        ours = (record.video_id, *(old.video_id for old in record.old_videos))
        return any(is_same_video(video_id, one) for one in ours)

    @property
    def deletions(self) -> tuple[str, ...]:
        """The videos that are deleted: all complete ones of the lesson that are kupload's, the row's first."""
        record = self.record
        if record is None or not self.deletes:
            return ()
        own = (record.video_id,) if record.stage.has_all_bytes and record.video_id else ()
        ids = (*own, *(old.video_id for old in record.old_videos))
        return tuple(sorted(ids, key=lambda one: not is_same_video(one, self.row.video_id)))

    @property
    def fates(self) -> tuple[tuple[str | None, str], ...]:
        """What becomes of the row's video, and of each other one that is deleted, in words."""
        deleted = tuple((one, "deleted") for one in self.deletions)
        if self.deletes_rows or (deleted and self.row.video_id is None):
            return deleted
        return ((self.row.video_id, "kept" if self.is_ours else "kept: not kupload's"), *deleted)

    @property
    def deletes_rows(self) -> bool:
        """Whether the row's video is deleted."""
        return any(is_same_video(self.row.video_id, one) for one in self.deletions)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlinkResult:
    """What was done.

    Attributes:
        unlinked: The lessons whose rows are empty now.
        deleted: The videos that are gone.
        failed: The lessons for which something was not done, and why.
    """

    unlinked: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    failed: tuple[tuple[str, KuploadError], ...] = ()


def unlink(
    settings: Settings,
    lessons: Sequence[str],
    agree: Callable[[Sequence[Unlinking]], bool],
    emit: Emit,
    *,
    deletes: bool,
) -> UnlinkResult | None:
    """Empties the rows of lessons, and lets them start over.

    Args:
        settings: The settings, with the courses.
        lessons: The lessons; empty means all of the courses.
        agree: Shows what is to be done, and returns whether to do it.
        emit: Takes warnings about requests that are tried again.
        deletes: Whether the videos that are kupload's are deleted.

    Returns:
        What was done; None where the user said no, or nothing is to be done.

    Raises:
        UsageError: A lesson or course is unknown, another run is at work on a course, or a video to be deleted is the
            only one of a file that stands at another lesson's place now.
        BatchStoppedError: Rows or progress cannot be written, which is found before anything is asked or changed.
        KuploadError: Database or progress refuse.
    """
    settings.check_set("database_url", "api_key")
    with _open_client(settings, emit) as client:
        database = database_of(settings)
        assert database is not None  # noqa: S101 - `unlink` has no --no-db
        rows, gone = _rows(client, database, settings.progress, settings.courses, lessons)
        check_alone(settings, {row.course for row in rows}, database)
        with ProgressStore(settings.progress, {row.course for row in rows}) as store:
            client.listen(store)
            found = _found(rows, store.records, deletes=deletes)
            if deletes and gone:
                ended = [one.record for one in found if one.record and one.row in gone]
                api = KinescopeApi(client, api_url=settings.api_url)
                check_not_needed(settings, ended, api, lambda: client.call(database.rows))
            filled = [one.row.lesson_id for one in found if one.row.video_id is not None]
            database.check_writable(filled, so_far="Nothing was changed.")
            unlinker = _Unlinker(settings=settings, client=client, database=database, store=store)
            unlinker.check_room(found)
            if not agree(found) or not found:
                return None
            client.begin_changes(store)
            return unlinker.unlink(found)


@contextmanager
def _open_client(settings: Settings, emit: Emit) -> Iterator[RetryingClient]:
    with open_kinescope(settings) as kinescope:
        yield RetryingClient(kinescope.service, settings, emit)


def _rows(
    client: RetryingClient, database: LessonsDatabase, progress: Path, courses: Sequence[str], lessons: Sequence[str]
) -> tuple[tuple[LessonRow, ...], tuple[LessonRow, ...]]:
    """The lessons that are meant, and those of them that the database does not have."""
    if not courses and not lessons:
        raise UsageError(
            "It is not said what is to be unlinked.",
            Hint("Name lessons, or a course (--course NAME); ", ("map",), " lists both."),
        )
    try:
        rows = client.call(lambda: database.rows(courses or None, lessons=lessons or None))
    except DatabaseDownError as error:
        raise BatchStoppedError(
            error.what, f"Nothing was changed. {error.remedy}, then run the same command again."
        ) from error
    known = {row.lesson_id for row in rows} | {row.course for row in rows}
    unknown = [name for name in (lessons or courses) if name not in known]
    is_sure = not unknown or client.call(database.row_security) is None  # else their rows may only be hidden
    gone = _without_row(unknown, courses, progress) if is_sure else ()
    rows = (*rows, *gone)
    known |= {row.lesson_id for row in gone} | {row.course for row in gone}
    if unknown := [name for name in (lessons or courses) if name not in known]:
        what = "lesson" if lessons else "course"
        of_course = f" of course {', '.join(courses)}" if lessons and courses else ""
        raise UsageError(
            f"The database has no {what} {', '.join(unknown)}{of_course}. Nothing was changed.",
            Hint(("map",), " lists courses and lessons as the database spells them."),
        )
    return rows, gone


def _without_row(names: Sequence[str], courses: Sequence[str], progress: Path) -> tuple[LessonRow, ...]:
    """The recorded lessons of these names, or of courses of these names, which the database has no row of."""
    if not names:
        return ()
    wanted = frozenset(names)
    of_course = [one for one in read_records(progress).values() if not courses or one.course in courses]
    return tuple(
        LessonRow(lesson_id=one.lesson_id, course=one.course, title=f"{one.title} (no row)", video_id=None)
        for one in sorted(of_course, key=lambda one: one.lesson_id)
        if one.lesson_id in wanted or one.course in wanted
    )


def _found(rows: Sequence[LessonRow], records: Mapping[str, Record], *, deletes: bool) -> tuple[Unlinking, ...]:
    """The lessons that have something to unlink, by id."""
    found = (Unlinking(row=row, record=records.get(row.lesson_id), deletes=deletes) for row in rows)
    return tuple(one for one in found if one.row.video_id is not None or _has_left(one.record, deletes=deletes))


def _has_left(record: Record | None, *, deletes: bool) -> bool:
    """Whether the record of a lesson with an empty row has something to unlink, or to delete."""
    if record is None:
        return False
    has_video = record.stage.is_linked or record.serving is not None
    return has_video or (deletes and bool(record.old_videos or record.stage.has_all_bytes))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unlinker:
    """Unlinks one lesson after the other; after a crash in its middle, the same command does the rest."""

    settings: Settings
    client: RetryingClient
    database: LessonsDatabase
    store: ProgressStore

    def check_room(self, found: Sequence[Unlinking]) -> None:
        """Returns when what is to be recorded after the rows are empty can be written.

        Raises:
            BatchStoppedError: It cannot.
        """
        self.store.check_room(self._unlinked(one, one.record) for one in found if one.record)

    def unlink(self, found: Sequence[Unlinking]) -> UnlinkResult:
        unlinked: list[str] = []
        failed: list[tuple[str, KuploadError]] = []
        for one in found:
            self.client.check()
            try:
                self._unlink(one)
            except (LessonFailedError, TryAgainError) as error:
                failed.append((one.row.lesson_id, error))
            else:
                unlinked.append(one.row.lesson_id)
        forget_others_rows(self.settings.progress, unlinked)
        deleted: list[str] = []
        if any(one.deletes for one in found):
            for deletion in delete_due(self._deletion_tools(), frozenset(unlinked)):
                if deletion.error:
                    failed.append((deletion.lesson_id, deletion.error))
                else:
                    deleted.append(deletion.video_id)
        return UnlinkResult(unlinked=tuple(unlinked), deleted=tuple(deleted), failed=tuple(failed))

    def _unlink(self, one: Unlinking) -> None:
        """Empties the row, then lets the lesson start over: the other way round, a run could fill a row in between."""
        lesson_id, video_id = one.row.lesson_id, one.row.video_id
        if video_id is not None and not self.client.call(
            lambda: self.database.clear(lesson_id, video_id, one.row.address)
        ):
            raise InDoubtError(f"The row of {lesson_id} names another video now, and is left as it is.", "Look again.")
        if one.record is not None:
            self.store.save(self._unlinked(one, one.record))

    def _unlinked(self, one: Unlinking, record: Record) -> Record:
        now, keep = datetime.now(UTC), 0 if one.deletes else None
        if record.stage.has_all_bytes:
            dialect = self.settings.dialect
            fresh = fresh_upload(record, dialect, dialect.chosen_id(uuid4))
            record = advance(record, Unlinked(at=now, keep=keep, fresh=fresh))
        elif record.serving:
            record = advance(record, RowEmptied(at=now, keep=keep))
        olds = tuple(
            replace(old, why=LeftBecause.UNLINKED, keep=keep)
            if one.deletes or is_same_video(old.video_id, one.row.video_id)  # the row may be older than the progress
            else old
            for old in record.old_videos
        )
        return replace(record, old_videos=olds)

    def _deletion_tools(self) -> DeletionTools:
        return DeletionTools(
            api=KinescopeApi(self.client, api_url=self.settings.api_url),
            store=self.store,
            rows=lambda: self.client.call(self.database.rows),
            now=self.client.now,
            call=lambda attempt: attempt(),  # the client tries again by itself
            wait=partial(self.client.pause, self.settings.orphan_wait),
        )
