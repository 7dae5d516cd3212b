"""Linked lessons whose files changed behind an equal size and time, and lessons that exchange their files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.audit.compare import Kind
from kinescope_upload.audit.verify import VerifyOptions
from kinescope_upload.commands.status import read_status
from support.auditing import FIRST, SECOND, kinds, look, plan_of, settings_of, uploaded, video_of
from support.replacing import confirm, file_of, publish, row_of, videos_of
from support.world import KIB, content_of

if TYPE_CHECKING:
    from pathlib import Path

    from support.world import World, WorldMaker

DEEP = VerifyOptions(is_deep=True)


def _set_time(path: Path, time_ns: int) -> None:
    os.utime(path, ns=(time_ns, time_ns))


@pytest.mark.parametrize("command", ["the lesson", pytest.param("all that changed", marks=pytest.mark.slow)])
def test_a_file_whose_known_md5_is_not_its_videos_is_published_though_size_and_time_are_equal(
    command: str, worlds: WorldMaker
) -> None:
    world = worlds()
    uploaded(world)
    path, old = file_of(world, FIRST), video_of(world)
    time_ns = path.stat().st_mtime_ns
    path.write_bytes(content_of(10 * KIB, seed="rewritten"))
    _set_time(path, time_ns)
    assert world.upload().events("warned") == []
    assert kinds(look(world, DEEP)) == [Kind.FILE_CHANGED]
    [course] = read_status(settings_of(world)).courses
    assert course.changed == (FIRST,)
    for told in (world.upload().events("warned")[-1]["message"], world.run("--dry-run").text):
        assert f"kupload replace {FIRST}" in told
    done = publish(world, FIRST, keep=0) if command == "the lesson" else publish(world, changed=True, keep=0)
    assert done.exit_code == 0, done.said
    assert videos_of(world)[row_of(world, FIRST) or ""] == path.read_bytes()
    assert old not in videos_of(world)
    assert look(world, DEEP).findings == ()


def _exchange(world: World, *, is_equal: bool) -> None:
    """Two linked lessons that a person's pairs exchange."""
    sizes = (20 * KIB, 20 * KIB, 30 * KIB) if is_equal else (10 * KIB, 20 * KIB, 30 * KIB)
    world.fill(sizes)
    one, two = (world.library / f"01_analytics/m01_start/{name}" for name in ("001_урок.mp4", "002_урок.mp4"))
    if is_equal:
        _set_time(two, one.stat().st_mtime_ns)
    assert world.upload().exit_code == 0
    confirm(world, {FIRST: two, SECOND: one})


@pytest.mark.parametrize("is_equal", [pytest.param(False, marks=pytest.mark.slow), True])
def test_each_lesson_of_an_exchange_is_published_by_the_command_that_names_it(
    *, is_equal: bool, worlds: WorldMaker
) -> None:
    world = worlds()
    _exchange(world, is_equal=is_equal)
    look(world, DEEP)  # tells files of one size and time apart
    wanted = {(choice.command, one.finding.lesson_id) for one in plan_of(world).manual for choice in one.choices}
    assert {(("replace", FIRST), FIRST), (("replace", SECOND), SECOND)} <= wanted
    contents = {FIRST: file_of(world, SECOND).read_bytes(), SECOND: file_of(world, FIRST).read_bytes()}
    for lesson in (FIRST, SECOND):
        done = publish(world, lesson, keep=0)
        assert done.exit_code == 0, done.said
    assert {lesson: videos_of(world)[row_of(world, lesson) or ""] for lesson in contents} == contents
    assert look(world, DEEP).findings == ()
    assert world.upload().exit_code == 0
