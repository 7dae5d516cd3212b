"""Whatever happens, a try deletes what it made, or names what it could not; and it tells no secret."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
from contextlib import suppress
from dataclasses import replace
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.emulator import Action, Fault, Link, Route
from support import kupload
from support.systems import posix_only
from support.trial_runs import TrialWorld, trial_world

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from _pytest.mark import ParameterSet

    from kinescope_upload.emulator import Accounting

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


NOT_ON_WINDOWS = posix_only("Windows sends Ctrl+C to whole consoles only")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[TrialWorld]:
    with trial_world(tmp_path) as world:
        yield world


ANSWERED_WRONGLY = [
    *(Fault(route=Route.INIT, skip=skip, status=500) for skip in (2, 4, 5, 8)),
    *(Fault(route=Route.INIT, skip=skip, action=Action.LOSE_ANSWER) for skip in (0, 3, 4, 5, 7, 8)),
    Fault(route=Route.PATCH, status=500, times=None),
    Fault(route=Route.PATCH, skip=2, action=Action.LOSE_ANSWER),
    Fault(route=Route.HEAD, status=500, times=None),
    Fault(route=Route.VIDEO_GET, skip=3, status=502, times=None),
    Fault(route=Route.MOVE, action=Action.LOSE_ANSWER),
    Fault(route=Route.FOLDERS_CREATE, status=500, times=None),
    Fault(route=Route.FOLDERS_LIST, skip=2, status=500, times=None),
]


def _row(fault: Fault, number: int) -> ParameterSet:
    marks = [] if number % 5 == 0 else [pytest.mark.slow]
    return pytest.param(fault, id=f"{fault.route}-{fault.action}-{fault.skip}", marks=marks)


@pytest.mark.parametrize("fault", [_row(fault, number) for number, fault in enumerate(ANSWERED_WRONGLY)])
def test_nothing_stays_after_a_failure_in_the_middle(world: TrialWorld, fault: Fault) -> None:
    world.emulator.faults.add(fault)
    run = world.try_it()
    assert world.emulator.videos() == ()
    assert run.said["left"] == []
    assert len(run.readings) == 23


@pytest.mark.parametrize(("status", "code"), [(403, 100103), (404, 404404)], ids=["refused", "said to be absent"])
def test_what_cannot_be_deleted_is_named_with_its_title(world: TrialWorld, status: int, code: int) -> None:
    world.emulator.faults.add(Fault(route=Route.VIDEO_DELETE, skip=4, times=None, status=status, code=code))
    run = world.try_it()
    left = {video.id for video in world.emulator.videos()}
    assert (run.exit_code, len(run.said["left"])) == (1, len(left))
    assert left
    assert {one["video_id"] for one in run.said["left"]} == left
    assert all(one["title"].startswith("kupload try ") and one["reason"] for one in run.said["left"])


@pytest.mark.parametrize(("route", "count"), [(Route.PATCH, 1), pytest.param(Route.INIT, 4, marks=pytest.mark.slow)])
def test_a_network_that_goes_down_stops_it_and_what_stays_is_named(tmp_path: Path, route: Route, count: int) -> None:
    with trial_world(tmp_path) as world, Link(world.emulator.url) as link:
        through = replace(world, changes={"KINESCOPE_API_URL": link.url, "KINESCOPE_UPLOADER_URL": link.url})
        world.emulator.faults.add(Fault(route=route, action=Action.DELAY, skip=count - 1, delay=0.3))
        breaker = Thread(target=break_when, args=(world, link, route, count))
        breaker.start()
        run = through.try_it()
        breaker.join()
        assert run.exit_code == 3
        assert run.said["stopped"]
        known, marks = ({one[key] for one in run.said["left"]} for key in ("video_id", "title"))
        for video in world.emulator.videos():
            assert video.id in known or any(video.title.startswith(mark) for mark in marks)
        assert run.values["options"] == "tus"


def break_when(world: TrialWorld, link: Link, route: Route, count: int) -> None:
    """Takes the network down while that request waits for its answer."""
    world.emulator.accounting.wait_until(has(route, count), 60)
    link.refuse()
    link.cut_now()


class Process:
    """A try in a process of its own."""

    def __init__(self, world: TrialWorld, *arguments: str) -> None:
        kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TMPDIR") if name in os.environ}
        self.process = kupload.start(
            ["doctor", "--try", world.folder_id, *arguments],
            cwd=world.directory,
            env={**kept, "PYTHONUTF8": "1", **world.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def interrupt(self) -> None:
        self.process.send_signal(signal.SIGINT)

    def interrupt_until_it_ends(self) -> None:
        """As somebody does who is impatient."""
        while self.process.poll() is None:
            self.interrupt()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(0.1)

    def said(self) -> str:
        text, _ = self.process.communicate(timeout=60)
        return text


def has(route: Route, count: int) -> Callable[[Accounting], bool]:
    def seen(accounting: Accounting) -> bool:
        return accounting.requests()[route] >= count

    return seen


@NOT_ON_WINDOWS
@pytest.mark.parametrize(
    ("route", "count"),
    [
        (Route.INIT, 5),
        *(
            pytest.param(route, count, marks=pytest.mark.slow)
            for route, count in (
                (Route.INIT, 1),
                (Route.PATCH, 1),
                (Route.PATCH, 4),
                (Route.VIDEO_GET, 6),
                (Route.MOVE, 1),
            )
        ),
    ],
)
def test_ctrl_c_deletes_what_was_made(tmp_path: Path, route: Route, count: int) -> None:
    with trial_world(tmp_path, {"broken-upload": "uploading"}) as world:
        world.emulator.faults.add(Fault(route=route, action=Action.DELAY, skip=count - 1, delay=0.3))
        process = Process(world)
        assert world.emulator.accounting.wait_until(has(route, count), 60)
        process.interrupt()
        said = process.said()
        assert process.process.returncode == 130, said
        assert "Traceback" not in said
        assert world.emulator.videos() == (), said


@NOT_ON_WINDOWS
@pytest.mark.parametrize("times", [pytest.param(1, marks=pytest.mark.slow), 3])
def test_ctrl_c_ends_the_long_wait_at_once_however_often_it_comes(tmp_path: Path, times: int) -> None:
    with trial_world(tmp_path, {"broken-upload": "uploading"}) as world:
        process = Process(world)
        lines = iter(process.process.stdout or ())
        assert any("waiting for Kinescope to notice the broken upload (at most " in line for line in lines)
        for _ in range(times):
            process.interrupt()
        rest = "".join(lines)
        process.said()
        assert process.process.returncode == 130
        assert world.emulator.videos() == ()
        assert "\n\nOpen readings\n" in rest
        assert "Stopped early: Interrupted." in rest
        assert rest.endswith("kupload: Stopped. Every video that was made is deleted.\n")
        [file] = tmp_path.glob("kupload-try-*.json")
        report = json.loads(file.read_text("utf-8"))
        assert (report["interrupted"], report["exit_code"], len(report["readings"])) == (True, 130, 23)
        assert f"Written {file.name}, marked as interrupted" in rest


@NOT_ON_WINDOWS
@pytest.mark.slow
def test_any_number_of_ctrl_c_ends_the_deleting_and_what_may_stay_is_named(tmp_path: Path) -> None:
    with trial_world(tmp_path, {"broken-upload": "uploading"}) as world:
        process = Process(world, "--json")
        assert world.emulator.accounting.wait_until(has(Route.MOVE, 2), 60)
        world.emulator.faults.add(Fault(route=Route.VIDEO_DELETE, action=Action.DELAY, skip=1, times=1, delay=30))
        process.interrupt_until_it_ends()
        trial, error = (json.loads(line) for line in process.said().splitlines() if line.startswith("{"))
        assert (process.process.returncode, error["exit_code"], trial["exit_code"]) == (130, 130, 130)
        stay = {video.id for video in world.emulator.videos()}
        assert stay
        assert {one["video_id"] for one in trial["left"]} >= stay
        assert f"{len(trial['left'])} videos may stay on Kinescope" in error["reason"]
        assert "Run the same command again" in error["hint"]
        assert world.try_it().exit_code == 0
        assert world.emulator.videos() == ()


@NOT_ON_WINDOWS
def test_ctrl_c_before_anything_is_made_says_that_nothing_was_touched(tmp_path: Path) -> None:
    with trial_world(tmp_path) as world:
        world.emulator.faults.add(Fault(route=Route.FOLDERS_LIST, action=Action.DELAY, delay=30))
        process = Process(world)
        assert world.emulator.accounting.wait_until(has(Route.FOLDERS_LIST, 1), 60)
        process.interrupt()
        assert process.said().splitlines()[1:] == ["kupload: Stopped. Nothing was touched."]
        assert process.process.returncode == 130
        assert not list(tmp_path.glob("kupload-try*"))


def test_as_json_what_goes_on_is_told_elsewhere(tmp_path: Path) -> None:
    progress = io.StringIO()
    with trial_world(tmp_path, {"broken-upload": "uploading"}) as world:
        world.try_it(stderr=progress, longest_wait=0.2)
    for said in ("Trying Kinescope in the folder", "found     move", "deleting ", "waiting for "):
        assert said in progress.getvalue()


@NOT_ON_WINDOWS
@pytest.mark.slow
@pytest.mark.parametrize("count", [2, 7])
def test_any_number_of_ctrl_c_at_once_deletes_or_names_what_was_made(tmp_path: Path, count: int) -> None:
    with trial_world(tmp_path, {"broken-upload": "uploading"}) as world:
        process = Process(world, "--json")
        assert world.emulator.accounting.wait_until(has(Route.MOVE, 2), 60)
        for _ in range(count):
            process.interrupt()
        trial, error = (json.loads(line) for line in process.said().splitlines() if line.startswith("{"))
        assert (process.process.returncode, error["exit_code"]) == (130, 130)
        named = {one["video_id"] for one in trial["left"]}
        assert named >= {video.id for video in world.emulator.videos()}
        assert ("deletes videos of an earlier try" in error["hint"]) is bool(named)


def test_no_secret_is_told(tmp_path: Path) -> None:
    with trial_world(tmp_path, {"upload-token": "needed", "suspended-upload": "gone"}) as world:
        message = f"see https://eu.kinescope.io/v2/upload/hidden for {world.folder_id} and {world.emulator.token}"
        for route in (Route.FOLDERS_CREATE, Route.MOVE, Route.TERMINATE):
            world.emulator.faults.add(Fault(route=route, status=400, code=400400, message=message, times=None))
        texts = [world.message(), json.dumps(world.try_it().said, ensure_ascii=False)]
        files = sorted(tmp_path.glob("kupload-try-*.json"))
        records = world.emulator.accounting.records()
        uploads = {record.path.rpartition("/")[2] for record in records if "/v2/upload/" in record.path}
        assert len(files) == 2
        assert len(uploads) > 10
        for text in (*texts, *(file.read_text("utf-8") for file in files)):
            assert world.emulator.token not in text
            assert "see https://eu.kinescope.io/…" in text
            assert "hidden" not in text
            assert not any(upload in text for upload in uploads)
            assert not UUID.search(text.replace("X-Request-ID ", ""))


def test_a_file_that_is_there_is_never_replaced(world: TrialWorld) -> None:
    world.try_it()
    [first] = world.directory.glob("kupload-try-*.json")
    before = first.read_bytes()
    assert world.try_it().said["file"] == f"{first.stem}-2.json"
    assert first.read_bytes() == before
    report = json.loads(before)
    assert (report["host"], len(report["readings"])) == ("127.0.0.1", 23)


def test_a_directory_that_cannot_be_written_is_no_failure(world: TrialWorld) -> None:
    file = world.directory / "file"
    file.touch()
    run = world.try_it(directory=file)
    assert (run.exit_code, run.said["file"]) == (0, None)
