"""Files of the library read again for their MD5."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kinescope_upload.audit.compare import Finding, Kind
from kinescope_upload.audit.compare.events import EmitAudit, FilesRead
from kinescope_upload.errors import FileChangedError
from kinescope_upload.library.source import VideoSource
from kinescope_upload.policy.sizing import READ_BLOCK

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from kinescope_upload.audit.compare import Lesson
    from kinescope_upload.model import VideoFile

__all__ = ["read_md5s"]


def read_md5s(library: Path, lessons: Sequence[Lesson], tell: EmitAudit) -> tuple[dict[str, str], tuple[Finding, ...]]:
    """The MD5s of these lessons' files by lesson id, and the files that could not be read.

    Args:
        library: The library root.
        lessons: The lessons; those without a file are left out.
        tell: Hears how far it is.
    """
    found: dict[str, str] = {}
    unreadable: list[Finding] = []
    meter = _Meter(sum(one.file.size for one in lessons if one.file), tell)
    for lesson in lessons:
        if lesson.file is None:
            continue
        try:
            found[lesson.lesson_id] = _md5(library, lesson.file, meter)
        except FileChangedError as error:
            unreadable.append(_finding(lesson, error))
    return found, tuple(unreadable)


class _Meter:
    def __init__(self, total: int, tell: EmitAudit) -> None:
        self._total = total
        self._tell = tell
        self._read = 0

    def add(self, count: int) -> None:
        self._read += count
        self._tell(FilesRead(read_bytes=min(self._read, self._total), total_bytes=self._total))


def _md5(library: Path, file: VideoFile, meter: _Meter) -> str:
    with VideoSource(library / file.path, file, with_checksum=True) as source:
        digest = source.md5(lambda: meter.add(READ_BLOCK))
        source.check_unchanged()
    assert digest is not None  # noqa: S101 - checksums are wanted
    return digest


def _finding(lesson: Lesson, error: FileChangedError) -> Finding:
    return Finding(
        kind=Kind.FILE_UNREADABLE,
        course=lesson.course,
        reason=f"{lesson.lesson_id}: {error.what}",
        hint=error.hint or "Look again when it is at rest.",
        lesson_id=lesson.lesson_id,
        path=lesson.file.path if lesson.file else None,
    )
