from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest

from kinescope_upload.commands.history import print_history
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.monitor.past_run import Cost, Outage
from kinescope_upload.monitor.state import CourseState
from kinescope_upload.output.options import DisplayOptions
from support.display_cases import HOSTILE, MB, FakeTime
from support.monitored import BEGAN, a_past_run


def said(**changes: Any) -> list[str]:  # noqa: ANN401 - of any field
    out = io.StringIO()
    print_history([a_past_run(**changes)], DisplayOptions(), out, name="history", clock=FakeTime().clock)
    return out.getvalue().splitlines()


DONE: dict[str, Any] = {
    "ended": BEGAN + timedelta(hours=2),
    "exit_code": 0,
    "lessons": 12,
    "done": 12,
    "accepted_bytes": 276 * MB,
}


def test_a_run_is_one_line() -> None:
    _, heads, line = said(**DONE, cost=Cost(breaks=3, paused_seconds=2.0))[:3]
    assert heads.split() == ["Began", "Took", "Library", "Lessons", "Sent", "Breaks", "Waited", "End"]
    assert re.split(" {2,}", line) == ["", "10:26", "2 h 00 min", "library", "12/12", "276 MB", "3", "done"]


def test_what_was_on_its_way_at_the_end_counts_as_sent() -> None:
    hand = CourseState(
        course="c", lessons=2, done=0, failed=0, needed_bytes=9 * MB, accepted_bytes=MB, position_bytes=4 * MB
    )
    line = said(**DONE | {"accepted_bytes": 2 * MB}, courses=(hand, hand))[2]
    assert re.split(" {2,}", line)[5] == "8.0 MB"


def test_each_run_names_its_library_by_as_much_of_its_path_as_tells_it_apart() -> None:
    runs = [a_past_run(library=path) for path in ("/a/courses", "D:\\new\\courses", "/c/school/", "/c/school/")]
    out = io.StringIO()
    print_history(runs, DisplayOptions(), out, name="history", clock=FakeTime().clock)
    shown = [re.split(" {2,}", line)[3] for line in out.getvalue().splitlines()[2:6]]
    assert shown == ["/a/courses", "D:\\new\\courses", "school", "school"]


@pytest.mark.parametrize(
    ("run", "end"),
    [
        ({"exit_code": ExitCode.NOT_DONE}, "some not done"),
        ({"exit_code": ExitCode.STOPPED}, "stopped"),
        ({"exit_code": ExitCode.INTERRUPTED}, "interrupted"),
        ({"exit_code": 99}, "exit code 99"),
        ({"exit_code": None}, "not begun"),
        ({"exit_code": None, "ended": None}, "no end known"),
        ({"exit_code": None, "ended": None, "is_at_work": True}, "at work"),
    ],
)
def test_how_it_ended_stands_last(run: dict[str, object], end: str) -> None:
    assert said(**DONE | run)[2].endswith(f"  {end}")


def test_below_stand_why_it_stopped_and_the_longest_wait() -> None:
    waits = tuple(Outage(kind="network", since=BEGAN, seconds=60.0 * n, reason="no answer") for n in (1, 5))
    lines = said(**DONE, outages=waits, reason="No money.", hint="Pay.")
    assert "  6 min 00 s  " in lines[2]
    assert lines[-2:] == [
        "10:26: No money. Pay.",
        "10:26: 2 waits; the longest (no connection) since 10:26, 5 min 00 s: no answer",
    ]


def test_of_a_run_that_was_interrupted_nobody_needs_a_reason() -> None:
    assert len(said(**DONE | {"exit_code": ExitCode.INTERRUPTED}, reason="Stopped by Ctrl+C.")) == 4


def test_what_it_says_is_made_harmless() -> None:
    assert "\x1b" not in "".join(said(**DONE, reason=HOSTILE))


def test_without_runs_it_says_where_they_would_be() -> None:
    out = io.StringIO()
    print_history([], DisplayOptions(), out, name="history", clock=FakeTime().clock)
    assert out.getvalue() == "No run is remembered in history.\n"
