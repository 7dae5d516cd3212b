"""The network: down, silent, slow; and a service that asks everybody to wait."""

from __future__ import annotations

import pytest

from kinescope_upload.emulator import Fault, Route
from support.concurrency import hold_line, meanwhile, once_sent
from support.world import KIB, World, WorldMaker


def test_an_outage_is_waited_for_and_uses_up_no_retries(world: World) -> None:
    world.fill((600 * KIB,) * 5)
    hold_line(world, after=700 * KIB)

    def break_the_network() -> None:
        once_sent(world, 700 * KIB)
        world.link.refuse()
        world.link.cut_now()
        world.output.wait_for('"wait_started"')
        world.link.heal()

    with meanwhile(break_the_network):
        outcome = world.upload(retries=0, jobs=1)  # with others, one may notice the break only when the line is back
    assert outcome.exit_code == 0, outcome.said
    kinds = [event["kind"] for event in outcome.events("wait_started")]
    assert kinds == ["network"]
    assert outcome.summary["failures"] == []
    world.assert_promise(cuts=4)


def test_an_outage_longer_than_max_outage_ends_the_run_with_everything_resumable(world: World) -> None:
    world.fill((600 * KIB,) * 5)
    hold_line(world, after=700 * KIB)

    def break_the_network() -> None:
        once_sent(world, 700 * KIB)
        world.link.refuse()
        world.link.cut_now()

    with meanwhile(break_the_network):
        outcome = world.upload(max_outage="0.3s")
    assert outcome.exit_code == 3
    assert "could not be reached" in outcome.summary["reason"]
    world.link.heal()
    assert world.upload().exit_code == 0
    world.assert_promise(cuts=4)


def test_a_transfer_that_moves_no_byte_is_cut_and_resumed(world: World) -> None:
    world.fill((900 * KIB,) * 3)
    hold_line(world, after=700 * KIB)

    def wake_up() -> None:
        world.output.wait_for('"wait_started"')
        world.link.resume()

    world.environment["KUPLOAD_STALL"] = "0.3"
    with meanwhile(wake_up):
        outcome = world.upload()
    assert outcome.exit_code == 0, outcome.said
    world.assert_promise(cuts=6)


@pytest.mark.slow
def test_a_slow_transfer_is_not_a_dead_one(world: World) -> None:
    world.environment["KUPLOAD_STALL"] = "1.5"
    world.fill((6 * 1024 * KIB,))
    world.link.slow_down(
        rate=1_500_000
    )  # 4 s in all, more than twice the stall time, and never that long without a byte
    outcome = world.upload(chunk_size="4MiB")
    assert outcome.exit_code == 0
    assert outcome.events("retry_scheduled") == []
    world.assert_promise()


def test_a_wait_that_the_service_asks_for_holds_every_worker_back_once(worlds: WorldMaker) -> None:
    world = worlds("tus")
    world.fill((300 * KIB,) * 8)
    world.emulator.faults.add(Fault(route=Route.INIT, status=429, headers=(("Retry-After", "1"),), skip=2))
    outcome = world.upload()
    assert outcome.exit_code == 0, outcome.said
    waits = outcome.events("wait_started")
    assert [wait["kind"] for wait in waits] == ["throttled"]
    inits = world.emulator.accounting.records(Route.INIT)
    refused = next(one for one in inits if one.status == 429)
    assert refused.end is not None
    too_early = [one for one in inits if refused.end < one.start < refused.end + 0.9]
    assert len(too_early) <= 3  # those of the other workers that were under way
    world.assert_promise()


@pytest.mark.parametrize("named", ["0", "Wed, 01 May 2024 12:00:00 GMT"])
def test_a_wait_that_is_over_already_leaves_our_own_backoff(worlds: WorldMaker, named: str) -> None:
    world = worlds("tus")
    world.fill((300 * KIB,))
    world.environment["KUPLOAD_RETRY_BASE"] = "0.05"
    world.emulator.faults.add(Fault(route=Route.PATCH, status=429, headers=(("Retry-After", named),), times=None))
    outcome = world.upload(max_outage="0.6s")
    assert outcome.exit_code == 3, outcome.said
    assert 3 <= world.emulator.accounting.requests()[Route.PATCH] <= 6, "0.05, 0.1, 0.2 and 0.25 s apart"
