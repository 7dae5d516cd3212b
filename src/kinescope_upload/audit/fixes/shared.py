"""Words the choice that ends a finding about one video in the rows of several lessons. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kinescope_upload.audit.fixes.choices import Choice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kinescope_upload.audit.compare.facts import Finding, Lesson


def is_only_owner(lesson: Lesson, sharers: Sequence[Lesson]) -> bool:
    """Whether the row's video was uploaded for this lesson, and for none of those that share it: theirs is to go."""
    return lesson.own_id == lesson.row_id and all(one.own_id != one.row_id for one in sharers)


def unshare(finding: Finding, lesson: Lesson, sharers: Sequence[Lesson]) -> Choice:
    """The choice to empty the lesson's row, where the video is another lesson's; the video stays."""
    others = " or ".join(one.lesson_id for one in sharers[:2])
    then = "so that the next run uploads the lesson's own file"
    if lesson.file is None:
        then = "and its viewers see nothing until its file is in the library"
    return Choice(
        explanation=f"empty the row, if the video is that of {others}, {then}",
        command=("unlink", finding.lesson_id or ""),
    )
