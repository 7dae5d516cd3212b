"""What a machine does about others: it doubts their files, knows their videos, tells what it leaves to them."""

from __future__ import annotations

import os
import shutil
import time
from typing import TYPE_CHECKING

import pytest

from support.clusters import ClusterWorld, cluster_worlds
from support.world import KIB, content_of

if TYPE_CHECKING:
    from collections.abc import Callable

    Worlds = Callable[..., ClusterWorld]

__all__ = ["cluster_worlds"]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def _enqueued(world: ClusterWorld, *sizes: int, rate: int) -> ClusterWorld:
    world.fill(sizes)
    world.link.slow_down(shared_rate=rate)
    assert world.at("one", "cluster", "enqueue")[0] == 0
    return world


def test_a_machine_with_another_file_doubts_it_until_a_person_decides(cluster_worlds: Worlds) -> None:
    world = cluster_worlds()
    world.fill((300 * KIB, 400 * KIB, 200 * KIB))
    copy = world.folder / "copy"
    shutil.copytree(world.library, copy)
    other, newer = sorted(copy.rglob("*.mp4"))[:2]
    other.write_bytes(content_of(500 * KIB, seed="another"))
    os.utime(newer, (10**9, 10**9))
    assert world.at("one", "cluster", "enqueue")[0] == 0
    world.machine("two", {"nas": copy})
    told = "512 kB here, and one wrote down 307 kB"
    code, said = world.at("two", "cluster", "enqueue")
    assert (code, told in said) == (1, True), said
    assert "has the time 2001-09-09 01:46:40 UTC here" in said
    world.worker("two").wait(timeout=100)
    assert world.count("stage = 'linked'") == 1
    assert world.count("record IS NULL AND wanted") == 2
    code, said = world.at("two", "cluster", "cancel", "--course", "01_analytics")
    code, said = world.at("one", "cluster", "enqueue")
    assert (code, "2 lessons enqueued" in said) == (0, True), said
    world.worker("one").wait(timeout=100)
    world.everything_is_right(again=0)


def test_a_file_that_grew_while_it_was_written_down_is_sent_when_it_is_written_down_again(
    cluster_worlds: Worlds,
) -> None:
    world = _enqueued(cluster_worlds(), 100 * KIB, 200 * KIB, rate=6_000_000)
    [growing, _] = sorted(world.library.rglob("*.mp4"))
    growing.write_bytes(content_of(300 * KIB, seed="whole"))
    os.utime(growing, (time.time() - 60,) * 2)
    code, said = world.at("two")
    assert code == 1, said
    told = " ".join(said.split())
    assert "It may have changed since: `kupload cluster enqueue` on one writes it down again." in told, said
    assert world.at("one", "cluster", "enqueue")[0] == 0
    assert world.at("two")[0] == 0
    world.everything_is_right(again=0)


def test_what_another_machine_sends_is_no_unknown_video(cluster_worlds: Worlds) -> None:
    world = _enqueued(cluster_worlds(), *[900 * KIB] * 2, rate=300_000)
    world.worker("one")
    world.wait_until(lambda: world.count("stage = 'created'") == 2)
    worker = world.running[-1]
    code, said = world.at("two", "repair", "--delete-unknown")
    assert code == 0, said  # with one to ask about, and no terminal, it is 2
    world.link.slow_down(shared_rate=6_000_000)
    assert worker.wait(timeout=120) == 0, world.said()
    world.everything_is_right(again=0)


def test_a_drained_machine_ends_what_it_has_and_says_that_lessons_are_left(cluster_worlds: Worlds) -> None:
    world = _enqueued(cluster_worlds(), *[900 * KIB] * 9, rate=900_000)
    worker = world.worker("one")
    world.wait_until(lambda: world.count("held_until > now()") >= 2)
    assert world.at("two", "stop", "--drain")[0] == 0
    world.link.slow_down(shared_rate=6_000_000)
    worker.wait(timeout=120)
    assert worker.returncode == 1, world.said()
    assert 0 < world.count("stage = 'linked'") < 9
    world.running.clear()
    world.worker("two")
    world.running[-1].wait(timeout=120)
    world.everything_is_right(again=0)
