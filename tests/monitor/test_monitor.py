from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.display.collector import Collector
from kinescope_upload.display.summary import summary_rows
from kinescope_upload.errors import UsageError
from kinescope_upload.events import RunEnded, RunEvent, RunStarted, WaitEnded, WaitKind, WaitStarted, Warned
from kinescope_upload.monitor.event_log import EventLog, RotatingFile
from kinescope_upload.monitor.history import read_runs
from kinescope_upload.monitor.monitor import Monitor, Places
from kinescope_upload.monitor.state import CourseState, EndState, Phase
from kinescope_upload.monitor.state_file import StateFile, read_states
from support.display_cases import BEGAN, MB, FakeTime, scenario, small_plan
from support.monitored import COURSE, a_run

if TYPE_CHECKING:
    from pathlib import Path

    from kinescope_upload.monitor.past_run import PastRun
    from kinescope_upload.monitor.state import RunState


class Stage:
    """A run that others are told of, with a clock that moves when it is told to."""

    def __init__(self, folder: Path) -> None:
        (folder / ".run").mkdir()
        self.folder = folder
        self.history = folder / "history.sqlite3"
        self.fake = FakeTime()
        self.collector = Collector(self.fake.clock)
        self.said: list[str] = []

    def monitor(self, log: Path | None = None, history: Path | None = None) -> Monitor:
        run = a_run(self.folder)
        places = Places(
            state=StateFile(self.folder, run.host, run.process_id),
            log=EventLog(RotatingFile(log), run.name, self.collector, self.fake.clock) if log else None,
            history=history or self.history,
        )
        return Monitor(run, places, self.collector, self.tell, self.fake.clock, interval=None)

    def tell(self, event: RunEvent) -> None:
        self.collector.note(event)
        if isinstance(event, Warned):
            self.said.append(event.message)

    def state(self) -> RunState:
        (seen,) = read_states(self.folder, self.fake.now())
        return seen.state

    def past(self) -> PastRun:
        (run,) = read_runs(self.history, 9)
        return run


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def test_the_state_follows_the_run_from_its_beginning_to_its_end(stage: Stage) -> None:
    phases = []
    with stage.monitor() as monitor:
        emit = monitor.listening(stage.tell)
        phases.append(stage.state().phase)
        for seconds, event in scenario()[:21]:
            stage.fake.pass_by(seconds)
            emit(event)
        monitor.tick()
        state = stage.state()
        phases.append(state.phase)
        for seconds, event in scenario()[21:]:
            stage.fake.pass_by(seconds)
            emit(event)
    assert (*phases, stage.state().phase) == (Phase.STARTING, Phase.AT_WORK, Phase.ENDED)
    assert (state.lessons, state.done, state.left) == (4, 1, 3)
    assert [(one.lesson_id, one.position_bytes, one.accepted_bytes) for one in state.files] == [
        ("a_002", 0, 0),
        ("a_003", 150 * MB, 120 * MB),
    ]
    accepted = state.accepted_bytes
    assert state.courses == (
        CourseState(
            course=COURSE,
            lessons=4,
            done=1,
            failed=0,
            needed_bytes=state.needed_bytes,
            accepted_bytes=accepted,
            found_bytes=state.found_bytes,
            position_bytes=state.position_bytes,
        ),
    )
    ended = stage.state()
    assert (ended.ended, ended.files) == (EndState(at=stage.fake.now(), exit_code=1), ())
    assert [one.lesson_id for one in ended.failures] == ["a_002"]


def test_a_wait_stands_in_the_state_with_its_beginning_and_its_latest_end(stage: Stage) -> None:
    with stage.monitor() as monitor:
        monitor.listening(stage.tell)(WaitStarted(kind=WaitKind.DATABASE, reason="it is full", longest=600.0))
        stage.fake.pass_by(42)
        monitor.tick()
        (wait,) = stage.state().waits
        monitor.listening(stage.tell)(WaitEnded(kind=WaitKind.DATABASE, seconds=42.0))
        monitor.tick()
        assert stage.state().waits == ()
    assert (wait.kind, wait.reason) == ("database", "it is full")
    assert (wait.since, wait.until) == (BEGAN, BEGAN + timedelta(seconds=600))


def test_the_history_has_the_run_with_its_outage_its_failure_and_its_samples(stage: Stage) -> None:
    with stage.monitor() as monitor:
        emit = monitor.listening(stage.tell)
        for seconds, event in scenario():
            stage.fake.pass_by(seconds)
            emit(event)
            monitor.tick()
    past = stage.past()
    assert [(one.kind, one.seconds) for one in past.outages] == [("network", 20.0)]
    assert (past.cost.network_seconds, past.cost.breaks, past.exit_code, past.failed) == (20.0, 1, 1, 1)
    assert (past.ended, past.seconds) == (stage.fake.now(), 39.0)
    assert past.samples[0].accepted_bytes == 0
    assert (past.samples[-1].accepted_bytes, past.samples[-1].done) == (past.accepted_bytes, 3)


def test_a_pause_is_in_history_and_summary_once_whatever_other_end_it_was_given(stage: Stage) -> None:
    pause = WaitStarted(kind=WaitKind.PAUSED, reason="Somebody paused the run.", longest=60.0)
    with stage.monitor() as monitor:
        emit = monitor.listening(stage.tell)
        events: list[tuple[float, RunEvent]] = [
            (0, RunStarted(plan=small_plan(), jobs=1)),
            (0, pause),
            (3, replace(pause, longest=600.0)),
            (10, WaitEnded(kind=WaitKind.PAUSED, seconds=13.0)),
            (1, RunEnded(exit_code=0, seconds=14.0)),
        ]
        for seconds, event in events:
            stage.fake.pass_by(seconds)
            emit(event)
    past = stage.past()
    assert [(one.kind, one.seconds) for one in past.outages] == [("paused", 13.0)]
    assert past.cost.paused_seconds == 13.0
    assert dict(summary_rows(stage.collector.summary(), ()))["Sent"].endswith(", 13 s paused")


def test_a_run_that_is_killed_is_in_the_history_without_an_end(stage: Stage) -> None:
    monitor = stage.monitor()
    monitor.tick()
    stage.fake.pass_by(61)
    monitor.tick()
    assert (stage.past().ended, stage.past().exit_code, stage.past().seconds) == (None, None, 61.0)


def test_an_error_before_the_work_is_how_the_run_ended(stage: Stage) -> None:
    with pytest.raises(UsageError), stage.monitor():
        raise UsageError("The token is refused.", "Name another.")
    end = stage.state().ended
    assert end == EndState(at=stage.fake.now(), reason="The token is refused.", hint="Name another.")
    assert stage.past().reason == "The token is refused."


def test_what_cannot_be_written_is_said_once_and_the_run_goes_on(stage: Stage) -> None:
    (stage.folder / ".run").rmdir()
    (stage.folder / "file").touch()
    with stage.monitor(history=stage.folder / "file" / "history") as monitor:
        for _ in range(3):
            stage.fake.pass_by(100)
            monitor.tick()
    assert len(stage.said) == 2
    assert stage.said[0].startswith(f'The state "{stage.folder}')
    assert stage.said[1].startswith(f'The history "{stage.folder}')


def test_a_state_is_written_again_once_it_can_be(stage: Stage) -> None:
    (stage.folder / ".run").rmdir()
    with stage.monitor() as monitor:
        (stage.folder / ".run").mkdir()
        monitor.tick()
        assert stage.state().process_id == 16646


def test_a_log_that_takes_no_more_is_said_once(stage: Stage) -> None:
    full = "/dev/full"
    try:
        monitor = stage.monitor(log=type(stage.folder)(full))
    except OSError:
        pytest.skip("this system has no /dev/full")
    with monitor:
        emit = monitor.listening(stage.tell)
        for _, event in scenario():
            emit(event)
    assert [one for one in stage.said if "log" in one] == [
        "The log cannot be written (No space left on device): the run goes on without it."
    ]


def test_the_log_has_what_happens(stage: Stage) -> None:
    log = stage.folder / "events"
    with stage.monitor(log=log) as monitor:
        monitor.listening(stage.tell)(Warned(message="careful"))
    (line,) = map(json.loads, log.read_text().splitlines())
    assert (line["event"], line["message"], line["run"]) == ("warned", "careful", "20260218-102644-0badcafe")


def test_a_thread_of_its_own_tells_without_being_asked(stage: Stage) -> None:
    run = a_run(stage.folder)
    places = Places(state=StateFile(stage.folder, run.host, run.process_id))
    with Monitor(run, places, stage.collector, stage.tell, stage.fake.clock):
        pass
    assert stage.state().ended is not None
