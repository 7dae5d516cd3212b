"""What a run asks before its first byte, and what that costs."""

from __future__ import annotations

import pytest

from kinescope_upload.emulator import Fault, Right, Route, Token
from support.postgres import PASSWORD, WITH_PASSWORD
from support.world import KIB, World, WorldMaker

NO_DELETE = (Token(rights=frozenset({Right.UPLOAD})),)
ALL_RIGHTS = Token(value="71b8f3d6-0e2a-4d59-8c47-2f9a6b5e1d03")


def routes(world: World) -> list[Route | None]:
    return [record.route for record in world.emulator.accounting.records()]


def rights_asked(world: World) -> list[Route | None]:
    """What was asked but the folders, which are listed beside."""
    return [route for route in routes(world) if route in {Route.ACCESS_TOKENS, Route.VIDEO_DELETE, Route.VIDEO_GET}]


@pytest.mark.parametrize("dialect", ["tus", "json"])
def test_a_token_that_may_not_delete_stops_the_run_before_any_byte(worlds: WorldMaker, dialect: str) -> None:
    world = worlds(dialect, tokens=NO_DELETE)
    world.fill((10 * KIB, 300 * KIB))
    outcome = world.upload()
    assert outcome.exit_code == 3
    assert "may not delete" in outcome.summary["reason"]
    assert "right to delete" in outcome.summary["hint"]
    assert world.emulator.videos() == ()
    assert world.emulator.accounting.bytes_received == 0
    assert rights_asked(world) == [Route.ACCESS_TOKENS, Route.VIDEO_DELETE, Route.VIDEO_GET]
    assert world.records == {}


def test_the_reason_stands_on_the_terminal_too(worlds: WorldMaker) -> None:
    world = worlds(tokens=NO_DELETE)
    world.fill((10 * KIB,))
    outcome = world.run()
    assert (outcome.exit_code, "may not delete videos" in outcome.text) == (3, True)


def test_asking_costs_one_request_when_the_list_of_tokens_tells_all(world: World) -> None:
    world.fill((10 * KIB, 300 * KIB))
    assert world.upload().exit_code == 0
    assert set(routes(world)[:2]) == {Route.ACCESS_TOKENS, Route.FOLDERS_LIST}
    assert world.emulator.accounting.requests()[Route.ACCESS_TOKENS] == 1
    assert Route.VIDEO_DELETE not in routes(world)


@pytest.mark.parametrize(
    ("reading", "others", "is_tried"),
    [
        ("one", (), False),
        ("several", (ALL_RIGHTS,), False),
        ("several", (Token(value=ALL_RIGHTS.value, rights=frozenset()),), True),
        ("403", (), True),
        ("404", (), True),
    ],
)
def test_the_right_to_delete_is_tried_where_the_list_of_tokens_does_not_tell(
    worlds: WorldMaker, reading: str, others: tuple[Token, ...], is_tried: bool
) -> None:
    world = worlds(readings={"tokens": reading}, other_tokens=others)
    world.fill((10 * KIB,))
    outcome = world.upload()
    assert (outcome.exit_code, outcome.events("warned")) == (0, [])
    assert (Route.VIDEO_DELETE in routes(world)) is is_tried
    world.assert_promise()


@pytest.mark.parametrize("reading", ["one", "several", "403", "404"])
def test_a_token_that_may_not_delete_stops_the_run_whatever_the_list_of_tokens_tells(
    worlds: WorldMaker, reading: str
) -> None:
    world = worlds(tokens=NO_DELETE, readings={"tokens": reading}, other_tokens=(ALL_RIGHTS,))
    world.fill((10 * KIB,))
    outcome = world.upload()
    assert (outcome.exit_code, "may not delete" in outcome.summary["reason"]) == (3, True)
    assert world.emulator.videos() == ()


def test_a_list_that_wrongly_says_no_stops_nothing(worlds: WorldMaker) -> None:
    world = worlds(tokens=NO_DELETE)
    world.fill((10 * KIB,))
    world.emulator.faults.add(Fault(route=Route.VIDEO_DELETE, status=404, code=400404))
    outcome = world.upload()
    assert outcome.exit_code == 0
    [warned] = outcome.events("warned")
    assert "list of access tokens says that the token may not delete" in warned["message"]
    world.assert_promise()


@pytest.mark.parametrize("status", [400, 401, 402, 500])
def test_a_list_that_cannot_be_had_stops_nothing(worlds: WorldMaker, status: int) -> None:
    world = worlds()
    world.fill((10 * KIB,))
    world.emulator.faults.add(Fault(route=Route.ACCESS_TOKENS, status=status))
    outcome = world.upload()
    assert (outcome.exit_code, outcome.events("warned")) == (0, [])
    assert rights_asked(world) == [Route.ACCESS_TOKENS, Route.VIDEO_DELETE]
    world.assert_promise()


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
    assert rights_asked(world) == [Route.ACCESS_TOKENS, Route.VIDEO_DELETE], "a refused list proves nothing"


def test_where_the_answer_tells_nothing_the_run_says_so_and_goes_on(worlds: WorldMaker) -> None:
    world = worlds(readings={"tokens": "403"})
    world.fill((10 * KIB,))
    denied = {"status": 403, "code": 100103}
    world.emulator.faults.add(
        Fault(route=Route.VIDEO_DELETE, **denied),  # type: ignore[arg-type]
        Fault(route=Route.VIDEO_GET, **denied),  # type: ignore[arg-type]
    )
    outcome = world.upload()
    assert outcome.exit_code == 0
    assert "does not say whether the token may delete" in outcome.events("warned")[0]["message"]
    world.assert_promise()


def test_asking_is_tried_again_when_it_fails_in_passing(worlds: WorldMaker) -> None:
    world = worlds(readings={"tokens": "404"})
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
    assert "GRANT UPDATE" in outcome.summary["hint"]
    assert world.emulator.videos() == ()


_READ_ONLY_ROWS = (
    f'GRANT SELECT, UPDATE ON "Lesson" TO {WITH_PASSWORD}; ALTER TABLE "Lesson" ENABLE ROW LEVEL SECURITY; '
    'CREATE POLICY reads ON "Lesson" FOR SELECT USING (true)'
)
_READ_ONLY = 'GRANT SELECT, UPDATE ON "Lesson" TO {0}; ALTER ROLE {0} IN DATABASE "{1}" SET {2} = on'


@pytest.mark.parametrize("words", ["is read-only", "row-level security"])
def test_a_database_that_takes_no_changes_stops_the_run_before_any_byte(world: World, words: str) -> None:
    world.fill((10 * KIB,))
    database = world.database
    read_only = _READ_ONLY.format(WITH_PASSWORD, database.name, "default_transaction_read_only")
    database.execute(read_only if words == "is read-only" else _READ_ONLY_ROWS)
    world.environment["DATABASE_URL"] = database.server.tcp_url(database.name, WITH_PASSWORD, PASSWORD)
    outcome = world.upload()
    assert (outcome.exit_code, words in outcome.summary["reason"]) == (3, True), outcome.summary
    assert world.emulator.videos() == ()
    assert set(database.videos().values()) == {(None, None)}
