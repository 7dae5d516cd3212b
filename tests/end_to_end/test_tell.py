"""A run at work is told something: real processes, and what Kinescope received is counted."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import pytest

from support.world import KIB

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator

    from support.world import World, WorldMaker

_PATIENCE: Final = 30.0
_FILES: Final = (3000 * KIB,) * 5


@pytest.fixture
def world(worlds: WorldMaker) -> World:
    world = worlds()
    world.fill(_FILES)
    return world


@contextmanager
def _running(world: World, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A run that has begun to send."""
    with world.start("--json", *arguments) as run:
        try:
            assert run.stdout
            while "lesson_started" not in run.stdout.readline():
                pass
            yield run
        finally:
            run.kill()


def _received(world: World) -> int:
    return world.emulator.accounting.bytes_received


def _until(is_so: Callable[[], bool]) -> None:
    ends_at = time.monotonic() + _PATIENCE
    while not is_so():
        assert time.monotonic() < ends_at
        time.sleep(0.05)


def _comes_to_rest(world: World) -> int:
    """What was received when nothing more comes for a second."""
    last, since = _received(world), time.monotonic()
    while time.monotonic() - since < 1.0:
        if (now := _received(world)) != last:
            last, since = now, time.monotonic()
        time.sleep(0.05)
    return last


@pytest.mark.slow
def test_every_setting_of_a_run_at_work_is_changed_under_load_and_no_byte_is_sent_twice(world: World) -> None:
    """A chunk of at least 1 MiB is under way for 20 s: the pause cuts two of them after 5 s."""
    with _running(world, "--jobs", "2", "--chunk-size", "16MiB", "--bwlimit", "100KB") as run:
        paused = world.run("pause", "2h")
        assert (paused.exit_code, f"(process {run.pid}) is paused until" in paused.text) == (0, True)
        held = _comes_to_rest(world)
        assert 0 < held < sum(_FILES)
        status = world.run("--status", "--json").said[0]["runs"][0]
        assert [wait["kind"] for wait in status["waits"]] == ["paused"]
        assert "goes on." in world.run("resume").text
        assert "goes on; it was not paused" in world.run("resume").text
        assert "sends at most 250 kB/s now" in world.run("bwlimit", "250KB").text
        assert "works on 4 lessons at a time" in world.run("jobs", "4").text
        _until(lambda: world.run("--status", "--json").said[0]["runs"][0]["jobs"] == 4)
        assert "works on 1 lesson at a time" in world.run("jobs", "1").text
        assert "follows the line" in world.run("jobs", "auto").text
        assert "without a limit" in world.run("bwlimit", "off").text
        rest = run.communicate(timeout=120)[0]
    assert run.returncode == 0, rest
    cost = next(said["cost"] for line in rest.splitlines() if (said := json.loads(line))["event"] == "summary")
    assert cost["resumes"] >= 2, "no request was cut"
    assert cost["breaks"] == 0
    world.assert_promise(cuts=0)
    assert _received(world) == world.library_bytes


@pytest.mark.slow
def test_behind_a_hop_that_keeps_whole_requests_alone_only_the_first_pause_cuts(worlds: WorldMaker) -> None:
    world = worlds(whole_requests=True)
    world.fill((3000 * KIB,) * 3)
    with _running(world, "--jobs", "1", "--chunk-size", "16MiB", "--bwlimit", "100KB") as run:
        world.run("pause")
        lost = _comes_to_rest(world)
        world.run("resume")
        _until(lambda: _received(world) > lost)
        world.run("pause")
        _comes_to_rest(world)  # its request comes to its end, in mid-pause
        world.run("resume")
        world.run("bwlimit", "off")
        rest = run.communicate(timeout=120)[0]
    assert run.returncode == 0, rest
    assert 0 < _received(world) - world.library_bytes <= lost


@pytest.mark.slow
def test_where_no_run_is_at_work_resume_starts_one_and_the_others_say_so(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((20 * KIB,))
    for command in (("pause",), ("bwlimit", "2M"), ("jobs", "auto")):
        told = world.run(*command)
        assert (told.exit_code, "No run is at work on" in told.text) == (1, True)
    resumed = world.run("resume")
    assert resumed.exit_code == 0
    assert "No run is at work: this one goes on" in resumed.text
    world.assert_promise()
    assert "No run is at work on" in world.run("pause", "5").text


@pytest.mark.parametrize(
    ("command", "complaint"),
    [
        (("pause", "tomorrow"), '"tomorrow" is not a duration.'),
        (("pause", "0"), '"0" must be more than zero.'),
        (("bwlimit", "fast"), '"fast" is not a bandwidth limit'),
        (("jobs", "33"), '"33" is not between 1 and 32.'),
    ],
)
@pytest.mark.slow
def test_what_means_nothing_is_said_to_nobody(worlds: WorldMaker, command: tuple[str, ...], complaint: str) -> None:
    told = worlds().run(*command)
    assert told.exit_code == 2
    assert complaint in told.text
