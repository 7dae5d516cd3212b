"""`kupload --status` from the command line: the courses are the true ones, and what it says to type works."""

from __future__ import annotations

import json
import shlex

import pytest

from kinescope_upload.emulator import Fault, Route
from support.world import KIB, World, WorldMaker, content_of

_COURSE = "04_sales"
_LESSONS = {"sales_intro": "uploads/intro.mp4", "sales_end": "uploads/end.mp4"}


@pytest.fixture
def begun(worlds: WorldMaker) -> World:
    """A map file puts files of another folder into a course; their uploads are begun."""
    world = worlds()
    world.emulator.create_folder(_COURSE)
    for path in _LESSONS.values():
        world.add_file(path, content_of(10 * KIB, seed=path))
    world.database.add_lessons((lesson_id, _COURSE, "Урок") for lesson_id in _LESSONS)
    matched = [{"filePath": path, "lessonId": key, "courseId": _COURSE} for key, path in _LESSONS.items()]
    map_file = world.folder / "map.json"
    map_file.write_text(json.dumps({"matched": matched}), encoding="utf-8")
    world.options["map_file"] = str(map_file)
    world.emulator.faults.add(Fault(route=Route.PATCH, status=400, times=None))
    assert world.upload().exit_code == 1
    world.emulator.faults.clear()
    return world


def _nexts(text: str) -> list[str]:
    return [line.partition("next: ")[2] for line in text.splitlines() if "next: " in line]


def _move_away(world: World, *paths: str) -> None:
    for path in paths:
        (world.library / path).rename(world.folder / path.rpartition("/")[2])


def test_a_course_of_a_map_file_stays_itself_when_its_file_was_moved_away(begun: World) -> None:
    _move_away(begun, "uploads/intro.mp4")
    [status] = begun.run("--status", "--map", "map.json", "--json").said
    assert [(one["course"], one["lessons"], one["missing"]) for one in status["courses"]] == [(_COURSE, 2, 1)]


@pytest.mark.parametrize(
    "typed",
    [
        ("--status", "--map", "map.json"),
        ("--map", "map.json", "--status", "--course", _COURSE),
        ("--map", "map.json", f"--course={_COURSE}", "--status"),
    ],
)
def test_what_the_status_says_to_type_next_runs(begun: World, typed: tuple[str, ...]) -> None:
    of_course, of_all = _nexts(begun.run(*typed).text)
    assert of_course == f"kupload --map map.json --course {_COURSE}"
    assert of_all == shlex.join(("kupload", *(word for word in typed if word != "--status")))
    outcome = begun.run(*shlex.split(of_course)[1:])
    assert outcome.exit_code == 0, outcome.text
    assert "every lesson is linked" in begun.run(*typed).text


@pytest.mark.parametrize("options", [(), ("--map", "map.json")])
def test_a_course_whose_files_are_all_away_gets_no_command(begun: World, options: tuple[str, ...]) -> None:
    _move_away(begun, *_LESSONS.values())
    assert _nexts(begun.run("--status", *options).text) == [
        "put its files back into the library, or name the folder that holds them with --library"
    ]
