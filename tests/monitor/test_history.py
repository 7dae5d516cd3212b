"""What is remembered of runs: real SQLite, a second process that holds it."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.errors import KuploadError
from kinescope_upload.monitor.history import note, read_runs, remember
from kinescope_upload.monitor.past_run import Sample
from support.display_cases import HOSTILE
from support.monitored import BEGAN, a_past_run

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def history(tmp_path: Path) -> Path:
    return tmp_path / "kupload" / "history.sqlite3"


def test_the_latest_runs_come_first(history: Path) -> None:
    runs = [a_past_run(str(hour), started=BEGAN + timedelta(hours=hour)) for hour in range(3)]
    for run in (runs[1], runs[2], runs[0]):
        remember(history, run)
    assert read_runs(history, 2) == (runs[2], runs[1])


def test_what_is_known_later_takes_the_place_of_what_was(history: Path) -> None:
    remember(history, a_past_run())
    last = a_past_run(ended=BEGAN, samples=(Sample(seconds=1.0, accepted_bytes=5, done=1, failed=0),))
    remember(history, last)
    assert read_runs(history, 9) == (last,)


def test_runs_that_go_on_are_told_of_without_a_database(history: Path) -> None:
    note(history, a_past_run("goes on", done=1))
    note(history, a_past_run("goes on", done=2))
    assert read_runs(history, 9) == (a_past_run("goes on", done=2),)
    assert not history.exists()


def test_a_run_that_ends_takes_the_place_of_what_was_noted_and_takes_in_those_that_were_killed(history: Path) -> None:
    killed, other = a_past_run("killed"), a_past_run("goes on", seen=BEGAN + timedelta(minutes=59))
    ended = a_past_run("ends", ended=BEGAN, seen=BEGAN + timedelta(hours=1))
    for run in (killed, other, a_past_run("ends")):
        note(history, run)
    remember(history, ended)
    assert {run.run: run for run in read_runs(history, 9)} == {"killed": killed, "goes on": other, "ends": ended}
    assert [file.name for file in (history.parent / "history.sqlite3.runs").iterdir()] == ["goes on.json"]


def test_a_look_takes_in_what_ended_runs_have_left(history: Path) -> None:
    ended, other = a_past_run("ended", ended=BEGAN), a_past_run("goes on")
    for run in (ended, other):
        note(history, run)
    for _ in range(2):
        assert {run.run: run for run in read_runs(history, 9)} == {"ended": ended, "goes on": other}
    assert [file.name for file in (history.parent / "history.sqlite3.runs").iterdir()] == ["goes on.json"]
    with closing(sqlite3.connect(history)) as other_program:
        assert other_program.execute("SELECT run FROM runs").fetchall() == [("ended",)]


def test_a_file_of_a_run_that_cannot_be_understood_is_passed_over(history: Path) -> None:
    note(history, a_past_run())
    (history.parent / "history.sqlite3.runs" / "torn.json").write_bytes(b"{")
    assert read_runs(history, 9) == (a_past_run(),)


def test_a_name_that_is_not_utf8_is_remembered(history: Path) -> None:
    remember(history, a_past_run(library=HOSTILE))
    assert read_runs(history, 9)[0].library.endswith("\\xff.mp4")


def test_where_nothing_was_remembered_there_is_nothing_and_nothing_is_made(history: Path) -> None:
    assert read_runs(history, 9) == ()
    assert not history.exists()


def test_only_its_owner_reads_it_and_nothing_lies_beside_it(history: Path) -> None:
    remember(history, a_past_run())
    assert [file.name for file in history.parent.iterdir()] == [history.name]
    if os.name == "posix":
        assert history.stat().st_mode & 0o077 == 0


def test_two_runs_at_once_are_both_remembered(history: Path) -> None:
    def work(name: str) -> None:
        for _ in range(20):
            remember(history, a_past_run(name), patience=30)

    threads = [threading.Thread(target=work, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {run.run for run in read_runs(history, 9)} == {"one", "two"}


def told(history: Path) -> list[str]:
    """What reading and writing say."""
    found = []
    for do in (lambda: read_runs(history, 9, patience=0), lambda: remember(history, a_past_run("two"), patience=0)):
        try:
            do()
        except KuploadError as error:
            found.append(str(error))
    return found


def test_a_history_that_somebody_holds_is_a_sentence(history: Path) -> None:
    remember(history, a_past_run())
    with closing(sqlite3.connect(history, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        words = told(history)
    assert [
        f'The history "{history}" cannot be {what} (database is locked).' in one
        for what, one in zip(("read", "written"), words, strict=True)
    ] == [True, True]


def test_one_of_a_newer_version_is_a_sentence_and_stays_as_it_is(history: Path) -> None:
    remember(history, a_past_run())
    with closing(sqlite3.connect(history)) as other:
        other.execute("PRAGMA user_version = 2")
    before = history.read_bytes()
    assert len([one for one in told(history) if "newer version" in one]) == 2
    assert history.read_bytes() == before


@pytest.mark.parametrize(
    "content", [b"no database, whatever its name says" * 100, b"SQLite format 3\0" + b"\xff" * 4096]
)
def test_a_damaged_one_is_a_sentence_and_stays_as_it_is(history: Path, content: bytes) -> None:
    history.parent.mkdir()
    history.write_bytes(content)
    assert len([one for one in told(history) if "is damaged" in one and "begins a new one" in one]) == 2
    assert history.read_bytes() == content


def test_a_row_that_cannot_be_understood_is_a_sentence(history: Path) -> None:
    remember(history, a_past_run())
    with closing(sqlite3.connect(history)) as other, other:
        other.execute("UPDATE runs SET facts = '{}'")
    assert "is damaged" in told(history)[0]


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (word,) = told(tmp_path / "file" / "history.sqlite3")
    assert "cannot be written" in word
    assert "KUPLOAD_HISTORY" in word
