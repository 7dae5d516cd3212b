"""A changed file that may be another lesson's: whatever names `kupload replace` for it names the file, too."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.audit.compare import Kind
from kinescope_upload.audit.fixes.choices import choices_of
from kinescope_upload.commands.status import read_status
from kinescope_upload.emulator import VideoStatus
from kinescope_upload.text.hints import Hint
from support.auditing import FIRST, SECOND, look, settings_of, video_of
from support.replacing import publish
from support.world import KIB, content_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from support.world import World, WorldMaker

FOLDER = "01_analytics/m01_start"


def _files(world: World) -> list[Path]:
    return sorted((world.library / FOLDER).iterdir())


def _exchanged(world: World) -> set[str]:
    first, second = _files(world)
    aside = world.library / "aside"
    first.rename(aside)
    second.rename(first)
    aside.rename(second)
    return {FIRST, SECOND}


def _own_elsewhere(world: World) -> set[str]:
    first, _ = _files(world)
    first.rename(first.with_name("009_second_take.mp4"))
    world.add_file(f"{FOLDER}/{first.name}", content_of(50 * KIB, seed="in its place"))
    return {FIRST}


@pytest.mark.parametrize("arrange", [_exchanged, _own_elsewhere])
def test_what_verify_repair_and_status_advise_about_files_that_moved_on_publishes_them(
    worlds: WorldMaker, arrange: Callable[[World], set[str]]
) -> None:
    world = worlds()
    world.fill((10 * KIB, 20 * KIB))
    assert world.upload().exit_code == 0
    moved = arrange(world)

    [course] = read_status(settings_of(world)).courses
    assert (set(course.changed), set(course.mixed_up)) == (moved, moved)
    assert "kupload replace" not in world.run("--status").text
    changed = [one for one in look(world).findings if one.kind is Kind.FILE_CHANGED]
    assert {one.lesson_id for one in changed} == moved
    for finding in changed:
        assert isinstance(finding.hint, Hint)
        [command] = finding.hint.commands
        assert choices_of(finding)[0].command == command
        assert world.run(*command, "--yes", "--keep-old", "0").exit_code == 0, shlex.join(command)
    assert Kind.FILE_CHANGED not in {one.kind for one in look(world).findings}


def test_a_new_cut_that_is_like_no_other_file_is_published_by_its_lesson_alone(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((10 * KIB, 20 * KIB))
    assert world.upload().exit_code == 0
    (world.library / FOLDER / _files(world)[0].name).write_bytes(content_of(50 * KIB, seed="again"))

    [finding] = [one for one in look(world).findings if one.kind is Kind.FILE_CHANGED]
    assert isinstance(finding.hint, Hint)
    assert finding.hint.commands == (("replace", FIRST),)
    [course] = read_status(settings_of(world)).courses
    assert (course.changed, course.mixed_up) == ((FIRST,), ())
    assert publish(world, FIRST, keep=0).exit_code == 0


def test_a_failed_video_of_files_that_moved_on_is_replaced_by_what_is_advised(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((10 * KIB, 20 * KIB))
    assert world.upload().exit_code == 0
    _exchanged(world)
    world.emulator.set_status(video_of(world, FIRST), VideoStatus.ERROR)

    [changed] = [one for one in look(world).findings if one.kind is Kind.FILE_CHANGED and one.lesson_id == FIRST]
    assert world.run(*choices_of(changed)[0].command, "--yes").exit_code == 0
