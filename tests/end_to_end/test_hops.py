"""Hops between kupload and Kinescope that limit, keep or delay requests: every file gets done, hardly a byte twice."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import pytest

from kinescope_upload.emulator import Action, Break, Fault, Route
from support.world import KIB, World, WorldMaker, content_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from support.world import Outcome

_MIB: Final = 1024 * KIB
_MB: Final = 1_000_000


def _world_of(world: World, *, files: int, size: int) -> World:
    return _world_with(world, [size + number for number in range(1, files + 1)])


def _world_with(world: World, sizes: Sequence[int]) -> World:
    for number, size in enumerate(sizes, start=1):
        world.add_file(f"01_analytics/m01_start/{number:03d}.mp4", content_of(size, seed=str(number)))
    world.add_lessons()
    return world


def _assert_all_done(world: World, outcome: Outcome, *, most: float) -> None:
    assert outcome.exit_code == 0, outcome.said
    received = world.emulator.accounting.bytes_received
    assert received <= world.library_bytes * most, f"{received / world.library_bytes:.3f} times the bytes"


def _named(outcome: Outcome) -> list[str]:
    """What was said that names the option."""
    messages = [str(warning["message"]) for warning in outcome.events("warned")]
    return [message for message in messages if "`--chunk-size " in message]


@pytest.mark.parametrize(("limit", "halvings"), [(_MIB, 1), (256 * KIB, 3)], ids=["1 MiB", "256 KiB"])
def test_behind_a_limit_of_the_body_chunks_are_halved_and_the_option_is_named(
    worlds: WorldMaker, limit: int, halvings: int
) -> None:
    world = _world_of(worlds(max_request=limit, close_on_refusal=True), files=2, size=12 * limit)
    outcome = world.upload(chunk_size="64MiB", jobs=1)
    _assert_all_done(world, outcome, most=1.2)
    assert len(_named(outcome)) >= 1
    refused = [one for one in world.emulator.accounting.records() if one.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE]
    assert len(refused) == halvings, "the second file begins with what the host takes"
    world.assert_promise()


def _refusing(match: str = "", times: int | None = None) -> Fault:
    """Somebody on the way takes no request for these files, so many times."""
    return Fault(route=Route.PATCH, action=Action.INTERCEPT, status=413, match=match, times=times)


def test_a_hop_that_takes_no_request_ends_the_run_before_every_lesson_fails(worlds: WorldMaker) -> None:
    world = _world_of(worlds(), files=8, size=300 * KIB)
    world.emulator.faults.add(_refusing())
    outcome = world.upload(jobs=2, max_outage="1s")
    assert (outcome.exit_code, outcome.summary["cost"]["breaks"]) == (3, 0), outcome.summary
    assert "No byte could be sent for 1 s. Something on the way to 127.0.0.1" in outcome.summary["reason"]
    assert "administrator" in outcome.summary["hint"]
    begun = world.emulator.accounting.requests()[Route.INIT]
    assert begun <= 3, "one for each job, and one to tell a lesson's limit from the host's"
    assert len(world.emulator.videos()) == begun, "every upload is kept"
    world.heal()
    assert world.upload().exit_code == 0
    assert world.emulator.accounting.requests()[Route.INIT] == 8
    world.assert_promise()


def test_a_limit_that_lasts_for_a_moment_fails_no_lesson(worlds: WorldMaker) -> None:
    world = _world_of(worlds(), files=4, size=300 * KIB)
    world.emulator.faults.add(_refusing(times=12))
    assert world.upload(jobs=4).exit_code == 0
    world.assert_promise()


def test_a_limit_that_only_one_file_meets_costs_its_lesson_alone(worlds: WorldMaker) -> None:
    world = _world_of(worlds(), files=4, size=300 * KIB)
    world.emulator.faults.add(_refusing("Урок 001"))
    outcome = world.upload(jobs=1)
    assert (outcome.exit_code, outcome.summary["linked"]) == (1, 3), outcome.said
    (failure,) = outcome.summary["failures"]
    assert "takes no request of 262 kB (413)" in failure["reason"]
    assert len(world.emulator.videos()) == 4, "its upload is kept"
    world.heal()
    assert world.upload().exit_code == 0
    world.assert_promise()


@pytest.mark.slow
def test_a_line_that_breaks_in_mid_request_gets_through_a_hop_that_keeps_only_whole_ones(worlds: WorldMaker) -> None:
    world = _world_of(worlds(whole_requests=True), files=8, size=20 * _MB)
    world.link.cut(after=5_500_000, by=Break.RST)
    outcome = world.upload(chunk_size="64MiB", jobs=1)
    _assert_all_done(world, outcome, most=1.2)
    assert _named(outcome)


def test_an_upload_that_lost_a_chunk_goes_on_in_small_ones_to_its_end(worlds: WorldMaker) -> None:
    """So much arrives after the loss that the host's bound alone would let chunks grow again."""
    world = _world_of(worlds(whole_requests=True), files=1, size=12 * _MIB)
    world.link.cut(after=600 * KIB, by=Break.RST, times=1)
    _assert_all_done(world, world.upload(chunk_size="512KiB"), most=1.2)
    patches = [one for one in world.emulator.accounting.records(Route.PATCH) if one.status == HTTPStatus.NO_CONTENT]
    assert {one.body_bytes for one in patches[2:-1]} == {256 * KIB}


@pytest.mark.slow
@pytest.mark.parametrize(
    "sizes",
    [pytest.param([size * _MB for size in range(10, 21)], id="11 files"), pytest.param([60 * _MB], id="one of 60 MB")],
)
@pytest.mark.parametrize("breaks_after", [5_500_000, 8_300_000])
def test_four_jobs_behind_such_a_hop_lose_a_fifth_at_most(
    worlds: WorldMaker, sizes: list[int], breaks_after: int
) -> None:
    world = _world_with(worlds(whole_requests=True), sizes)
    world.link.cut(after=breaks_after, by=Break.RST)
    _assert_all_done(world, world.upload(chunk_size=None, jobs=4), most=1.2)


@pytest.mark.slow
def test_where_nobody_tells_offsets_and_the_line_breaks_small_chunks_of_their_own_get_through(
    worlds: WorldMaker,
) -> None:
    world = _world_of(worlds(readings={"head": "400"}, offset_in_conflict=False), files=8, size=20 * _MB)
    world.link.cut(after=5_500_000, by=Break.RST)
    outcome = world.upload(chunk_size="64MiB", jobs=1)
    _assert_all_done(world, outcome, most=1.2)
    assert len(outcome.events("orphan_removed")) <= 1


def test_a_hop_that_takes_a_body_at_once_and_passes_it_on_slowly_is_no_stall(worlds: WorldMaker) -> None:
    world = _world_of(worlds(whole_requests=True, passing_rate=300_000), files=1, size=600 * KIB)
    world.environment["KUPLOAD_STALL"] = "0.3"
    outcome = world.upload(chunk_size="300KiB")
    _assert_all_done(world, outcome, most=1.0)
    assert outcome.events("retry_scheduled") == [], "nothing was cut"
