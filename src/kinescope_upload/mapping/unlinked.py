"""Finds the files of lessons that start over in a section whose positions say nothing. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kinescope_upload.mapping.evidence import Evidence
    from kinescope_upload.mapping.open_sections import OpenSection
    from kinescope_upload.model import VideoFile


def match_unlinked(left: Iterable[OpenSection], evidence: Evidence) -> dict[str, VideoFile]:
    """The files from which lessons without a video were uploaded the last time, where they are as they were.

    Where a file's title or number says that it is another lesson's, the record may be why a person took the video away:
    then it says nothing.

    Args:
        left: The sections in which something is left.
        evidence: The records.
    """
    return {key: file for one in left for key, file in _of(one, evidence)} if evidence.records else {}


def _of(section: OpenSection, evidence: Evidence) -> Iterator[tuple[str, VideoFile]]:
    files = {one.file.path: one.file for one in section.files}
    named = section.named
    for row in section.undone:
        record = evidence.records.get(row.lesson_id)
        file = files.get(record.path or "") if record else None
        if record is None or file is None or not record.is_for(file):
            continue
        is_others = named.get(file.path, row.lesson_id) != row.lesson_id
        has_other = any(lesson == row.lesson_id and path != file.path for path, lesson in named.items())
        if not (is_others or has_other):
            yield row.lesson_id, file
