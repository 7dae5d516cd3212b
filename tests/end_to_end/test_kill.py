"""The process is killed again and again; then one clean run: the promise."""

from __future__ import annotations

import random
import sys

import pytest

from support.world import KIB, World, WorldMaker

_WORKERS = 3

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")


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
        _run_and_kill(world, chance, number)
    assert any(record.stage != "linked" for record in world.records.values()), "the batch was over before the last kill"
    world.link.heal()
    outcome = world.upload()
    assert outcome.exit_code == 0, outcome.said
    world.assert_promise(cuts=1)


def _run_and_kill(world: World, chance: random.Random, number: int) -> None:
    """Kills a run after a few bytes (in a question, in an answer) or in the middle of a body."""
    reach = chance.choice([600, 2_000, 6_000, 60 * KIB, 180 * KIB])
    goal = world.link.bytes_up + chance.randrange(1, reach)
    process = world.start("--jobs", str(_WORKERS), "--chunk-size", "256KiB")
    try:
        assert world.link.wait_until(lambda link: link.bytes_up >= goal, timeout=30), number
    finally:
        process.kill()
        output, _ = process.communicate()
    assert process.returncode == -9, output
