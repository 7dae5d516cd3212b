"""Tells whether a file is still the one of an upload, where size and time alone do not. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from kinescope_upload.model import VideoFile
    from kinescope_upload.upload.ports import Ports
    from kinescope_upload.upload.record import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class SentPart:
    """A file's first bytes: all that were handed to the network, and maybe more.

    Attributes:
        file: The file as it was when the last of them was read.
        length: How many bytes.
        md5: Their MD5 in hexadecimal; None without checksums.
        is_touched: Whether the system says that something of the file has changed since it was opened, which its size
            and time need not show.
    """

    file: VideoFile
    length: int = 0
    md5: str | None = None
    is_touched: bool = False


def accept_file(record: Record, file: VideoFile, md5_of_first: Callable[[int], str | None]) -> Record | None:
    """Takes the file's time into the record where it is the file of its upload; None where it is another one.

    The next change of its time counts from now.

    Args:
        record: The record, with the offset that the server told.
        file: The file as it is now.
        md5_of_first: Computes the MD5 of the file's first bytes; None without checksums.
    """
    return replace(record, modified_ns=file.modified_ns) if _is_same_file(record, file, md5_of_first) else None


def _is_same_file(record: Record, file: VideoFile, md5_of_first: Callable[[int], str | None]) -> bool:
    """Whether the file is the one of the record's upload, so that the upload may go on, or its video be linked.

    The same path, size and time say so. Otherwise no byte is sent behind a part that was sent before unless the MD5
    of that part is the recorded one, whatever size and time say (`Record.may_go_on_with`). Of a file whose every byte
    was sent, a time that the file system may have shifted says so as well.

    Args:
        record: The record, with the offset that the server told.
        file: The file as it is now.
        md5_of_first: Computes the MD5 of the file's first bytes; None without checksums.
    """
    if record.size != file.size or record.is_as_read(file):
        return record.size == file.size
    if record.stage.has_all_bytes:
        return record.is_for(file) or (record.md5 is not None and md5_of_first(record.size) == record.md5)
    if not record.may_go_on_with(file):
        return False
    if not (record.offset or record.sent_bytes):
        return True  # nothing is there that could be another file's
    return record.sent_md5 is not None and md5_of_first(record.sent_bytes) == record.sent_md5


class FileStart:
    """Compares the open file's first bytes with what an earlier run sent, before any byte follows that.

    Size and time do not tell two files apart that were swapped. What is compared is what was sent, which is read for
    the whole file's MD5 anyway, and the file's head where less or nothing is known of what was sent.

    Args:
        ports: What the driver works with.
    """

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self.md5: str | None = None
        """The MD5 of the file's head, once the file is known to begin with what was sent of it."""

    def look(self) -> str:
        """Returns the MD5 of the head of a file of which nothing was sent."""
        self.md5 = self._ports.head_md5()
        return self.md5

    def is_as_sent(self, record: Record) -> bool:
        """Whether the file begins with what was sent; asked of the record with the offset that the server told."""
        head_md5 = self.md5 or self._ports.head_md5()
        if self.md5 is None and (record.offset or record.sent_bytes):
            if record.head_md5 not in {None, head_md5}:
                return False
            if record.sent_md5 and self._ports.md5_of_first(record.sent_bytes) not in {None, record.sent_md5}:
                return False
        self.md5 = head_md5
        return True


def with_part(record: Record, part: SentPart) -> Record:
    """The record with the file as it is now, and with the larger of the two parts that may have been sent."""
    path = record.path if record.is_in_place(part.file) and record.path else part.file.path
    record = replace(record, path=path, modified_ns=part.file.modified_ns)
    if part.md5 is None or part.length < record.sent_bytes:
        return record
    return replace(record, sent_bytes=part.length, sent_md5=part.md5)
