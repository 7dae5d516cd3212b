"""What a run does, as others see it: real files, a real lock of another process."""

from __future__ import annotations

import os
import socket
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.monitor.state import EndState
from kinescope_upload.monitor.state_file import Life, StateFile, read_states, remove_old_states
from kinescope_upload.progress import ProgressStore
from support.monitored import BEGAN, COURSE, a_state

if TYPE_CHECKING:
    from pathlib import Path

    from kinescope_upload.monitor.state import RunState

HERE = {"host": socket.gethostname(), "process_id": os.getpid()}
ENDED = EndState(at=BEGAN, exit_code=0)
LATER = BEGAN + timedelta(hours=1)


@pytest.fixture
def progress(tmp_path: Path) -> Path:
    (tmp_path / ".run").mkdir()
    return tmp_path


def told(progress: Path, *states: RunState) -> None:
    for state in states:
        StateFile(progress, state.host, state.process_id).write(state)


def lives(progress: Path) -> list[Life]:
    return [one.life for one in read_states(progress, LATER)]


def test_what_was_written_last_is_read(progress: Path) -> None:
    told(progress, a_state(done=1), a_state(done=2))
    assert [one.state for one in read_states(progress, LATER)] == [a_state(done=2)]


def test_a_run_that_holds_its_course_is_at_work_and_is_not_held_up_by_a_look(progress: Path) -> None:
    with ProgressStore(progress, [COURSE]):
        told(progress, a_state(**HERE))
        assert lives(progress) == [Life.AT_WORK]
    assert lives(progress) == [Life.BROKEN_OFF]


@pytest.mark.parametrize("another", [{"host": "another"}, {"process_id": 1}])
def test_a_course_that_somebody_else_holds_now_makes_no_run_live(progress: Path, another: dict[str, object]) -> None:
    told(progress, a_state(**HERE | another))
    with ProgressStore(progress, [COURSE]):
        assert lives(progress) == [Life.BROKEN_OFF]


def test_a_run_that_said_that_it_ended_has_ended(progress: Path) -> None:
    with ProgressStore(progress, [COURSE]):
        told(progress, a_state(ended=ENDED, **HERE))
        assert lives(progress) == [Life.ENDED]


@pytest.mark.parametrize(("age", "life"), [(5, Life.AT_WORK), (60, Life.BROKEN_OFF)])
def test_without_a_course_the_age_of_the_state_tells(progress: Path, age: int, life: Life) -> None:
    told(progress, a_state(held_courses=(), written=LATER - timedelta(seconds=age)))
    assert lives(progress) == [life]


def test_a_new_run_takes_the_place_of_those_that_are_over(progress: Path) -> None:
    with ProgressStore(progress, [COURSE]):
        told(progress, a_state(**HERE), a_state(process_id=1), a_state(process_id=2, ended=ENDED))
        remove_old_states(progress, LATER, "new")
        assert [one.state.process_id for one in read_states(progress, LATER)] == [os.getpid()]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b"\xff", b'{"format": 1}'])
def test_what_is_no_state_is_passed_over(progress: Path, content: bytes) -> None:
    (progress / ".run" / "nas-1.state").write_bytes(content)
    told(progress, a_state())
    assert len(read_states(progress, LATER)) == 1


def test_the_state_of_a_later_format_is_passed_over(progress: Path) -> None:
    told(progress, a_state(format=2))
    assert read_states(progress, LATER) == ()


def test_where_no_run_ever_was_there_is_none(tmp_path: Path) -> None:
    assert read_states(tmp_path / "none", LATER) == ()


def test_only_its_owner_reads_it(progress: Path) -> None:
    told(progress, a_state())
    (file,) = (progress / ".run").iterdir()
    if os.name == "posix":
        assert file.stat().st_mode & 0o077 == 0


def test_a_reader_never_finds_a_part(progress: Path) -> None:
    states = [a_state(done=number, library="x" * number * 1000) for number in (1, 50)]
    told(progress, states[0])
    over = threading.Event()

    def write() -> None:
        while not over.is_set():
            told(progress, *states)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(200):
            assert [one.state for one in read_states(progress, LATER)][0] in states  # noqa: RUF015 - there is one
    finally:
        over.set()
        writer.join()
