"""Lessons, events and clocks for the display's tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from kinescope_upload.events import (
    BytesAccepted,
    BytesSent,
    JobsChanged,
    LessonDone,
    LessonFailed,
    LessonStarted,
    LessonWaits,
    LimitChanged,
    OldVideoDeleted,
    OrphanRemoved,
    RetryScheduled,
    RunEnded,
    RunEvent,
    RunStarted,
    StageReached,
    WaitEnded,
    WaitKind,
    WaitStarted,
    Warned,
    WishTaken,
)
from kinescope_upload.model import Assignment, Doubt, IgnoredFile, MappingSource, Proposal, VideoFile
from kinescope_upload.output.terminal_output import Clock
from kinescope_upload.plan import Decision, Plan, PlanDecision, PlannedLesson
from kinescope_upload.policy.pacing import Timetable
from kinescope_upload.upload import Dialect, Failure, Record, Stage

if TYPE_CHECKING:
    from collections.abc import Callable

MB = 1_000_000
BEGAN = datetime(2026, 2, 18, 10, 26, 44, 172_000, tzinfo=UTC)
HOSTILE = "[red]\x1b[2J\u202egpj.exe\n[/red]\udcff.mp4"


class FakeTime:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.seconds = 100.0
        self.clock = Clock(now=self.now, monotonic=lambda: self.seconds, zone=UTC)

    def now(self) -> datetime:
        return BEGAN + timedelta(seconds=self.seconds - 100.0)

    def pass_by(self, seconds: float) -> None:
        self.seconds += seconds


def record_of(lesson_id: str, size: int, *, stage: Stage, offset: int = 0, failure: Failure | None = None) -> Record:
    return Record(
        lesson_id=lesson_id,
        course="01_analytics",
        path=f"01_analytics/{lesson_id}.mp4",
        size=size,
        modified_ns=1,
        parent_id="parent",
        title="A title",
        dialect=Dialect.TUS,
        video_id=f"v-{lesson_id}",
        stage=stage,
        attempted_at=BEGAN,
        offset=offset,
        failure=failure,
    )


def lesson(
    lesson_id: str,
    size: int,
    decision: Decision = Decision.UPLOAD,
    *,
    name: str | None = None,
    course: str = "01_analytics",
    offset: int | None = None,
    reason: str = "not uploaded yet",
    hint: str = "",
) -> PlannedLesson:
    stage = Stage.UPLOADED if decision is Decision.LINK else Stage.CREATED
    record = None if offset is None else record_of(lesson_id, size, stage=stage, offset=offset)
    file = VideoFile(path=f"{course}/{name or lesson_id + '.mp4'}", size=size, modified_ns=1)
    source = MappingSource.SCAN_RULE
    assigned = Assignment(lesson_id=lesson_id, course=course, file=file, source=source, title="A title")
    return PlannedLesson(assignment=assigned, planned=PlanDecision(decision, reason, hint), record=record)


def assignment(lesson_id: str, size: int, course: str) -> Assignment:
    file = VideoFile(path=f"{course}/{lesson_id}.mp4", size=size, modified_ns=1)
    return Assignment(lesson_id=lesson_id, course=course, file=file, source=MappingSource.SCAN_RULE)


_WAITING = VideoFile(path="02_ads/m01/003a.mp4", size=5 * MB, modified_ns=0)


def small_plan() -> Plan:
    """Two uploads, one resumed upload, one link; and one of each kind of what is not done."""
    return Plan(
        lessons=(
            lesson("a_001", 10 * MB, name="001_Начало.mp4"),
            lesson("a_002", 64 * MB, name="002_den_1.mp4"),
            lesson("a_003", 300 * MB, Decision.RESUME, offset=100 * MB, reason="100 of 300 MB uploaded"),
            lesson(
                "a_004",
                20 * MB,
                Decision.LINK,
                offset=20 * MB,
                reason="video v-a_004 is uploaded, its row is not written",
            ),
            lesson(
                "a_005",
                5 * MB,
                Decision.IN_DOUBT,
                reason="has no row in the database",
                hint="Add the lesson, or correct its id in the map file.",
            ),
            lesson("a_006", 5 * MB, Decision.SKIP, reason="linked before"),
            lesson("a_007", 5 * MB, Decision.SKIP, reason="has a video (c7149e0d)"),
            lesson("a_008", 5 * MB, Decision.SKIP, reason="has a video (d7149e0d)"),
            lesson("a_009", 900 * MB, Decision.LATER, reason="beyond --limit 4"),
        ),
        doubts=(
            Doubt(
                course="02_ads",
                subject="02_ads/m01",
                reason="3 files, 4 lessons",
                hint="Add the file, or use a map file (--map).",
                lesson_ids=("02_ads_m01_004",),
            ),
        ),
        ignored=(IgnoredFile(path="01_analytics/._001.mp4", reason="is hidden"),),
        proposals=(Proposal(file=_WAITING, course="02_ads", section="02_ads/m01", lesson_id="02_ads_m01_004"),),
    )


def scenario() -> list[tuple[float, RunEvent]]:
    """A run in which everything happens, as (seconds that pass before it, event)."""
    plan = small_plan()
    a, b, c, d = plan.work
    return [
        (0, RunStarted(plan=plan, jobs=4)),
        (0, Warned(message=".env is readable by others")),
        (0, LessonStarted(lesson=a)),
        (0, StageReached(lesson_id="a_001", stage=Stage.PLANNED, video_id="v-a_001")),
        (1, StageReached(lesson_id="a_001", stage=Stage.CREATED, video_id="v-a_001")),
        (1, BytesSent(lesson_id="a_001", count=10 * MB)),
        (1, BytesAccepted(lesson_id="a_001", offset=10 * MB)),
        (0, StageReached(lesson_id="a_001", stage=Stage.UPLOADED, video_id="v-a_001")),
        (0, StageReached(lesson_id="a_001", stage=Stage.LINKED, video_id="v-a_001")),
        (0, LessonDone(lesson_id="a_001", stage=Stage.LINKED, video_id="v-a_001")),
        (0, JobsChanged(jobs=6)),
        (0, LimitChanged(timetable=Timetable.always(2 * MB))),
        (0, WishTaken(number=1)),
        (0, LessonStarted(lesson=b)),
        (0, StageReached(lesson_id="a_002", stage=Stage.ORPHANED, video_id="v-a_002")),
        (0, OrphanRemoved(lesson_id="a_002", video_id="v-a_002", reason="the upload has expired on Kinescope")),
        (0, OldVideoDeleted(lesson_id="a_002", video_id="u-a_002", reason="it was replaced")),
        (0, StageReached(lesson_id="a_002", stage=Stage.CREATED, video_id="w-a_002")),
        (0, LessonStarted(lesson=c)),
        (0, BytesAccepted(lesson_id="a_003", offset=120 * MB, is_resumed=True)),
        (2, BytesSent(lesson_id="a_003", count=30 * MB)),
        (3, RetryScheduled(lesson_id="a_003", reason="connection reset", wait=3.0, number=1, limit=3)),
        (0, WaitStarted(kind=WaitKind.NETWORK, reason="no answer from uploader.kinescope.io", longest=3600.0)),
        (20, WaitEnded(kind=WaitKind.NETWORK, seconds=20.0)),
        (0, LessonWaits(lesson_id="a_003", wait=5.0)),
        (0, BytesAccepted(lesson_id="a_003", offset=140 * MB, is_resumed=True)),
        (10, BytesSent(lesson_id="a_003", count=160 * MB)),
        (1, BytesAccepted(lesson_id="a_003", offset=300 * MB)),
        (0, LessonDone(lesson_id="a_003", stage=Stage.UPLOADED, video_id="v-a_003")),
        (0, LessonStarted(lesson=d)),
        (0, LessonDone(lesson_id="a_004", stage=Stage.LINKED, video_id="v-a_004")),
        (
            0,
            LessonFailed(
                lesson_id="a_002",
                reason=f'"{HOSTILE}" changed while it was being sent',
                hint="Run kupload again when it is at rest.",
            ),
        ),
        (0, RunEnded(exit_code=1, seconds=39.0)),
    ]


def play(emit: Callable[[RunEvent], None], fake: FakeTime) -> None:
    for seconds, event in scenario():
        fake.pass_by(seconds)
        emit(event)
