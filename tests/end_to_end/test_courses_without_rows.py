"""A course whose rows are gone while the library has files of it: what is recorded of it is known all the same."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from kinescope_upload.audit.compare import Kind
from support.auditing import look, mend
from support.world import KIB

if TYPE_CHECKING:
    from support.world import World, WorldMaker

OLD, NEW = "01_analytics", "03_analysis"


def _linked(worlds: WorldMaker) -> World:
    world = worlds()
    world.fill((10 * KIB, 20 * KIB))
    assert world.upload().exit_code == 0
    return world


def test_the_lessons_of_a_course_whose_rows_were_all_removed_are_named(worlds: WorldMaker) -> None:
    world = _linked(worlds)
    world.database.add_lessons([("02_ads_m01_001", "02_ads", "Введение")])
    world.database.execute(f'DELETE FROM "Lesson" WHERE "courseId" = \'{OLD}\'')

    without_row = [one for one in look(world).findings if one.kind is Kind.LESSON_WITHOUT_ROW]
    assert [one.course for one in without_row] == [OLD, OLD]


def test_a_course_that_was_renamed_keeps_its_videos_though_a_file_is_left_in_its_old_folder(worlds: WorldMaker) -> None:
    world = _linked(worlds)
    rows = world.database.query('SELECT id, title, "videoId", "videoUrl" FROM "Lesson"')
    (world.library / OLD).rename(world.library / NEW)
    world.add_file(f"{OLD}/m01_start/left.mp4", b"x" * KIB)
    world.database.execute('DELETE FROM "Lesson"')
    for lesson_id, title, *video in rows:
        renamed = lesson_id.replace(OLD, NEW, 1)
        world.database.add_lessons([(renamed, NEW, title)])
        world.database.set_video(renamed, *video)
    world.emulator.create_folder(NEW)

    assert mend(world).failed == 0
    begun = {lesson_id for lesson_id, one in world.records.items() if one.is_begun}
    assert begun == {lesson_id.replace(OLD, NEW, 1) for lesson_id, *_ in rows}
    assert look(world).agrees


def test_the_only_video_of_a_file_whose_lesson_and_progress_are_gone_sends_nobody_to_repair(worlds: WorldMaker) -> None:
    world = _linked(worlds)
    world.database.execute(f"DELETE FROM \"Lesson\" WHERE id = '{OLD}_m01_start_002'")
    shutil.rmtree(world.progress)

    said = world.run("verify").text
    assert "which no lesson has" in said
    assert "kupload repair" not in said
