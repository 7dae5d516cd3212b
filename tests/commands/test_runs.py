"""Runs at work are told of as they are now, others as they are remembered."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from kinescope_upload.commands.runs import with_present
from kinescope_upload.monitor.state import EndState
from kinescope_upload.monitor.state_file import StateFile
from support.display_cases import MB
from support.monitored import BEGAN, a_past_run, a_state

if TYPE_CHECKING:
    from pathlib import Path

NOW = BEGAN + timedelta(seconds=121)
WORKING = a_state(held_courses=(), run="one", written=NOW, lessons=6, done=2, accepted_bytes=9 * MB)


def test_a_run_at_work_has_its_figures_of_now(tmp_path: Path) -> None:
    (tmp_path / ".run").mkdir()
    StateFile(tmp_path, "nas", 16646).write(WORKING)
    run, other = with_present([a_past_run("one"), a_past_run("two")], [str(tmp_path)], NOW)
    assert (run.is_at_work, run.done, run.accepted_bytes, run.seconds) == (True, 2, 9 * MB, 121.0)
    assert other == a_past_run("two")


def test_a_killed_run_and_one_that_ended_meanwhile_are_not_at_work(tmp_path: Path) -> None:
    (tmp_path / ".run").mkdir()
    past = a_past_run("one")
    StateFile(tmp_path, "nas", 16646).write(WORKING)
    (killed,) = with_present([past], [str(tmp_path)], NOW + timedelta(minutes=1))
    assert (killed.is_at_work, killed.done, killed.seconds) == (False, 2, 121.0), "a minute's work more than remembered"
    assert with_present([past], [str(tmp_path / "gone")], NOW) == (past,)
    ended = a_past_run("one", ended=NOW, exit_code=0)
    assert with_present([ended], [str(tmp_path)], NOW) == (ended,)
    StateFile(tmp_path, "nas", 16646).write(a_state(run="one", ended=EndState(at=NOW)))
    assert with_present([past], [str(tmp_path)], NOW) == (past,)
