"""A course without exactly one folder on Kinescope costs its own lessons, and nobody else's."""

from __future__ import annotations

import shlex

import pytest

from support.world import KIB, World, WorldMaker, content_of

FIRST, NEW = "01_analytics_m01_start_001", "99_new_m01_001"


@pytest.fixture
def two_courses(worlds: WorldMaker) -> World:
    """Two courses; 99_new has no folder, and its file is the smaller one."""
    world = worlds(unique_folder_names=False)
    world.fill((10 * KIB,))
    (world.library / "99_new/m01").mkdir(parents=True)
    (world.library / "99_new/m01/001.mp4").write_bytes(content_of(KIB, seed="new"))
    world.database.add_lessons([(NEW, "99_new", "Новый")])
    return world


def test_the_other_course_goes_up_and_the_hint_works(two_courses: World) -> None:
    outcome = two_courses.upload(limit="1")
    assert (outcome.exit_code, outcome.summary["linked"]) == (1, 1)
    [doubt] = outcome.summary["in_doubt"]
    assert (doubt["lesson_id"], "99_new" in doubt["reason"]) == (NEW, True)
    two_courses.assert_promise(except_for=frozenset({NEW}))
    command = shlex.split(doubt["hint"].partition("`")[2].partition("`")[0])
    assert two_courses.run(*command[1:]).exit_code == 0
    assert two_courses.upload().exit_code == 0
    two_courses.assert_promise()


def test_two_folders_of_one_name_cost_their_course_alone(two_courses: World) -> None:
    for _ in range(2):
        two_courses.emulator.create_folder("99_new")
    outcome = two_courses.upload(create_folders=True)
    assert (outcome.exit_code, outcome.summary["linked"]) == (1, 1)
    assert "2 folders" in outcome.summary["in_doubt"][0]["reason"]
    two_courses.assert_promise(except_for=frozenset({NEW}))


def test_a_course_that_was_named_and_has_no_folder_is_exit_1(two_courses: World) -> None:
    outcome = two_courses.upload(courses=["99_new"])
    assert (outcome.exit_code, outcome.summary["in_doubt"][0]["lesson_id"]) == (1, NEW)
    assert two_courses.emulator.videos() == ()
