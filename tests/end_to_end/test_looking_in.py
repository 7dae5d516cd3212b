"""A run that others look into: real processes, the real folder."""

from __future__ import annotations

import json
import signal
import socket
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.emulator import Fault, Route
from support.world import KIB

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    from support.world import World, WorldMaker


@pytest.fixture
def world(worlds: WorldMaker) -> World:
    world = worlds()
    world.fill((20 * KIB, 400 * KIB))
    world.environment["KUPLOAD_HISTORY"] = str(world.folder / "history.sqlite3")
    return world


@pytest.mark.slow
def test_the_status_tells_of_the_run_while_it_is_at_work_and_after_it_was_killed(world: World) -> None:
    world.environment["KUPLOAD_RETRY_BASE"] = "30"
    world.emulator.faults.add(Fault(route=Route.PATCH, status=503, times=None))
    with world.start("--json") as run:
        assert run.stdout
        while "retry_scheduled" not in run.stdout.readline():
            pass
        [seen] = world.run("--status", "--json").said[0]["runs"]
        while not seen["lessons"]:  # the state of the beginning, which stays for a second
            [seen] = world.run("--status", "--json").said[0]["runs"]
        text = world.run("--status").text
        run.kill()
    assert (seen["life"], seen["process_id"], seen["lessons"]) == ("at work", run.pid, 2)
    assert f"(process {run.pid})" in text
    assert "next: kupload" not in text
    after = world.run("--status").text
    assert "The last run broke off at about" in after
    assert "next: kupload" in after


@contextmanager
def _reading_rows(world: World) -> Iterator[subprocess.Popen[str]]:
    """A run that waits for a database that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        world.environment["DATABASE_URL"] = f"postgresql://kupload@127.0.0.1:{silent.getsockname()[1]}/kupload"
        with world.start("--json") as run:
            try:
                yield run
            finally:
                run.kill()


@pytest.mark.slow
def test_a_run_that_has_no_plan_yet_is_stopped(world: World) -> None:
    assert world.upload(limit="1").exit_code == 0
    with _reading_rows(world) as run:
        while (asked := world.run("stop")).exit_code:
            assert run.poll() is None
        assert asked.text.startswith(f"Asked the run that begins (process {run.pid}) to stop.\n")
        out, _ = run.communicate(timeout=60)
    assert run.returncode == 130
    assert "Stopped by `kupload stop`" in out
    assert world.run("stop").exit_code == 1


@pytest.mark.slow
def test_the_status_tells_of_a_run_that_has_no_plan_yet(world: World) -> None:
    assert world.upload(limit="1").exit_code == 0
    with _reading_rows(world) as run:
        seen: list[dict[str, object]] = []
        while not any(one["life"] == "at work" for one in seen):
            seen = world.run("--status", "--json").said[0]["runs"]
        text = world.run("--status").text
    assert f"(process {run.pid}): reads the library, the progress and the rows; nothing is sent yet" in " ".join(
        text.split()
    )
    assert "next: kupload" not in text


def test_a_run_that_ended_is_in_the_status_the_log_and_the_history(world: World) -> None:
    assert world.upload().exit_code == 0
    assert "2 of 2 lessons done" in world.run("--status").text
    [history] = world.run("history", "--json").said
    [run] = history["runs"]
    assert (run["lessons"], run["done"], run["exit_code"], run["command"]) == (2, 2, 0, "upload")
    assert run["samples"][-1]["accepted_bytes"] == run["accepted_bytes"] > 0
    log = [json.loads(line) for line in (world.progress / "log" / "kupload.jsonl").read_text().splitlines()]
    assert {line["run"] for line in log} == {run["run"]}
    assert (log[0]["event"], log[-1]["event"]) == ("run_started", "summary")


def test_a_run_writes_no_log_where_nobody_wants_one_and_one_elsewhere_where_somebody_does(world: World) -> None:
    assert world.upload(no_log=True).exit_code == 0
    assert not (world.progress / "log").exists()
    assert world.upload(log_file="elsewhere/events").exit_code == 0
    assert (world.folder / "elsewhere" / "events").stat().st_size > 0


def test_a_log_and_a_history_that_cannot_be_written_are_said_and_the_run_ends_well(world: World) -> None:
    (world.folder / "file").touch()
    world.environment["KUPLOAD_HISTORY"] = str(world.folder / "file" / "history")
    outcome = world.upload(log_file="file/events")
    warnings = [line["message"] for line in outcome.said if line["event"] == "warned"]
    assert outcome.exit_code == 0
    assert [one.split('"')[0] for one in warnings] == ["The log ", "The history "]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no signal reaches one process alone there")
def test_a_watch_shows_the_status_again_until_ctrl_c(world: World) -> None:
    with world.start("--status", "--watch", "--json") as watch:
        assert watch.stdout
        seen = [line for _ in range(3) if (line := watch.stdout.readline()).startswith("{")]
        watch.send_signal(signal.SIGINT)
    assert watch.returncode == 0
    assert [json.loads(line)["event"] for line in seen] == ["status", "status"]
