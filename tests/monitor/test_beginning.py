"""A run that has no plan yet is seen by others, and says why where nothing comes of it."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.errors import InterruptedRunError, UsageError
from kinescope_upload.events import WaitKind, WaitStarted
from kinescope_upload.monitor.beginning import Beginning
from kinescope_upload.monitor.history import read_runs
from kinescope_upload.monitor.state import EndState, Phase
from kinescope_upload.monitor.state_file import StateFile, read_states
from kinescope_upload.monitor.wishes import Wishes
from kinescope_upload.monitor.wishes_file import add_wish, read_wishes
from support.display_cases import FakeTime
from support.monitored import BEGAN, a_run, a_state

if TYPE_CHECKING:
    from pathlib import Path

    from kinescope_upload.monitor.state import RunState

RUN = a_run(courses=())


@pytest.fixture
def progress(tmp_path: Path) -> Path:
    (tmp_path / ".run").mkdir()
    return tmp_path


def _begin(progress: Path) -> Beginning:
    return Beginning(RUN, progress, FakeTime().clock, interval=0.01)


def _seen(progress: Path) -> RunState:
    ends_at = time.monotonic() + 30
    while not (found := read_states(progress, RUN.started)):
        assert time.monotonic() < ends_at
    return found[0].state


def test_its_state_says_that_it_begins_and_what_it_waits_for(progress: Path) -> None:
    with _begin(progress) as beginning:
        state = _seen(progress)
        beginning.listening(lambda _event: None)(WaitStarted(kind=WaitKind.DATABASE, reason="down", longest=60.0))
        while not (waits := _seen(progress).waits):
            pass
    assert (state.phase, state.held_courses, state.run) == (Phase.STARTING, (), RUN.name)
    assert [wait.kind for wait in waits] == ["database"]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (UsageError("The database is down.", "Start it."), "The database is down."),
        (KeyboardInterrupt(), "Stopped by Ctrl+C."),
    ],
)
def test_a_run_that_an_error_ended_before_its_plan_tells_why(progress: Path, error: BaseException, reason: str) -> None:
    StateFile(progress, "nas", 1).write(a_state(process_id=1, run="older", ended=EndState(at=BEGAN)))
    history = progress / "history"
    with suppress(UsageError, KeyboardInterrupt), Beginning(RUN, progress, FakeTime().clock, history):
        raise error
    (seen,) = read_states(progress, RUN.started)
    assert seen.state.ended
    assert (seen.state.run, seen.state.ended.exit_code, seen.state.ended.reason) == (RUN.name, None, reason)
    (run,) = read_runs(history, 9)
    assert (run.run, run.ended, run.reason) == (RUN.name, BEGAN, reason)


def test_nothing_stays_of_a_run_that_nobody_wanted(progress: Path) -> None:
    with _begin(progress):
        _seen(progress)
        add_wish(progress, RUN.name, lambda wishes: wishes.paused(1.0))
    assert {path.name for path in (progress / ".run").iterdir()} <= {"looking"}


def test_a_run_at_work_keeps_its_state_and_what_it_was_told_meanwhile(progress: Path) -> None:
    with _begin(progress) as beginning:
        _seen(progress)
        add_wish(progress, RUN.name, lambda wishes: wishes.paused(1.0))
        beginning.hand_over()
    assert _seen(progress).run == RUN.name
    assert read_wishes(progress, RUN.name).number == 1


def test_a_progress_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    beginning = Beginning(RUN, tmp_path / "new", FakeTime().clock, interval=0.01)
    with beginning:
        time.sleep(0.05)
    assert not (tmp_path / "new").exists()
    assert StateFile(tmp_path / "new", RUN.host, RUN.process_id).has_folder is False


def test_asked_to_stop_it_ends_as_after_ctrl_c_and_says_so(progress: Path) -> None:
    def run() -> None:
        with _begin(progress):
            _seen(progress)
            add_wish(progress, RUN.name, Wishes.stopped)
            time.sleep(60)  # it reads the library

    with pytest.raises(InterruptedRunError) as stopped:
        run()
    assert stopped.value.reason == "Stopped by `kupload stop`."
    ended = _seen(progress).ended
    assert ended
    assert ended.reason == "Stopped by `kupload stop`."
    assert not list((progress / ".run").glob("*.wishes"))


def test_outside_of_the_main_thread_nothing_is_interrupted_before_the_plan(progress: Path) -> None:
    def work() -> None:
        with _begin(progress):
            _seen(progress)
            add_wish(progress, RUN.name, Wishes.stopped)
            time.sleep(0.2)
            ended.append(True)

    ended: list[bool] = []
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert ended
