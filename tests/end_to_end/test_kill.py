"""The process is killed again and again while all goes wrong around it; then one clean run: the promise."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Final

import pytest

from kinescope_upload.emulator import Action, Fault, Route
from kinescope_upload.library.scan import scan
from support.disks import redate
from support.systems import KILLED, WINDOWS
from support.world import KIB, World, WorldMaker

if TYPE_CHECKING:
    from collections.abc import Callable
    from subprocess import Popen

_WORKERS = 3
_PLACES: Final = (Route.INIT, Route.PATCH, Route.HEAD, Route.VIDEO_GET)


@pytest.mark.slow
@pytest.mark.timeout(500)
def test_a_batch_killed_forty_times_is_whole_after_one_clean_run(worlds: WorldMaker) -> None:
    _kill_and_go_on(worlds("tus"), kills=40, files=30)


def test_a_batch_killed_eight_times_is_whole_after_one_clean_run(worlds: WorldMaker) -> None:
    _kill_and_go_on(worlds("tus"), kills=8, files=8)


def _kill_and_go_on(world: World, *, kills: int, files: int) -> None:
    chance = random.Random(20261124)
    world.fill(tuple(chance.randrange(200 * KIB, 400 * KIB) for _ in range(files)))
    world.link.slow_down(shared_rate=4_000_000)
    for number in range(kills):
        _DISTURBANCES[number % len(_DISTURBANCES)](world, chance)
        _run_and_kill(world, chance, number)
        world.emulator.faults.clear()
    assert any(record.stage != "linked" for record in world.records.values()), "the batch was over before the last kill"
    world.link.heal()
    outcome = world.upload()
    assert outcome.exit_code == 0, outcome.said
    world.assert_promise(cuts=1 + kills // len(_DISTURBANCES))  # what was sent of a killed run may have no MD5 yet


def _nothing(_world: World, _chance: random.Random) -> None:
    """All is well but for the kill."""


def _stray_404(world: World, _chance: random.Random) -> None:
    """Each of these requests is told once that what it asks for is not there."""
    world.emulator.faults.add(*(Fault(route=route, status=404) for route in (Route.HEAD, Route.PATCH)))
    world.emulator.faults.add(Fault(route=Route.VIDEO_GET, status=404, code=404404))


def _foreign_answers(world: World, chance: random.Random) -> None:
    status = chance.choice([200, 403, 404, 502])
    page = {"action": Action.INTERCEPT, "status": status, "message": "<title>Log in</title>"}
    world.emulator.faults.add(*(Fault(route=route, **page) for route in _PLACES))  # type: ignore[arg-type] # a fault's


def _other_times(world: World, chance: random.Random) -> None:
    for file in scan(world.library).files:
        if chance.random() < 0.5:
            redate(world.library / file.path)


_DISTURBANCES: Final[tuple[Callable[[World, random.Random], None], ...]] = (
    _nothing,
    _stray_404,
    _foreign_answers,
    _other_times,
)


def _run_and_kill(world: World, chance: random.Random, number: int) -> None:
    """Kills a run after a few bytes (in a question, in an answer), in the middle of a body, or without its library."""
    reach = chance.choice([600, 2_000, 6_000, 60 * KIB, 180 * KIB])
    goal = world.link.bytes_up + chance.randrange(1, reach)
    process = world.start("--jobs", str(_WORKERS), "--chunk-size", "256KiB")
    try:
        assert world.link.wait_until(lambda link: link.bytes_up >= goal, timeout=120), number
        if number % 3 == 2 and not WINDOWS:  # which renames no folder with an open file in it
            _take_library_away(world, process)
    finally:
        process.kill()
        output, _ = process.communicate()
    assert process.returncode == KILLED, output


def _take_library_away(world: World, process: Popen[str]) -> None:
    """Renames the library until the run waits for it."""
    assert process.stdout
    away = world.folder / "away"
    world.library.rename(away)
    try:
        for line in process.stdout:
            if "The library" in line:
                return
    finally:
        away.rename(world.library)
