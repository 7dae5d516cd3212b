"""Files that are still being written when a run begins, and files that change when their video is there."""

from __future__ import annotations

import errno
import os
import time
from typing import TYPE_CHECKING, Final

import pytest

from kinescope_upload.library.disk import Disk, system_path
from kinescope_upload.upload import Stage
from support.concurrency import hold_line
from support.world import KIB, World, WorldMaker, content_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from io import FileIO
    from pathlib import Path

FIRST: Final = "01_analytics_m01_start_001"
SECOND: Final = "01_analytics_m01_start_002"


class _Watched(Disk):
    """Does something to a file each time before it is looked at."""

    def __init__(self, path: Path, act: Callable[[Path], None]) -> None:
        self._path = path
        self._act = act

    def stat(self, path: str) -> os.stat_result:
        if path == str(self._path):
            self._act(self._path)
        return super().stat(path)


def _grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"x")


def _rewrite(path: Path) -> None:
    path.write_bytes(content_of(15 * KIB, seed="another"))


@pytest.fixture
def two(worlds: WorldMaker) -> World:
    """Two lessons; the smaller one comes first."""
    world = worlds()
    world.fill((10 * KIB, 20 * KIB))
    return world


def _first(world: World) -> Path:
    return world.library / "01_analytics/m01_start/001_урок.mp4"


def test_a_file_that_is_still_written_is_taken_last_when_it_is_quiet(two: World) -> None:
    """It grows at each look until the other lesson is done."""

    def grow_until_done(path: Path) -> None:
        if f'"{SECOND}", "stage": "linked"' not in two.output.getvalue():
            _grow(path)

    two.environment["KUPLOAD_SETTLE"] = "0.2"
    os.utime(_first(two))
    two.disk = _Watched(_first(two), grow_until_done)
    outcome = two.upload(jobs="1")
    assert outcome.exit_code == 0
    assert [one["lesson_id"] for one in outcome.events("lesson_done")] == [SECOND, FIRST]
    two.assert_promise()


def test_a_file_that_is_never_quiet_is_left_for_the_next_run(two: World) -> None:
    two.environment["KUPLOAD_SETTLE"] = "0.1"
    os.utime(_first(two))
    two.disk = _Watched(_first(two), _grow)
    outcome = two.upload()
    assert outcome.exit_code == 1
    [failed] = outcome.events("lesson_failed")
    assert failed["lesson_id"] == FIRST
    assert "is still being written" in failed["reason"]
    assert "Run the same command again" in failed["hint"]
    [wait] = outcome.events("wait_started")
    assert "Waits for 1 file that changed less than 0.1 s ago" in wait["reason"]
    assert wait["longest_seconds"] == 1
    assert [one["kind"] for one in outcome.events("wait_ended")] == ["settle"]
    assert outcome.summary["run_seconds"] >= 0.9
    assert two.emulator.accounting.bytes_received == 20 * KIB
    two.disk = Disk()
    assert two.upload().exit_code == 0
    two.assert_promise()


def test_a_file_is_waited_for_as_long_as_the_run_has_other_work(worlds: WorldMaker) -> None:
    """The other lesson is held until thrice the wait at the end would be over."""
    world = worlds()
    world.fill((10 * KIB, 600 * KIB))
    looks = 0

    def grow_until_done(path: Path) -> None:
        nonlocal looks
        looks += 1
        if looks == 30:  # there is a wait of `--settle` between two looks
            world.link.heal()
        if f'"{SECOND}", "stage": "linked"' not in world.output.getvalue():
            _grow(path)

    world.environment["KUPLOAD_SETTLE"] = "0.05"
    os.utime(_first(world))
    world.disk = _Watched(_first(world), grow_until_done)
    hold_line(world, after=300 * KIB)
    outcome = world.upload(jobs="2")
    assert (outcome.exit_code, outcome.events("lesson_failed")) == (0, [])
    assert looks >= 30
    world.assert_promise(cuts=1)


def test_a_time_to_come_counts_from_when_it_was_seen(two: World) -> None:
    two.environment["KUPLOAD_SETTLE"] = "0.2"
    tomorrow = time.time() + 86400
    os.utime(_first(two), (tomorrow, tomorrow))
    outcome = two.upload(jobs="1")
    assert outcome.exit_code == 0
    assert [one["lesson_id"] for one in outcome.events("lesson_done")] == [SECOND, FIRST]
    two.assert_promise()


def test_no_file_is_waited_for_where_that_is_off(two: World) -> None:
    os.utime(_first(two))
    outcome = two.upload(settle="0", jobs="1")
    assert outcome.exit_code == 0
    assert [one["lesson_id"] for one in outcome.events("lesson_done")] == [FIRST, SECOND]
    assert not outcome.events("warned")


@pytest.mark.parametrize("size", [10 * KIB, 15 * KIB], ids=["the same size", "another size"])
def test_a_file_that_changed_after_its_upload_is_not_linked(two: World, size: int) -> None:
    assert two.upload(no_db=True, trust_scan=True).exit_code == 0
    path, before = _first(two), _first(two).stat()
    content = path.read_bytes()
    path.write_bytes(content_of(size, seed="another"))
    outcome = two.upload()
    assert outcome.exit_code == 1
    [doubt] = outcome.summary["in_doubt"]
    assert "has changed since its upload" in doubt["reason"]
    assert two.database.videos()[FIRST][0] is None
    assert two.records[FIRST].stage is Stage.UPLOADED
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert two.upload().exit_code == 0
    two.assert_promise()


def test_a_file_with_another_time_and_the_same_content_is_linked(two: World) -> None:
    assert two.upload(no_db=True, trust_scan=True).exit_code == 0
    os.utime(_first(two))
    plan = two.run("--dry-run")
    assert plan.exit_code == 0
    assert two.upload().exit_code == 0
    assert two.records[FIRST].modified_ns == _first(two).stat().st_mtime_ns
    assert not [one for one in two.upload().events("warned") if "another time" in one["message"]]
    two.assert_promise()


def test_a_file_with_another_time_that_cannot_be_read_is_not_linked(two: World) -> None:
    class Unreadable(Disk):
        def read(self, file: FileIO, position: int, length: int) -> bytes:
            if str(file.name) == system_path(str(_first(two))):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            return super().read(file, position, length)

    assert two.upload(no_db=True, trust_scan=True).exit_code == 0
    os.utime(_first(two))
    two.disk = Unreadable()
    outcome = two.upload(retries=0)
    assert outcome.exit_code == 1
    [failed] = outcome.events("lesson_failed")
    assert "cannot be read" in failed["reason"]
    two.disk = Disk()
    assert two.upload().exit_code == 0
    two.assert_promise()


def test_a_linked_lesson_whose_file_has_another_time_is_named_until_verify_has_compared_it(two: World) -> None:
    assert two.upload().exit_code == 0
    os.utime(_first(two))
    outcome = two.upload()
    assert outcome.exit_code == 0
    [warned] = outcome.events("warned")
    assert "with another time than at the upload: 01_analytics_m01_start_001." in warned["message"]
    status = two.run("--status", "--json")
    assert status.exit_code == 0
    [course] = status.said[0]["courses"]
    assert (course["changed"], course["time_changed"]) == ([], [FIRST])
    assert f"the file has another time since: {FIRST}" in two.run("--status").text
    assert two.run("verify").exit_code == 0
    assert not two.upload().events("warned")


def test_a_file_that_changes_after_its_lesson_is_linked_is_named_at_the_end(two: World) -> None:
    first = _first(two)
    second = first.with_name("002_урок.mp4")
    two.disk = _Watched(second, lambda _: _rewrite(first))
    outcome = two.upload(jobs="1")
    assert outcome.exit_code == 0
    assert any(FIRST in one["message"] and SECOND not in one["message"] for one in outcome.events("warned"))


def test_a_later_run_and_the_status_name_a_linked_lesson_whose_file_has_changed(two: World) -> None:
    assert not two.upload().events("warned")
    _rewrite(_first(two))
    outcome = two.upload()
    assert outcome.exit_code == 0
    assert any(FIRST in one["message"] for one in outcome.events("warned"))
    [status] = two.run("--status", "--json").said
    assert status["courses"][0]["changed"] == [FIRST]
    assert FIRST in two.run("--status").text
