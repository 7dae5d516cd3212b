"""A changed file that may be another lesson's: whatever names `kupload replace` for it names the file, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kinescope_upload.audit.compare import Kind
from kinescope_upload.audit.fixes.choices import choices_of
from kinescope_upload.commands.confirm import Dialogue, confirm_map
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


def _answer(world: World, *answers: str) -> tuple[int, str]:
    """`kupload map --confirm`, with these lines typed."""
    lines, told = iter(answers), list[str]()

    def ask(question: str) -> str:
        told.append(question)
        return next(lines)

    return confirm_map(settings_of(world), Dialogue(ask=ask, tell=told.append)), "\n".join(told)


@pytest.mark.parametrize("arrange", [_exchanged, _own_elsewhere])
def test_of_files_that_moved_on_a_person_is_asked_and_none_is_published_before(
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
        assert finding.hint.commands == (("map", "--confirm"),)
        assert choices_of(finding)[0].command == ("map", "--confirm")
    refused = world.run("replace", *sorted(moved), "--yes")
    assert "`kupload map --confirm` asks whose the file is" in " ".join(refused.text.split())


def test_exchanged_files_that_a_person_gives_back_to_their_lessons_keep_their_videos(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((10 * KIB, 20 * KIB))
    assert world.upload().exit_code == 0
    _exchanged(world)
    before = world.database.videos()

    code, told = _answer(world, "", "")
    assert code == 0, told
    assert '001_урок.mp4 (20.5 kB) → 1 "Урок 002_урок"' in told, "what was uploaded for it goes first"
    assert world.upload().exit_code == 0
    assert look(world).agrees
    assert world.database.videos() == before


def test_exchanged_files_that_are_their_lessons_new_videos_are_published_once_a_person_says_so(
    worlds: WorldMaker,
) -> None:
    world = worlds()
    world.fill((10 * KIB, 20 * KIB))
    assert world.upload().exit_code == 0
    _exchanged(world)

    code, told = _answer(world, "2", "2")
    assert code == 0, told
    for lesson in (FIRST, SECOND):
        assert publish(world, lesson, keep=0).exit_code == 0
    assert look(world).agrees


def test_a_new_file_in_the_place_of_one_that_moved_on_is_published_once_a_person_says_so(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((10 * KIB, 20 * KIB))
    assert world.upload().exit_code == 0
    _own_elsewhere(world)

    code, told = _answer(world, "", "s", "s")
    assert '→ 1 "Урок 001_урок"' in told
    assert publish(world, FIRST, keep=0).exit_code == 0, (code, told)
    assert Kind.FILE_CHANGED not in {one.kind for one in look(world).findings}


def test_a_file_whose_name_has_the_lessons_title_may_be_published_by_its_name(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((10 * KIB, 20 * KIB))
    assert world.upload().exit_code == 0
    world.database.execute(f"UPDATE \"Lesson\" SET title = 'Урок' WHERE id = '{FIRST}'")
    _own_elsewhere(world)

    [finding] = [one for one in look(world).findings if one.kind is Kind.FILE_CHANGED]
    assert isinstance(finding.hint, Hint)
    [command] = finding.hint.commands
    assert command == ("replace", FIRST, f"{FOLDER}/001_урок.mp4")
    assert choices_of(finding)[0].command == command
    assert world.run(*command, "--yes", "--keep-old", "0").exit_code == 0
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


def test_a_failed_video_of_files_that_moved_on_is_replaced_once_a_person_says_whose_they_are(
    worlds: WorldMaker,
) -> None:
    world = worlds()
    world.fill((10 * KIB, 20 * KIB))
    assert world.upload().exit_code == 0
    _exchanged(world)
    world.emulator.set_status(video_of(world, FIRST), VideoStatus.ERROR)

    [changed] = [one for one in look(world).findings if one.kind is Kind.FILE_CHANGED and one.lesson_id == FIRST]
    assert choices_of(changed)[0].command == ("map", "--confirm")
    assert _answer(world, "2", "2")[0] == 0
    assert publish(world, FIRST, keep=0).exit_code == 0
