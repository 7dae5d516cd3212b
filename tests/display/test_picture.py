from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kinescope_upload.display.collector import Collector
from kinescope_upload.display.picture import Scene, picture
from kinescope_upload.events import (
    BytesAccepted,
    BytesSent,
    LessonDone,
    LessonFailed,
    LessonStarted,
    LessonWaits,
    RetryScheduled,
    RunStarted,
)
from kinescope_upload.output.terminal_output import Surface
from kinescope_upload.plan import Plan
from kinescope_upload.upload import Stage
from support.display_cases import MB, FakeTime, lesson

if TYPE_CHECKING:
    from kinescope_upload.plan import PlannedLesson


class Run:
    """A run, and the picture of it."""

    def __init__(self, *work: PlannedLesson) -> None:
        self.fake = FakeTime()
        self.collector = Collector(self.fake.clock)
        self.collector.note(RunStarted(plan=Plan(lessons=work), jobs=len(work)))

    def start(self, *work: PlannedLesson) -> None:
        for one in work:
            self.collector.note(LessonStarted(lesson=one))

    def send(self, lesson_id: str, count: int, seconds: int) -> None:
        for _ in range(seconds):
            self.fake.pass_by(1)
            self.collector.note(BytesSent(lesson_id=lesson_id, count=count))

    def finish(self, one: PlannedLesson, seconds: float = 75) -> None:
        self.start(one)
        self.fake.pass_by(seconds)
        self.collector.note(BytesAccepted(lesson_id=one.lesson_id, offset=one.file.size))
        self.collector.note(LessonDone(lesson_id=one.lesson_id, stage=Stage.LINKED, video_id="v"))

    def lines(self, width: int = 80, height: int = 24, encoding: str = "utf-8") -> list[str]:
        scene = Scene(
            facts=self.collector.facts(), courses=self.collector.courses(), finished=self.collector.finished()
        )
        lines = picture(scene, Surface(width=width, encoding=encoding), height, self.fake.clock)
        assert all(line.width < width for line in lines)
        assert len(lines) <= height
        return [line.text for line in lines]


A, B, C = (lesson(f"a_{number}", 10 * MB) for number in range(3))


def test_what_was_finished_last_stands_above_where_there_is_room() -> None:
    run = Run(A, B, C)
    run.finish(A)
    run.start(B)
    assert run.lines()[0] == "done 01_analytics/a_0.mp4, 10.0 MB in 1 min 15 s"
    assert not [line for line in run.lines(height=10) if "done 01" in line]


@pytest.mark.parametrize("width", [80, 120])
def test_a_file_that_waits_tells_when_it_goes_on_until_a_byte_moves(width: int) -> None:
    run = Run(A, B)
    run.start(A)
    for wait in (
        LessonWaits(lesson_id=A.lesson_id, wait=12.0),
        RetryScheduled(lesson_id=A.lesson_id, reason="r", wait=12.0, number=1, limit=3),
    ):
        run.collector.note(wait)
        assert run.lines(width)[0].endswith(" again in 12 s")
        run.collector.note(BytesSent(lesson_id=A.lesson_id, count=1 * MB))
        assert "again" not in run.lines(width)[0]
    run.collector.note(LessonWaits(lesson_id=A.lesson_id, wait=5.0))
    run.fake.pass_by(5)
    assert "again" not in run.lines(width)[0]


@pytest.mark.parametrize(("height", "shown"), [(40, 3), (30, 3), (29, 0)])
def test_a_tall_terminal_has_a_line_for_each_course(height: int, shown: int) -> None:
    work = [lesson(f"{name}_1", 10 * MB, course=name) for name in ("01_a", "02_b", "03_c")]
    run = Run(*work)
    run.finish(work[0])
    found = [line for line in run.lines(height=height) if line.startswith(("01_a ", "02_b ", "03_c "))]
    assert len(found) == shown
    if found:
        assert " ".join(found[0].split()) == "01_a ━━━━━━━━━━ 100 % 10.0 of 10.0 MB 1/1"
        assert " ".join(found[1].split()) == "02_b 0 % 0 of 10.0 MB 0/1"


def test_of_too_many_courses_those_that_are_not_done_are_shown() -> None:
    work = [lesson(f"{name:02}_1", MB, course=f"course {name:02}") for name in range(40)]
    run = Run(*work)
    for one in work[:20]:
        run.finish(one)
    found = [line.split()[1] for line in run.lines(height=30) if line.startswith("course")]
    assert found[0] == "20"
    assert len(found) > 10


def test_a_finish_beyond_an_hour_is_told_by_the_clock() -> None:
    long = lesson("a", 10_000 * MB)
    run = Run(long)
    run.start(long)
    run.send("a", MB, 10)
    assert run.lines()[-1] == "0 of 1 done, done about 13:13"
    assert run.lines(width=70)[-1] == "0 of 1 done, 10.0 MB of 10.0 GB, 1.0 MB/s, done about 13:13"


def test_the_batch_is_as_large_as_its_first_line_said_also_when_the_server_has_more_than_was_known() -> None:
    run = Run(A, B)
    run.start(A)
    run.collector.note(BytesAccepted(lesson_id="a_0", offset=4 * MB, is_resumed=True))
    assert "4.0 of 20.0 MB" in run.lines()[-2]
    totals = run.collector.facts().totals
    assert (totals.needed_bytes, totals.found_bytes) == (16 * MB, 4 * MB)


def test_failed_lessons_are_counted_below() -> None:
    run = Run(A, B)
    run.start(A)
    run.collector.note(LessonFailed(lesson_id="a_0", reason="r"))
    assert run.lines()[-1] == "0 of 2 done, 1 failed"


def test_bars_are_ascii_where_the_encoding_has_no_lines() -> None:
    run = Run(A)
    run.start(A)
    run.send("a_0", MB, 5)
    assert "#####-----" in run.lines(encoding="cp1251")[0]


@pytest.mark.parametrize(
    ("width", "below"),
    [
        (75, "1 of 6 done, 25.0 of 60.0 MB, 1.0 MB/s, 35 s left, and 4 more running"),
        (65, "1 of 6 done, 25.0 of 60.0 MB, 1.0 MB/s, and 4 more running"),
        (55, "1 of 6 done, 25.0 of 60.0 MB, and 4 more running"),
        (40, "1 of 6 done, and 4 more running"),
    ],
)
def test_where_the_last_line_is_too_narrow_whole_figures_go(width: int, below: str) -> None:
    work = [lesson(f"a_{number}", 10 * MB) for number in range(6)]
    run = Run(*work)
    run.finish(work[0])
    run.start(*work[1:])
    run.send("a_1", 0, 1)
    run.send("a_1", MB, 5)
    run.send("a_2", MB, 10)
    assert run.lines(width, 4)[-1] == below


@pytest.mark.parametrize("width", [8, 12, 13, 20, 40, 60, 77, 78, 80, 140, 300])
@pytest.mark.parametrize("height", [1, 2, 5, 24, 50])
def test_no_line_is_wider_and_no_picture_higher_than_the_terminal(width: int, height: int) -> None:
    run = Run(A, B, C)
    run.finish(A)
    run.start(B, C)
    run.send("a_1", MB, 5)
    lines = run.lines(width, max(4, height))
    assert lines
