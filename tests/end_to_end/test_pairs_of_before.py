"""Pairs, map files and manifests that were written down before lessons were renumbered link nothing."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.commands.confirm import Dialogue, confirm_map
from support.auditing import look, mend, settings_of
from support.world import KIB, content_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from support.world import World, WorldMaker

COURSE = "01_analytics"
TITLES = ("Импульс", "Опыт", "Матрицы", "Оптика")


def _key(number: int) -> str:
    return f"{COURSE}_m01_start_{number:03d}"


def _path(number: int) -> str:
    return f"{COURSE}/m01_start/{number:03d}.mp4"


def _fill(world: World, titles: Sequence[str] = TITLES) -> None:
    for number, title in enumerate(titles, start=1):
        world.add_file(_path(number), content_of((9 + number) * KIB, seed=title))
    world.database.add_lessons([(_key(number), COURSE, title) for number, title in enumerate(titles, start=1)])


def _pairs(titles: Sequence[str] = TITLES) -> dict[str, object]:
    return {
        "matched": [
            {"filePath": _path(number), "lessonId": _key(number), "lessonTitle": title}
            for number, title in enumerate(titles, start=1)
        ]
    }


def _confirm(world: World, titles: Sequence[str] = TITLES) -> None:
    (world.library / "kupload-map.json").write_text(json.dumps(_pairs(titles)), encoding="utf-8")


def _make_rows(world: World, *titles: str) -> None:
    """The table is made again, without any video."""
    world.database.query('DELETE FROM "Lesson" RETURNING id')
    world.database.add_lessons([(_key(number), COURSE, title) for number, title in enumerate(titles, start=1)])


def _linked(world: World) -> dict[str, str]:
    """The video of each linked lesson, by its title."""
    return dict(world.database.query('SELECT title, "videoId" FROM "Lesson" WHERE "videoId" IS NOT NULL'))


def _is_wrong(world: World) -> dict[str, bool]:
    """For each linked title whether its video was made of another lesson's file."""
    named = _linked(world).items()
    return {
        title: world.emulator.bytes_of(video).read_bytes() != (world.library / _path(number)).read_bytes()
        for title, video in named
        for number, one in enumerate(TITLES, start=1)
        if one == title
    }


@pytest.mark.parametrize("is_linked", [False, True])
def test_the_pair_of_a_lesson_that_was_taken_out_links_its_file_to_no_other_lesson(
    worlds: WorldMaker, *, is_linked: bool
) -> None:
    world = worlds()
    _fill(world)
    _confirm(world)
    if is_linked:
        assert world.upload().exit_code == 0
    _make_rows(world, "Импульс", "Матрицы", "Оптика")

    run = world.upload()
    assert run.exit_code == 1
    assert mend(world).failed == 0
    world.upload()
    assert "Матрицы" not in [title for title, is_wrong in _is_wrong(world).items() if is_wrong]
    if not is_linked:
        assert f"`kupload map --forget {_key(2)}` takes the pair out" in str(run.summary["doubts"])


def test_a_number_that_was_given_to_a_new_lesson_gets_no_file_of_the_old_one(worlds: WorldMaker) -> None:
    world = worlds()
    _fill(world)
    _confirm(world)
    assert world.upload().exit_code == 0
    assert world.run("unlink", _key(4), "--delete", "--yes", "1").exit_code == 0
    world.database.query('UPDATE "Lesson" SET title = %s WHERE id = %s RETURNING id', "Ядро", _key(4))

    run = world.upload()
    assert run.exit_code == 1
    assert 'the lesson was called "Оптика" then, and is called "Ядро" now' in str(run.summary["doubts"])
    assert world.database.videos()[_key(4)][0] is None
    assert not look(world).agrees

    answers, told = iter(["", "s", "1"]), list[str]()

    def ask(question: str) -> str:
        told.append(question)
        return next(answers)

    dialogue = Dialogue(ask=ask, tell=told.append)
    assert confirm_map(settings_of(world), dialogue) == 1, "Enter takes nothing"
    assert world.upload().exit_code == 1
    assert confirm_map(settings_of(world), dialogue) == 0, told
    assert world.upload().exit_code == 0


def test_a_map_file_of_before_links_nothing_and_is_to_be_corrected(worlds: WorldMaker) -> None:
    world = worlds()
    _fill(world)
    (world.folder / "lessons.json").write_text(json.dumps(_pairs()), encoding="utf-8")
    _make_rows(world, "Токи", *TITLES)

    run = world.run("--map", "lessons.json")
    assert run.exit_code == 1
    assert "is of before" in " ".join(run.text.split())
    assert 'Correct "lessonId", or "lessonTitle", in the map file.' in " ".join(run.text.split())
    assert not world.emulator.videos()


@pytest.mark.parametrize("is_linked", [False, True])
def test_a_manifest_of_before_links_nothing_and_a_person_is_asked(worlds: WorldMaker, *, is_linked: bool) -> None:
    world = worlds()
    _fill(world)
    lessons = [
        {"id": _key(number), "filepath": _path(number), "title_original": title}
        for number, title in enumerate(TITLES, start=1)
    ]
    manifest = {"courses": [{"id": COURSE, "modules": [{"lessons": lessons}]}]}
    (world.library / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    if is_linked:
        assert world.upload().exit_code == 0
    _make_rows(world, "Токи", *TITLES)

    assert world.upload().exit_code == 1
    assert mend(world).failed == 0
    assert not any(_is_wrong(world).values())

    dialogue = Dialogue(ask=lambda _: "2" if is_linked else "1", tell=lambda _: None)
    assert confirm_map(settings_of(world), dialogue) == 0
    mend(world)
    assert "of before" not in str(world.upload().summary["doubts"]), "it is answered"
    assert _is_wrong(world) == dict.fromkeys(TITLES, False)


def _renumber_files(world: World) -> None:
    """A clean-up of the names: 001, 001a, 002, 003 become 001 to 004."""
    for number in (4, 3, 2):
        (world.library / _before(number)).rename(world.library / _path(number))


def _before(number: int) -> str:
    return f"{COURSE}/m01_start/{('001', '001a', '002', '003')[number - 1]}.mp4"


def _write_down(world: World, source: str) -> None:
    entries = [(_before(number), _key(number), title) for number, title in enumerate(TITLES, start=1)]
    if source == "manifest":
        lessons = [{"id": key, "filepath": path} for path, key, _ in entries]
        manifest = {"courses": [{"id": COURSE, "modules": [{"lessons": lessons}]}]}
        (world.library / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        return
    matched = [{"filePath": path, "lessonId": key, "lessonTitle": title} for path, key, title in entries]
    (world.library / "kupload-map.json").write_text(json.dumps({"matched": matched}), encoding="utf-8")


@pytest.mark.parametrize("source", ["map file", "manifest"])
@pytest.mark.parametrize("step", [KIB, 0], ids=["sizes differ", "of one size"])
def test_where_files_were_renumbered_under_their_pairs_nothing_is_published_and_a_person_is_asked(
    worlds: WorldMaker, source: str, step: int
) -> None:
    world = worlds()
    for number, title in enumerate(TITLES, start=1):
        file = world.add_file(_before(number), content_of(9 * KIB + number * step, seed=title))
        os.utime(file, (1_700_000_000 + number * 100, 1_700_000_000 + number * 100))
    world.database.add_lessons([(_key(number), COURSE, title) for number, title in enumerate(TITLES, start=1)])
    _write_down(world, source)
    assert world.upload().exit_code == 0
    sent = {title: world.emulator.bytes_of(video).read_bytes() for title, video in _linked(world).items()}
    _renumber_files(world)

    said = world.run("--dry-run").text + world.run("verify").text + world.run("repair", "--yes").text
    assert "kupload replace" not in said
    assert "kupload map --confirm" in said
    assert world.run("replace", "--changed", "--yes", "--keep-old", "0").exit_code == 1
    assert world.run("replace", _key(3), "--yes", "--keep-old", "0").exit_code == 1
    assert {title: world.emulator.bytes_of(video).read_bytes() for title, video in _linked(world).items()} == sent

    told: list[str] = []

    def press_enter(question: str) -> str:
        told.append(question)
        return ""

    confirm_map(settings_of(world), Dialogue(ask=press_enter, tell=told.append))
    world.upload()
    assert look(world).agrees, [*told, *look(world).findings]
    assert {title: world.emulator.bytes_of(video).read_bytes() for title, video in _linked(world).items()} == sent


def test_pairs_of_files_of_one_size_and_time_move_with_what_is_recorded(worlds: WorldMaker) -> None:
    world = worlds()
    paths = [f"{COURSE}/m01_start/{number:03d}_{title}.mp4" for number, title in enumerate(TITLES, start=1)]
    for path, title in zip(paths, TITLES, strict=True):
        os.utime(world.add_file(path, content_of(9 * KIB, seed=title)), (1_700_000_000, 1_700_000_000))
    world.database.add_lessons([(_key(number), COURSE, title) for number, title in enumerate(TITLES, start=1)])
    matched = [
        {"filePath": path, "lessonId": _key(number), "lessonTitle": title}
        for number, (path, title) in enumerate(zip(paths, TITLES, strict=True), start=1)
    ]
    (world.library / "kupload-map.json").write_text(json.dumps({"matched": matched}), encoding="utf-8")
    assert world.upload().exit_code == 0
    videos = world.database.videos()
    _make_rows(world, *TITLES[1:])
    for number in (1, 2, 3):
        world.database.set_video(_key(number), *videos[_key(number + 1)])

    assert mend(world).failed == 0
    pairs = json.loads((world.library / "kupload-map.json").read_text(encoding="utf-8"))["matched"]
    assert {one["filePath"]: one["lessonId"] for one in pairs} == {paths[number]: _key(number) for number in (1, 2, 3)}
    assert "kupload replace" not in world.run("--status").text


def test_a_pair_of_a_file_that_has_the_size_and_time_of_two_that_were_sent_is_held_against_their_content(
    worlds: WorldMaker,
) -> None:
    world, sizes = worlds(), {"Импульс": 9 * KIB, "Матрицы": 9 * KIB}

    def put(number: int, title: str, seed: str) -> None:
        file = world.add_file(
            f"{COURSE}/m01_start/{number:03d}_{title}.mp4", content_of(sizes.get(seed, 4 * KIB), seed=seed)
        )
        os.utime(file, (1_700_000_000, 1_700_000_000))

    for number, title in enumerate(TITLES, start=1):
        put(number, title, title)
    world.database.add_lessons([(_key(number), COURSE, title) for number, title in enumerate(TITLES, start=1)])
    assert world.upload().exit_code == 0
    for file in (world.library / COURSE / "m01_start").iterdir():
        file.unlink()
    now = ("Матрицы", "Опыт", "Импульс", "Оптика")  # two exchanged everywhere, and one of them shot again
    for number, title in enumerate(now, start=1):
        put(number, title, "a new cut" if title == "Импульс" else title)
    _make_rows(world, *now)
    pairs = [
        {"filePath": f"{COURSE}/m01_start/{number:03d}_{title}.mp4", "lessonId": _key(number), "lessonTitle": title}
        for number, title in enumerate(now, start=1)
    ]
    (world.library / "kupload-map.json").write_text(json.dumps({"matched": pairs}), encoding="utf-8")

    assert mend(world).failed == 0
    sent = {title: world.emulator.bytes_of(video).read_bytes() for title, video in _linked(world).items()}
    assert sent == {title: content_of(sizes.get(title, 4 * KIB), seed=title) for title in sent}
    assert "Матрицы" in sent


def test_what_is_recorded_moves_on_also_to_the_number_of_a_lesson_that_was_taken_out_while_its_file_is_there(
    worlds: WorldMaker,
) -> None:
    world = worlds()
    folder = f"{COURSE}/m01_start"
    for number, title in enumerate(TITLES, start=1):
        world.add_file(f"{folder}/{number:03d}_{title}.mp4", content_of((9 + number) * KIB, seed=title))
    world.database.add_lessons([(_key(number), COURSE, title) for number, title in enumerate(TITLES, start=1)])
    assert world.upload().exit_code == 0
    videos = {title: world.database.videos()[_key(number)] for number, title in enumerate(TITLES, start=1)}

    now = ("Ядро", "Импульс", "Токи", "Опыт", "Матрицы")  # "Оптика", whose number "Опыт" gets, has a file and no row
    (world.library / f"{folder}/004_Оптика.mp4").rename(world.library / f"{folder}/006_Оптика.mp4")
    for number, title in reversed([(1, "Импульс"), (2, "Опыт"), (3, "Матрицы")]):
        old = world.library / f"{folder}/{number:03d}_{title}.mp4"
        old.rename(world.library / f"{folder}/{now.index(title) + 1:03d}_{title}.mp4")
    _make_rows(world, *now)
    for number, title in enumerate(now, start=1):
        if title in videos:
            world.database.set_video(_key(number), *videos[title])
        else:
            world.add_file(f"{folder}/{number:03d}_{title}.mp4", content_of((20 + number) * KIB, seed=title))
    pairs = [
        {"filePath": f"{folder}/{number:03d}_{title}.mp4", "lessonId": _key(number), "lessonTitle": title}
        for number, title in enumerate(now, start=1)
    ]
    (world.library / "kupload-map.json").write_text(json.dumps({"matched": pairs}), encoding="utf-8")

    assert mend(world).failed == 0
    assert world.upload().summary["linked"] == 2
    held = world.database.videos()
    assert all(world.records[_key(number)].video_id == held[_key(number)][0] for number in range(1, 6))
    assert {title: held[_key(now.index(title) + 1)] for title in TITLES[:3]} == {one: videos[one] for one in TITLES[:3]}


@pytest.mark.parametrize("source", ["map file", "manifest"])
@pytest.mark.parametrize(
    "now",
    [("Опыт", "Матрицы", "Оптика"), ("Токи", *TITLES), ("Опыт", "Импульс", "Матрицы", "Оптика")],
    ids=["one taken out", "one put in", "two exchanged"],
)
def test_a_pair_without_a_title_is_as_old_as_what_is_recorded_of_its_file(
    worlds: WorldMaker, now: Sequence[str], source: str
) -> None:
    world = worlds()
    _fill(world)
    if source == "manifest":
        lessons = [{"id": _key(number), "filepath": _path(number)} for number in (1, 2, 3, 4)]
        content: dict[str, object] = {"courses": [{"id": COURSE, "modules": [{"lessons": lessons}]}]}
    else:
        content = {"matched": [{"filePath": _path(number), "lessonId": _key(number)} for number in (1, 2, 3, 4)]}
    name = "manifest.json" if source == "manifest" else "kupload-map.json"
    (world.library / name).write_text(json.dumps(content), encoding="utf-8")
    assert world.upload().exit_code == 0
    sent = {title: world.emulator.bytes_of(video).read_bytes() for title, video in _linked(world).items()}
    _make_rows(world, *now)

    for _ in range(2):
        world.upload()
        assert mend(world).failed == 0
        shown = {title: world.emulator.bytes_of(video).read_bytes() for title, video in _linked(world).items()}
        assert {title for title, content in shown.items() if content != sent.get(title)} == set()
    assert not look(world).agrees
    assert "kupload replace" not in world.run("--status").text
