"""Titles that are longer than Kinescope holds, from the plan to `repair`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from kinescope_upload.audit.compare import Kind
from kinescope_upload.audit.fixes import RenameVideo
from kinescope_upload.emulator import Fault, Route
from kinescope_upload.progress import ProgressStore
from kinescope_upload.upload import Stage
from kinescope_upload.upload.titles import fit_title
from support.auditing import FIRST, kinds, kinescope, look, mend, video_of

if TYPE_CHECKING:
    from support.world import World, WorldMaker

LONG: Final = "Как считать окупаемость рекламы и не ошибиться: " * 4
CUT: Final = (
    "Как считать окупаемость рекламы и не ошибиться: Как считать окупаемость рекламы и не ошибиться: "
    "Как считать окупаемость рекламы и не…"
)


def set_title(world: World, title: str) -> None:
    world.database.execute(f"UPDATE \"Lesson\" SET title = '{title}' WHERE id = '{FIRST}'")


@pytest.fixture(params=["cut", "refused", "kept"])
def long_titled(request: pytest.FixtureRequest, worlds: WorldMaker) -> World:
    """A world with a long title, under each answer that Kinescope may give to one."""
    world = worlds(readings={"long-title": request.param})
    world.fill((10_000, 20_000))
    set_title(world, LONG)
    return world


def title_of(world: World) -> str:
    with kinescope(world) as api:
        video = api.video(video_of(world))
    assert video is not None
    return video.title


def test_the_cut_is_sent_recorded_and_accepted(long_titled: World) -> None:
    assert fit_title(LONG) == CUT
    outcome = long_titled.upload()
    assert outcome.exit_code == 0
    assert long_titled.records[FIRST].title == CUT
    assert title_of(long_titled) == CUT
    report = look(long_titled)
    assert (report.agrees, kinds(report)) == (True, [])
    assert long_titled.records[FIRST].stage is Stage.VERIFIED
    [warned] = outcome.events("warned")
    assert "1 title has more than 140 characters" in warned["message"]
    assert FIRST in warned["message"]
    titles = {one["lesson_id"]: (one["title"], one["full_title"]) for one in outcome.events("lesson_started")}
    assert titles[FIRST] == (CUT, LONG)
    assert [full for lesson_id, (_, full) in titles.items() if lesson_id != FIRST] == [None]


@pytest.mark.slow
def test_the_dry_run_says_so(long_titled: World) -> None:
    text = long_titled.run("--dry-run").text
    assert "Titles over 140 characters" in text
    assert CUT in text
    assert LONG not in text
    plan = long_titled.run("--dry-run", "--json").said[0]
    [lesson] = [one for one in plan["lessons"] if one["lesson_id"] == FIRST]
    assert (lesson["title"], lesson["full_title"]) == (CUT, LONG)


def test_a_video_with_another_title_is_renamed_to_the_cut_and_then_nothing_is_left(long_titled: World) -> None:
    assert long_titled.upload().exit_code == 0
    with kinescope(long_titled) as api:
        api.rename_video(video_of(long_titled), "den_1")
    assert kinds(look(long_titled)) == [Kind.TITLE_DIFFERS]
    result = mend(long_titled)
    assert [type(one) for one in result.plan.fixes] == [RenameVideo]
    assert (result.fixed, result.failed) == (1, 0)
    assert title_of(long_titled) == CUT
    assert kinds(look(long_titled)) == []
    assert mend(long_titled).plan.fixes == ()


def test_without_the_database_the_recorded_cut_is_the_title(long_titled: World) -> None:
    assert long_titled.upload().exit_code == 0
    assert look(long_titled, no_db=True, trust_scan=True).agrees


def test_a_blank_title_is_none_the_video_is_called_as_its_file_and_verify_agrees(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((10_000,))
    set_title(world, " \u00a0")
    assert world.upload().exit_code == 0
    assert title_of(world) == "001_урок"
    assert look(world).agrees
    assert mend(world).plan.fixes == ()


@pytest.mark.parametrize("reading", ["cut", "refused", "kept"])
@pytest.mark.parametrize("dialect", ["tus", "json"])
def test_a_creation_that_an_earlier_version_was_refused_for_its_title_is_asked_for_with_the_cut(
    worlds: WorldMaker, dialect: str, reading: str
) -> None:
    world = worlds(dialect, readings={"long-title": reading})
    world.fill((10_000,))
    set_title(world, LONG)
    with_long_title(world)
    assert world.upload().exit_code == 0
    assert title_of(world) == CUT
    world.assert_promise()


def with_long_title(world: World) -> None:
    """A progress file of an earlier version: the long title was sent and refused."""
    world.emulator.faults.add(Fault(route=Route.INIT, status=400, code=400300))
    assert world.upload().exit_code == 1
    with ProgressStore(world.progress, ("01_analytics",)) as store:
        store.save(replace(store.records[FIRST], title=LONG))
