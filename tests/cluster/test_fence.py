"""What the fence is for: a machine that slept while it cleared up must not write over what another has done since."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.emulator import Action, Fault, Route
from support.clusters import ClusterWorld, cluster_worlds
from support.world import KIB

if TYPE_CHECKING:
    from collections.abc import Callable

    Worlds = Callable[..., ClusterWorld]

__all__ = ["cluster_worlds"]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(200)]


def test_with_the_fence_a_sleeper_writes_nothing_and_sends_nothing(cluster_worlds: Worlds) -> None:
    world = _story(cluster_worlds(), program="kinescope_upload")
    assert len(world.emulator.videos()) == 1
    world.everything_is_right(again=0.5)  # the share of the upload that expired


def test_without_it_the_lesson_gets_two_videos_and_its_record_is_wrong(cluster_worlds: Worlds) -> None:
    world = _story(cluster_worlds(), program="support.unfenced")
    assert len(world.emulator.videos()) == 2
    with pytest.raises(AssertionError):
        world.everything_is_right(again=0.5)


def _story(world: ClusterWorld, *, program: str) -> ClusterWorld:
    """One falls asleep while it clears up an upload that expired; another takes over and links; the first wakes."""
    world.fill((3_000 * KIB,))
    code, said = world.at("one", "cluster", "enqueue")
    assert code == 0, said
    world.emulator.faults.add(
        Fault(route=Route.PATCH, action=Action.EXPIRE, keep=1_000 * KIB),
        Fault(route=Route.VIDEO_DELETE, action=Action.DELAY, delay=3.0),
    )
    world.program = program
    sleeper = world.worker("one")
    world.wait_until(lambda: world.count("stage = 'orphaned'") == 1)
    sleeper.send_signal(signal.SIGSTOP)
    world.program = "kinescope_upload"
    other = world.worker("two")
    world.wait_until(lambda: world.count("stage = 'linked'") == 1)
    other.wait(timeout=60)
    sleeper.send_signal(signal.SIGCONT)
    sleeper.wait(timeout=60)
    return world
