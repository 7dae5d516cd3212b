"""What the page says in each state of a run."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.monitor.past_run import Sample
from kinescope_upload.monitor.state import DoubtState, EndState, FailureState, FileState, Phase, WaitState
from kinescope_upload.monitor.web.view import masthead, rates_of, view_of
from kinescope_upload.output.terminal_output import Clock
from kinescope_upload.policy.pacing import LONGEST_PAUSE
from kinescope_upload.text.hints import Hint
from support.display_cases import HOSTILE
from support.monitored import BEGAN, FULL_STATE, a_state

if TYPE_CHECKING:
    from kinescope_upload.monitor.state import RunState

CLOCK = Clock(now=lambda: BEGAN + timedelta(seconds=60), monotonic=lambda: 60.0, zone=UTC)


def _waiting(kind: str, seconds: float = 3600.0) -> RunState:
    until = BEGAN + timedelta(seconds=seconds)
    return a_state(waits=(WaitState(kind=kind, since=BEGAN, until=until, reason="no answer"),))


def _ended(code: int | None, reason: str = "", lessons: int = 3) -> RunState:
    ended = EndState(at=BEGAN + timedelta(seconds=60), exit_code=code, reason=reason)
    return a_state(phase=Phase.ENDED, ended=ended, lessons=lessons)


@pytest.mark.parametrize(
    ("state", "tone", "status", "detail", "can"),
    [
        (
            a_state(held_courses=(), phase=Phase.STARTING),
            "start",
            "Planning",
            "It reads the library, the progress and the rows; nothing is sent yet.",
            "stop",
        ),
        (
            a_state(phase=Phase.STARTING),
            "start",
            "Starting",
            "It checks rights and folders before the first byte.",
            "pause stop",
        ),
        (a_state(), "work", "Uploading", "", "pause stop"),
        (
            a_state(ends_at=BEGAN + timedelta(hours=2)),
            "work",
            "Uploading",
            "Done about 12:26.",
            "pause stop",
        ),
        (
            _waiting("paused", LONGEST_PAUSE),
            "pause",
            "Paused",
            "What is on its way ends first; every upload keeps its bytes.",
            "resume stop",
        ),
        (
            _waiting("paused", 7200),
            "pause",
            "Paused until 12:26",
            "What is on its way ends first; every upload keeps its bytes.",
            "resume stop",
        ),
        (_waiting("network"), "wait", "Waiting", "Nothing is lost; it goes on by itself.", "pause stop"),
        (_waiting("database"), "work", "Uploading", "", "pause stop"),
        (_waiting("what a later version waits for"), "work", "Uploading", "", "pause stop"),
        (_ended(0), "good", "Done at 10:27", "All that was selected is linked.", ""),
        (_ended(0, lessons=0), "good", "Done at 10:27", "There was nothing to do.", ""),
        (_ended(1), "wait", "Ended at 10:27", "Some lessons are not done; the others are.", ""),
        (_ended(3, "No money is left."), "bad", "Stopped at 10:27", "No money is left.", ""),
        (_ended(130, "Stopped by `kupload stop`."), "pause", "Stopped at 10:27", "Stopped by `kupload stop`.", ""),
        (_ended(None, "The library is gone."), "bad", "Ended at 10:27", "The library is gone.", ""),
    ],
)
def test_each_state_has_its_words_and_its_buttons(
    state: RunState, tone: str, status: str, detail: str, can: str
) -> None:
    view = view_of(state, (), (), CLOCK)
    assert (view["tone"], view["status"], view["detail"]) == (tone, status, detail)
    assert " ".join(name for name, is_possible in view["can"].items() if is_possible) == can


def test_what_is_waited_for_is_said_with_its_times() -> None:
    view = view_of(_waiting("network"), (), (), CLOCK)
    assert view["waits"] == ["No connection to Kinescope since 10:26. Trying again until 11:26."]


def test_everything_that_a_state_may_hold_is_shown() -> None:
    view = view_of(FULL_STATE, (), [("Uploaded", "3 videos")], CLOCK)
    assert view["failures"] == [{"lesson": "b", "what": "in doubt", "reason": "broken", "hint": "mend it"}]
    assert [course["lessons"] for course in view["courses"]] == ["1 of 3 lessons"] * 2
    assert view["files"][0]["bytes"] == "3 of 9 B"
    assert view_of(_ended(0), (), [("Uploaded", "3 videos")], CLOCK)["summary"] == [["Uploaded", "3 videos"]]


def test_bytes_agree_with_what_the_run_set_out_to_send() -> None:
    state = a_state(needed_bytes=80, found_bytes=20, position_bytes=20, lessons=4, done=1)
    view = view_of(state, (), (), CLOCK)
    assert (view["share"], view["bytes"]) == (0.4, "40 of 100 B, 20 B of it were there before")


def test_a_run_that_only_links_shows_its_lessons() -> None:
    assert view_of(a_state(lessons=4, done=1), (), (), CLOCK)["share"] == 0.25


def test_names_of_files_are_made_printable() -> None:
    file = FileState(lesson_id="a", course="c", path=HOSTILE, size_bytes=9, position_bytes=3, accepted_bytes=2)
    path = view_of(a_state(files=(file,)), (), (), CLOCK)["files"][0]["path"]
    assert path.isprintable()
    assert masthead(a_state(library="D:\\videos\\academy"), CLOCK)["name"] == "academy"


def _sample(seconds: float, position: int) -> Sample:
    return Sample(seconds=seconds, accepted_bytes=0, done=0, failed=0, position_bytes=position)


def test_the_rate_is_what_moved_from_one_sample_to_the_next() -> None:
    samples = [_sample(0, 0), _sample(2, 400), _sample(2, 400), _sample(4, 100), _sample(5, 600)]
    assert rates_of(samples) == [(2, 200.0), (4, 0), (5, 500.0)]


@pytest.mark.parametrize(
    ("highest", "top"), [(500, 1000), (1000, 1000), (1500, 2000), (4.2e6, 5e6), (7e6, 10e6), (10e6, 10e6)]
)
def test_the_plot_ends_above_its_highest_rate(highest: float, top: float) -> None:
    samples = [_sample(0, 0), _sample(1, 0), _sample(2, round(highest))]
    plot = view_of(a_state(), samples, (), CLOCK)["plot"]
    assert plot["top"] == top
    assert plot["times"] == ["10:26:45", "10:26:45", "10:26:46"]


@pytest.mark.parametrize("samples", [[], [_sample(0, 0)], [_sample(0, 0), _sample(1, 5)], [_sample(0, 0)] * 5])
def test_without_a_line_there_is_no_plot(samples: list[Sample]) -> None:
    assert view_of(a_state(), samples, (), CLOCK)["plot"] is None


def test_what_was_in_doubt_when_the_work_began_is_shown_while_it_goes_on() -> None:
    doubt = DoubtState(course="c", subject="a_1", count=3, reason="No folder.", hint=Hint("", ("folders", "--create")))
    shown = view_of(a_state(doubts=(doubt,), in_doubt=9), (), (), CLOCK)
    assert shown["doubts"] == [
        {"lesson": "a_1 and 2 more", "what": "in doubt", "reason": "No folder.", "hint": "`kupload folders --create`"}
    ]
    assert shown["more_doubts"] == 6


def test_the_limit_says_until_when_it_holds() -> None:
    until = BEGAN + timedelta(hours=2)
    facts = [
        dict(view_of(a_state(bwlimit_bytes_per_second=limit, bwlimit_until=until), (), (), CLOCK)["facts"])["Limit"]
        for limit in (2_000_000, None)
    ]
    assert facts == ["at most 2.0 MB/s until 12:26", "without a limit until 12:26"]


def test_what_was_there_before_the_run_is_told_apart_from_what_it_sent() -> None:
    state = a_state(needed_bytes=200_000_000, position_bytes=13_000_000, found_bytes=5_000_000)
    assert view_of(state, (), (), CLOCK)["bytes"] == "18.0 of 205 MB, 5.0 MB of it were there before"


def test_the_time_stands_once_on_the_page_of_a_run_that_has_ended() -> None:
    summary = [("Time", "1 min 00 s")]
    shown = view_of(_ended(0), (), summary, CLOCK)
    assert "Time" not in dict(shown["facts"])
    assert dict(shown["summary"])["Time"] == "1 min 00 s"
    assert "Time" in dict(view_of(a_state(), (), (), CLOCK)["facts"])


def test_failures_of_one_reason_stand_together_whatever_their_request_ids() -> None:
    failures = tuple(
        FailureState(lesson_id=f"a_{number}", reason=f"No such folder. (X-Request-ID {number})", hint="Make it.")
        for number in range(5)
    )
    (shown,) = view_of(a_state(failures=failures, failed=5), (), (), CLOCK)["failures"]
    assert (shown["lesson"], shown["reason"]) == ("a_0, a_1, a_2 and 2 more", "No such folder. (X-Request-ID 0)")
