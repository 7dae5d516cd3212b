"""The status tells how far all machines are; stop and pause reach them; verify marks what nobody has in hand."""

from __future__ import annotations

import io
import socket
import threading
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kinescope_upload.cluster import statements
from kinescope_upload.cluster.all_progress import AllClusterProgress
from kinescope_upload.cluster.checkup import cluster_checks
from kinescope_upload.cluster.heart import DRAIN, Body, Heart, Orders
from kinescope_upload.cluster.orders import stop, tell_machines
from kinescope_upload.cluster.overview import read_overview, show_overview, watch_overview
from kinescope_upload.cluster.queue import Queue
from kinescope_upload.config import load_settings
from kinescope_upload.monitor.wishes import Wishes
from kinescope_upload.output.options import DisplayOptions
from kinescope_upload.upload import Stage
from kinescope_upload.upload.events import Verified
from kinescope_upload.upload.table import advance
from support.clusters import a_machine, enqueue, line
from support.concurrency import until
from support.progress_cases import a_record

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kinescope_upload.cluster.line import Line
    from kinescope_upload.config import Settings
    from kinescope_upload.upload import Record
    from support.postgres import Database

__all__ = ["line"]
_NOW = datetime(2026, 1, 1, tzinfo=UTC)


def _settings(folder: Path, database: Database) -> Settings:
    (folder / "nas").mkdir(exist_ok=True)
    (folder / "kupload.toml").write_text("[cluster]\nmachine = 'here'\nlibraries = { nas = 'nas' }\n", "utf-8")
    return load_settings({}, directory=folder, environment={"DATABASE_URL": database.url})


def _linked(lesson_id: str) -> Record:
    return replace(
        a_record(lesson_id), stage=Stage.LINKED, offset=1_000_000_000, attempted_at=_NOW, linked_at=_NOW, md5="0" * 32
    )


def test_the_status_tells_machines_courses_and_what_waits(line: Line, tmp_path: Path, database: Database) -> None:
    enqueue(line, "b")
    Queue(line).give_turns(["nas"])
    enqueue(line, "a", "c")
    machine = a_machine(line)
    heart = Heart(machine, None, Body(name="studio-2", libraries=["nas"], jobs=lambda: 3))
    assert machine.holds.take("a")
    machine.save(a_record("a", offset=250_000_000))
    heart.beat()
    overview = read_overview(line, 60)
    [state] = overview.machines
    assert (state.name, state.is_alive, state.in_hand[0]["lesson_id"]) == ("studio-2", True, "a")
    [course] = overview.courses
    assert (course.library, course.lessons, course.linked) == ("nas", 3, 0)
    assert overview.waiting == {"nas": 1}
    out = io.StringIO()
    assert show_overview(_settings(tmp_path, database), DisplayOptions(), out) == 0
    assert "studio-2" in out.getvalue()
    assert "a 25 %" in out.getvalue()
    assert "1 lesson waits" in out.getvalue()
    heart.end()
    assert read_overview(line, 60).machines == ()


def test_the_status_is_watched_as_on_one_machine(line: Line, tmp_path: Path, database: Database) -> None:
    enqueue(line, "a")
    Queue(line).give_turns(["nas"])
    out, pauses = io.StringIO(), iter((1, 2))

    def sleep(_seconds: float) -> None:
        if next(pauses, None) is None:
            raise KeyboardInterrupt

    assert watch_overview(_settings(tmp_path, database), DisplayOptions(), out, sleep) == 0
    assert out.getvalue().count("1 lesson waits") == 3


def test_stop_and_wishes_reach_the_machines_that_are_meant(line: Line, tmp_path: Path, database: Database) -> None:
    heard: dict[str, Orders] = {}
    hearts = {
        name: Heart(a_machine(line), None, Body(name=name, libraries=["nas"], jobs=lambda: 1), _into(heard, name))
        for name in ("one", "two")
    }
    settings, out = _settings(tmp_path, database), io.StringIO()
    assert stop(settings, out, machine=None, drains=False) == 1
    assert "No machine is at work." in out.getvalue()
    for heart in hearts.values():
        heart.beat()
    assert stop(settings, out, machine="two", drains=True) == 0
    said = ["Asked one, two to pause; they hear it within 10 s."]
    assert tell_machines(settings, lambda wishes: wishes.paused(60)) == (0, said)
    said = ["Asked one for --bwlimit 2M; they hear it within 10 s."]
    assert tell_machines(settings, lambda wishes: wishes.limited("2M"), "one") == (0, said)
    for heart in hearts.values():
        heart.beat()
    assert (heard["one"].stop, heard["two"].stop) == (None, DRAIN)
    assert heard["two"].wishes == Wishes().paused(60)
    assert heard["one"].wishes == Wishes().paused(60).limited("2M")
    assert tell_machines(settings, lambda wishes: wishes.paused(0))[0] == 0
    line.ask(statements.SET_META_ONCE, key="stopped", value="The token is refused.")
    hearts["one"].beat()
    assert heard["one"].wishes == Wishes().paused(60).limited("2M").paused(0)
    assert heard["one"].stopped == "The token is refused."
    for heart in hearts.values():
        heart.end()


def _into(heard: dict[str, Orders], name: str) -> Callable[[Orders], None]:
    def hear(orders: Orders) -> None:
        heard[name] = orders

    return hear


def test_records_are_seen_as_this_machine_knows_their_files_and_changed_where_nobody_has_them(line: Line) -> None:
    enqueue(line, "here", "in_hand")
    enqueue(line, "there", library="disk2")
    machine, other = a_machine(line), a_machine(line)
    for lesson_id in ("here", "in_hand", "there"):
        assert machine.holds.take(lesson_id)
        machine.save(_linked(lesson_id))
        machine.give(lesson_id)
    assert other.holds.take("in_hand")
    every = AllClusterProgress(machine.holds, "nas")
    assert every.courses() == ("c",)
    assert {record.lesson_id: record.path for record in every.stream("c")} == {
        "here": "c/001.mp4",
        "in_hand": "c/001.mp4",
        "there": None,
    }
    assert every.change("c", lambda record: advance(record, Verified(at=_NOW))) == 2
    stages = {lesson_id: record.stage for lesson_id, record in machine.records.items()}
    assert stages == {"here": Stage.VERIFIED, "there": Stage.VERIFIED, "in_hand": Stage.LINKED}
    assert machine.records["there"].path == "c/001.mp4"


def test_doctor_looks_at_the_tables_the_libraries_and_the_turns(line: Line, tmp_path: Path, database: Database) -> None:
    enqueue(line, "a")
    settings = _settings(tmp_path, database)
    told = [check.message for check in cluster_checks(settings)]
    assert any("1 lesson is to be done and has no turn" in message for message in told)
    assert "tables are there" in told[-1]
    (tmp_path / "nas").rmdir()
    database.execute("DROP SCHEMA kupload CASCADE")
    checks = list(cluster_checks(settings))
    assert [check.standing for check in checks] == ["wrong here", "wrong outside"]
    assert "kupload cluster init" in checks[1].hint


def test_a_machine_that_died_and_a_turn_that_is_left_are_told_only_while_something_is_left(
    line: Line, database: Database
) -> None:
    enqueue(line, "a")
    Queue(line).give_turns(["nas"])
    machine = a_machine(line)
    Heart(machine, None, Body(name="dead", libraries=["nas"], jobs=lambda: 1)).beat()
    database.execute("UPDATE kupload.machine SET beat_at = now() - interval '100 s'")
    overview = read_overview(line, 60)
    assert ([one.name for one in overview.machines], overview.waiting) == (["dead"], {"nas": 1})
    assert machine.holds.take("a")
    machine.save(_linked("a"))
    overview = read_overview(line, 60)
    assert (overview.machines, overview.waiting, overview.hint) == ((), {}, "")


def test_machines_of_one_name_are_told_apart_and_doctor_names_them(
    line: Line, database: Database, tmp_path: Path
) -> None:
    enqueue(line, "a")
    Heart(a_machine(line), None, Body(name="here", libraries=["nas"], jobs=lambda: 1)).beat()
    settings, out = _settings(tmp_path, database), io.StringIO()
    assert not any("is called" in check.message for check in cluster_checks(settings))
    database.execute(
        "INSERT INTO kupload.machine SELECT gen_random_uuid(), name, 'elsewhere', 1, version, libraries, 1"
        " FROM kupload.machine"
    )
    assert show_overview(settings, DisplayOptions(), out) == 0
    assert "here on elsewhere" in out.getvalue()
    assert any("is called here, too: elsewhere" in check.message for check in cluster_checks(settings))


def test_workers_of_one_name_on_one_host_are_told_apart_and_the_name_is_said_to_be_taken(
    line: Line, database: Database, tmp_path: Path
) -> None:
    enqueue(line, "a")
    for name in ("here", "here", "other"):
        Heart(a_machine(line), None, Body(name=name, libraries=["nas"], jobs=lambda: 1)).beat()
    first = "(SELECT min(id::text)::uuid FROM kupload.machine WHERE name = 'here')"
    database.execute(f"UPDATE kupload.machine SET pid = pid + 1 WHERE id = {first}")
    settings, out = _settings(tmp_path, database), io.StringIO()
    assert show_overview(settings, DisplayOptions(), out) == 0
    names = [line.partition("  at work")[0].strip() for line in out.getvalue().splitlines() if "  at work" in line]
    assert len(set(names)) == 3, out.getvalue()
    assert [name.partition(",")[0] for name in names] == [f"here on {socket.gethostname()}"] * 2 + ["other"]
    assert "2 workers at work are called here: that name is taken." in " ".join(out.getvalue().split())
    notes = [check.message for check in cluster_checks(settings)]
    assert any("2 workers at work are called here" in note for note in notes), notes


def test_a_pause_that_a_machine_has_heard_is_told_without_waiting_for_the_next_beat(line: Line) -> None:
    paused = threading.Event()
    body = Body(name="one", libraries=["nas"], jobs=lambda: 1, is_paused=paused.is_set)
    heart = Heart(a_machine(line, lease=3600), None, body)
    heart.start()
    try:
        until(lambda: [one.is_paused for one in read_overview(line, 60).machines] == [False])
        paused.set()
        until(lambda: [one.is_paused for one in read_overview(line, 60).machines] == [True])
    finally:
        heart.end()
