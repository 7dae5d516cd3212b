"""An unfinished video that another progress folder may be sending is deleted by no advice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kinescope_upload.audit.compare import Kind
from kinescope_upload.audit.delete_unknown import delete_unknown
from kinescope_upload.audit.inspection import open_tools
from kinescope_upload.emulator import Fault, Route
from kinescope_upload.errors import UsageError
from support.auditing import Ears, look, plan_of, settings_of, the
from support.world import KIB

if TYPE_CHECKING:
    from kinescope_upload.audit.compare import UnknownVideo
    from support.world import WorldMaker


@pytest.mark.parametrize("dialect", [pytest.param("tus", marks=pytest.mark.slow), "json"])
def test_what_another_machine_is_sending_is_not_offered_for_deletion_from_a_second_progress_folder(
    dialect: str, worlds: WorldMaker
) -> None:
    world = worlds(dialect)
    world.fill((600 * KIB,))
    world.emulator.faults.add(Fault(route=Route.PATCH, status=403, skip=1, times=99))
    assert world.upload(retries="0").exit_code == 1
    world.emulator.faults.clear()
    world.progress.rename(world.folder / "the other machine's")

    finding = the(look(world), Kind.UNKNOWN_VIDEO)
    assert "Name the folder that knows it (--progress DIR)" in finding.hint
    assert [one for one in plan_of(world).manual if one.finding.kind is Kind.UNKNOWN_VIDEO] == []
    for text in (world.run("verify").text, world.run("repair", "--yes").text):
        assert "--video" not in text
        assert "of an earlier run, or of one at work" in " ".join(text.split())
    [video] = world.emulator.videos()
    with pytest.raises(UsageError, match="Nothing was deleted"):
        delete_unknown(open_tools(settings_of(world), Ears()), lambda _: True, lambda _: None, [video.id])
    assert [one.id for one in world.emulator.videos()] == [video.id]

    shown: list[UnknownVideo] = []
    delete_unknown(open_tools(settings_of(world), Ears()), lambda _: False, shown.extend, [])
    assert "of one at work" in shown[0].reason


def test_what_is_recorded_is_no_unknown_video_and_the_lesson_is_named(worlds: WorldMaker) -> None:
    world = worlds("tus")
    world.fill((10 * KIB,))
    assert world.upload().exit_code == 0
    [video] = world.emulator.videos()
    with pytest.raises(UsageError, match=f"lesson 01_analytics_m01_start_001 has video {video.id}"):
        delete_unknown(open_tools(settings_of(world), Ears()), lambda _: True, lambda _: None, [video.id])
    assert [one.id for one in world.emulator.videos()] == [video.id]
