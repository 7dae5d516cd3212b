"""Reads files of the library for their MD5."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kinescope_upload.audit.compare import Kind
from kinescope_upload.audit.compare.events import FilesRead
from kinescope_upload.errors import FileChangedError
from kinescope_upload.library.source import VideoSource
from kinescope_upload.policy.sizing import READ_BLOCK

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from kinescope_upload.audit.compare import Finding, Lesson
    from kinescope_upload.audit.compare.events import Emit


def read_md5s(library: Path, lessons: Iterable[Lesson], emit: Emit) -> tuple[dict[str, str], list[Finding]]:
    """Returns the MD5s of these lessons' files by lesson id, and the files that cannot be read.

    Args:
        library: The library root.
        lessons: The lessons; those without a file are left out.
        emit: Takes a `FilesRead` after each block.
    """
    files = [(lesson, lesson.file) for lesson in lessons if lesson.file]
    total = sum(file.size for _, file in files)
    read = 0

    def count_block() -> None:
        nonlocal read
        read += READ_BLOCK
        emit(FilesRead(read_bytes=min(read, total), total_bytes=total))

    found: dict[str, str] = {}
    unreadable: list[Finding] = []
    for lesson, file in files:
        try:
            with VideoSource(library / file.path, file, with_checksum=True) as source:
                digest = source.md5(count_block)
                source.check_unchanged()
        except FileChangedError as error:
            hint = error.hint or "Run the command again when the file no longer changes."
            unreadable.append(lesson.finding(Kind.FILE_UNREADABLE, f"{lesson.lesson_id}: {error.what}", hint))
        else:
            assert digest is not None  # noqa: S101 - checksums are on
            found[lesson.lesson_id] = digest
    return found, unreadable
