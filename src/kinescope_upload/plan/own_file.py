"""Tells a file that a lesson is given from the one that was sent for it, where that is still in its place. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol
from unicodedata import normalize

from kinescope_upload.library_paths import nfc

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kinescope_upload.model import Assignment, VideoFile
    from kinescope_upload.upload import Record


class _Sent(Protocol):
    """What is recorded of the file that was sent."""

    @property
    def path(self) -> str | None:
        """Its path below the library root; None where it is not known."""

    def is_for(self, file: VideoFile) -> bool:
        """Whether the file may be it, by size and time of change."""


def keeps_its_own(sent: _Sent, file: VideoFile, files: Mapping[str, VideoFile]) -> bool:
    """Whether the file that was sent is still at its path, beside this one: equal size and time say nothing then.

    Args:
        sent: What is recorded of it.
        file: The file that the lesson has now.
        files: The library, by path.
    """
    if sent.path is None or file.is_at(sent.path):
        return False
    spelt = (sent.path, nfc(sent.path), normalize("NFD", sent.path))
    return any(sent.is_for(files[path]) for path in spelt if path in files)


def told_apart(
    records: Mapping[str, Record], assignments: Sequence[Assignment], files: Iterable[VideoFile]
) -> Mapping[str, Record]:
    """The records; each knows whether its lesson is given another file while its own is still in its place.

    Args:
        records: What earlier runs achieved, by lesson id.
        assignments: Which file belongs to which lesson.
        files: The library.
    """
    moved = [
        (record, one.file)
        for one in assignments
        if (record := records.get(one.lesson_id)) and record.path not in {None, one.file.path}
    ]
    there = {file.path: file for file in files} if moved else {}
    apart = {
        record.lesson_id: replace(record, own_file_is_there=True)
        for record, file in moved
        if keeps_its_own(record, file, there)
    }
    return {**records, **apart} if apart else records


def with_new_files(records: Mapping[str, Record], assignments: Sequence[Assignment]) -> Mapping[str, Record]:
    """The records; where a linked lesson's file is gone and a new one took its place, that one is taken for its file.

    What was sent is still told by size and time, so that the lesson counts as changed.
    """
    news = [
        (record, one.file)
        for one in assignments
        if (record := records.get(one.lesson_id))
        and record.path not in {None, one.file.path}
        and record.stage.is_linked
        and not (record.own_file_is_there or record.is_for(one.file))
    ]
    there = {one.file.path for one in assignments} if news else frozenset()
    known = {record.path for record in records.values()} if news else frozenset()
    lost = {
        record.lesson_id: replace(record, path=file.path)
        for record, file in news
        if record.path not in there and file.path not in known
    }
    return {**records, **lost} if lost else records
