"""What a comparison comes to: findings, counts on all four sides, and what is proven. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kinescope_upload.upload import Stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kinescope_upload.audit.compare.facts import Finding, Lesson

__all__ = ["Counts", "Report", "counts_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many there are on each side.

    Attributes:
        lessons: Lessons that any side knows.
        agreed: Those whose video is where it should be and which no side contradicts.
        files: Lessons with a file on the disk.
        file_bytes: The size of those files.
        stages: Lessons in the progress files, by stage.
        rows: Rows in the database; None when it was not asked.
        rows_with_video: Those that name a video.
        statuses: Videos on Kinescope, by its word for their status.
    """

    lessons: int
    agreed: int
    files: int
    file_bytes: int
    stages: Mapping[Stage, int]
    rows: int | None
    rows_with_video: int
    statuses: Mapping[str, int]

    @property
    def videos(self) -> int:
        """Videos on Kinescope."""
        return sum(self.statuses.values())

    @property
    def recorded(self) -> int:
        """Lessons in the progress files."""
        return sum(self.stages.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a comparison comes to.

    Attributes:
        findings: Everything that disagrees, ordered by kind, lesson and file.
        counts: How many there are on each side.
        verified: The lessons that agree in everything, each with its video, by the course of their progress file.
    """

    findings: tuple[Finding, ...]
    counts: Counts
    verified: Mapping[str, Mapping[str, str]]

    @property
    def agrees(self) -> bool:
        """Whether nothing disagrees but what cannot be compared."""
        return all(one.kind.is_note for one in self.findings)

    @property
    def proven_count(self) -> int:
        """How many lessons agree in everything."""
        return sum(map(len, self.verified.values()))


def counts_of(lessons: Iterable[Lesson], *, agreed: int, statuses: Mapping[str, int], has_database: bool) -> Counts:
    """Counts what the lessons have on each side.

    Args:
        lessons: The lessons in question.
        agreed: How many of them agree.
        statuses: Videos by status.
        has_database: Whether the database was asked.
    """
    total = files = file_bytes = rows = with_video = 0
    stages: Counter[Stage] = Counter()
    for lesson in lessons:
        total += 1
        if lesson.file:
            files += 1
            file_bytes += lesson.file.size
        if lesson.summary:
            stages[lesson.summary.stage] += 1
        if lesson.row:
            rows += 1
            with_video += lesson.row.video_id is not None
    return Counts(
        lessons=total,
        agreed=agreed,
        files=files,
        file_bytes=file_bytes,
        stages={stage: stages[stage] for stage in Stage if stages[stage]},
        rows=rows if has_database else None,
        rows_with_video=with_video,
        statuses=statuses,
    )
