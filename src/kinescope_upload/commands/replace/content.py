"""What a lesson's file holds, compared with what was sent."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from kinescope_upload.errors import FileUnreadableError, InDoubtError
from kinescope_upload.library.as_sent import check_as_sent
from kinescope_upload.media.verdict import Whole
from kinescope_upload.plan.replacing import Refused, ReplaceStep
from kinescope_upload.progress.old_videos import proof_against

if TYPE_CHECKING:
    from pathlib import Path

    from kinescope_upload.audit.inspection import Tools
    from kinescope_upload.media.verdict import Look
    from kinescope_upload.plan import PlannedLesson
    from kinescope_upload.upload import Record


def is_as_sent(record: Record, library: Path) -> bool:
    """Whether the record's file is the one of its uploaded video, as far as it can be read now."""
    try:
        with suppress(FileUnreadableError):
            check_as_sent(record, library)
    except InDoubtError:
        return False
    return True


def is_sent(lesson: PlannedLesson, step: ReplaceStep | Refused) -> bool:
    """Whether bytes of the lesson's file are still to be sent."""
    return step is ReplaceStep.BEGIN or not (lesson.record and lesson.record.stage.has_all_bytes)


def is_of_no_use(tools: Tools, record: Record, look: Look | None) -> bool:
    """Whether the record's video is gone, failed, not what was sent, or lasts longer or shorter than the file."""
    assert record.video_id  # noqa: S101 - it has all bytes
    video = tools.api.video(record.video_id)
    if video is None or video.has_failed:
        return True
    seconds = look.duration if isinstance(look, Whole) else None
    return video.status == "done" and (proof_against(record, video) is not None or video.lasts_otherwise(seconds))
