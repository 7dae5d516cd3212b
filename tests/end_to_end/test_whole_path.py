"""The main job from one end to the other, when nothing goes wrong."""

from __future__ import annotations

import pytest

from kinescope_upload.emulator import Action, Fault, Route
from support.world import KIB, World, WorldMaker, content_of


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


def test_a_folder_whose_creation_was_not_answered_is_made_once(worlds: WorldMaker) -> None:
    world = worlds()
    path = world.library / "07_new/m01/001.mp4"
    path.parent.mkdir(parents=True)
    path.write_bytes(content_of(KIB, seed="new"))
    world.database.add_lessons([("07_new_m01_001", "07_new", "Новый")])
    world.emulator.faults.add(Fault(route=Route.FOLDERS_CREATE, action=Action.LOSE_ANSWER))
    assert world.upload(create_folders=True).exit_code == 0
    assert [folder.name for folder in world.emulator.folders()] == ["07_new"]
    world.assert_promise()


@pytest.mark.parametrize(
    "parent", ["project", pytest.param("null", marks=pytest.mark.slow), pytest.param("absent", marks=pytest.mark.slow)]
)
def test_a_courses_folder_is_found_and_made_once_however_kinescope_names_the_root(
    parent: str, worlds: WorldMaker
) -> None:
    world = worlds(readings={"root-parent": parent})
    for course in ("07_new", "08_newer"):
        (world.library / course / "m01").mkdir(parents=True)
        (world.library / course / "m01/001.mp4").write_bytes(content_of(KIB, seed=course))
    world.add_lessons()
    world.emulator.create_folder("07_new")
    for _ in range(2):
        assert world.upload(create_folders=True).exit_code == 0
    assert [folder.name for folder in world.emulator.folders()] == ["07_new", "08_newer"]
    world.assert_promise()
    assert world.run("folders").exit_code == 0
    assert world.run("verify").exit_code == 0


def test_a_name_that_is_said_to_be_taken_is_looked_for_again(worlds: WorldMaker) -> None:
    world = worlds()
    (world.library / "07_new/m01").mkdir(parents=True)
    (world.library / "07_new/m01/001.mp4").write_bytes(content_of(KIB, seed="new"))
    world.add_lessons()
    world.emulator.faults.add(Fault(route=Route.FOLDERS_CREATE, status=400, code=400203))
    assert world.upload(create_folders=True).exit_code == 0
    world.assert_promise()


def test_a_project_that_kinescope_does_not_know_is_named(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((10 * KIB,))
    unknown = "00000000-0000-4000-8000-000000000000"
    world.environment["KINESCOPE_PROJECT_ID"] = unknown
    outcome = world.run()
    assert outcome.exit_code == 2
    assert "KINESCOPE_PROJECT_ID" in outcome.text
    assert unknown in outcome.text
