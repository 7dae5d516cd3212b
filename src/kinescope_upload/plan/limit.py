"""Cuts the work of a plan where `--limit` says so. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kinescope_upload.plan.decision import Decision, PlanDecision

if TYPE_CHECKING:
    from kinescope_upload.plan.plan import PlannedLesson


def cut_work(work: list[PlannedLesson], limit: int | None) -> list[PlannedLesson]:
    """The work in its order; what is beyond the limit is put off."""
    if limit is None:
        return work
    later = PlanDecision(Decision.LATER, f"beyond --limit {limit}")
    return work[:limit] + [replace(lesson, planned=later, put_off=lesson.planned) for lesson in work[limit:]]
