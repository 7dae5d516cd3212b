"""What a machine doubts when it enqueues: not what others change meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kinescope_upload.cluster.enqueue import without_moving
from kinescope_upload.plan import Decision, Plan
from kinescope_upload.upload import Stage
from support.clusters import a_machine, enqueue, line
from support.display_cases import lesson
from support.progress_cases import a_record

if TYPE_CHECKING:
    from kinescope_upload.cluster.line import Line
    from kinescope_upload.plan import PlannedLesson

__all__ = ["line"]


def _doubted(lesson_id: str) -> PlannedLesson:
    return lesson(lesson_id, 1, Decision.IN_DOUBT, reason="its row is empty now", course="c")


def test_what_others_have_in_hand_or_have_changed_meanwhile_is_not_in_doubt(line: Line) -> None:
    machine = a_machine(line)
    enqueue(line, "in_hand", "linked", "emptied")
    for lesson_id in ("in_hand", "linked", "emptied"):
        assert machine.holds.take(lesson_id)
        machine.save(a_record(lesson_id))
    for lesson_id in ("linked", "emptied"):
        machine.give(lesson_id)
    seen = machine.records
    now = datetime.now(UTC)
    machine.save(replace(seen["linked"], stage=Stage.LINKED, attempted_at=now, linked_at=now, video_id="1"))
    plan = Plan(lessons=tuple(_doubted(lesson_id) for lesson_id in ("in_hand", "linked", "emptied")))
    assert [one.lesson_id for one in without_moving(line, plan, "nas", seen).lessons] == ["emptied"]
