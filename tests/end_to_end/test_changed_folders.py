"""A course's folder that was wrong once: the next run goes by what is right now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kinescope_upload.emulator import Fault, Route
from kinescope_upload.library.disk import Disk
from kinescope_upload.upload import Stage
from support.world import KIB, World, content_of

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

COURSE = "01_analytics"
NO_FOLDER = "00000000-0000-4000-8000-000000000000"


class AfterTheFirst(Disk):
    """Does something before the first look at a file after a lesson is done."""

    def __init__(self, world: World, act: Callable[[], None]) -> None:
        self._world = world
        self._acts = [act]

    def stat(self, path: str) -> os.stat_result:
        if self._acts and '"lesson_done"' in self._world.output.getvalue():
            self._acts.pop()()
        return super().stat(path)


def pin(world: World, folder_id: str | None) -> None:
    """Pins the course to the folder, or takes the pin out."""
    text = f'[folders]\n"{COURSE}" = "{folder_id}"\n' if folder_id else ""
    (world.folder / "kupload.toml").write_text(text, encoding="utf-8")


def stage_of(world: World) -> Stage:
    [record] = world.records.values()
    return record.stage


def folder_of_video(world: World) -> str | None:
    [video] = world.emulator.videos()
    return video.folder_id


def test_a_pin_to_no_folder_is_named_before_the_first_byte(world: World) -> None:
    world.fill((300 * KIB,))
    pin(world, NO_FOLDER)
    outcome = world.run()
    assert outcome.exit_code == 1
    assert NO_FOLDER in outcome.text
    assert "`kupload folders" in outcome.text
    assert world.emulator.accounting.requests().get(Route.INIT, 0) == 0
    assert world.records == {}
    pin(world, None)
    assert world.upload().exit_code == 0
    world.assert_promise()


@pytest.mark.parametrize("status", [404, 500])
def test_a_folder_that_was_deleted_and_made_anew_is_used_by_the_next_run(world: World, status: int) -> None:
    world.fill((300 * KIB,))
    world.emulator.faults.add(Fault(route=Route.INIT, status=status, times=50))
    assert world.upload(retries=1).exit_code == 1
    world.emulator.faults.clear()
    world.emulator.delete_folder(world.emulator.folder_named(COURSE).id)
    world.emulator.create_folder(COURSE)
    outcome = world.upload()
    assert outcome.exit_code == 0, outcome.said
    world.assert_promise()


@pytest.mark.parametrize(("is_made_anew", "is_in_doubt"), [(False, True), (True, False)])
def test_a_folder_that_goes_away_in_mid_run_stops_its_course_with_one_reason(
    world: World, *, is_made_anew: bool, is_in_doubt: bool
) -> None:
    world.fill((10 * KIB, 20 * KIB, 30 * KIB, 40 * KIB))
    world.add_file("02_ads/m01/001.mp4", content_of(60 * KIB, seed="ads"))
    world.database.add_lessons([("02_ads_m01_001", "02_ads", "Урок")])

    def take_away() -> None:
        world.emulator.delete_folder(world.emulator.folder_named(COURSE).id)
        if is_made_anew:
            world.emulator.create_folder(COURSE)

    world.disk = AfterTheFirst(world, take_away)
    outcome = world.upload(jobs="1")
    assert outcome.exit_code == 1
    assert [one["lesson_id"] for one in outcome.events("lesson_done")][1:] == ["02_ads_m01_001"]
    failed = outcome.events("lesson_failed")
    assert len({one["lesson_id"] for one in failed}) == 3
    assert {one["is_in_doubt"] for one in failed} == {is_in_doubt}
    assert len({(one["reason"], one["hint"]) for one in failed}) == 1
    [warned] = [one["message"] for one in outcome.events("warned") if "left out" in one["message"]]
    assert warned.startswith(f"{COURSE}: 2 more lessons are left out: ")
    assert world.emulator.accounting.requests()[Route.INIT] == 3, "one lesson of the course asked, and was refused"
    world.disk = Disk()
    if not is_made_anew:
        assert f"`kupload folders --create --course {COURSE}`" in failed[0]["hint"]
        assert world.run("folders", "--create", "--course", COURSE).exit_code == 0
    assert world.upload().exit_code == 0
    assert {record.stage for record in world.records.values()} == {Stage.LINKED}
    assert len(world.emulator.videos()) == 5


def test_an_upload_begun_into_a_folder_that_is_no_longer_wanted_goes_on_and_is_moved(world: World) -> None:
    world.fill((900 * KIB,))
    pin(world, world.emulator.create_folder("02_ads").id)
    world.emulator.faults.add(Fault(route=Route.PATCH, status=500, skip=1, times=50))
    assert world.upload(retries=1).exit_code == 1
    assert stage_of(world) is Stage.CREATED
    world.emulator.faults.clear()
    pin(world, None)
    outcome = world.upload()
    assert outcome.exit_code == 0, outcome.said
    world.assert_promise()
    assert folder_of_video(world) == world.emulator.folder_named(COURSE).id


def test_a_video_that_cannot_be_moved_is_named_and_kept(world: World) -> None:
    world.fill((900 * KIB,))
    there = world.emulator.create_folder("02_ads")
    pin(world, there.id)
    world.emulator.faults.add(Fault(route=Route.PATCH, status=500, skip=1, times=50))
    assert world.upload(retries=1).exit_code == 1
    world.emulator.faults.clear()
    pin(world, None)
    world.emulator.faults.add(Fault(route=Route.MOVE, status=403, times=50))
    outcome = world.upload()
    assert outcome.exit_code in {1, 3}, outcome.said
    assert stage_of(world) is Stage.UPLOADED
    world.emulator.faults.clear()
    assert world.upload().exit_code == 0
    assert folder_of_video(world) == there.id
    assert world.run("verify", "--json").events("finding")[0]["kind"] == "wrong_folder"
    assert world.run("repair", "--yes").exit_code == 0
    world.assert_promise()
