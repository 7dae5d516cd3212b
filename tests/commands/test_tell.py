"""What commands that tell a run something answer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest

from kinescope_upload.commands.tell import jobs_answer, limit_answer, pause_answer, resume_answer, tell_runs
from kinescope_upload.monitor.state import EndState, WaitState
from kinescope_upload.monitor.state_file import StateFile
from kinescope_upload.monitor.wishes_file import read_wishes
from kinescope_upload.output.terminal_output import Clock
from kinescope_upload.policy.pacing import LONGEST_PAUSE
from kinescope_upload.progress import ProgressStore
from support.monitored import BEGAN, FULL_STATE, a_state

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kinescope_upload.monitor.state import RunState

CLOCK = Clock(now=lambda: BEGAN, zone=UTC)


def _paused(seconds: float) -> RunState:
    until = BEGAN + timedelta(seconds=seconds)
    return a_state(waits=(WaitState(kind="paused", since=BEGAN, until=until, reason="r"),))


IDLE = a_state()
TIMED = a_state(bwlimit_bytes_per_second=2_000_000, bwlimit_until=BEGAN + timedelta(hours=2))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (pause_answer(IDLE, _paused(7200), CLOCK), "is paused until 12:26; every upload keeps its bytes"),
        (
            pause_answer(IDLE, _paused(LONGEST_PAUSE), CLOCK),
            "is paused until `kupload resume`; every upload keeps its bytes",
        ),
        (pause_answer(IDLE, IDLE, CLOCK), "was paused, and goes on"),
        (resume_answer(_paused(60), IDLE), "goes on"),
        (resume_answer(IDLE, IDLE), "goes on; it was not paused"),
        (limit_answer(IDLE, a_state(bwlimit_bytes_per_second=2_000_000)), "sends at most 2.0 MB/s now"),
        (limit_answer(IDLE, IDLE), "sends without a limit now"),
        (limit_answer(IDLE, TIMED, CLOCK), "sends at most 2.0 MB/s until 12:26"),
        (limit_answer(IDLE, replace(TIMED, bwlimit_bytes_per_second=None), CLOCK), "sends without a limit until 12:26"),
        (jobs_answer(4)(IDLE, IDLE), "works on 4 lessons at a time"),
        (jobs_answer(9)(IDLE, IDLE), "works on 4 lessons at a time; the system allows no more open files"),
        (
            jobs_answer(None)(IDLE, a_state(jobs_auto=True)),
            "works on 4 lessons at a time for now, and follows the line",
        ),
        (
            jobs_answer(1)(IDLE, a_state(jobs=1, files=FULL_STATE.files * 3)),
            "works on 1 lesson at a time; the 2 more in hand come to their end first",
        ),
    ],
)
def test_the_answer_says_what_the_run_does_now(said: str, expected: str) -> None:
    assert said == expected


@contextmanager
def _a_run(progress: Path, **answer: Any) -> Iterator[None]:  # noqa: ANN401 - of any field
    """A run that answers its first wish by this state."""
    now = datetime.now(UTC)
    file = StateFile(progress, "nas", 16646)
    state = a_state(started=now, written=now, held_courses=())

    is_over = Event()

    def work() -> None:
        while not read_wishes(progress, state.run).number:
            pass
        while not is_over.is_set():  # again and again, as a run does: on Windows a reader may hold the file
            file.write(a_state(**{"started": now, "written": now, "held_courses": (), **answer}))

    with ThreadPoolExecutor(1) as pool:
        (progress / ".run").mkdir(exist_ok=True)
        file.write(state)
        if answer:
            pool.submit(work)
        try:
            yield
        finally:
            is_over.set()


def _tell(progress: Path, patience: float = 30.0) -> tuple[int, list[str]] | None:
    return tell_runs(progress, lambda wishes: wishes.limited("off"), limit_answer, patience=patience)


def test_the_command_gives_the_runs_own_answer(tmp_path: Path) -> None:
    with _a_run(tmp_path, wish=1):
        assert _tell(tmp_path) == (0, ["The run (process 16646) sends without a limit now."])


def test_a_run_that_does_not_answer_is_said(tmp_path: Path) -> None:
    with _a_run(tmp_path):
        said = _tell(tmp_path, patience=0.0)
    assert said == (1, ["The run (process 16646 on nas) has not answered within 0 s; it may yet."])


def test_a_run_that_ends_meanwhile_is_said(tmp_path: Path) -> None:
    with _a_run(tmp_path, ended=EndState(at=BEGAN)):
        assert _tell(tmp_path) == (1, ["The run (process 16646 on nas) ended meanwhile."])


def test_where_no_run_is_nobody_is_told_anything(tmp_path: Path) -> None:
    assert _tell(tmp_path) is None


def test_where_a_run_is_still_beginning_that_is_said(tmp_path: Path) -> None:
    with ProgressStore(tmp_path, ["c"]):
        said = _tell(tmp_path)
    assert said is not None
    assert said[0] == 1
    assert "still beginning" in said[1][0]
