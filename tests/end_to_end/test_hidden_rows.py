"""Row-level security that hides a whole course is told, and is no success."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kinescope_upload.audit.compare import Kind
from support.auditing import look, plan_of, the
from support.world import KIB, content_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.world import World, WorldMaker

SEEN = 'CREATE POLICY seen ON "Lesson" USING ("courseId" = \'02_ads\')'
SENTENCE = (
    'row-level security may hide rows of table "Lesson" from role "half_blind": course 01_analytics has no row here'
)


@pytest.fixture
def half_blind(worlds: WorldMaker) -> Iterator[World]:
    """Two courses, and a role that may see the lessons of one."""
    world = worlds()
    for course in ("01_analytics", "02_ads"):
        world.add_file(f"{course}/m01/001.mp4", content_of(10 * KIB, seed=course))
    world.add_lessons()
    database = world.database
    database.execute(f'CREATE ROLE half_blind LOGIN; GRANT SELECT, UPDATE ON "Lesson" TO half_blind; {SEEN}')
    database.execute('ALTER TABLE "Lesson" ENABLE ROW LEVEL SECURITY')
    world.environment["DATABASE_URL"] = database.server.url(database.name, "half_blind")
    yield world
    database.execute("DROP OWNED BY half_blind; DROP ROLE half_blind")


def test_a_course_whose_rows_may_be_hidden_is_told_by_every_command(half_blind: World) -> None:
    dry = half_blind.run("--dry-run", "--json")
    assert dry.exit_code == 1
    assert SENTENCE in [doubt["reason"] for plan in dry.events("plan") for doubt in plan["doubts"]]
    run = half_blind.upload()
    assert (run.exit_code, run.summary["linked"]) == (1, 1)
    [doubt] = run.summary["doubts"]
    assert (doubt["reason"], "BYPASSRLS" in doubt["hint"]) == (SENTENCE, True)
    report = look(half_blind)
    assert (the(report, Kind.ROWS_HIDDEN).reason, report.agrees) == (SENTENCE, False)
    assert [one.kind for one in plan_of(half_blind).rest] == [Kind.ROWS_HIDDEN]


def test_a_named_course_is_told_and_one_that_is_seen_is_well(half_blind: World) -> None:
    assert half_blind.upload(courses=("02_ads",)).exit_code == 0
    assert look(half_blind, courses=("02_ads",)).agrees
    half_blind.database.execute('ALTER TABLE "Lesson" DISABLE ROW LEVEL SECURITY')
    half_blind.database.execute('DELETE FROM "Lesson" WHERE "courseId" = \'01_analytics\'')
    assert half_blind.upload().exit_code == 0, "a folder that is no course is left alone"
