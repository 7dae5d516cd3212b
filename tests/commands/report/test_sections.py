"""The report as text: what it says, and that it fits terminals of 80 and 140 columns."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from typing import Any

import pytest

from kinescope_upload.commands.report.command import print_report
from kinescope_upload.commands.report.figures import FailedLesson
from kinescope_upload.commands.report.sections import headline
from kinescope_upload.output.terminal_output import Clock
from support.display_cases import HOSTILE
from support.report_cases import GB, a_report, a_run_that_sent
from support.terminal import Terminal

CLOCK = Clock(zone=UTC)


def said(**changes: Any) -> dict[str, str]:  # noqa: ANN401 - of any field
    return dict(headline(a_report(**changes), UTC))


def test_the_headline_says_what_there_is_to_say() -> None:
    assert said() == {
        "Lessons": "405 of 408 have their video",
        "Size": "405 of 405 GB",
        "When": "2026-02-18 10:00 to 2026-02-25 03:36 (6 d 17 h)",
        "At work": "20 runs, 20 h 00 min in all",
        "Rate": "5.6 MB/s on average while at work, waits included",
        "Waits": "4 h 50 min no connection, 60 transfers broke off and went on",
        "At Kinescope": "405 lessons seen as done; half of them within 40 min 00 s, "
        "all within 1 h 29 min after the upload",
        "Failed": "2 lessons",
        "Left": "3 lessons",
    }


def test_what_was_sent_twice_is_what_outages_cost_in_bytes() -> None:
    runs = (a_run_that_sent("a", hours=0, size=9 * GB, sent_bytes=10 * GB),)
    assert said(runs=runs)["Sent twice"] == "1.0 GB of 10.0 GB (10.0%)"


def test_what_is_left_takes_its_time_at_the_mean_rate() -> None:
    course = a_report().courses[0]
    left = replace(course, lessons=course.done + 2, all_bytes=course.done_bytes + 20 * GB)
    assert said(courses=(left,))["Left"] == "2 lessons, 20.0 GB, about 1 h 00 min at this rate"


def test_where_nothing_is_known_nothing_is_made_up() -> None:
    assert said(lessons=0, runs=0, courses=(), failures=()) == {
        "Lessons": "0 of 0 have their video",
        "Size": "0 of 0 B",
        "Left": "nothing",
    }


@pytest.mark.parametrize("columns", [80, 140])
def test_on_a_terminal_it_fits_and_nothing_in_it_is_obeyed(columns: int) -> None:
    failure = FailedLesson(lesson_id="a_1", reason=f"The file {HOSTILE} is broken, and {'long ' * 40}")
    with Terminal(columns, lines=120) as terminal:
        print_report(a_report(runs=3, failures=(failure,)), terminal.stream, CLOCK)
        lines = terminal.lines()
    assert lines[0] == "Upload report: Academy Courses"
    assert max(map(len, lines)) <= columns
    assert sum("no connection" in line for line in lines) == 5
    assert [line.split()[:2] for line in lines if "маркетинг" in line] == [["02_маркетинг", "135/136"]]
    text = " ".join(" ".join(lines).split())
    assert "is broken" in text
    assert "\\x1b" in text
