"""Merges two records of one lesson, where a progress file is not the one that its journal follows. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from kinescope_upload.upload import Stage
from kinescope_upload.video_ids import is_same_video

if TYPE_CHECKING:
    from kinescope_upload.upload import Record

_ORDER: Final = {stage: number for number, stage in enumerate(Stage)}
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


class ContradictionError(ValueError):
    """Two records of a lesson cannot both be true; says why."""


def merge(in_file: Record, in_journal: Record) -> Record:
    """The later of two records of a lesson, which knows the video of the other one, too.

    Of one attempt the record counts that got further; of two attempts the one that began later, and the other's id or
    mark is looked for once more in the end (`lost_marks`). An attempt that never began a video counts for nothing. A
    record whose lesson had the other's video earlier is the later one.

    Raises:
        ContradictionError: Two complete videos, an attempt whose video nothing names, or two accounts of one upload.
    """
    for record, other in ((in_file, in_journal), (in_journal, in_file)):
        if any(is_same_video(old.video_id, other.video_id) for old in record.old_videos):
            return _knowing(record, other)
    begun = [record for record in (in_journal, in_file) if record.is_begun]
    if len(begun) < 2:  # noqa: PLR2004 - both
        later = begun[0] if begun else in_journal
        return _knowing(later, in_file if later is in_journal else in_journal)
    if _is_same_attempt(in_file, in_journal):
        _check_one_upload(in_file, in_journal)
        later = max(begun, key=_progress)
        return later if later.stage.is_linked else _knowing(later, in_file if later is in_journal else in_journal)
    return _of_two_attempts(*sorted(begun, key=lambda record: (record.attempted_at or _NEVER, _progress(record))))


def _is_same_attempt(one: Record, other: Record) -> bool:
    if one.video_id and other.video_id:
        return is_same_video(one.video_id, other.video_id)
    if one.mark and other.mark:
        return one.mark == other.mark
    return one.attempted_at == other.attempted_at


def _check_one_upload(one: Record, other: Record) -> None:
    for fact in ("size", "upload_url", "md5"):
        facts = {getattr(one, fact), getattr(other, fact)} - {None}
        if len(facts) > 1:
            raise ContradictionError(f'they differ in "{fact}" of one upload')


def _progress(record: Record) -> tuple[int, int, datetime, datetime]:
    return _ORDER[record.stage], record.offset, record.linked_at or _NEVER, record.verified_at or _NEVER


def _of_two_attempts(earlier: Record, later: Record) -> Record:
    if earlier.stage.has_all_bytes and later.stage.has_all_bytes:
        raise ContradictionError("both videos are complete")
    name = earlier.video_id or earlier.mark
    if name is None:
        raise ContradictionError("nothing names the video that the earlier attempt may have made")
    return _knowing(later, earlier, name)


def _knowing(later: Record, other: Record, *names: str) -> Record:
    """The later record, which looks for what the other one looks for, and for these names."""
    since = (later.lost_since, other.lost_since, other.attempted_at if names else None)
    marks = dict.fromkeys((*later.lost_marks, *other.lost_marks, *names))
    lost = tuple(mark for mark in marks if mark not in {later.video_id, later.mark})
    known = [moment for moment in since if moment]
    return replace(later, lost_marks=lost, lost_since=min(known) if lost and known else None)
