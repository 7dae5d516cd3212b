"""The result of a comparison: findings, counts of all four sides, and what is verified. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kinescope_upload.upload import Stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kinescope_upload.audit.compare.facts import Finding, Lesson


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Counts each side.

    Attributes:
        lessons: Lessons that any side knows.
        agreed: Lessons whose video is in place and whose sides all agree.
        files: Lessons with a file on disk.
        file_bytes: The size of those files in bytes.
        stages: Lessons in the progress files, by stage.
        rows: Rows in the database; None when it was not read.
        rows_with_video: Rows that name a video.
        statuses: Videos on Kinescope, by Kinescope's status.
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
    """The result of a comparison.

    Attributes:
        findings: Everything that disagrees, ordered by kind, lesson and file.
        counts: How many there are on each side.
        verified: The lessons that agree in everything, each with its video, by the course of their progress file.
        by_position: The linked lessons of which only the position of their file says that it is theirs, by id.
    """

    findings: tuple[Finding, ...]
    counts: Counts
    verified: Mapping[str, Mapping[str, str]]
    by_position: tuple[str, ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether there are remarks at most."""
        return all(finding.kind.is_note for finding in self.findings)

    @property
    def verified_count(self) -> int:
        """How many lessons agree in everything."""
        return sum(map(len, self.verified.values()))


def counts_of(lessons: Iterable[Lesson], *, agreed: int, statuses: Mapping[str, int], has_database: bool) -> Counts:
    """Counts what the lessons have on each side.

    Args:
        lessons: The lessons in question.
        agreed: How many of them agree.
        statuses: Videos by status.
        has_database: Whether the database was read.
    """
    counted = tuple(lessons)
    sizes = [lesson.file.size for lesson in counted if lesson.file]
    stages = Counter(lesson.summary.stage for lesson in counted if lesson.summary)
    rows = [lesson.row for lesson in counted if lesson.row]
    return Counts(
        lessons=len(counted),
        agreed=agreed,
        files=len(sizes),
        file_bytes=sum(sizes),
        stages={stage: stages[stage] for stage in Stage if stages[stage]},
        rows=len(rows) if has_database else None,
        rows_with_video=sum(row.video_id is not None for row in rows),
        statuses=statuses,
    )
