"""The small file of wishes: who writes it, who reads it, and who does not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.errors import UsageError
from kinescope_upload.monitor.state import EndState
from kinescope_upload.monitor.state_file import StateFile, remove_old_states
from kinescope_upload.monitor.wishes import JobsWish, LimitWish, PauseWish, Wishes
from kinescope_upload.monitor.wishes_file import add_wish, expect_wishes, forget_wishes, read_wishes
from support.monitored import BEGAN, a_state

if TYPE_CHECKING:
    from pathlib import Path

RUN = "20260218-102644-0badcafe"


@pytest.fixture
def progress(tmp_path: Path) -> Path:
    (tmp_path / ".run").mkdir()
    return tmp_path


def test_the_last_wish_of_each_kind_counts_and_every_one_has_its_number() -> None:
    wishes = Wishes().paused(60.0).limited("2M").at_a_time(3).paused(0)
    assert wishes.after(0) == (
        LimitWish(number=2, bwlimit="2M"),
        JobsWish(number=3, jobs=3),
        PauseWish(number=4, seconds=0),
    )
    assert wishes.after(3) == (PauseWish(number=4, seconds=0),)
    assert wishes.after(4) == ()


def test_a_run_that_begins_makes_the_file_without_a_wish(progress: Path) -> None:
    expect_wishes(progress, RUN)
    assert (progress / ".run" / f"{RUN}.wishes").exists()
    assert read_wishes(progress, RUN) == Wishes()


def test_a_run_reads_what_was_written_for_it_and_no_other_does(progress: Path) -> None:
    assert read_wishes(progress, RUN) == Wishes()
    assert add_wish(progress, RUN, lambda wishes: wishes.at_a_time(None)) == 1
    assert add_wish(progress, RUN, lambda wishes: wishes.paused(7200)) == 2
    assert read_wishes(progress, RUN) == Wishes().at_a_time(None).paused(7200)
    assert read_wishes(progress, "another") == Wishes()


def test_of_many_commands_at_one_moment_none_is_lost(progress: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        numbers = pool.map(lambda _: add_wish(progress, RUN, lambda wishes: wishes.paused(1.0)), range(40))
    assert sorted(numbers) == list(range(1, 41))


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"format": 2, "number": 1}', b'{"number": "one"}', b"\xff"])
def test_what_cannot_be_read_is_no_wish(progress: Path, content: bytes) -> None:
    (progress / ".run" / f"{RUN}.wishes").write_bytes(content)
    assert read_wishes(progress, RUN) == Wishes()


def test_a_folder_that_takes_no_file_is_said(tmp_path: Path) -> None:
    (tmp_path / ".run").touch()
    with pytest.raises(UsageError, match="can be told anything"):
        add_wish(tmp_path, RUN, lambda wishes: wishes.paused(1.0))


def test_wishes_to_runs_that_ended_are_forgotten(progress: Path) -> None:
    for run in (RUN, "ended"):
        add_wish(progress, run, lambda wishes: wishes.paused(1.0))
    forget_wishes(progress, {RUN})
    assert (read_wishes(progress, RUN).number, read_wishes(progress, "ended").number) == (1, 0)


def test_the_next_run_removes_them_with_the_state_of_the_last(progress: Path) -> None:
    StateFile(progress, "nas", 5).write(a_state(ended=EndState(at=BEGAN)))
    add_wish(progress, RUN, lambda wishes: wishes.paused(1.0))
    remove_old_states(progress, BEGAN + timedelta(hours=1), "new")
    assert list((progress / ".run").glob("*.wishes")) == []
