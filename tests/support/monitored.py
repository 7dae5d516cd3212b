"""Runs that others are told of, for the monitor's tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from kinescope_upload.monitor.observe import Run
from kinescope_upload.monitor.past_run import Cost, Outage, PastRun, Sample
from kinescope_upload.monitor.state import (
    CourseState,
    DoubtState,
    EndState,
    FailureState,
    FileState,
    Phase,
    RunState,
    WaitState,
)
from kinescope_upload.policy.pacing import UNLIMITED

if TYPE_CHECKING:
    from pathlib import Path

BEGAN = datetime(2026, 2, 18, 10, 26, 44, 172_000, tzinfo=UTC)
COURSE = "01_analytics"


def a_run(progress: Path | str = "progress", **changes: Any) -> Run:  # noqa: ANN401 - of any field
    facts: dict[str, Any] = {
        "name": "20260218-102644-0badcafe",
        "process_id": 16646,
        "host": "nas",
        "started": BEGAN,
        "command": "upload",
        "library": "/library",
        "progress": str(progress),
        "courses": (COURSE,),
        "jobs": 4,
        "bwlimit": UNLIMITED,
    }
    return Run(**facts | changes)


def a_state(**changes: Any) -> RunState:  # noqa: ANN401 - of any field
    facts: dict[str, Any] = {
        "run": "20260218-102644-0badcafe",
        "process_id": 16646,
        "host": "nas",
        "started": BEGAN,
        "written": BEGAN + timedelta(seconds=60),
        "phase": Phase.AT_WORK,
        "library": "/library",
        "held_courses": (COURSE,),
        "jobs": 4,
    }
    return RunState(**facts | changes)


FULL_STATE = a_state(
    phase=Phase.ENDED,
    ends_at=BEGAN,
    bwlimit_until=BEGAN,
    rate_bytes_per_second=5,
    courses=(CourseState(course="Курс", lessons=3, done=1, failed=1, needed_bytes=7, accepted_bytes=2),) * 2,
    files=(FileState(lesson_id="a", course="Курс", path="a/b", size_bytes=9, position_bytes=3, accepted_bytes=2),),
    waits=(WaitState(kind="network", since=BEGAN, until=BEGAN, reason="no answer"),),
    failures=(FailureState(lesson_id="b", reason="broken", hint="mend it", is_in_doubt=True),),
    doubts=(DoubtState(course="Курс", subject="c", count=2, reason="no folder", hint="make one"),),
    in_doubt=2,
    ended=EndState(at=BEGAN, exit_code=3, reason="no money"),
)


def a_past_run(name: str = "one", **changes: Any) -> PastRun:  # noqa: ANN401 - of any field
    facts: dict[str, Any] = {
        "run": name,
        "version": "1.0",
        "command": "upload",
        "started": BEGAN,
        "seen": BEGAN + timedelta(seconds=60),
        "host": "nas",
        "process_id": 16646,
        "library": "/library",
        "progress": "/progress",
        "jobs": 4,
    }
    return PastRun(**facts | changes)


FULL_PAST = a_past_run(
    ended=BEGAN,
    courses=FULL_STATE.courses,
    failures=FULL_STATE.failures,
    cost=Cost(breaks=1, network_seconds=0.5),
    outages=(Outage(kind="network", since=BEGAN, seconds=2.0, reason="no answer"),),
    samples=(Sample(seconds=1.5, accepted_bytes=3, done=1, failed=0),),
)
