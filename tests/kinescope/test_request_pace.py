"""Requests to the management API keep to the rate, those of all workers and of all runs together."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING, Final

import pytest
from filelock import FileLock

from kinescope_upload.config import load_settings
from kinescope_upload.connect import open_kinescope
from kinescope_upload.emulator import Emulator, Rate, Route
from kinescope_upload.emulator import Settings as EmulatorSettings
from kinescope_upload.errors import ThrottledError, UnreachableError
from kinescope_upload.kinescope.http_client import HttpClient
from kinescope_upload.kinescope.management_api import KinescopeApi
from kinescope_upload.kinescope.pace_file import PaceFile, usual_folder
from kinescope_upload.kinescope.request_pace import RequestPace
from kinescope_upload.kinescope.trust import TrustedAddresses
from kinescope_upload.policy.pacing import API_LIMITS, RequestLimit
from support.elapsed import no_shorter
from support.systems import posix_only
from support.world import KIB, World, WorldMaker

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_TOKEN: Final = "0a0b0c0d-1111-4222-8333-0123456789ab"
_EIGHT: Final = (RequestLimit(count=8, seconds=1.0),)
_ONE_A_MINUTE: Final = (RequestLimit(count=1, seconds=60.0),)


class _Time:
    """A clock that goes on only while somebody waits."""

    def __init__(self) -> None:
        self.now = 1_000_000.0
        self.waited = 0.0

    def __call__(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.now += seconds
        self.waited += seconds


def _pace(limits: Sequence[RequestLimit], shared: PaceFile | None = None, time_: _Time | None = None) -> RequestPace:
    clock = time_ or _Time()
    return RequestPace(limits, shared, clock=clock, pause=clock.pause)


# --- One run -----------------------------------------------------------------------------------------------------


def test_requests_under_the_rate_are_not_held_back() -> None:
    clock = _Time()
    pace = _pace(API_LIMITS, time_=clock)
    for _ in range(260):
        pace.wait("ask")
        clock.now += 0.24

    assert clock.waited == 0


def test_requests_above_the_rate_are_held_back_just_enough() -> None:
    clock = _Time()
    pace = _pace(API_LIMITS, time_=clock)
    for _ in range(541):
        pace.wait("ask")

    assert clock.waited == pytest.approx(120.0)


def test_no_limit_waits_for_nothing_and_asks_no_clock() -> None:
    RequestPace((), clock=lambda: pytest.fail("asked"), pause=lambda _: pytest.fail("waited")).wait("ask")


def test_long_waits_that_overlap_are_told_as_one() -> None:
    told: list[str] = []
    pace = RequestPace(_ONE_A_MINUTE)
    pace.listen(lambda seconds: told.append(f"{seconds:.0f} s"), lambda _: told.append("over"))
    pace.wait("ask")
    with ThreadPoolExecutor(3) as threads:
        waiting = [threads.submit(pace.wait, "ask") for _ in range(3)]
        while pace._long_waits < 3:  # noqa: SLF001 - nothing else tells that all three wait
            threading.Event().wait(0.005)
        pace.cut()
        assert all(isinstance(one.exception(30), UnreachableError) for one in waiting)

    assert told == ["60 s", "over"]


def test_short_waits_are_not_told() -> None:
    pace = _pace(_EIGHT)
    pace.listen(lambda _: pytest.fail("told"))
    for _ in range(30):
        pace.wait("ask")


def test_what_the_listener_raises_ends_the_wait() -> None:
    def check() -> None:
        raise KeyboardInterrupt

    pace = RequestPace(_ONE_A_MINUTE)
    pace.listen(lambda _: None, check=check)
    pace.wait("ask")
    with pytest.raises(KeyboardInterrupt):
        pace.wait("ask")


def test_a_wait_that_is_cut_off_sent_nothing() -> None:
    pace = RequestPace(_ONE_A_MINUTE)
    pace.wait("ask")
    pace.listen(lambda _: pace.cut())
    with pytest.raises(UnreachableError) as caught:
        pace.wait("list videos")

    assert not caught.value.was_sent
    assert str(caught.value) == "The wait for a turn was cut off (about to list videos)."


# --- Several runs ------------------------------------------------------------------------------------------------


def _shared(folder: Path, token: str = _TOKEN) -> PaceFile:
    return PaceFile(lambda: folder / "pace", token)


def test_two_runs_with_the_same_token_keep_to_the_rate_together(tmp_path: Path) -> None:
    clock = _Time()
    runs = [_pace(_EIGHT, _shared(tmp_path), clock) for _ in range(2)]
    for number in range(41):
        runs[number % 2].wait("ask")

    assert clock.waited == pytest.approx(5.0)


def test_a_run_that_is_idle_leaves_the_whole_rate_to_the_other(tmp_path: Path) -> None:
    clock = _Time()
    idle, busy = (_pace(_EIGHT, _shared(tmp_path), clock) for _ in range(2))
    idle.wait("ask")
    for _ in range(40):
        busy.wait("ask")

    assert clock.waited == pytest.approx(5.0)


def test_runs_with_other_tokens_do_not_concern_each_other(tmp_path: Path) -> None:
    clock = _Time()
    for number in range(20):
        _pace(_ONE_A_MINUTE, _shared(tmp_path, f"token {number}"), clock).wait("ask")

    assert clock.waited == 0


def test_the_token_stands_in_no_name_and_in_no_file(tmp_path: Path) -> None:
    _pace(_EIGHT, _shared(tmp_path)).wait("ask")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]

    assert files
    for path in files:
        assert _TOKEN not in str(path)
        assert _TOKEN[-4:] not in path.name.partition(".")[0][-4:]
        assert _TOKEN.encode() not in path.read_bytes()


@posix_only("Windows has no such modes")
def test_the_folder_is_this_users_alone(tmp_path: Path) -> None:
    _pace(_EIGHT, _shared(tmp_path)).wait("ask")

    assert (tmp_path / "pace").stat().st_mode & 0o777 == 0o700


def _make_file(folder: Path) -> None:
    (folder / "pace").write_text("not a folder")


def _make_foreign(folder: Path) -> None:
    (folder / "pace").mkdir()
    (folder / "pace").chmod(0o777)


def _make_link(folder: Path) -> None:
    (folder / "elsewhere").mkdir(mode=0o700)
    (folder / "pace").symlink_to(folder / "elsewhere")


@posix_only("Windows has no such modes, and links need a right")
@pytest.mark.parametrize("make", [_make_file, _make_foreign, _make_link])
def test_a_folder_that_cannot_be_trusted_costs_the_sharing_and_nothing_else(tmp_path: Path, make: object) -> None:
    assert callable(make)
    make(tmp_path)
    clock = _Time()
    pace = _pace(_EIGHT, _shared(tmp_path), clock)
    for _ in range(17):
        pace.wait("ask")

    assert clock.waited == pytest.approx(2.0)
    assert not list((tmp_path / "elsewhere").glob("*"))


def test_a_folder_that_nobody_can_tell_costs_the_sharing_and_nothing_else() -> None:
    def no_folder() -> Path:
        raise FileNotFoundError("no usable temporary directory")

    clock = _Time()
    pace = _pace(_EIGHT, PaceFile(no_folder, _TOKEN), clock)
    for _ in range(17):
        pace.wait("ask")

    assert clock.waited == pytest.approx(2.0)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "{}",
        "[]",
        '["x"]',
        "[1, null]",
        "[true, [1]]",
        "nonsense",
        "[" * 10_000,
        "[1" + ",1" * 60_000 + "]",
        "[1e6, NaN, Infinity, 1e300]",
        f"[1{'0' * 400}, 1]",
        f"[1, 1{'0' * 400}]",
    ],
)
def test_a_file_that_holds_something_else_counts_as_empty(tmp_path: Path, content: str) -> None:
    _pace(_EIGHT, _shared(tmp_path)).wait("ask")
    [path] = (tmp_path / "pace").glob("*.json")
    path.write_text(content)
    clock = _Time()
    _pace(_ONE_A_MINUTE, _shared(tmp_path), clock).wait("ask")

    assert clock.waited == 0
    assert json.loads(path.read_text())[-1] == clock.now


def test_a_run_that_stands_still_with_the_file_in_its_hands_holds_nobody_back(tmp_path: Path) -> None:
    _pace(_EIGHT, _shared(tmp_path)).wait("ask")
    [path] = (tmp_path / "pace").glob("*.json")
    clock = _Time()
    pace = _pace(_EIGHT, _shared(tmp_path), clock)
    began = time.monotonic()
    with FileLock(path.with_suffix(".lock")):
        for _ in range(17):
            pace.wait("ask")

    assert clock.waited == pytest.approx(2.0)
    assert time.monotonic() - began < 30  # it gives up once and not seventeen times


def test_turns_that_could_not_be_shared_count_once_they_can_be(tmp_path: Path) -> None:
    there = False

    def folder() -> Path:
        if not there:
            raise FileNotFoundError
        return tmp_path / "pace"

    clock = _Time()
    pace = _pace(_EIGHT, PaceFile(folder, _TOKEN), clock)
    for _ in range(8):
        pace.wait("ask")
    there = True
    again = PaceFile(folder, _TOKEN)
    pace._shared = again  # noqa: SLF001 - else half a minute would have to pass
    for _ in range(9):
        pace.wait("ask")
    assert clock.waited == pytest.approx(2.0)


_TAKES_TURNS: Final = """
import sys, time
from pathlib import Path
from kinescope_upload.kinescope.pace_file import PaceFile
from kinescope_upload.policy.pacing import RequestLimit
from kinescope_upload.kinescope.request_pace import RequestPace
pace = RequestPace((RequestLimit(count=20, seconds=1.0),), PaceFile(lambda: Path(sys.argv[1]), "token"))
for _ in range(30):
    pace.wait("ask")
    print(time.time(), flush=True)
"""


def test_two_processes_share_the_rate(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _TAKES_TURNS, str(tmp_path / "pace")]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") for _ in range(2)]
    said = [process.communicate(timeout=60)[0] for process in processes]
    moments = sorted(float(line) for text in said for line in text.split())

    assert [process.returncode for process in processes] == [0, 0]
    assert len(moments) == 60
    assert moments[-1] - moments[0] >= (60 - 5) / 20 - 0.25  # each alone would be through after 1.25 s


_HOLDS_A_LOCK: Final = """
import sys
from filelock import FileLock
FileLock(sys.argv[1]).acquire()
print("held", flush=True)
input()
"""


def test_a_run_that_is_killed_with_the_lock_holds_nobody_back(tmp_path: Path) -> None:
    _pace(_EIGHT, _shared(tmp_path)).wait("ask")
    [path] = (tmp_path / "pace").glob("*.json")
    holds = (
        "import sys; from filelock import FileLock; FileLock(sys.argv[1]).acquire(); print('held', flush=True); input()"
    )
    command = [sys.executable, "-c", holds, str(path.with_suffix(".lock"))]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    process.kill()
    process.communicate()

    assert _shared(tmp_path).change(lambda turns: turns) is not None


# --- Kinescope's stand-in ----------------------------------------------------------------------------------------


def test_many_workers_meet_no_429(tmp_path: Path) -> None:
    with Emulator(tmp_path / "kinescope", EmulatorSettings(rate=Rate(per_second=10, per_minute=300))) as emulator:
        trusted = TrustedAddresses(configured=(emulator.url,))
        pace = RequestPace(_EIGHT)
        with closing(HttpClient(token=emulator.token, trusted=trusted, stall=10.0, pace=pace)) as service:
            api = KinescopeApi(service, api_url=emulator.url)
            began = time.monotonic()
            with ThreadPoolExecutor(8) as threads:
                list(threads.map(lambda _: api.projects(), range(30)))
            seconds = time.monotonic() - began
        assert {record.status for record in emulator.accounting.records()} == {200}
    assert seconds >= 3.4  # 30 at 8 a second, two at a time


def test_without_the_pace_they_would(tmp_path: Path) -> None:
    with Emulator(tmp_path / "kinescope", EmulatorSettings(rate=Rate(per_second=1, per_minute=300))) as emulator:
        environment = {
            "KINESCOPE_API_KEY": emulator.token,
            "KINESCOPE_UPLOADER_URL": emulator.url,
            "KINESCOPE_API_URL": emulator.url,
            "KUPLOAD_API_RATE": "off",
        }
        settings = load_settings({}, directory=tmp_path, environment=environment)
        with open_kinescope(settings) as kinescope, pytest.raises(ThrottledError):
            [kinescope.api.projects() for _ in range(100)]


def test_a_command_keeps_to_the_rate_that_is_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with Emulator(tmp_path / "kinescope") as emulator:
        environment = {
            "KINESCOPE_API_KEY": emulator.token,
            "KINESCOPE_UPLOADER_URL": emulator.url,
            "KINESCOPE_API_URL": emulator.url,
            "KUPLOAD_API_RATE": "4/s",
        }
        settings = load_settings({}, directory=tmp_path, environment=environment)
        with open_kinescope(settings) as kinescope:
            assert not usual_folder().exists()  # nothing is made before there is a request
            began = time.monotonic()
            for _ in range(5):
                kinescope.api.projects()
            assert no_shorter(time.monotonic() - began, 1.0)
        assert [path.suffix for path in sorted(usual_folder().iterdir())][:1] == [".json"]


def test_an_upload_takes_turns_for_its_creations_and_not_for_its_bytes(worlds: WorldMaker) -> None:
    world = worlds("tus")
    world.fill((600 * KIB,) * 3)
    world.environment |= {"KUPLOAD_API_RATE": "1000/s", "TMPDIR": str(world.folder)}
    outcome = world.run("--json", "--chunk-size", "256KiB", "--jobs", "1")
    assert outcome.exit_code == 0, outcome.text
    world.assert_promise()
    [path] = world.folder.glob("kupload*/*.json")
    requests = world.emulator.accounting.requests()
    paced = sum(count for route, count in requests.items() if route not in {Route.HEAD, Route.PATCH, Route.TERMINATE})
    assert requests[Route.PATCH] == 9
    assert len(json.loads(path.read_text())) - 1 <= paced


def _waiting_for_a_turn(world: World) -> subprocess.Popen[str]:
    world.fill((10 * KIB,) * 3)
    world.environment |= {"KUPLOAD_API_RATE": "3/min", "TMPDIR": str(world.folder)}
    return world.start()


@posix_only("Windows has no such signals")
def test_ctrl_c_ends_a_wait_for_a_turn(worlds: WorldMaker) -> None:
    world = worlds("tus")
    process = _waiting_for_a_turn(world)
    try:
        assert process.stdout
        said: list[str] = []
        while not said or "The request limit (KUPLOAD_API_RATE) is reached." not in said[-1]:
            said.append(process.stdout.readline())
            assert said[-1], said
        process.send_signal(signal.SIGINT)
        began = time.monotonic()
        text, _ = process.communicate(timeout=30)
        seconds = time.monotonic() - began
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 130, text
    assert seconds < 15  # a turn comes every 20 s
    assert "Traceback" not in text
    world.environment["KUPLOAD_API_RATE"] = "off"
    assert world.upload().exit_code == 0
    world.assert_promise()


def test_a_long_wait_is_told_in_json_too(worlds: WorldMaker) -> None:
    world = worlds("tus")
    world.fill((10 * KIB,) * 2)
    world.environment |= {"KUPLOAD_API_RATE": "3/min", "TMPDIR": str(world.folder)}
    process = world.start("--json")
    try:
        assert process.stdout
        assert process.stdout.readline().startswith("progress: ")
        while (line := process.stdout.readline()) and json.loads(line)["event"] != "wait_started":
            pass
        told = json.loads(line)
    finally:
        process.kill()
        process.communicate()
    assert (told["kind"], told["reason"]) == ("pace", "Requests would come faster than Kinescope allows.")
    assert 3 <= told["longest_seconds"] <= 60
