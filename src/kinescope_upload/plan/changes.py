"""Words which linked lessons were shot again since their upload. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from kinescope_upload.media.verdict import Broken, Whole
from kinescope_upload.text import distinct_bytes, first_few, format_bytes
from kinescope_upload.text.hints import Hint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from kinescope_upload.media.verdict import Look
    from kinescope_upload.model import Assignment, VideoFile
    from kinescope_upload.plan.plan import PlannedLesson
    from kinescope_upload.upload import Record

SHOWN: Final = 10
"""Lessons that are named; the rest is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """The file of a linked lesson as it was sent, and as it is now.

    Attributes:
        lesson_id: The lesson.
        sent_size: Bytes that were sent.
        size: Bytes of the file now.
        sent_seconds: How long the video that was sent plays, in seconds; None where that is not known.
        seconds: How long the file plays now; None where that is not known.
        broken: Why no player can show the file; empty where nobody knows that.
        is_other: Whether its MD5 says that the content is another.
        is_mixed_up: Whether the file may be another lesson's, or its own stands elsewhere.
    """

    lesson_id: str
    sent_size: int
    size: int
    sent_seconds: float | None = None
    seconds: float | None = None
    broken: str = ""
    is_other: bool = False
    is_mixed_up: bool = False

    @classmethod
    def of(cls, record: Record, file: VideoFile, look: Look | None = None) -> FileChange:
        """The change from what was sent to the file as it is now.

        Args:
            record: What was sent.
            file: The file.
            look: What is in it; None where nobody looked into it.
        """
        return cls(
            lesson_id=record.lesson_id,
            sent_size=record.size,
            size=file.size,
            sent_seconds=record.duration,
            seconds=look.duration if isinstance(look, Whole) else None,
            broken=look.reason if isinstance(look, Broken) else "",
        )

    @property
    def text(self) -> str:
        """What has changed: "5.0 → 6.0 MB, 12:31 → 13:05"."""
        told = [self._sizes]
        if self.sent_seconds is not None and self.seconds is not None:
            told.append(f"{_clock(self.sent_seconds)} → {_clock(self.seconds)}")
        return ", ".join((*told, self.broken) if self.broken else told)

    @property
    def _sizes(self) -> str:
        if self.sent_size == self.size:
            return f"{format_bytes(self.size)}, written anew"
        sent, now = distinct_bytes(self.sent_size, self.size)
        (number, unit), unit_now = sent.rsplit(" ", 1), now.rsplit(" ", 1)[1]
        return f"{number if unit == unit_now else sent} → {now}"


def changed_since(
    linked: Iterable[Record], assigned: Mapping[str, Assignment], md5_of: Callable[[VideoFile], str | None]
) -> tuple[list[str], list[str]]:
    """The linked lessons whose file is no longer what was sent, at its path or where a person says; sorted.

    Args:
        linked: Their records.
        assigned: Which file belongs to which lesson, by lesson id.
        md5_of: Gives the MD5 of a file, as far as somebody read it as it is now.

    Returns:
        Those that have another content or size, and those of which only the time is another.
    """
    changed: list[str] = []
    redated: list[str] = []
    for record in linked:
        one = assigned.get(record.lesson_id)
        if one is None or not record.path or not (record.path == one.file.path or one.source.is_written):
            continue
        if record.md5 and md5_of(one.file) not in {None, record.md5}:
            changed.append(record.lesson_id)
        elif not record.is_for(one.file):
            (redated if record.differs_in_time(one.file) else changed).append(record.lesson_id)
    return sorted(changed), sorted(redated)


def change_of(lesson: PlannedLesson, look: Look | None = None) -> FileChange:
    """What has changed of a lesson whose file is another than the one that was sent.

    Args:
        lesson: The lesson.
        look: What is in the file; None where nobody looked into it.
    """
    assert lesson.record  # noqa: S101 - it is linked
    change = FileChange.of(lesson.record, lesson.file, look)
    return replace(change, is_other=lesson.is_other, is_mixed_up=lesson.mixed_up is not None)


def changes_sentence(changes: Sequence[FileChange]) -> str:
    """Names the lessons that were shot again, and the command that publishes them; empty where there are none."""
    if not changes:
        return ""
    names = first_few([f"{change.lesson_id} ({change.text})" for change in changes], most=SHOWN)
    told = f"{len(changes):,} changed since upload: {names}."
    if any(change.is_mixed_up for change in changes):
        moved = "Files may have moved on to other lessons: bring the database and the files in step. "
        return Hint(f"{told} {moved}", ("verify",), " tells of each.")
    whole = [change for change in changes if not change.broken]
    if not whole:
        return f"{told} Put whole files in their places."
    publish = ("replace", whole[0].lesson_id) if len(whole) == 1 else ("replace", "--changed")
    what = "it" if len(changes) == 1 else "them" if len(whole) == len(changes) else "what is whole"
    return Hint(f"{told} Publish {what}: ", publish, ".")


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
