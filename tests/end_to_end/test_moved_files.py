"""Files that moved with their lessons keep their videos also where titles do not tell the lessons apart."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final

import pytest

from support.auditing import look, mend
from support.world import KIB, content_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from support.world import World, WorldMaker

_COURSE: Final = "01_analytics"
_SECTION: Final = f"{_COURSE}/m01"


def _place(number: int, course: str = _COURSE) -> str:
    return f"{course}/m01/{number:03d}.mp4"


def _key(number: int, course: str = _COURSE) -> str:
    return f"{course}_m01_{number:03d}"


def _add(world: World, number: int, size: int) -> Path:
    return world.add_file(_place(number), content_of(size * KIB, seed=str(size)))


def _upload(world: World, *titles: str) -> None:
    """Lessons of these titles, all linked; the n-th file has 10 + n KiB."""
    for number, title in enumerate(titles, 1):
        _add(world, number, 10 + number)
        world.database.add_lessons([(_key(number), _COURSE, title)])
    assert world.upload().exit_code == 0


def _arrange(world: World, order: Sequence[int], titles: Sequence[str], *, with_videos: bool = False) -> None:
    """The section in another order: its files are renamed, and its rows made again; 0 is a new lesson."""
    videos = {number: world.database.videos()[_key(number)] for number in order if number}
    section = world.library / _SECTION
    section.rename(section.with_name("before"))
    section.mkdir()
    world.database.execute(f'DELETE FROM "Lesson" WHERE "courseId" = \'{_COURSE}\'')
    for place, number in enumerate(order, 1):
        if number:
            (section.with_name("before") / f"{number:03d}.mp4").rename(world.library / _place(place))
        else:
            _add(world, place, 20)
        world.database.add_lessons([(_key(place), _COURSE, titles[place - 1])])
        if number and with_videos:
            video, url = videos[number]
            world.database.execute(
                f"UPDATE \"Lesson\" SET \"videoId\" = '{video}', \"videoUrl\" = '{url}' WHERE id = '{_key(place)}'"
            )
    shutil.rmtree(section.with_name("before"))


def _obey(world: World) -> None:
    """What a run and `verify` advise: `repair`, until nothing is left, and a run."""
    for _ in range(3):
        mend(world)
    assert world.upload().exit_code == 0
    mend(world)


def _assert_right(world: World, *, sent: int) -> None:
    """Each row shows the file of its place, and so many videos were made."""
    world.assert_promise()
    assert len(world.emulator.videos()) == sent
    assert look(world).agrees


@pytest.mark.parametrize("course", [None, _COURSE])
def test_a_copied_course_keeps_no_lesson_of_the_original_from_its_file(worlds: WorldMaker, course: str | None) -> None:
    world = worlds()
    _upload(world, "Атомы", "Шум", "Тензоры")
    copy = "02_copy"
    shutil.copytree(world.library / _COURSE, world.library / copy)  # keeps the times
    world.emulator.create_folder(copy)
    world.database.add_lessons([(_key(n, copy), copy, t) for n, t in enumerate(("Атомы", "Шум", "Тензоры"), 1)])
    assert world.upload().exit_code == 0
    _arrange(world, (1, 2, 0, 3), ("Атомы", "Шум", "Новая", "Тензоры"))

    run = world.upload(courses=[course] if course else [])
    assert "that is lesson 01_analytics_m01_004 now" in str(run.said)
    _obey(world)
    _assert_right(world, sent=7)
