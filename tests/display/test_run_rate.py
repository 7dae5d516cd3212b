"""How fast a run sent: acknowledged bytes by the time in which bytes moved."""

from __future__ import annotations

import pytest

from kinescope_upload.display.run_rate import RunRate
from kinescope_upload.events import BytesAccepted, BytesSent, LessonStarted, RunEvent, StageReached
from kinescope_upload.plan import Decision
from kinescope_upload.upload import Stage
from support.display_cases import MB, FakeTime, lesson

NEW = lesson("a", 40 * MB)
BEGUN = lesson("b", 300 * MB, Decision.RESUME, offset=100 * MB)


def _measured(*events: tuple[float, RunEvent]) -> int | None:
    time = FakeTime()
    rate, heard = RunRate(time.clock.monotonic), list[RunEvent]()
    emit = rate.listening(heard.append)
    for seconds, event in events:
        time.pass_by(seconds)
        emit(event)
    assert heard == [event for _, event in events]
    return rate.rate


def _accepted(lesson_id: str, offset: int, *, is_resumed: bool = False) -> BytesAccepted:
    return BytesAccepted(lesson_id=lesson_id, offset=offset * MB, is_resumed=is_resumed)


@pytest.mark.parametrize(
    ("events", "rate"),
    [
        ([(0, LessonStarted(lesson=NEW)), (10, _accepted("a", 20)), (10, _accepted("a", 40))], 2 * MB),
        ([(0, LessonStarted(lesson=NEW)), (10, _accepted("a", 20)), (3600, _accepted("a", 34))], 34 * MB // 70),
        (
            [(0, LessonStarted(lesson=BEGUN)), (0, _accepted("b", 200, is_resumed=True)), (50, _accepted("b", 300))],
            2 * MB,
        ),
        (
            [
                (0, LessonStarted(lesson=BEGUN)),
                (0, StageReached(lesson_id="b", stage=Stage.CREATED, video_id=None)),
                (50, _accepted("b", 50)),
            ],
            MB,
        ),
        ([(0, LessonStarted(lesson=NEW)), (59, BytesSent(lesson_id="a", count=5)), (1, _accepted("a", 30))], MB // 2),
        ([(0, LessonStarted(lesson=NEW)), (10, _accepted("a", 7))], None),
        ([(0, LessonStarted(lesson=NEW)), (0.5, _accepted("a", 40))], None),
        ([], None),
    ],
    ids=["sent", "an outage", "resumed", "started over", "slow", "few bytes", "too short", "nothing"],
)
def test_the_rate_of_a_run(events: list[tuple[float, RunEvent]], rate: int | None) -> None:
    assert _measured(*events) == rate
