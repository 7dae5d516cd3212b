"""`kupload repair --delete-unknown`: deletes videos of course folders that no lesson has, each confirmed or named."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from kinescope_upload.audit.compare.strays import KNOWN_ELSEWHERE
from kinescope_upload.audit.inspection import inspect
from kinescope_upload.audit.sides import courses_in_question, survey_all_rows
from kinescope_upload.errors import InDoubtError, KuploadError, LessonFailedError, TryAgainError, UsageError
from kinescope_upload.model import lessons_of_videos
from kinescope_upload.progress import deletion_facts
from kinescope_upload.survey import check_alone
from kinescope_upload.text import count, first_few
from kinescope_upload.text.hints import Hint
from kinescope_upload.upload.events import OldVideoGone
from kinescope_upload.upload.marks import bears_mark
from kinescope_upload.upload.removal import Removal
from kinescope_upload.upload.table import advance
from kinescope_upload.video_ids import video_key

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from contextlib import AbstractContextManager

    from kinescope_upload.audit.compare import UnknownVideo
    from kinescope_upload.audit.inspection import Tools
    from kinescope_upload.database.lessons import LessonsDatabase
    from kinescope_upload.progress import Progress
    from kinescope_upload.upload import Record, Video

_WHY: Final = "no lesson has it, and a person said so of this very video"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownDeleted:
    """What became of one unknown video.

    Attributes:
        unknown: The video.
        is_deleted: Whether it is gone now.
        error: Why it is not, where a person wanted that; else None.
    """

    unknown: UnknownVideo
    is_deleted: bool
    error: KuploadError | None = None


def delete_unknown(
    opened: AbstractContextManager[Tools],
    confirm: Callable[[UnknownVideo], bool],
    show: Callable[[Sequence[UnknownVideo]], None],
    named: Collection[str],
) -> list[UnknownDeleted]:
    """Compares, shows the unknown videos, and deletes those that a person confirms, or has named.

    Args:
        opened: What it works with; the database is needed.
        confirm: Asks about one video; is not called for those that were named.
        show: Is shown what was found.
        named: The videos that were named; where there are any, the others are left alone.

    Raises:
        UsageError: A video that was named is no unknown one; nothing was deleted. Or another run is at work.
        KuploadError: A side cannot be read, or a deletion cannot be written down.
    """
    with opened as tools:
        database = tools.database
        assert database is not None  # noqa: S101 - `repair` has no --no-db
        survey = survey_all_rows(tools.settings, database, tools.client)
        courses = courses_in_question(tools, survey)
        check_alone(tools.settings, courses, database)
        with tools.progress.open(courses) as store:
            tools.client.listen(store)
            seen = inspect(tools, survey).unknown_videos()
            records = store.records.values()  # as they are after the videos were listed: another machine may be at work
            wanted = _wanted(seen, named, records)
            show(wanted)
            tools.client.begin_changes(store)
            done = []
            for unknown in wanted:
                tools.client.check()
                if not named and not confirm(unknown):
                    done.append(UnknownDeleted(unknown=unknown, is_deleted=False))
                    continue
                try:
                    _delete(tools, database, store, unknown)
                except (LessonFailedError, TryAgainError) as error:
                    done.append(UnknownDeleted(unknown=unknown, is_deleted=False, error=error))
                else:
                    done.append(UnknownDeleted(unknown=unknown, is_deleted=True))
            return done


def _wanted(seen: Sequence[UnknownVideo], named: Collection[str], records: Collection[Record]) -> list[UnknownVideo]:
    keys = {video_key(text) or text for text in named}
    users = {video_key(record.video_id): record.lesson_id for record in records}
    users |= {one.video.id: user for one in seen if (user := _lesson_of(one.video, records))}
    found = [one for one in seen if one.video.id not in users]
    if used := [f"lesson {users[key]} has video {key}" for key in sorted(keys & users.keys())]:
        raise UsageError(
            f"What is recorded is no unknown video: {first_few(used)}. Nothing was deleted.",
            Hint(("--status",), " tells how far the lesson is."),
        )
    if strange := keys - {unknown.video.id for unknown in found}:
        raise UsageError(
            f"{', '.join(sorted(strange))} is no unknown video of a course's folder. Nothing was deleted.",
            Hint(("repair", "--delete-unknown"), " lists them."),
        )
    if arriving := [unknown.video for unknown in found if unknown.video.id in keys and unknown.may_arrive]:
        names = first_few([f'"{video.title}" ({video.id})' for video in arriving])
        videos = count(len(arriving), "unfinished video", "unfinished videos")
        raise UsageError(
            f"Kinescope holds {videos} of an earlier run, or of one at work: {names}. Nothing was deleted.",
            KNOWN_ELSEWHERE,
        )
    return [unknown for unknown in found if (unknown.video.id in keys if keys else not unknown.is_waiting)]


def _delete(tools: Tools, database: LessonsDatabase, store: Progress, unknown: UnknownVideo) -> None:
    """Deletes a video, after looking once more whether it is still what a person was shown.

    Raises:
        InDoubtError: It is not, or a lesson has it by now.
    """
    seen = unknown.video
    wait = partial(tools.client.pause, tools.settings.orphan_wait)
    api, check = tools.api, partial(_check_same, seen)
    removal = Removal(delete=api.delete_video, look=api.video, wait=wait, check=check)
    video = api.video(seen.id) or removal.seen_again(seen.id)
    records = store.records
    if video is not None:
        check(video)
        user = lessons_of_videos(tools.client.call(database.rows)).get(seen.id) or _lesson_of(video, records.values())
        if user is not None:
            raise InDoubtError(f"Lesson {user} has video {seen.id} now. It is kept.")
        record = records.get(unknown.lesson_id or "")
        now = tools.client.now()
        store.note_deletion(deletion_facts(video, record, why=_WHY, at=now))
        removal.of(video.id)
    if (record := records.get(unknown.lesson_id or "")) is not None:
        for old in record.old_videos:
            if video_key(old.video_id) == seen.id:
                store.save(advance(record, OldVideoGone(video_id=old.video_id)))


def _check_same(seen: Video, video: Video) -> None:
    """Returns when the video is still what a person was shown.

    Raises:
        InDoubtError: It is not.
    """
    if (video.title, video.status, video.size) != (seen.title, seen.status, seen.size):
        raise InDoubtError(f"Video {seen.id} has changed since it was shown. It is kept.", "Look again.")


def _lesson_of(video: Video, records: Collection[Record]) -> str | None:
    """The lesson whose record names the video, or the mark that it was just made with."""
    ours = (one for one in records if video_key(one.video_id) == video.id or bears_mark(video.description, one.mark))
    return next((record.lesson_id for record in ours), None)
