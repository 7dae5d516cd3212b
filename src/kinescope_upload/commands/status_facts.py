"""Words what `kupload --status` knows of a course beside its bar. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kinescope_upload.text import count, first_few, format_bytes
from kinescope_upload.text.hints import Hint, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kinescope_upload.commands.course_status import CourseStatus

_SHOWN: Final = 3


def found_lines(status: CourseStatus) -> Iterator[str]:
    """What the last run found in the database."""
    if status.linked_elsewhere:
        yield f"  {status.linked_elsewhere:,} linked elsewhere, as the last run found them"
    if status.without_lesson:
        files = count(status.without_lesson, "file", "files")
        yield f"  {files} that no lesson of the database has, as the last run found"
    if status.gone:
        what = count(len(status.gone), "recorded lesson is", "recorded lessons are")
        told = f"  {what} not in the database any more ({first_few(status.gone, most=_SHOWN)}): "
        yield shown(Hint(told, ("verify",), " says what to do"))


def facts_of(status: CourseStatus) -> Iterator[str]:
    """What is not done, in a few words each."""
    if status.in_progress:
        yield f"{status.in_progress:,} in progress ({format_bytes(status.position_bytes)} sent)"
    if status.replacing:
        yield f"{status.replacing:,} being replaced"
    if status.uploaded:
        yield f"{status.uploaded:,} uploaded, not linked"
    if status.waiting:
        waits = count(status.waiting, "file waits for its lesson", "files wait for their lessons")
        yield shown(Hint(f"{waits}: ", ("map", "--confirm"), " asks"))
    if in_doubt := len(status.doubted) - status.without_folder:
        yield f"{in_doubt:,} in doubt, as the last run found them"
    if status.without_folder:
        yield f"{status.without_folder:,} without a folder on Kinescope, as the last run found"
    if status.missing:
        yield f"{count(status.missing, 'file', 'files')} missing"
