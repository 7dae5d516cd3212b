"""A replacement that was begun, and a person who says or does otherwise: it is called off, and nothing is sent."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.emulator import Fault, Route, VideoStatus
from kinescope_upload.upload import Stage
from support.auditing import FIRST, SECOND, THIRD, look, mend, uploaded, video_of
from support.replacing import confirm, deleted, file_of, publish, row_of, shoot_again, videos_of
from support.world import KIB, content_of, date_back

if TYPE_CHECKING:
    from pathlib import Path

    from support.world import World, WorldMaker

HOUR = 3600.0
BIG = 600 * KIB


@dataclass(frozen=True, kw_only=True)
class Before:
    """Rows and videos of a library before a replacement began."""

    rows: dict[str, str | None]
    videos: set[str]
    received: int


def _before(world: World) -> Before:
    rows = {lesson: row_of(world, lesson) for lesson in (FIRST, SECOND, THIRD)}
    return Before(rows=rows, videos=set(videos_of(world)), received=0)


def _cut_off(world: World, *lessons: str, **options: object) -> None:
    """`kupload replace` that ends in mid-upload."""
    world.emulator.faults.add(Fault(route=Route.PATCH, status=403, skip=1, times=99))
    assert publish(world, *lessons, changed=not lessons, retries="0", **options).exit_code == 1  # type: ignore[arg-type]
    world.emulator.faults.clear()


def _is_as_before(world: World, before: Before, received: int) -> None:
    """Nothing was sent, and no row, video or record tells of the replacement."""
    assert world.emulator.accounting.bytes_received == received
    assert {lesson: row_of(world, lesson) for lesson in before.rows} == before.rows
    assert set(videos_of(world)) == before.videos
    assert all(record.old_videos == () and record.stage.is_linked for record in world.records.values())
    assert {lesson: record.video_id for lesson, record in world.records.items()} == before.rows
    assert look(world).findings == ()
    assert world.upload().exit_code == 0
    assert world.emulator.accounting.bytes_received == received


def _put_back(path: Path, content: bytes, time_ns: int) -> None:
    path.write_bytes(content)
    os.utime(path, ns=(time_ns, time_ns))


@pytest.mark.parametrize("dialect", ["tus", pytest.param("json", marks=pytest.mark.slow)])
def test_one_command_calls_a_begun_replacement_off(dialect: str, worlds: WorldMaker) -> None:
    world = worlds(dialect)
    uploaded(world)
    before, path = _before(world), file_of(world, FIRST)
    content, time_ns = path.read_bytes(), path.stat().st_mtime_ns
    shoot_again(world, FIRST, BIG)
    _cut_off(world, FIRST)
    received = world.emulator.accounting.bytes_received
    assert set(videos_of(world)) > before.videos

    done = publish(world, FIRST, drop=True)
    [lesson] = done.events("replacements")[0]["lessons"]
    assert (done.exit_code, lesson["step"]) == (0, "call off"), done.said
    assert [line["video_id"] for line in deleted(world)] == list({line["video_id"] for line in deleted(world)})
    assert "1 changed since upload" in world.upload().events("warned")[-1]["message"]
    _put_back(path, content, time_ns)
    _is_as_before(world, before, received)
    again = publish(world, FIRST, drop=True)
    assert (again.exit_code, again.events("replacements")[0]["lessons"][0]["step"]) == (1, "refused")


@pytest.mark.parametrize("is_redated", [pytest.param(False, marks=pytest.mark.slow), True])
def test_the_old_file_put_back_calls_the_replacement_off_and_nothing_is_sent(
    is_redated: bool, worlds: WorldMaker
) -> None:
    world = worlds()
    uploaded(world)
    before, path = _before(world), file_of(world, FIRST)
    content, time_ns = path.read_bytes(), path.stat().st_mtime_ns
    shoot_again(world, FIRST, BIG)
    _cut_off(world, FIRST)
    received = world.emulator.accounting.bytes_received

    _put_back(path, content, time_ns - (2_000_000_000_000 if is_redated else 0))
    ran = world.upload()
    assert ran.exit_code == 0, ran.said
    assert any("is called off" in one["message"] for one in ran.events("warned")), ran.said
    _is_as_before(world, before, received)


@pytest.mark.parametrize("command", ["run", pytest.param("replace", marks=pytest.mark.slow)])
def test_the_old_file_put_back_wins_over_a_complete_new_cut_too(command: str, worlds: WorldMaker) -> None:
    world = worlds(processing=HOUR)
    uploaded(world)
    for video in world.emulator.videos():
        world.emulator.set_status(video.id, VideoStatus.DONE)
    before, path = _before(world), file_of(world, FIRST)
    content, time_ns = path.read_bytes(), path.stat().st_mtime_ns
    shoot_again(world, FIRST)
    assert publish(world, FIRST, keep=0, replace_wait="0s").exit_code == 1
    assert world.records[FIRST].stage is Stage.UPLOADED
    received = world.emulator.accounting.bytes_received

    _put_back(path, content, time_ns)
    done = world.upload() if command == "run" else publish(world, FIRST)
    assert done.exit_code == 0, done.said
    _is_as_before(world, before, received)


def test_a_new_cut_of_the_same_size_and_time_is_told_from_the_old_file_by_its_md5(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world, (BIG, 20 * KIB, 30 * KIB))
    before, path = _before(world), file_of(world, FIRST)
    content, time_ns = path.read_bytes(), path.stat().st_mtime_ns
    new = content_of(BIG, seed="the same length")
    _put_back(path, new, time_ns - 5_000_000_000)
    _cut_off(world, FIRST)
    _put_back(path, content, time_ns - 5_000_000_000)
    received = world.emulator.accounting.bytes_received

    assert world.upload().exit_code == 0
    assert (world.emulator.accounting.bytes_received, row_of(world, FIRST)) == (received, before.rows[FIRST])
    assert set(videos_of(world)) == before.videos


def _exchanged(world: World) -> tuple[Path, Path]:
    """Two linked lessons whose files a person exchanges by pairs; `replace --changed` is cut off in mid-upload."""
    uploaded(world, (BIG, BIG + KIB, 30 * KIB))
    one, two = file_of(world, FIRST), file_of(world, SECOND)
    confirm(world, {FIRST: two, SECOND: one})
    _cut_off(world)
    assert world.records[FIRST].serving
    return one, two


def test_pairs_that_are_written_back_call_both_replacements_off(worlds: WorldMaker) -> None:
    world = worlds()
    one, two = _exchanged(world)
    rows = _before(world).rows
    confirm(world, {FIRST: one, SECOND: two})
    received = world.emulator.accounting.bytes_received
    ran = world.upload()
    assert (ran.exit_code, world.emulator.accounting.bytes_received) == (0, received), ran.said
    assert _before(world).rows == rows
    assert look(world).findings == ()


def test_no_command_but_the_persons_own_goes_on_with_an_exchange_whose_pairs_are_gone(worlds: WorldMaker) -> None:
    world = worlds()
    _exchanged(world)
    rows, received = _before(world).rows, world.emulator.accounting.bytes_received
    (world.library / "kupload-map.json").unlink()
    for ran in (world.upload(), publish(world, changed=True)):
        assert ran.exit_code == 1, ran.said
        assert (_before(world).rows, world.emulator.accounting.bytes_received) == (rows, received)
    failed = [one["hint"] for one in world.upload().summary["in_doubt"]]
    assert all(
        f"`kupload replace {lesson} --drop`" in hint for lesson, hint in zip((FIRST, SECOND), failed, strict=True)
    )
    assert publish(world, FIRST, SECOND, drop=True).exit_code == 0
    assert look(world).findings == ()


@pytest.mark.parametrize("is_complete", [pytest.param(False, marks=pytest.mark.slow), True])
def test_a_pair_that_gives_the_begun_file_to_another_lesson_wins(is_complete: bool, worlds: WorldMaker) -> None:
    world = worlds(processing=HOUR if is_complete else 0.0)
    uploaded(world)
    for video in world.emulator.videos():
        world.emulator.set_status(video.id, VideoStatus.DONE)
    rows = _before(world).rows
    extra = world.add_file("01_analytics/m01_start/дубль.mp4", content_of(BIG, seed="another cut"))
    date_back(extra)
    if is_complete:
        assert publish(world, FIRST, file=str(extra), replace_wait="0s").exit_code == 1
    else:
        _cut_off(world, FIRST, file=str(extra))
    confirm(world, {SECOND: extra})
    ran = world.upload()
    assert row_of(world, FIRST) == rows[FIRST]
    assert f"unlink {FIRST}" not in ran.text + str(ran.said)
    assert ran.exit_code == 1
    assert any(command in str(ran.said) for command in (f"kupload replace {FIRST} --drop", "kupload map --confirm"))
    told = (publish(world, changed=True).said, world.run("verify").text, world.run("repair", "--yes").text)
    assert [f"kupload replace {FIRST} --drop" in str(one) for one in told] == [True] * 3, told
    assert row_of(world, FIRST) == rows[FIRST]
    assert publish(world, FIRST, drop=True, keep=0).exit_code == 0
    assert video_of(world) == rows[FIRST]
    assert publish(world, SECOND, keep=0, replace_wait="0s" if is_complete else "1m").exit_code == int(is_complete)


def test_a_written_pair_is_never_published_over_by_what_was_begun(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    third = world.add_file("01_analytics/m01_start/дубль 3.mp4", content_of(BIG, seed="third"))
    fourth = world.add_file("01_analytics/m01_start/дубль 4.mp4", content_of(BIG + KIB, seed="fourth"))
    _cut_off(world, FIRST, file=str(third))
    confirm(world, {FIRST: fourth})
    received = world.emulator.accounting.bytes_received
    for done in (world.upload(), publish(world, FIRST), publish(world, changed=True)):
        assert (done.exit_code, world.emulator.accounting.bytes_received) == (1, received), done.said
    for text in (world.run("verify").text, world.run("repair", "--dry-run").text):
        assert f"kupload replace {FIRST} --drop" in text
        assert f"`kupload replace {FIRST}` continues" not in text
        assert f"$ kupload replace {FIRST}\n" not in text
    assert publish(world, FIRST, file=str(fourth), keep=0).exit_code == 0
    assert videos_of(world)[video_of(world)] == fourth.read_bytes()
    assert mend(world).plan.fixes == ()
