"""Where the workspace's id comes from, and who needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kinescope_upload.emulator import Fault, Right, Route, Token
from kinescope_upload.upload import Dialect, Stage
from support.world import KIB, World, WorldMaker

if TYPE_CHECKING:
    from collections.abc import Mapping

SAME = Token(value="71b8f3d6-0e2a-4d59-8c47-2f9a6b5e1d03", rights=frozenset())
ELSEWHERE = Token(value=SAME.value, workspace_id="dddddddd-0000-4000-8000-000000000004")


def without_workspace(worlds: WorldMaker, dialect: str = "tus", **settings: Any) -> World:  # noqa: ANN401 - the emulator's
    world = worlds(dialect, **settings)
    del world.environment["KINESCOPE_WORKSPACE_ID"]
    if not dialect:
        del world.environment["KINESCOPE_INIT"]
    return world


def asked_for_tokens(world: World) -> int:
    return world.emulator.accounting.requests()[Route.ACCESS_TOKENS]


@pytest.mark.parametrize(("reading", "others"), [("one", ()), ("several", (SAME,))])
def test_tus_finds_the_workspace_in_the_list_of_tokens(
    worlds: WorldMaker, reading: str, others: tuple[Token, ...]
) -> None:
    world = without_workspace(worlds, readings={"tokens": reading}, other_tokens=others)
    world.fill((10 * KIB, 300 * KIB))
    assert world.upload().exit_code == 0
    assert {record.dialect for record in world.records.values()} == {Dialect.TUS}
    assert asked_for_tokens(world) == 1
    world.assert_promise()


@pytest.mark.parametrize(
    ("reading", "others"), [("403", ()), pytest.param("404", (), marks=pytest.mark.slow), ("several", (ELSEWHERE,))]
)
def test_where_nobody_tells_the_workspace_nothing_is_begun_and_the_ways_out_are_named(
    worlds: WorldMaker, reading: str, others: tuple[Token, ...]
) -> None:
    world = without_workspace(worlds, readings={"tokens": reading}, other_tokens=others)
    world.fill((10 * KIB,))
    outcome = world.run("--json")
    [error] = outcome.events("error")
    assert (outcome.exit_code, error["exit_code"]) == (2, 2)
    assert "KINESCOPE_WORKSPACE_ID is not set" in error["reason"]
    assert "KINESCOPE_INIT=json" in error["hint"]
    assert "dashboard" in error["hint"]
    assert world.emulator.videos() == ()
    assert world.records == {}


def test_a_list_that_fails_in_passing_is_asked_again(worlds: WorldMaker) -> None:
    world = without_workspace(worlds)
    world.fill((10 * KIB,))
    world.emulator.faults.add(Fault(route=Route.ACCESS_TOKENS, status=502, times=2))
    assert world.upload().exit_code == 0
    assert asked_for_tokens(world) == 3
    world.assert_promise()


@pytest.mark.slow
def test_commands_that_create_nothing_need_no_workspace(worlds: WorldMaker) -> None:
    world = without_workspace(worlds, readings={"tokens": "403"})
    world.fill((10 * KIB,))
    for command in (["--dry-run", "--offline"], ["--status"], ["folders"], ["map"]):
        assert world.run(*command).exit_code == 0, command
    verified, repaired = world.run("verify", "--json"), world.run("repair", "--dry-run", "--json")
    assert (verified.exit_code, repaired.exit_code) == (1, 1)  # nothing is uploaded yet, and no repair uploads it
    for outcome in (verified, repaired):
        assert [one["kind"] for one in outcome.events("finding")] == ["not_uploaded"]
    assert asked_for_tokens(world) == 0
    assert world.run("--dry-run").exit_code == 2  # as the run would


def test_without_a_workspace_and_without_being_told_the_dialect_is_json_and_nobody_is_asked(worlds: WorldMaker) -> None:
    world = without_workspace(worlds, "", readings={"tokens": "403"})
    world.fill((10 * KIB,))
    assert world.upload().exit_code == 0
    assert {record.dialect for record in world.records.values()} == {Dialect.JSON}
    world.assert_promise()


def test_an_upload_that_was_begun_by_json_goes_on_where_it_was_when_the_dialect_becomes_tus(worlds: WorldMaker) -> None:
    world = without_workspace(worlds, "json")
    world.fill((600 * KIB, 10 * KIB))
    world.emulator.faults.add(Fault(route=Route.PATCH, status=403, skip=1, times=9))
    assert world.upload(jobs=1, order="size-desc", retries=0).exit_code == 1
    world.emulator.faults.clear()
    begun = {key: record for key, record in world.records.items() if record.stage is Stage.CREATED}
    assert begun
    world.environment["KINESCOPE_INIT"] = "tus"
    assert world.upload().exit_code == 0
    for key, record in begun.items():
        assert world.records[key].video_id == record.video_id
        assert world.records[key].dialect is Dialect.JSON
    assert world.emulator.accounting.requests()[Route.TERMINATE] == 0
    world.assert_promise()


# --- doctor ------------------------------------------------------------------------------------------------------


def check_of(world: World, subject: str) -> tuple[int, Mapping[str, Any] | None]:
    outcome = world.run("doctor", "--json")
    checks = outcome.said[0]["checks"]
    return outcome.exit_code, next((one for one in checks if one["subject"] == subject), None)


@pytest.mark.parametrize("reading", ["one", "403"])
def test_doctor_shows_the_workspace_and_where_it_came_from(worlds: WorldMaker, reading: str) -> None:
    world = worlds(readings={"tokens": reading})
    world.fill((10 * KIB,))
    code, check = check_of(world, "workspace")
    assert check is not None
    assert (code, check["standing"]) == (0, "good")
    assert world.emulator.workspace_id in check["message"]
    assert "KINESCOPE_WORKSPACE_ID from the environment" in check["message"]
    assert ("does not name" in check["message"]) is (reading == "403")


@pytest.mark.parametrize("dialect", ["tus", "json"])
def test_doctor_shows_a_workspace_that_the_list_of_tokens_tells(worlds: WorldMaker, dialect: str) -> None:
    world = without_workspace(worlds, dialect)
    world.fill((10 * KIB,))
    code, check = check_of(world, "workspace")
    assert check is not None
    assert (code, check["standing"]) == (0, "good")
    assert f"{world.emulator.workspace_id}, from Kinescope's list of access tokens." in check["message"]
    assert ("does not need it" in check["message"]) is (dialect == "json")


def test_doctor_tries_to_upload_into_a_workspace_that_was_found(worlds: WorldMaker) -> None:
    world = without_workspace(worlds, tokens=(Token(rights=frozenset({Right.DELETE})),))
    world.fill((10 * KIB,))
    code, check = check_of(world, "upload")
    assert check is not None
    assert (code, check["standing"]) == (3, "wrong_outside")


def test_doctor_says_what_is_missing_where_nobody_tells_the_workspace(worlds: WorldMaker) -> None:
    world = without_workspace(worlds, readings={"tokens": "404"})
    world.fill((10 * KIB,))
    code, check = check_of(world, "workspace")
    assert check is not None
    assert (code, check["standing"]) == (2, "wrong_here")
    assert "KINESCOPE_INIT=json" in check["hint"]
    assert check_of(without_workspace(worlds, "json", readings={"tokens": "404"}), "workspace")[1] is None


@pytest.mark.parametrize(
    ("dialect", "expected"), [("tus", (2, "wrong_here")), pytest.param("json", (0, "note"), marks=pytest.mark.slow)]
)
def test_doctor_holds_the_set_workspace_against_the_tokens(
    worlds: WorldMaker, dialect: str, expected: tuple[int, str]
) -> None:
    world = worlds(dialect)
    world.fill((10 * KIB,))
    world.environment["KINESCOPE_WORKSPACE_ID"] = "22222222-2222-4222-8222-222222222222"
    code, check = check_of(world, "workspace")
    assert check is not None
    assert (code, check["standing"]) == expected
    assert check["hint"] == f"Set KINESCOPE_WORKSPACE_ID to {world.emulator.workspace_id}."


@pytest.mark.parametrize("right", list(Right))
@pytest.mark.parametrize("reading", ["one", "several", "403", "404"])
def test_doctor_finds_a_right_that_is_missing_whatever_the_list_tells(
    worlds: WorldMaker, reading: str, right: Right
) -> None:
    world = worlds(tokens=(Token(rights=frozenset({right})),), readings={"tokens": reading})
    world.fill((10 * KIB,))
    missing = {Right.UPLOAD: "delete", Right.DELETE: "upload"}[right]
    code, check = check_of(world, missing)
    assert check is not None
    assert (code, check["standing"]) == (3, "wrong_outside")


@pytest.mark.parametrize(("reading", "tries"), [("one", 0), ("several", 1), ("403", 1), ("404", 1)])
def test_doctor_tries_only_what_the_list_does_not_tell(worlds: WorldMaker, reading: str, tries: int) -> None:
    world = worlds(readings={"tokens": reading}, other_tokens=(SAME,))
    world.fill((10 * KIB,))
    assert world.run("doctor").exit_code == 0
    asked = world.emulator.accounting.requests()
    assert (asked[Route.INIT], asked[Route.VIDEO_DELETE]) == (tries, tries)


def test_a_run_with_another_workspaces_id_names_the_setting_and_not_a_missing_right(worlds: WorldMaker) -> None:
    world = worlds("tus")
    world.fill((10 * KIB,))
    world.environment["KINESCOPE_WORKSPACE_ID"] = "22222222-2222-4222-8222-222222222222"
    outcome = world.run()
    assert outcome.exit_code == 3
    assert "workspace 22222222-2222-4222-8222-222222222222" in outcome.text
    assert "Check KINESCOPE_WORKSPACE_ID" in outcome.text
