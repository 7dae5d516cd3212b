"""What a run asks before its first byte, and what that costs."""

from __future__ import annotations

import pytest

from kinescope_upload.emulator import Fault, Right, Route, Token
from postgres import PASSWORD, WITH_PASSWORD
from world import KIB, World, WorldMaker

NO_DELETE = (Token(rights=frozenset({Right.UPLOAD})),)


@pytest.mark.parametrize("dialect", ["tus", "json"])
def test_a_token_that_may_not_delete_stops_the_run_before_any_byte(worlds: WorldMaker, dialect: str) -> None:
    world = worlds(dialect, tokens=NO_DELETE)
    world.fill((10 * KIB, 300 * KIB))
    outcome = world.upload()
    assert outcome.exit_code == 3
    assert "may not delete" in outcome.summary["reason"]
    assert "right to delete" in outcome.summary["way_out"]
    assert world.emulator.videos() == ()
    assert world.emulator.accounting.bytes_received == 0
    assert [record.route for record in world.emulator.accounting.records()] == [Route.VIDEO_DELETE, Route.VIDEO_GET]
    assert world.records == {}


def test_the_reason_stands_on_the_terminal_too(worlds: WorldMaker) -> None:
    world = worlds(tokens=NO_DELETE)
    world.fill((10 * KIB,))
    outcome = world.run()
    assert (outcome.exit_code, "may not delete videos" in outcome.text) == (3, True)


def test_asking_costs_one_request_when_all_is_well(world: World) -> None:
    world.fill((10 * KIB, 300 * KIB))
    assert world.upload().exit_code == 0
    first, second, *_ = world.emulator.accounting.records()
    assert (first.route, first.status, second.route) == (Route.VIDEO_DELETE, 404, Route.FOLDERS_LIST)
    assert world.emulator.accounting.requests()[Route.VIDEO_DELETE] == 1


def test_a_run_without_bytes_to_send_asks_nothing(world: World) -> None:
    world.fill((10 * KIB,))
    assert world.upload(no_db=True, trust_scan=True).exit_code == 0
    asked = world.emulator.accounting.requests()
    assert world.upload().exit_code == 0
    assert world.upload().exit_code == 0
    assert world.emulator.accounting.requests() == asked


def test_a_revoked_token_stops_the_run_before_any_byte(world: World) -> None:
    world.fill((10 * KIB,))
    world.environment["KINESCOPE_API_KEY"] = "00000000-0000-4000-8000-000000000000"
    outcome = world.upload()
    assert (outcome.exit_code, "does not accept the token" in outcome.summary["reason"]) == (3, True)
    assert len(world.emulator.accounting.records()) == 1


def test_where_the_answer_tells_nothing_the_run_says_so_and_goes_on(world: World) -> None:
    world.fill((10 * KIB,))
    denied = {"status": 403, "code": 100103}
    world.emulator.faults.add(
        Fault(route=Route.VIDEO_DELETE, **denied),  # type: ignore[arg-type]
        Fault(route=Route.VIDEO_GET, **denied),  # type: ignore[arg-type]
    )
    outcome = world.upload()
    assert outcome.exit_code == 0
    assert "does not tell whether the token may delete" in outcome.events("warned")[0]["message"]
    world.assert_promise()


def test_asking_is_tried_again_when_it_fails_in_passing(world: World) -> None:
    world.fill((10 * KIB,))
    world.emulator.faults.add(Fault(route=Route.VIDEO_DELETE, status=502, times=2))
    assert world.upload().exit_code == 0
    assert world.emulator.accounting.requests()[Route.VIDEO_DELETE] == 3
    world.assert_promise()


def test_rows_that_may_not_be_written_stop_the_run_before_any_byte(world: World) -> None:
    world.fill((10 * KIB,))
    world.database.execute(f'GRANT SELECT ON "Lesson" TO {WITH_PASSWORD}')
    server = world.database.server
    world.environment["DATABASE_URL"] = server.tcp_url(world.database.name, WITH_PASSWORD, PASSWORD)
    outcome = world.upload()
    assert outcome.exit_code == 3
    assert "lacks the right to UPDATE" in outcome.summary["reason"]
    assert "GRANT UPDATE" in outcome.summary["way_out"]
    assert world.emulator.videos() == ()
