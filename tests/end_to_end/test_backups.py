"""The database or the progress folder is put back from a backup of before `kupload replace`."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from kinescope_upload.audit.fixes import AdoptVideo
from kinescope_upload.audit.fixes.fix import SwitchRow
from kinescope_upload.commands.unlink import Unlinking
from kinescope_upload.model import LessonRow
from support.auditing import FIRST, SECOND, look, mend, plan_of, uploaded, video_of
from support.replacing import change_old_videos, days_ago, publish, row_of, shoot_again, undo, videos_of

if TYPE_CHECKING:
    from support.world import World, WorldMaker


def _replaced(world: World) -> tuple[str, str]:
    """The first lesson's old and new video; the row names the old one."""
    old = row_of(world, FIRST)
    shoot_again(world, FIRST)
    assert publish(world, FIRST).exit_code == 0
    new = row_of(world, FIRST)
    assert old is not None
    assert new is not None
    return old, new


def test_a_row_of_a_backup_is_switched_to_the_video_that_replaced_its_own(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    old, new = _replaced(world)
    world.database.set_video(FIRST, old)
    received = world.emulator.accounting.bytes_received

    [doubt] = world.upload().summary["in_doubt"]
    assert "kupload repair" in doubt["hint"]
    plan = plan_of(world)
    assert [(type(fix), fix.video_id) for fix in plan.fixes] == [(SwitchRow, new)]
    assert plan.manual == ()
    mend(world)
    assert row_of(world, FIRST) == new
    assert look(world).agrees
    assert world.upload().exit_code == 0
    assert world.emulator.accounting.bytes_received == received
    assert old in videos_of(world), "its time has not come"
    change_old_videos(world, left_at=days_ago(8))
    assert world.upload().exit_code == 0
    assert old not in videos_of(world)


def test_a_row_of_a_backup_is_left_where_the_newer_video_is_not_what_was_sent(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    old, new = _replaced(world)
    world.database.set_video(FIRST, old)
    world.emulator.corrupt(new, md5="0" * 32)
    mend(world)
    assert row_of(world, FIRST) == old


def test_progress_of_a_backup_takes_the_newer_video_and_keeps_the_one_before(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    backup = world.folder / "backup"
    shutil.copytree(world.progress, backup)
    old, new = _replaced(world)
    shutil.rmtree(world.progress)
    backup.rename(world.progress)
    received = world.emulator.accounting.bytes_received

    run = world.upload()
    assert run.exit_code == 1
    assert not [one for one in run.events("warned") if "replace" in one["message"]], "what is in doubt is not published"
    plan = plan_of(world)
    assert [(type(fix), fix.video_id) for fix in plan.fixes] == [(AdoptVideo, new)]
    mend(world)
    assert (row_of(world, FIRST), video_of(world)) == (new, new)
    assert look(world).agrees
    assert world.upload().exit_code == 0
    assert world.emulator.accounting.bytes_received == received
    assert old in videos_of(world), "nobody has said that it may go"
    assert [one.video_id for one in world.records[FIRST].old_videos] == [old]


def test_unlink_shows_every_video_that_it_deletes(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    old, new = _replaced(world)
    record = world.records[FIRST]
    for video_id in (old, new):
        row = LessonRow(lesson_id=FIRST, course="c", title="", video_id=video_id)
        shown = Unlinking(row=row, record=record, deletes=True)
        assert shown.fates[0] == (video_id, "deleted")
        assert {one for one, fate in shown.fates if fate == "deleted"} == {old, new}
        assert Unlinking(row=row, record=record, deletes=False).fates == ((video_id, "kept"),)
    empty = LessonRow(lesson_id=FIRST, course="c", title="", video_id=None)
    assert dict(Unlinking(row=empty, record=record, deletes=True).fates) == {old: "deleted", new: "deleted"}
    assert set(undo(world, FIRST, delete=True).deleted) == {old, new}


def test_a_video_that_unlink_keeps_is_kept_although_it_was_replaced_before(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    old, new = _replaced(world)
    world.database.set_video(FIRST, old)
    undo(world, FIRST)
    change_old_videos(world, left_at=days_ago(8))
    assert world.upload().exit_code == 0
    assert {old, new} <= videos_of(world).keys()
    assert row_of(world, SECOND) is not None
