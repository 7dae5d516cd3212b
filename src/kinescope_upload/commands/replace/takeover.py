"""Takes over the videos of lessons that no progress file names, where a person says which file is to replace each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kinescope_upload.kinescope.video import VideoState
from kinescope_upload.upload import Dialect, Record, Stage
from kinescope_upload.video_ids import video_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kinescope_upload.commands.replace.choice import ReplaceOptions
    from kinescope_upload.kinescope.management_api import KinescopeApi
    from kinescope_upload.kinescope.video import Video
    from kinescope_upload.model import LessonRow
    from kinescope_upload.survey import Survey


def taken_over(
    options: ReplaceOptions, survey: Survey, records: Mapping[str, Record], api: KinescopeApi
) -> dict[str, Record]:
    """Makes records of complete videos that rows name and no record does; their files are not known.

    They may be somebody else's, so they are kept when they are replaced.

    Args:
        options: The lessons that were named, and the file of one.
        survey: The rows, and what somebody wrote down.
        records: What is recorded.
        api: Kinescope, which is asked for each such video.
    """
    return {
        row.lesson_id: _linked(row, video)
        for row in _unrecorded(options, survey, records)
        if (key := video_key(row.video_id)) and (video := api.video(key)) and video.state is VideoState.COMPLETE
    }


def is_taken_over(record: Record) -> bool:
    """Whether the record was made of a row's video: its file is not known."""
    return record.path is None and record.stage.is_linked and record.attempted_at is None


def _unrecorded(options: ReplaceOptions, survey: Survey, records: Mapping[str, Record]) -> Iterator[LessonRow]:
    """The rows of lessons of which a person named the file, and no record tells anything."""
    for lesson_id in () if options.drop else options.lessons:
        row, record = (survey.rows or {}).get(lesson_id), records.get(lesson_id)
        is_named = options.file is not None or lesson_id in survey.said
        if row and is_named and not row.has_address_only and not (record and (record.is_begun or record.serving)):
            yield row


def _linked(row: LessonRow, video: Video) -> Record:
    return Record(
        lesson_id=row.lesson_id,
        course=row.course,
        path=None,
        size=video.size or 0,
        modified_ns=0,
        parent_id=video.folder_id or video.project_id or "",
        title=video.title,
        dialect=Dialect.TUS,
        video_id=video.id,
        stage=Stage.LINKED,
        md5=video.md5,
        linked_at=datetime.now(UTC),
    )
