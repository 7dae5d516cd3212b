"""Files that are not what they were: while they are sent, and between two runs."""

from __future__ import annotations

import os
import re
import shutil
from typing import TYPE_CHECKING, Final

import pytest

from kinescope_upload.upload import Stage
from support.concurrency import hold_line, meanwhile, once_sent
from support.systems import needs_links, posix_only
from support.world import KIB, World, WorldMaker, content_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FIRST = "01_analytics_m01_start_001"
_BIG = 3000 * KIB


def _rewrite(path: Path) -> None:
    path.write_bytes(content_of(_BIG, seed="another"))


def _shrink(path: Path) -> None:
    path.write_bytes(content_of(10 * KIB, seed="another"))


def _grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more")


def _replace(path: Path) -> None:
    other = path.with_suffix(".new")
    _rewrite(other)
    other.replace(path)


CHANGES = [
    pytest.param(_rewrite, "written to", id="changes"),
    pytest.param(_shrink, "changed while", id="shrinks"),
    pytest.param(_grow, "changed while", id="grows"),
    pytest.param(
        _replace, "written to", id="is replaced", marks=posix_only("Windows keeps a file that is open in its place")
    ),
]


@pytest.mark.parametrize(("change", "words"), CHANGES)
def test_a_file_that_changes_while_it_is_sent_fails_alone_and_leaves_no_orphan(
    world: World, change: Callable[[Path], None], words: str
) -> None:
    world.fill((_BIG, 40 * KIB))
    path = world.library / "01_analytics/m01_start/001_урок.mp4"
    hold_line(world, after=600 * KIB)

    def change_it() -> None:
        once_sent(world, 600 * KIB)
        change(path)
        world.link.heal()

    with meanwhile(change_it):
        outcome = world.upload()
    [failure] = outcome.summary["failures"]
    assert outcome.exit_code == 1
    assert failure["lesson_id"] == FIRST
    assert words in failure["reason"]
    [other] = world.emulator.videos()
    assert (other.title, other.complete) == ("Урок 002_урок", True)
    assert world.upload().exit_code == 0
    world.assert_promise(cuts=2)


def _stop_at(world: World, count: int) -> None:
    """A run that ends because the network is gone for too long."""
    hold_line(world, after=count)

    def end_the_network() -> None:
        once_sent(world, count)
        world.link.refuse()
        world.link.cut_now()

    with meanwhile(end_the_network):
        assert world.upload(max_outage="0.1s").exit_code == 3
    world.link.heal()


@pytest.mark.parametrize("is_finished", [True, False], ids=["finished", "unfinished"])
def test_progress_put_back_from_a_backup_of_mid_upload_is_no_dead_end(world: World, is_finished: bool) -> None:
    world.fill((_BIG, 40 * KIB))
    _stop_at(world, 900 * KIB)
    backup = world.folder / "backup"
    shutil.copytree(world.progress, backup)
    if is_finished:
        assert world.upload().exit_code == 0
    else:
        world.database.set_video(FIRST, world.records[FIRST].video_id)
    received = world.emulator.accounting.bytes_received
    shutil.rmtree(world.progress)
    backup.rename(world.progress)
    assert world.upload().exit_code == 0
    if is_finished:
        assert world.emulator.accounting.bytes_received == received, "it only looked"
    world.assert_promise(cuts=1)


def test_a_file_that_changed_between_two_runs_begins_anew_and_its_old_upload_is_gone(world: World) -> None:
    world.fill((_BIG,))
    path = world.library / "01_analytics/m01_start/001_урок.mp4"
    _stop_at(world, 900 * KIB)
    assert world.records[FIRST].stage is Stage.CREATED
    _rewrite(path)
    assert world.upload().exit_code == 0
    world.assert_promise(cuts=2)


def test_a_linked_lessons_file_may_be_shifted_by_the_clocks_again_and_again(worlds: WorldMaker) -> None:
    world = worlds()
    file = world.add_file("01_analytics/m01_start/001.mp4", content_of(40 * KIB, seed="1"))
    world.add_lessons()
    for _ in range(3):
        outcome = world.upload()
        assert (outcome.exit_code, outcome.events("warned")) == (0, []), outcome.said
        (record,) = world.records.values()
        assert record.modified_ns == file.stat().st_mtime_ns
        _redate(file, -3600)


@pytest.mark.parametrize("shift", [-3600, 3600, -1.7], ids=["FAT in summer", "FAT in winter", "copied to FAT"])
def test_a_time_that_only_the_file_system_changed_drops_no_upload(worlds: WorldMaker, shift: float) -> None:
    world = worlds()
    world.fill((_BIG,))
    path = world.library / "01_analytics/m01_start/001_урок.mp4"
    _stop_at(world, 900 * KIB)
    shifted = path.stat().st_mtime_ns + int(shift * 10**9)
    os.utime(path, ns=(shifted, shifted))
    outcome = world.upload()
    assert (outcome.exit_code, outcome.summary["cost"]["resumes"]) == (0, 1)
    assert outcome.events("orphan_removed") == []
    world.assert_promise(cuts=1)


def _redate(path: Path, shift: float) -> None:
    ns = path.stat().st_mtime_ns + int(shift * 10**9)
    os.utime(path, ns=(ns, ns))


_DAYS: Final = 86_400.0


def test_another_time_drops_no_upload_while_the_part_that_was_sent_is_the_same(world: World) -> None:
    world.fill((_BIG,))
    path = world.library / "01_analytics/m01_start/001_урок.mp4"
    _stop_at(world, 900 * KIB)
    _redate(path, 3 * _DAYS)
    outcome = world.upload()
    assert (outcome.exit_code, outcome.summary["cost"]["resumes"]) == (0, 1)
    assert outcome.events("orphan_removed") == []
    assert world.records[FIRST].modified_ns == path.stat().st_mtime_ns
    world.assert_promise(cuts=1)


@pytest.mark.parametrize("shift", [0.001, 3600.0])
def test_a_rewritten_file_begins_anew_however_little_its_time_moved(world: World, shift: float) -> None:
    world.fill((_BIG,))
    path = world.library / "01_analytics/m01_start/001_урок.mp4"
    _stop_at(world, 900 * KIB)
    before = path.stat().st_mtime_ns
    _rewrite(path)
    os.utime(path, ns=(before, before))
    _redate(path, shift)
    outcome = world.upload()
    assert outcome.exit_code == 0
    assert len(outcome.events("orphan_removed")) == 1
    world.assert_promise(cuts=2)


def _swap(one: Path, other: Path) -> None:
    aside = one.with_name("aside")
    one.rename(aside)
    other.rename(one)
    aside.rename(other)


def _twins(world: World) -> list[Path]:
    """Two files of equal size and time."""
    world.fill((_BIG, _BIG))
    files = sorted(world.library.rglob("*.mp4"))
    for file in files:
        ns = files[0].stat().st_mtime_ns
        os.utime(file, ns=(ns, ns))
    return files


@pytest.mark.parametrize("known", ["the part", "the head", "the head, without checksums"])
def test_files_of_equal_size_and_time_that_were_swapped_in_mid_upload_begin_anew(
    worlds: WorldMaker, known: str
) -> None:
    world = worlds()
    files = _twins(world)
    _stop_at(world, 900 * KIB)
    if known == "the head":  # as after a kill in the first chunk
        for path in world.progress.glob("*.json"):
            path.write_text(re.sub(r' "sent_(bytes|md5)": [^,]*,', "", path.read_text("utf-8")), "utf-8")
        assert {record.sent_md5 for record in world.records.values()} == {None}
    _swap(*files)
    outcome = world.upload(no_checksum="without" in known)
    assert (outcome.exit_code, outcome.events("orphan_removed") != []) == (0, True)
    sent = [world.emulator.bytes_of(world.records[one].video_id or "").read_bytes() for one in sorted(world.records)]
    assert sent == [file.read_bytes() for file in files]


def test_files_that_were_swapped_before_their_rows_were_written_are_not_linked(worlds: WorldMaker) -> None:
    world = worlds()
    files = _twins(world)
    assert world.upload(no_db=True, trust_scan=True).exit_code == 0
    _swap(*files)
    outcome = world.upload()
    assert outcome.exit_code == 1
    assert ["changed since its upload" in one["reason"] for one in outcome.summary["in_doubt"]] == [True, True]
    assert [video_id for video_id, _ in world.database.videos().values()] == [None, None]


def test_without_checksums_another_time_begins_anew(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((_BIG,))
    path = world.library / "01_analytics/m01_start/001_урок.mp4"
    _stop_at(world, 900 * KIB)
    _redate(path, 3 * _DAYS)
    outcome = world.upload(no_checksum=True)
    assert (outcome.exit_code, len(outcome.events("orphan_removed"))) == (0, 1)


@pytest.mark.parametrize("shift", [3600.0, 3 * _DAYS])
def test_a_time_that_changes_while_the_file_is_sent_drops_no_upload(world: World, shift: float) -> None:
    world.fill((_BIG,))
    path = world.library / "01_analytics/m01_start/001_урок.mp4"
    hold_line(world, after=600 * KIB)

    def redate() -> None:
        once_sent(world, 600 * KIB)
        _redate(path, shift)
        world.link.heal()

    with meanwhile(redate):
        outcome = world.upload()
    assert (outcome.exit_code, outcome.summary["cost"]["retries"]) == (0, 0)
    assert world.records[FIRST].modified_ns == path.stat().st_mtime_ns
    world.assert_promise()


@needs_links
def test_a_library_that_moved_goes_on_from_the_byte_where_it_stopped(world: World) -> None:
    world.fill((_BIG,))
    _stop_at(world, 1500 * KIB)
    moved = world.folder / "moved"
    world.library.rename(moved)
    world.library.symlink_to(moved, target_is_directory=True)
    world.environment["KUPLOAD_LIBRARY"] = str(moved)
    outcome = world.upload(jobs=1)
    assert outcome.exit_code == 0
    assert outcome.summary["cost"]["resumes"] == 1
    world.assert_promise(cuts=1)


def test_a_renamed_file_goes_on_and_its_old_name_is_free_for_another_lesson(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((_BIG,))
    path = world.library / "01_analytics/m01_start/001_урок.mp4"
    _stop_at(world, 900 * KIB)
    path.rename(path.with_name("002_урок.mp4"))
    outcome = world.upload()
    assert (outcome.exit_code, outcome.summary["cost"]["resumes"]) == (0, 1)
    assert world.records[FIRST].path == "01_analytics/m01_start/002_урок.mp4"
    world.assert_promise(cuts=1)


def test_a_lesson_keeps_the_file_that_it_was_uploaded_from_whatever_that_is_called_now(world: World) -> None:
    world.fill((10 * KIB, 20 * KIB))
    world.upload()
    first = world.library / "01_analytics/m01_start/001_урок.mp4"
    first.rename(first.with_name("003_урок.mp4"))
    outcome = world.upload()
    assert (outcome.exit_code, outcome.summary["skipped"]) == (0, 2)
    first.write_bytes(b"another")
    outcome = world.upload()
    assert outcome.exit_code == 1
    assert '1 file has no lesson ("01_analytics/m01_start/001_урок.mp4")' in world.run("--dry-run").text
    assert len(world.emulator.videos()) == 2
