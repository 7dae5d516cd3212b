from __future__ import annotations

from kinescope_upload.model import Doubt
from kinescope_upload.plan import Decision, Plan
from kinescope_upload.plan.planned_doubts import PlannedDoubt, planned_doubts
from support.display_cases import lesson


def test_each_reason_stands_once_and_what_is_only_worth_knowing_is_left_out() -> None:
    lessons = [lesson(f"n_{number}", 1, Decision.IN_DOUBT, reason="no folder", hint="make one") for number in range(3)]
    broken = lesson("a_9", 1, Decision.IN_DOUBT, reason="zeros")
    doubts = (
        Doubt(course=None, subject="file", reason="no lesson", blocking=True),
        Doubt(course="c", subject="extra", reason="ignored", blocking=False),
    )
    plan = Plan(lessons=(lesson("a_1", 1), *lessons, broken), doubts=doubts)
    assert planned_doubts(plan) == (
        PlannedDoubt(course="01_analytics", subject="n_0", count=3, reason="no folder", hint="make one"),
        PlannedDoubt(course="01_analytics", subject="a_9", count=1, reason="zeros", hint=""),
        PlannedDoubt(course="", subject="file", count=1, reason="no lesson", hint=""),
    )
