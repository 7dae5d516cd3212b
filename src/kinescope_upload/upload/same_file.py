"""Tells whether a file is still the one of an upload, where size and time alone do not. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from kinescope_upload.model import VideoFile
    from kinescope_upload.upload.record import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class SentPart:
    """A file's first bytes: all that were handed to the network, and maybe more.

    Attributes:
        file: The file as it was when the last of them was read.
        length: How many bytes.
        md5: Their MD5 in hexadecimal; None without checksums.
    """

    file: VideoFile
    length: int = 0
    md5: str | None = None


def is_same_file(record: Record, file: VideoFile, md5_of_first: Callable[[int], str | None]) -> bool:
    """Whether the file is the one of the record's upload, so that the upload may go on, or its video be linked.

    An equal time says so, as ever. Where times differ, the MD5 of what was sent decides: while more is to be sent, even
    where they differ by less than file systems shift them. Where the record has no MD5 of all that Kinescope holds,
    size and time decide.

    Args:
        record: The record, with the offset that the server told.
        file: The file as it is now.
        md5_of_first: Computes the MD5 of the file's first bytes; None without checksums.
    """
    if record.size != file.size:
        return False
    if record.modified_ns == file.modified_ns or (record.stage.has_all_bytes and record.is_for(file)):
        return True
    length, sent_md5 = _sent_part(record)
    md5 = md5_of_first(length) if sent_md5 else None
    return record.is_for(file) if md5 is None else md5 == sent_md5


def _sent_part(record: Record) -> tuple[int, str | None]:
    """How many bytes were sent, and their MD5; None where it is not known of all that Kinescope holds."""
    if record.stage.has_all_bytes:
        return record.size, record.md5
    return record.sent_bytes, record.sent_md5 if record.knows_sent_part else None


def with_part(record: Record, part: SentPart) -> Record:
    """The record with the file's time as it is now, and with the larger of the two parts that may have been sent."""
    record = replace(record, modified_ns=part.file.modified_ns)
    if part.md5 is None or part.length < record.sent_bytes:
        return record
    return replace(record, sent_bytes=part.length, sent_md5=part.md5)
