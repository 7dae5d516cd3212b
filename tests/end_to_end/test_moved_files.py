"""Files that moved with their lessons keep their videos also where titles do not tell the lessons apart."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final

import pytest

from kinescope_upload.commands.confirm import Dialogue, confirm_map
from kinescope_upload.library.scan import scan
from kinescope_upload.mapping import assign_by_scan_rule
from support.auditing import look, mend, settings_of
from support.replacing import undo
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
    rows = world.database.videos()
    placed = assign_by_scan_rule(scan(world.library).files)
    assert rows.keys() == {one.lesson_id for one in placed}
    for one in placed:
        video = world.emulator.bytes_of(str(rows[one.lesson_id][0])).read_bytes()
        assert video == (world.library / one.file.path).read_bytes(), one.lesson_id
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


def _numbered(count: int) -> list[str]:
    return [f"Урок {number}" for number in range(1, count + 1)]


@pytest.mark.parametrize(
    ("before", "order", "after"),
    [
        pytest.param(
            ("Введение", "Практика", "Практика"), (1, 0, 2, 3), ("Введение", "Итог", "Практика", "Практика"), id="twins"
        ),
        pytest.param(_numbered(3), (0, 1, 2, 3), _numbered(4), id="numbered"),
        pytest.param(
            _numbered(3), (3, 0, 1, 2), _numbered(4), id="one put in, and another order", marks=pytest.mark.slow
        ),
        pytest.param(("Практика",) * 3, (2, 3, 1), ("Практика",) * 3, id="one title", marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize("with_videos", [False, True])
def test_a_record_follows_its_file_where_no_title_tells_lessons_apart(
    worlds: WorldMaker, before: Sequence[str], order: Sequence[int], after: Sequence[str], *, with_videos: bool
) -> None:
    world = worlds()
    _upload(world, *before)
    _arrange(world, order, after, with_videos=with_videos)

    run = world.upload()
    assert run.exit_code == 1
    assert "`kupload repair` moves what is recorded to it" in str(run.said)
    _obey(world)
    _assert_right(world, sent=len(order))


def test_no_empty_row_gets_a_video_by_its_number_while_that_file_stands_at_a_place_without_a_lesson(
    worlds: WorldMaker,
) -> None:
    world = worlds()
    _upload(world, *_numbered(2))
    _arrange(world, (0, 1, 2), _numbered(3))
    world.database.execute(f"DELETE FROM \"Lesson\" WHERE id = '{_key(3)}'")

    assert world.upload().exit_code == 1
    mend(world)
    assert {video for video, _ in world.database.videos().values()} == {None}
    world.database.add_lessons([(_key(3), _COURSE, "Урок 3")])
    _obey(world)
    _assert_right(world, sent=3)


def test_a_row_that_was_emptied_gets_its_video_again_where_its_title_is_its_own(worlds: WorldMaker) -> None:
    world = worlds()
    _upload(world, "Атомы", "Шум", "Токи")
    file = world.library / _place(1)
    _add(world, 0, 20)  # the files behind it have other places now, the rows have not
    world.database.add_lessons([(_key(4), _COURSE, "Новая")])
    world.database.set_video(_key(2), None)
    right = world.records[_key(2)].video_id

    assert file.exists()
    mend(world)
    assert world.database.videos()[_key(2)][0] == right


def test_a_course_that_is_renamed_everywhere_keeps_its_videos_while_a_title_is_corrected(worlds: WorldMaker) -> None:
    world = worlds()
    _upload(world, "Атомы", "Ядро", "Волны")
    new = "02_analytics"
    (world.library / _COURSE).rename(world.library / new)
    world.emulator.create_folder(new)
    world.database.execute(f"INSERT INTO \"Course\" (id, title) VALUES ('{new}', 'New')")
    world.database.execute(f"UPDATE \"Lesson\" SET id = replace(id, '{_COURSE}', '{new}'), \"courseId\" = '{new}'")
    world.database.execute(f"UPDATE \"Lesson\" SET title = 'Токи' WHERE id = '{_key(2, new)}'")

    _obey(world)
    _assert_right(world, sent=3)


def test_a_lesson_taken_out_while_one_is_put_in_leaves_its_record_a_number_that_nobody_has(worlds: WorldMaker) -> None:
    world = worlds()
    _upload(world, *_numbered(3))
    right = {number: world.records[_key(number)].video_id for number in (1, 2, 3)}
    _arrange(world, (0, 1, 2), _numbered(3), with_videos=True)

    for _ in range(3):
        mend(world)
    assert world.upload().exit_code == 0
    shown = world.database.videos()
    assert [shown[_key(number)][0] for number in (2, 3)] == [right[1], right[2]]
    assert world.records[_key(4)].video_id == right[3]
    [left] = look(world).findings
    assert left.lesson_id == _key(4)
    assert not undo(world, _key(4), delete=True).failed
    _assert_right(world, sent=3)


def test_a_new_cut_in_a_copied_course_is_published_though_the_original_s_progress_is_lost(worlds: WorldMaker) -> None:
    world = worlds()
    _upload(world, "Атомы", "Шум")
    copy = "02_copy"
    shutil.copytree(world.library / _COURSE, world.library / copy)  # keeps the times
    world.emulator.create_folder(copy)
    world.database.add_lessons([(_key(n, copy), copy, t) for n, t in enumerate(("Атомы", "Шум"), 1)])
    assert world.upload().exit_code == 0
    (world.progress / f"{_COURSE}.json").unlink()
    (world.library / _place(1, copy)).unlink()
    cut = world.add_file(f"{copy}/m01/001 v2.mp4", content_of(20 * KIB, seed="new cut"))

    world.upload()
    assert world.records[_key(1, copy)].path == _place(1, copy)
    assert "has no file" not in str([one.reason for one in look(world).findings])
    cut.rename(world.library / _place(1, copy))
    [warned] = world.upload().events("warned")
    assert f"1 changed since upload: {_key(1, copy)}" in warned["message"]


@pytest.mark.parametrize("with_videos", [False, True])
def test_a_numbered_lesson_that_moved_to_another_section_keeps_its_video(
    worlds: WorldMaker, *, with_videos: bool
) -> None:
    world = worlds()
    _upload(world, *_numbered(2))
    other = f"{_COURSE}_m02_001"
    there = world.library / _COURSE / "m02/001.mp4"
    there.parent.mkdir()
    (world.library / _place(1)).rename(there)
    (world.library / _place(2)).rename(world.library / _place(1))
    for old, new in ((_key(1), other), (_key(2), _key(1))):
        world.database.execute(f"UPDATE \"Lesson\" SET id = '{new}' WHERE id = '{old}'")
    world.database.execute("UPDATE \"Lesson\" SET title = 'Урок 1'")
    for lesson in (other, _key(1)) if not with_videos else ():
        world.database.set_video(lesson, None)

    assert world.upload().exit_code == 1
    _obey(world)
    _assert_right(world, sent=2)


def test_nobody_is_asked_whose_a_file_is_while_rows_and_files_tell_it(worlds: WorldMaker) -> None:
    world = worlds()
    _upload(world, *_numbered(2))
    _arrange(world, (2, 1), _numbered(2), with_videos=True)

    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return "q"

    assert confirm_map(settings_of(world), Dialogue(ask=answer, tell=lambda _: None)) == 0
    assert asked == []
    _obey(world)
    _assert_right(world, sent=2)
