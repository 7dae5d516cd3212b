"""A course that was named and of which nothing can be done ends with exit code 1, the reason and the way out."""

from __future__ import annotations

import shutil

import pytest

from support.dry_runs import planned
from support.shells import read_here
from support.world import KIB, World, WorldMaker, content_of


@pytest.fixture
def linked(worlds: WorldMaker) -> World:
    """A library with one course whose lesson is linked, and one that the database does not know."""
    world = worlds()
    world.fill((10 * KIB,))
    world.add_file("03_new/m01/001.mp4", content_of(KIB, seed="new"))
    assert world.upload().exit_code == 0
    return world


def test_a_course_without_rows_says_what_to_do(linked: World) -> None:
    outcome = linked.upload(courses=["03_new"])
    assert outcome.exit_code == 1
    [doubt] = outcome.summary["doubts"]
    assert (doubt["subject"], "database no lesson" in doubt["reason"], "Add its lessons" in doubt["hint"]) == (
        "03_new",
        True,
        True,
    )
    code, plan = planned(linked, courses=["03_new"])
    assert (code, plan["is_in_doubt"], plan["doubts"]) == (1, True, [doubt])


def test_a_course_that_is_done_is_no_doubt_also_when_its_files_are_away(linked: World) -> None:
    code, plan = planned(linked, courses=["01_analytics"])
    assert (code, plan["doubts"]) == (0, [])
    shutil.rmtree(linked.library / "01_analytics")
    outcome = linked.upload(courses=["01_analytics"])
    assert (outcome.exit_code, outcome.summary["doubts"]) == (0, [])


@pytest.mark.parametrize(("library", "course"), [("library/01_analytics", "m01_start"), (".", "library")])
def test_a_library_that_is_named_at_the_wrong_depth_says_which_to_name(
    worlds: WorldMaker, library: str, course: str
) -> None:
    world = worlds()
    world.fill((10 * KIB,))
    code, plan = planned(world, library=library, courses=[course])
    assert code == 1
    hint = plan["doubts"][0]["hint"]
    *command, named = read_here(hint.partition("`")[2].partition("`")[0])
    assert (command, named) == (["kupload", "--dry-run", "--library"], str(world.library))
    assert planned(world, library=named, courses=["01_analytics"])[0] == 0


def test_a_library_that_has_no_course_at_all_says_so_without_a_course_named(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((10 * KIB,))
    code, plan = planned(world, library="library/01_analytics")
    assert (code, f"--library {world.library}" in plan["doubts"][-1]["hint"]) == (1, True)
