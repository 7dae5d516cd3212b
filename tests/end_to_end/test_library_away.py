"""The library goes away while a run reads it, or one file of it: what is only away costs no upload."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Final

import pytest

from kinescope_upload.library.disk import Disk
from kinescope_upload.upload import Stage
from support.concurrency import hold_line, meanwhile, once_sent
from support.disks import FailingDisk
from support.systems import posix_only
from support.world import KIB, World, WorldMaker, content_of

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST: Final = "01_analytics_m01_start_001"
_PATH: Final = "01_analytics/m01_start/001_урок.mp4"
_BIG: Final = 3000 * KIB
_WAITS: Final = '"kind": "library"'


_OPEN_STAYS = posix_only("Windows renames no file that is open, and no folder with one in it")


def _rename_library(world: World) -> Callable[[], None]:
    away = world.folder / "away"
    world.library.rename(away)
    return lambda: _put(away.rename(world.library))


def _leave_mount_point(world: World) -> Callable[[], None]:
    back = _rename_library(world)
    world.library.mkdir()

    def mount() -> None:
        world.library.rmdir()
        back()

    return mount


def _empty_course(world: World) -> Callable[[], None]:
    course, away = world.library / "01_analytics", world.folder / "away"
    course.rename(away)
    course.mkdir()

    def mount() -> None:
        course.rmdir()
        away.rename(course)

    return mount


def _put(_: object) -> None:
    """The renaming is all that matters."""


AWAY: Final = [
    pytest.param(_rename_library, id="the library is renamed"),
    pytest.param(_leave_mount_point, id="an empty mount point is left"),
    pytest.param(_empty_course, id="a course's mount point is left empty"),
]


@_OPEN_STAYS
@pytest.mark.parametrize("take_away", AWAY)
def test_a_library_that_goes_away_is_waited_for_and_goes_on(
    world: World, take_away: Callable[[World], Callable[[], None]]
) -> None:
    world.fill((_BIG, 2000 * KIB))
    hold_line(world, after=600 * KIB)

    def unplug() -> None:
        once_sent(world, 600 * KIB)
        put_back = take_away(world)
        world.link.heal()
        world.output.wait_for(_WAITS)
        put_back()

    with meanwhile(unplug):
        outcome = world.upload()
    assert (outcome.exit_code, outcome.summary["failures"]) == (0, [])
    assert outcome.events("orphan_removed") == []
    world.assert_promise(cuts=4)


@_OPEN_STAYS
def test_a_library_that_stays_away_stops_the_run_with_everything_resumable(world: World) -> None:
    world.fill((_BIG, 40 * KIB))
    hold_line(world, after=600 * KIB)
    put_back: list[Callable[[], None]] = []

    def unplug() -> None:
        once_sent(world, 600 * KIB)
        put_back.append(_leave_mount_point(world))
        world.link.heal()

    with meanwhile(unplug):
        outcome = world.upload(max_outage="0.1s")
    assert outcome.exit_code == 3
    assert "could not be read for" in outcome.summary["reason"]
    assert world.records[FIRST].stage is Stage.CREATED
    assert outcome.summary["failures"] == []
    put_back[0]()
    outcome = world.upload()
    assert (outcome.exit_code, outcome.events("orphan_removed")) == (0, [])
    world.assert_promise(cuts=2)


@pytest.mark.parametrize("number", [errno.EIO, errno.ESTALE, errno.ENODEV, errno.EHOSTDOWN], ids=os.strerror)
def test_a_share_that_fails_for_a_moment_costs_no_upload(worlds: WorldMaker, number: int) -> None:
    world = worlds()
    world.fill((_BIG, 2000 * KIB))
    world.disk = FailingDisk(number, calls=8)
    outcome = world.upload()
    assert (outcome.exit_code, outcome.events("orphan_removed")) == (0, [])
    assert any(one["kind"] == "library" for one in outcome.events("wait_ended"))
    world.assert_promise(cuts=8)


def test_one_file_that_cannot_be_read_fails_alone_and_keeps_its_upload(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((_BIG, 40 * KIB))
    world.disk = FailingDisk(errno.EIO, fails_at="001_", calls=1_000_000)
    outcome = world.upload(retries=2)
    [failure] = outcome.summary["failures"]
    assert (outcome.exit_code, failure["lesson_id"]) == (1, FIRST)
    assert "cannot be read (Input/output error)" in failure["reason"]
    assert outcome.events("wait_started") == []
    assert world.records[FIRST].stage is Stage.CREATED
    world.disk = Disk()
    outcome = world.upload()
    assert (outcome.exit_code, outcome.events("orphan_removed")) == (0, [])
    world.assert_promise(cuts=2)


@_OPEN_STAYS
def test_a_file_that_vanishes_fails_alone_and_goes_on_when_it_is_back(world: World) -> None:
    world.fill((_BIG, 40 * KIB))
    path = world.library / _PATH
    away = world.folder / "away.mp4"
    hold_line(world, after=600 * KIB)

    def take_away() -> None:
        once_sent(world, 600 * KIB)
        path.rename(away)
        world.link.heal()

    with meanwhile(take_away):
        outcome = world.upload()
    [failure] = outcome.summary["failures"]
    assert (outcome.exit_code, failure["lesson_id"]) == (1, FIRST)
    assert "has vanished" in failure["reason"]
    assert world.records[FIRST].stage is Stage.CREATED
    assert path.parent.is_dir()
    away.rename(path)
    assert path.read_bytes() == content_of(_BIG, seed="01_analytics/1")
    outcome = world.upload()
    assert (outcome.exit_code, outcome.events("orphan_removed")) == (0, [])
    world.assert_promise(cuts=2)
