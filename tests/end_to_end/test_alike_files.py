"""Files of equal size and time: which of them a lesson has is said by their paths and contents alone."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.audit.compare import Kind
from kinescope_upload.audit.verify import VerifyOptions
from kinescope_upload.commands.status import read_status
from kinescope_upload.emulator import Fault, Route
from kinescope_upload.media.sample_mp4 import make_mp4
from kinescope_upload.upload import Stage
from support.auditing import FIRST, SECOND, kinds, look, mend, settings_of, the
from support.replacing import confirm, publish, row_of
from support.world import KIB, content_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from support.world import World, WorldMaker

SIZE = 30 * KIB
DEEP = VerifyOptions(is_deep=True)


def _alike(world: World, count: int = 2) -> list[Path]:
    """Files of one size and time, each with its own content, and a lesson for each."""
    world.fill((SIZE,) * count)
    files = sorted((world.library / "01_analytics/m01_start").iterdir())
    for file in files:
        _date_like(file, files[0])
    return files


def _date_like(file: Path, other: Path, *, apart: int = 0) -> None:
    time = other.stat().st_mtime_ns + apart
    os.utime(file, ns=(time, time))


def _rewrite(file: Path, content: bytes) -> None:
    facts = file.stat()
    file.write_bytes(content)
    os.utime(file, ns=(facts.st_atime_ns, facts.st_mtime_ns))


def _shown(world: World, lesson_id: str) -> bytes:
    row_id = row_of(world, lesson_id)
    assert row_id is not None
    return world.emulator.bytes_of(row_id).read_bytes()


def _path(world: World, file: Path) -> str:
    return file.relative_to(world.library).as_posix()


@pytest.mark.parametrize("command", [mend, lambda world: world.upload()], ids=["repair", "run"])
def test_a_complete_upload_is_not_linked_for_a_file_that_only_looks_like_what_was_sent(
    worlds: WorldMaker, command: Callable[[World], object]
) -> None:
    world = worlds()
    files = _alike(world)
    assert world.upload(no_db=True, trust_scan=True).exit_code == 0
    confirm(world, {FIRST: files[1], SECOND: files[0]})

    command(world)
    assert (row_of(world, FIRST), row_of(world, SECOND)) == (None, None)
    assert world.run("--dry-run").exit_code == 1
    hints = {one.lesson_id: one.hint for one in look(world).findings if one.kind is Kind.FILE_CHANGED}
    assert f"kupload replace {FIRST} {_path(world, files[1])}" in hints[FIRST]
    for lesson, file in ((FIRST, files[1]), (SECOND, files[0])):
        assert publish(world, lesson, file=_path(world, file), keep=0).exit_code == 0
    assert (_shown(world, FIRST), _shown(world, SECOND)) == (files[1].read_bytes(), files[0].read_bytes())
    assert world.upload().exit_code == 0
    assert look(world).agrees


@pytest.mark.parametrize("commands", [("--changed",), (FIRST, SECOND)])
def test_two_linked_lessons_exchange_files_that_look_alike(worlds: WorldMaker, commands: tuple[str, ...]) -> None:
    world = worlds()
    files = _alike(world)
    world.upload()
    confirm(world, {FIRST: files[1], SECOND: files[0]})

    warned = [one["message"] for one in world.upload().events("warned")]
    assert any("2 changed since upload" in one for one in warned), warned
    look(world)
    assert not any(one.stage is Stage.VERIFIED for one in world.records.values())
    [course] = read_status(settings_of(world)).courses
    assert (course.changed, course.time_changed) == ((FIRST, SECOND), ())
    assert Kind.FILE_CHANGED in kinds(look(world, DEEP))
    for lesson in commands:
        is_all = lesson == "--changed"
        assert publish(world, *(() if is_all else (lesson,)), changed=is_all, keep=0).exit_code == 0
    assert (_shown(world, FIRST), _shown(world, SECOND)) == (files[1].read_bytes(), files[0].read_bytes())
    assert not [one for one in world.upload().events("warned") if "changed" in one["message"]]
    assert look(world, DEEP).agrees


def test_pairs_that_follow_files_exchanged_on_disk_send_nothing(worlds: WorldMaker) -> None:
    world = worlds()
    files = _alike(world)
    world.upload()
    first, second = (file.read_bytes() for file in files)
    _rewrite(files[0], second)
    _rewrite(files[1], first)
    confirm(world, {FIRST: files[1], SECOND: files[0]})

    received = world.emulator.accounting.bytes_received
    assert publish(world, changed=True).exit_code == 0
    assert world.emulator.accounting.bytes_received == received
    assert not [one for one in world.upload().events("warned") if "changed" in one["message"]]
    assert look(world, DEEP).agrees


@pytest.mark.parametrize("apart", [0, 500_000_000, 3600 * 10**9], ids=["no time", "half a second", "an hour"])
def test_a_file_that_is_named_is_compared_by_its_content(worlds: WorldMaker, apart: int) -> None:
    world = worlds()
    world.fill((SIZE,))
    world.upload()
    [first] = sorted((world.library / "01_analytics/m01_start").iterdir())
    new = world.add_file("01_analytics/m01_start/003_new.mp4", content_of(SIZE, seed="new"))
    _date_like(new, first, apart=apart)

    assert publish(world, FIRST, file=_path(world, new), keep=0).exit_code == 0
    assert _shown(world, FIRST) == new.read_bytes()


def test_a_file_rewritten_with_its_size_and_time_is_published_when_its_lesson_is_named(worlds: WorldMaker) -> None:
    world = worlds()
    [file] = _alike(world, 1)
    _rewrite(file, make_mp4(SIZE, seed="old", seconds=60))
    world.run("check")
    world.upload()
    _rewrite(file, make_mp4(SIZE, seed="new", seconds=90))

    found = the(look(world, DEEP), Kind.FILE_CHANGED)
    assert f"kupload replace {FIRST}" in found.hint
    assert publish(world, FIRST, keep=0).exit_code == 0
    assert _shown(world, FIRST) == file.read_bytes()
    assert world.records[FIRST].duration == 90
    assert look(world, DEEP).agrees


def test_a_file_is_looked_into_before_it_is_sent_whatever_is_remembered_of_it(
    worlds: WorldMaker,
) -> None:
    world = worlds()
    [file] = _alike(world, 1)
    _rewrite(file, make_mp4(SIZE, seed="old", seconds=60))
    world.run("check")
    _rewrite(file, make_mp4(SIZE, seed="new", seconds=90))

    assert world.upload().exit_code == 0
    assert world.records[FIRST].duration == 90
    assert look(world, DEEP).agrees


@pytest.mark.parametrize(
    ("is_complete", "size"),
    [(True, SIZE), *(pytest.param(False, size, marks=pytest.mark.slow) for size in (SIZE, 2 * SIZE))],
)
def test_a_begun_replacement_and_a_pair_of_a_file_that_only_looks_like_its_files_wait_for_a_person(
    worlds: WorldMaker, size: int, *, is_complete: bool
) -> None:
    world = worlds(processing=3600.0)
    [old] = _alike(world, 1)
    assert world.upload().exit_code == 0
    shown = row_of(world, FIRST)
    named = world.add_file("01_analytics/b.mp4", content_of(size, seed="b"))
    other = world.add_file("01_analytics/c.mp4", content_of(SIZE, seed="c"))
    for file in (named, other):
        _date_like(file, old)
    if not is_complete:
        world.emulator.faults.add(Fault(route=Route.PATCH, status=403, times=99))
    assert publish(world, FIRST, file=_path(world, named), retries="0", replace_wait="0.1s").exit_code == 1
    world.emulator.faults.clear()
    assert world.records[FIRST].stage.has_all_bytes == is_complete
    confirm(world, {FIRST: other})

    ran = world.upload(replace_wait="0.1s")
    assert (ran.exit_code, row_of(world, FIRST)) == (1, shown)
    [doubt] = ran.summary["in_doubt"]
    for hint in (doubt["hint"], the(look(world), Kind.UNFINISHED).hint):
        assert f"kupload replace {FIRST} {_path(world, other)}" in hint
        assert f"kupload replace {FIRST} --drop" in hint
    assert publish(world, FIRST, drop=True).exit_code == 0
    assert (world.records[FIRST].video_id, world.records[FIRST].stage) == (shown, Stage.LINKED)
