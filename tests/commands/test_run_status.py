from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kinescope_upload.commands.course_status import CourseStatus
from kinescope_upload.commands.run_status import run_lines
from kinescope_upload.commands.status import Status, status_text
from kinescope_upload.monitor.state import DoubtState, EndState, FileState, Phase, WaitState
from kinescope_upload.monitor.state_file import Life, SeenRun
from kinescope_upload.output.terminal_output import Surface
from support.display_cases import HOSTILE, MB, FakeTime
from support.monitored import BEGAN, COURSE, a_state


def lines(life: Life = Life.AT_WORK, after: float = 60.0, **state: Any) -> list[str]:  # noqa: ANN401 - of any field
    fake = FakeTime()
    fake.pass_by(after)
    return run_lines([SeenRun(state=a_state(**state), life=life)], fake.clock)


SENDING: dict[str, Any] = {
    "lessons": 12,
    "done": 3,
    "needed_bytes": 276 * MB,
    "position_bytes": 27_400_000,
    "rate_bytes_per_second": 4_200_000,
    "ends_at": BEGAN + timedelta(minutes=2),
}


def test_what_a_run_does_is_one_line_for_a_person_in_a_hurry() -> None:
    assert lines(**SENDING)[0] == (
        "A run is at work since 10:26 (process 16646): 27.4 of 276 MB, 4.2 MB/s, done about 10:28"
    )


@pytest.mark.parametrize(
    ("state", "line"),
    [
        ({"failed": 1}, "  3 of 12 lessons done, 1 failed; 4 at a time"),
        ({"bwlimit_bytes_per_second": 2 * MB}, "  3 of 12 lessons done; 4 at a time, at most 2.0 MB/s"),
        (
            {"bwlimit_until": BEGAN + timedelta(hours=2)},
            "  3 of 12 lessons done; 4 at a time, without a limit until 12:26",
        ),
        (
            {
                "files": (
                    FileState(
                        lesson_id="a",
                        course=COURSE,
                        path="c/a.mp4",
                        size_bytes=40 * MB,
                        position_bytes=12 * MB,
                        accepted_bytes=0,
                        rate_bytes_per_second=MB,
                    ),
                )
            },
            "  c/a.mp4: 12.0 of 40.0 MB, 1.0 MB/s",
        ),
    ],
)
def test_below_it_stands_how_and_what_it_sends(state: dict[str, Any], line: str) -> None:
    assert line in lines(**SENDING | state)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("network", "No connection to Kinescope since 10:26. Trying again until 11:26"),
        ("library", "The library cannot be read since 10:26. Trying again until 11:26"),
        ("database", "The database cannot be used since 10:26. Trying again until 11:26"),
        ("throttled", "Slow down. Waiting until 11:26"),
        ("settle", "Slow down, at the end for at most 1 h 00 min"),
        ("of a later version", "Slow down. Waiting until 11:26"),
    ],
)
def test_what_is_waited_for_is_said_as_in_the_run_itself(kind: str, said: str) -> None:
    wait = WaitState(kind=kind, since=BEGAN, until=BEGAN + timedelta(hours=1), reason="Slow down.")
    found = lines(waits=(wait,), position_bytes=0, needed_bytes=MB)
    assert f"  {said}" in found
    assert found[0].endswith(": 0 of 1.0 MB")


def test_what_a_run_can_do_nothing_about_is_said_while_it_works() -> None:
    doubts = tuple(
        DoubtState(course=COURSE, subject=f"a_{number}", count=2, reason="No folder.", hint="Make one.")
        for number in range(7)
    )
    found = lines(**SENDING, doubts=doubts, in_doubt=14)
    assert found[2] == "  in doubt: a_0 and 1 more: No folder. Make one."
    assert found[-1] == "  and 4 more in doubt"


def test_a_run_that_has_not_begun_to_send_says_so() -> None:
    (said,) = lines(phase=Phase.STARTING)
    assert said.endswith("(process 16646): checks rights and folders before the first byte")


def test_a_run_that_has_no_plan_yet_says_so() -> None:
    (said,) = lines(phase=Phase.STARTING, held_courses=())
    assert said.endswith("(process 16646): reads the library, the progress and the rows; nothing is sent yet")


def test_a_run_that_says_nothing_any_more_is_not_said_to_be_quick() -> None:
    assert "  it has said nothing since 10:27; it may be suspended, or its disk hangs" in lines(after=600.0)


@pytest.mark.parametrize(
    ("ended", "said"),
    [
        (
            EndState(at=BEGAN + timedelta(seconds=75), exit_code=0),
            ["The last run ended at 10:27: 12 of 12 lessons done, 276 MB in 1 min 15 s"],
        ),
        (
            EndState(at=BEGAN + timedelta(seconds=75), exit_code=3, reason="No money.", hint="Pay."),
            [
                "The last run ended at 10:27 with exit code 3: 12 of 12 lessons done, 276 MB in 1 min 15 s",
                "  stopped: No money. Pay.",
            ],
        ),
    ],
)
def test_without_a_run_the_last_one_is_told_of(ended: EndState, said: list[str]) -> None:
    assert lines(Life.ENDED, lessons=12, done=12, position_bytes=276 * MB, ended=ended) == said


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({"ended": EndState(at=BEGAN, exit_code=0)}, "The last run ended at 10:26: it found nothing to do"),
        ({"ended": EndState(at=BEGAN, reason="No.")}, "The last run ended at 10:26: nothing was begun"),
    ],
)
def test_a_run_without_work_has_no_figures(state: dict[str, Any], said: str) -> None:
    assert lines(Life.ENDED, **state)[0] == said


def test_a_run_that_was_stopped_says_so_once() -> None:
    ended = EndState(at=BEGAN, exit_code=130, reason="Stopped by Ctrl+C.", hint="Everything is saved.")
    assert lines(Life.ENDED, lessons=1, ended=ended)[1] == "  Stopped by Ctrl+C. Everything is saved."


def test_on_another_day_the_date_is_told() -> None:
    ended = EndState(at=BEGAN, exit_code=0)
    assert lines(Life.ENDED, after=86400.0, ended=ended)[0].startswith("The last run ended at 2026-02-18 10:26: ")


def test_a_run_that_died_is_not_said_to_have_ended() -> None:
    (said,) = lines(Life.BROKEN_OFF, lessons=12, done=3, failed=1, position_bytes=9 * MB)
    begins = "The last run broke off at about 10:27 (process 16646 on nas): 3 of 12 lessons done, 1 failed, 9.0 MB; "
    assert said == f"{begins}the next one goes on from there"


def test_runs_that_go_on_are_all_shown_and_older_ones_are_not() -> None:
    runs = [
        SeenRun(state=a_state(process_id=number), life=life)
        for number, life in enumerate((Life.ENDED, Life.AT_WORK, Life.BROKEN_OFF, Life.AT_WORK))
    ]
    found = [line for line in run_lines(runs, FakeTime().clock) if line.startswith("A run")]
    assert ["process 1" in found[0], "process 3" in found[1], len(found)] == [True, True, 2]


BEGUN = CourseStatus(
    course=COURSE,
    videos=2,
    video_bytes=MB,
    missing=0,
    linked=0,
    linked_bytes=0,
    uploaded=0,
    uploaded_bytes=0,
    replacing=0,
    in_progress=1,
    acknowledged_bytes=0,
    changed=(),
    time_changed=(),
    failures=(),
    last_activity=None,
)


@pytest.mark.parametrize(("life", "advises"), [(Life.AT_WORK, False), (Life.ENDED, True), (Life.BROKEN_OFF, True)])
def test_while_a_run_is_at_work_on_a_course_nobody_is_told_to_start_one(life: Life, advises: bool) -> None:
    status = Status(courses=(BEGUN,), runs=(SeenRun(state=a_state(), life=life),))
    assert ("next: " in status_text(status, Surface())) == advises


def test_what_is_too_long_for_the_line_goes_on_below() -> None:
    status = Status(runs=(SeenRun(state=a_state(**SENDING), life=Life.AT_WORK),))
    text = status_text(status, Surface(), clock=FakeTime().clock)
    assert text.splitlines()[:2] == [
        "A run is at work since 10:26 (process 16646): 27.4 of 276 MB, 4.2 MB/s, done",
        "    about 10:28",
    ]
    assert text.splitlines()[2] == "  3 of 12 lessons done; 4 at a time"


def test_names_in_what_a_run_does_are_made_harmless_and_fit_the_line() -> None:
    file = FileState(lesson_id="a", course=COURSE, path=HOSTILE * 9, size_bytes=1, position_bytes=0, accepted_bytes=0)
    text = status_text(Status(runs=(SeenRun(state=a_state(files=(file,)), life=Life.AT_WORK),)), Surface())
    assert "\x1b" not in text
    assert all(len(line) < 80 for line in text.splitlines())
