"""Writes down that replacements begin, or are called off."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from kinescope_upload.plan.replacing import ReplaceStep
from kinescope_upload.upload import Record, Stage
from kinescope_upload.upload.events import Linked, ReplacementBegun, ReplacementCalledOff
from kinescope_upload.upload.next_upload import fresh_upload
from kinescope_upload.upload.table import advance
from kinescope_upload.video_ids import is_same_video

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kinescope_upload.commands.replace.command import Replacement
    from kinescope_upload.config import Settings
    from kinescope_upload.survey import Survey


def records_of_begun(
    settings: Settings, work: Sequence[Replacement], survey: Survey, records: Mapping[str, Record]
) -> Iterator[Record]:
    """What is written down, before anything is sent: what is replaced by what.

    Args:
        settings: How uploads are created.
        work: What is begun, gone on with or called off.
        survey: The rows.
        records: What is recorded of these lessons.
    """
    rows, now = survey.rows or {}, datetime.now(UTC)
    for one in work:
        record = records[one.lesson.lesson_id]
        row = rows.get(record.lesson_id)
        is_ours = row is not None and not row.has_address_only and is_same_video(row.video_id, record.video_id)
        if record.stage is Stage.UPLOADED and is_ours:
            record = advance(record, Linked(at=now))  # an earlier run wrote the row and died before it noted that
        if one.step is ReplaceStep.CALL_OFF:
            record = advance(record, ReplacementCalledOff(at=now))
        elif one.step is ReplaceStep.BEGIN:
            fresh = fresh_upload(record, settings.dialect, settings.dialect.chosen_id(uuid4), one.lesson.file)
            fresh = replace(fresh, title=one.lesson.title)
            record = advance(record, ReplacementBegun(at=now, keep=one.keep, fresh=fresh))
        olds = tuple(old if old.left_at else replace(old, keep=one.keep) for old in record.old_videos)
        yield replace(record, old_videos=olds)
