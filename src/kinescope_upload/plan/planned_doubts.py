"""Lists what a plan can do nothing about before a person decides, each reason once. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kinescope_upload.plan.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDoubt:
    """A reason why a run leaves lessons undone.

    Attributes:
        course: The course it concerns; empty where that cannot be told.
        subject: The first lesson, file or section.
        count: How many it is the reason of.
        reason: Why.
        hint: What a person can do about it.
    """

    course: str
    subject: str
    count: int
    reason: str
    hint: str


def planned_doubts(plan: Plan) -> tuple[PlannedDoubt, ...]:
    """The reasons, in the order of the plan: lessons first, then what has no lesson."""
    causes = list(_causes(plan))
    counts = Counter((course, *why) for course, _, *why in causes)
    first = {(course, *why): subject for course, subject, *why in reversed(causes)}
    return tuple(
        PlannedDoubt(course=key[0], subject=first[key], count=count, reason=key[1], hint=key[2])
        for key, count in counts.items()
    )


def _causes(plan: Plan) -> Iterator[tuple[str, str, str, str]]:
    for lesson in plan.in_doubt:
        yield lesson.course, lesson.lesson_id, lesson.reason, lesson.hint
    for doubt in plan.doubts:
        if doubt.blocking:
            yield doubt.course or "", doubt.subject, doubt.reason, doubt.hint
