"""A complete video of before is not sent again where nothing is recorded of it: it is taken over where that is sure."""

from __future__ import annotations

import hashlib
import json
import shutil
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.emulator import Fault, ForeignVideo, Route, VideoStatus
from support.auditing import FIRST, SECOND, look, mend
from support.dry_runs import planned
from support.replacing import confirm, publish, row_of, shoot_again
from support.world import KIB, content_of, date_back

if TYPE_CHECKING:
    from support.world import World, WorldMaker

TITLE = "Урок 001_урок"
SIZES = (10 * KIB, 20 * KIB)


def _ids(world: World) -> set[str]:
    return {video.id for video in world.emulator.videos()}


def _lose(world: World) -> None:
    """The rows are made again, and the progress is gone."""
    shutil.rmtree(world.progress)
    for lesson_id in (FIRST, SECOND):
        world.database.set_video(lesson_id, None)


def _lose_record(world: World, lesson_id: str = SECOND) -> None:
    """The rows are made again, and the progress is an older copy, in which the lesson is not known."""
    file = world.progress / "01_analytics.json"
    kept = json.loads(file.read_text("utf-8"))
    del kept["lessons"][lesson_id]
    file.write_text(json.dumps(kept), "utf-8")
    for known in (FIRST, SECOND):
        world.database.set_video(known, None)


def _add(world: World, *, md5: str | None, size: int = SIZES[0], title: str = TITLE, **more: object) -> str:
    parent_id = world.emulator.folder_named("01_analytics").id
    foreign = ForeignVideo(title=title, parent_id=parent_id, size=size, md5=md5, **more)  # type: ignore[arg-type]
    return world.emulator.add_foreign_video(foreign).id


def _md5(world: World) -> str:
    content = (world.library / "01_analytics/m01_start/001_урок.mp4").read_bytes()
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


@pytest.mark.parametrize("options", [{}, {"new_progress": True}])
@pytest.mark.parametrize("dialect", ["tus", "json"])
def test_complete_videos_of_a_lost_progress_are_linked_and_nothing_is_sent_again(
    dialect: str, options: dict[str, bool], worlds: WorldMaker
) -> None:
    world = worlds(dialect)
    world.fill(SIZES)
    assert world.upload().exit_code == 0
    before = _ids(world)
    _lose(world)

    code, plan = planned(world)
    assert (code, plan["counts"]["link"], plan["counts"]["upload"], plan["to_send_bytes"]) == (0, 2, 0, 0)
    outcome = world.upload(**options)
    assert (outcome.exit_code, outcome.summary["cost"]["sent_bytes"]) == (0, 0)
    assert _ids(world) == before
    world.assert_promise()
    assert look(world).agrees


@pytest.mark.parametrize("dialect", ["tus", "json"])
def test_a_complete_video_is_taken_over_where_only_its_lessons_record_is_lost(dialect: str, worlds: WorldMaker) -> None:
    world = worlds(dialect)
    world.fill((*SIZES, 30 * KIB))
    assert world.upload().exit_code == 0
    before = _ids(world)
    _lose_record(world)

    code, plan = planned(world)
    assert (code, plan["counts"]["link"], plan["counts"]["upload"], plan["to_send_bytes"]) == (1, 1, 0, 0)
    outcome = world.upload()
    assert (outcome.exit_code, outcome.summary["cost"]["sent_bytes"]) == (1, 0), "the first is for `repair`"
    assert mend(world).fixed == 1
    assert world.upload().exit_code == 0
    assert _ids(world) == before
    world.assert_promise()
    assert look(world).agrees


def test_known_videos_of_the_same_size_and_title_do_not_hide_the_one_that_nobody_names(worlds: WorldMaker) -> None:
    world = worlds()
    for number in (1, 2):
        world.add_file(f"01_analytics/m01_start/00{number}_урок.mp4", content_of(SIZES[0], seed=str(number)))
    world.database.add_lessons([(one, "01_analytics", "Практика") for one in (FIRST, SECOND)])
    assert world.upload().exit_code == 0
    before = _ids(world)
    _lose_record(world)
    world.upload()
    assert mend(world).fixed == 1
    assert _ids(world) == before
    world.assert_promise()


@pytest.mark.parametrize("md5", ["shown", "not shown"])
def test_a_second_copy_of_a_known_lessons_video_is_not_given_to_its_namesake(md5: str, worlds: WorldMaker) -> None:
    world = worlds()
    file = world.add_file("01_analytics/m01_start/001_урок.mp4", content_of(SIZES[0], seed="1"))
    world.database.add_lessons([(FIRST, "01_analytics", "Практика")])
    assert world.upload().exit_code == 0
    copy = _add(world, md5=_md5(world) if md5 == "shown" else None, title="Практика")
    second = world.add_file("01_analytics/m01_start/002_урок.mp4", content_of(SIZES[0], seed="2"))
    world.database.add_lessons([(SECOND, "01_analytics", "Практика")])
    confirm(world, {FIRST: file, SECOND: second})
    assert world.upload().exit_code == 0
    assert row_of(world, SECOND) not in {None, copy}


def test_an_old_video_that_waits_for_its_deletion_is_not_given_to_another_lesson(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill(SIZES[:1])
    assert world.upload().exit_code == 0
    old = row_of(world, FIRST)
    first = world.library / "01_analytics/m01_start/001_урок.mp4"
    content = first.read_bytes()
    shoot_again(world, FIRST)
    assert publish(world, FIRST).exit_code == 0
    second = world.add_file("01_analytics/m01_start/002_урок.mp4", content)
    world.database.add_lessons([(SECOND, "01_analytics", TITLE)])
    confirm(world, {FIRST: first, SECOND: second})
    assert planned(world)[1]["counts"]["upload"] == 1
    assert world.upload().exit_code == 0
    assert row_of(world, SECOND) not in {None, old}


def test_what_it_costs_is_one_list_of_a_folder_that_gets_a_new_lesson_and_none_of_others(worlds: WorldMaker) -> None:
    world = worlds()
    world.add_file("01_analytics/m01_start/001.mp4", content_of(10 * KIB, seed="1"))
    world.add_file("02_ads/m01/001.mp4", content_of(10 * KIB, seed="ads"))
    world.add_lessons()
    assert world.upload().exit_code == 0

    def lists(**options: object) -> int:
        seen = world.emulator.accounting.requests()[Route.VIDEO_LIST]
        assert world.upload(**options).exit_code == 0
        return world.emulator.accounting.requests()[Route.VIDEO_LIST] - seen

    assert lists() == 0, "nothing is new"
    world.add_file("01_analytics/m01_start/002.mp4", content_of(20 * KIB, seed="2"))
    world.database.add_lessons([(SECOND, "01_analytics", "Урок 002")])
    assert lists() == 1
    file = world.library / "03_new/m01/001.mp4"
    file.parent.mkdir(parents=True)
    file.write_bytes(content_of(10 * KIB, seed="new"))
    date_back(file)
    world.database.add_lessons([("03_new_m01_001", "03_new", "Урок 001")])
    assert lists(create_folders=True) == 0, "its folder is made by this run"


def test_the_next_run_links_what_a_run_took_over_that_did_not_come_to_the_rows(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill(SIZES)
    assert world.upload().exit_code == 0
    before = _ids(world)
    _lose(world)
    world.database.execute('ALTER TABLE "Lesson" ADD CONSTRAINT full_up CHECK ("videoId" IS NULL) NOT VALID')
    assert world.upload().exit_code != 0
    world.database.execute('ALTER TABLE "Lesson" DROP CONSTRAINT full_up')

    assert world.upload().exit_code == 0
    assert _ids(world) == before
    world.assert_promise()


def test_a_course_whose_progress_alone_is_lost_is_taken_over(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill(SIZES)
    world.add_file("02_ads/m01/001.mp4", content_of(30 * KIB, seed="ads"))
    world.database.add_lessons([("02_ads_m01_001", "02_ads", "Реклама")])
    assert world.upload().exit_code == 0
    before = _ids(world)
    (world.progress / "01_analytics.json").unlink()
    for lesson_id in (FIRST, SECOND):
        world.database.set_video(lesson_id, None)
    assert world.upload().exit_code == 0
    assert _ids(world) == before


@pytest.mark.parametrize("status", [VideoStatus.DONE, VideoStatus.PROCESSING])
def test_a_video_of_which_kinescope_shows_no_md5_counts_when_it_is_done(
    status: VideoStatus, worlds: WorldMaker
) -> None:
    world = worlds()
    world.fill(SIZES)
    theirs = _add(world, md5=None, status=status)
    world.upload()
    assert (row_of(world, FIRST) == theirs) is (status is VideoStatus.DONE)


@pytest.mark.parametrize("case", ["another content", "another size", "another title", "failed", "two of it"])
def test_what_is_not_certainly_the_lessons_is_left_and_the_file_is_sent(case: str, worlds: WorldMaker) -> None:
    world = worlds()
    world.fill(SIZES)
    md5 = hashlib.md5(content_of(5, seed="other"), usedforsecurity=False).hexdigest()
    match case:
        case "another content":
            _add(world, md5=md5)
        case "another size":
            _add(world, md5=_md5(world), size=5)
        case "another title":
            _add(world, md5=_md5(world), title="Урок 009")
        case "failed":
            _add(world, md5=_md5(world), status=VideoStatus.ERROR)
        case _:
            _add(world, md5=_md5(world))
            _add(world, md5=_md5(world))
    before = _ids(world)
    assert planned(world)[1]["counts"]["upload"] == len(SIZES)
    assert world.upload().exit_code == 0
    assert len(_ids(world) - before) == len(SIZES)
    assert before < _ids(world)
    assert row_of(world, FIRST) not in before


def test_a_video_that_another_row_names_is_left_to_that(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill(SIZES)
    theirs = _add(world, md5=_md5(world))
    world.database.add_lessons([("09_other_001", "09_other", "Another course")])
    world.database.set_video("09_other_001", theirs)
    first, second = sorted((world.library / "01_analytics/m01_start").iterdir())
    confirm(world, {FIRST: first, SECOND: second})
    world.upload()
    assert row_of(world, FIRST) not in {None, theirs}


def test_without_the_database_nothing_is_taken_over(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill(SIZES)
    theirs = _add(world, md5=_md5(world), title="001_урок")
    assert world.upload(no_db=True, trust_scan=True).exit_code == 0
    assert theirs not in {record.video_id for record in world.records.values()}


def test_a_folder_that_cannot_be_listed_is_waited_for(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill(SIZES)
    assert world.upload().exit_code == 0
    before = _ids(world)
    _lose(world)
    world.emulator.faults.add(Fault(route=Route.VIDEO_LIST, status=500, times=2))
    assert world.upload().exit_code == 0
    assert _ids(world) == before
