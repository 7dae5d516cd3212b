"""`kupload map --confirm`: Enter takes a lesson by its title, and none against which titles speak."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from kinescope_upload.audit.compare import Kind
from kinescope_upload.commands.confirm import Dialogue, confirm_map
from support.auditing import look, mend, settings_of
from support.dry_runs import planned
from support.world import KIB, content_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from support.world import World, WorldMaker

COURSE = "01_analytics"
SECTION = f"{COURSE}/m01_start"
TITLES = ("Оптика", "Фазы", "Белки")


def _id(number: int) -> str:
    return f"{COURSE}_m01_start_{number:03d}"


def _in_front(world: World, name: str, first: str, *, with_videos: bool) -> None:
    """A file in front of three linked ones, which keep their names; the rows are made again with the next numbers."""
    for number, title in enumerate(TITLES, start=1):
        world.add_file(f"{SECTION}/{number:03d}_{title}.mp4", content_of(number * 10 * KIB, seed=title))
    world.database.add_lessons([(_id(number), COURSE, title) for number, title in enumerate(TITLES, start=1)])
    assert world.upload().exit_code == 0
    videos = [world.database.videos()[_id(number)] for number in (1, 2, 3)]
    world.database.execute('DELETE FROM "Lesson"')
    titles = enumerate((first, *TITLES), start=1)
    world.database.add_lessons([(_id(number), COURSE, title) for number, title in titles])
    for number, video in enumerate(videos if with_videos else (), start=2):
        world.database.set_video(_id(number), *video)
    world.add_file(f"{SECTION}/{name}.mp4", content_of(5 * KIB, seed="new"))


def _confirm(world: World, answers: Iterable[str]) -> tuple[int, str]:
    """`kupload map --confirm`, with these lines typed, and what was said."""
    lines, said = iter(answers), list[str]()

    def ask(question: str) -> str:
        said.append(question)
        return next(lines)

    code = confirm_map(settings_of(world), Dialogue(ask=ask, tell=said.append))
    return code, "\n".join(said)


def _right(world: World) -> dict[str, str]:
    """The MD5 that each lesson's video must have, by the title that its file is named like."""
    files = (world.library / SECTION).iterdir()
    return {file.stem.rpartition("_")[2]: hashlib.md5(file.read_bytes()).hexdigest() for file in files}


def _shown(world: World) -> dict[str, str]:
    """The MD5 of the video that viewers see of each title."""
    rows = dict(world.database.query('SELECT title, "videoId" FROM "Lesson" WHERE "videoId" IS NOT NULL'))
    contents = {title: world.emulator.bytes_of(video).read_bytes() for title, video in rows.items()}
    return {title: hashlib.md5(content).hexdigest() for title, content in contents.items()}


@pytest.mark.parametrize("with_videos", [False, True])
@pytest.mark.parametrize("is_asked", [False, True])
def test_enter_each_time_gives_files_in_front_of_others_the_lessons_of_their_titles(
    worlds: WorldMaker, *, is_asked: bool, with_videos: bool
) -> None:
    world = worlds()
    _in_front(world, "000a_Токи", "Токи", with_videos=with_videos)
    if is_asked:
        code, said = _confirm(world, [""] * 4)
        assert (code, f'{_id(1)}  "Токи"' in said, '000a_Токи.mp4 (5.1 kB) → 1 "Токи"?' in said) == (0, True, True)
        assert "`kupload repair` moves what is recorded" in said
    mend(world)
    assert world.upload().exit_code == 0
    assert _shown(world) == _right(world)
    assert len(world.emulator.videos()) == 4, "nothing was sent again"
    world.assert_promise()
    assert look(world).agrees


@pytest.mark.parametrize("with_videos", [False, True])
def test_where_repair_moves_what_is_recorded_nobody_is_sent_to_the_questions_first(
    worlds: WorldMaker, *, with_videos: bool
) -> None:
    world = worlds()
    _in_front(world, "000a_Токи", "Токи", with_videos=with_videos)
    run = world.upload()
    [doubt] = run.summary["doubts"]
    assert run.exit_code == 1
    assert ("`kupload repair` moves" in doubt["hint"], "map --confirm" in doubt["hint"]) == (True, False)
    assert planned(world)[1]["proposals"] == []
    shown = world.run("map").text
    assert ("kupload repair" in shown, "map --confirm" in shown) == (True, False)
    status = world.run("--status").text
    assert ("next: kupload verify" in status, "map --confirm" in status) == (True, False)
    verified = look(world)
    assert not [one for one in verified.findings if "000a" in one.reason and one.kind is Kind.MAPPING_IN_DOUBT]
    assert mend(world).failed == 0
    assert world.upload().exit_code == 0
    assert _shown(world) == _right(world)


@pytest.mark.parametrize("source", ["kupload-map.json", "--map", "manifest.json"])
def test_a_linked_file_named_like_another_lesson_is_named_whatever_a_pair_without_its_title_says(
    source: str, worlds: WorldMaker
) -> None:
    world = worlds()
    world.add_file(f"{SECTION}/001_Фазы.mp4", content_of(10 * KIB, seed="1"))
    world.add_file(f"{SECTION}/002_Оптика.mp4", content_of(20 * KIB, seed="2"))
    world.database.add_lessons([(_id(1), COURSE, "Оптика"), (_id(2), COURSE, "Фазы")])
    pairs = [(f"{SECTION}/001_Фазы.mp4", _id(1)), (f"{SECTION}/002_Оптика.mp4", _id(2))]
    entries = [{"filePath": path, "lessonId": key} for path, key in pairs]
    lessons = [{"id": key, "filepath": path} for path, key in pairs]
    manifest = {"courses": [{"id": COURSE, "modules": [{"lessons": lessons}]}]}
    file = (world.folder if source == "--map" else world.library) / source.replace("--map", "given.json")
    file.write_text(json.dumps(manifest if source == "manifest.json" else {"matched": entries}), "utf-8")
    options: dict[str, Any] = {"map_file": file} if source == "--map" else {}
    assert world.upload(**options).exit_code == 0

    report = look(world, **options)
    assert [one.lesson_id for one in report.findings if one.kind is Kind.NAMED_LIKE_ANOTHER] == [_id(1), _id(2)]
    hint = next(one.hint for one in report.findings)
    if source == "--map":
        assert "map --confirm" not in hint
        titles = {_id(1): "Оптика", _id(2): "Фазы"}
        meant = [{**one, "lessonTitle": titles[one["lessonId"]]} for one in entries]
        file.write_text(json.dumps({"matched": meant}), "utf-8")
    else:
        assert "`kupload map --confirm` asks" in hint
        assert _confirm(world, ["", "1", "1"])[0] == 0, "Enter takes neither"
    assert look(world, **options).agrees


def test_a_lesson_in_order_that_another_file_is_named_like_is_not_taken_by_enter(worlds: WorldMaker) -> None:
    world = worlds()
    _in_front(world, "000a_Токи", "Введение", with_videos=True)
    code, said = _confirm(world, ["", "", "s"])
    assert code == 1
    assert said.count("000a_Токи.mp4 (5.1 kB) → which lesson?") == 3
    assert f'{_id(1)}  "Введение"' in said, "it will be free once what is recorded was moved"
    assert not (world.library / "kupload-map.json").exists()
    assert _confirm(world, ["1"])[0] == 0
    mend(world)
    assert world.upload().exit_code == 0
    assert _shown(world)["Введение"] == _right(world)["Токи"]
    assert {title: _shown(world)[title] for title in TITLES} == {title: _right(world)[title] for title in TITLES}


def test_a_linked_file_that_is_named_like_another_lesson_is_given_to_none_by_enter(worlds: WorldMaker) -> None:
    world = worlds()
    world.add_file(f"{SECTION}/001_Фазы.mp4", content_of(10 * KIB, seed="1"))
    world.database.add_lessons([(_id(1), COURSE, "Оптика")])
    assert world.upload().exit_code == 0
    world.add_file(f"{SECTION}/002_Волны.mp4", content_of(20 * KIB, seed="2"))
    world.database.add_lessons([(_id(2), COURSE, "Фазы")])
    world.upload()
    _, said = _confirm(world, ["", "s", "", "s"])
    assert "001_Фазы.mp4 (10.2 kB) → which lesson?" in said
    assert not (world.library / "kupload-map.json").exists()


def test_files_of_sections_that_were_exchanged_are_given_to_the_lessons_of_their_titles_by_enter(
    worlds: WorldMaker,
) -> None:
    world = worlds()
    titles = {"m01": ("Токи", "Опыт"), "m02": ("Щели", "Линзы")}
    for section, of_section in titles.items():
        for number, title in enumerate(of_section, start=1):
            world.add_file(f"{COURSE}/{section}/{number:03d}_{title}.mp4", content_of(10 * KIB, seed=title))
    rows = [
        (f"{COURSE}_{section}_{number:03d}", COURSE, title)
        for section, of_section in titles.items()
        for number, title in enumerate(of_section, start=1)
    ]
    world.database.add_lessons(rows)
    assert world.upload().exit_code == 0
    folder = world.library / COURSE
    (folder / "m01").rename(folder / "x")
    (folder / "m02").rename(folder / "m01")
    (folder / "x").rename(folder / "m02")
    world.database.execute('DELETE FROM "Lesson"')
    world.database.add_lessons(
        [(one, COURSE, title) for (one, *_), (*_, title) in zip(rows, rows[2:] + rows[:2], strict=True)]
    )

    _confirm(world, [""] * 4)
    pairs = json.loads((world.library / "kupload-map.json").read_text("utf-8"))["matched"]
    assert len(pairs) == 4
    assert all(one["filePath"].endswith(f"_{one['lessonTitle']}.mp4") for one in pairs)
