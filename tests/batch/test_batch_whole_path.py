"""The main job from one end to the other, when nothing goes wrong."""

from __future__ import annotations

from kinescope_upload.emulator import Fault, Route
from world import KIB, World


def test_every_lesson_gets_its_video_and_its_row(world: World) -> None:
    world.fill((10 * KIB, 300 * KIB, 700 * KIB, 1))
    outcome = world.upload()
    assert outcome.exit_code == 0, outcome.said
    world.assert_promise()


def test_a_second_run_finds_nothing_to_do_and_sends_nothing(world: World) -> None:
    world.fill((10 * KIB, 300 * KIB))
    world.upload()
    requests = world.emulator.accounting.requests()
    outcome = world.upload()
    assert (outcome.exit_code, outcome.summary["uploaded"]) == (0, 0)
    assert world.emulator.accounting.requests() == requests
    world.assert_promise()


def test_the_request_id_that_support_asks_for_stands_in_the_failure(world: World) -> None:
    world.fill((10 * KIB,))
    world.emulator.faults.add(Fault(route=Route.INIT, status=422, code=402402))
    outcome = world.upload()
    [request] = world.emulator.accounting.records(Route.INIT)
    assert f"X-Request-ID {request.request_id}" in outcome.summary["failures"][0]["reason"]
