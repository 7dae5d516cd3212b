"""`kupload --status` from the command line: the courses are the true ones, and what it says to type works."""

from __future__ import annotations

import json
import shlex
import shutil
from pathlib import Path

import pytest

from kinescope_upload.commands.status import read_status
from kinescope_upload.emulator import Fault, Route
from kinescope_upload.events import Warned
from support.auditing import Ears, look, settings_of
from support.replacing import confirm, publish, shoot_again, undo
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
        pytest.param(("--status", "--map", "map.json"), marks=pytest.mark.slow),
        pytest.param(("--map", "map.json", "--status", "--course", _COURSE), marks=pytest.mark.slow),
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


_STRANGERS = (
    "01_analytics (1).json",
    "01_analytics-conflict-20261126-015241.json",
    "01_analytics (conflicted copy 2026-11-26).json",
    "01_analytics.sync-conflict-20261126-015241-ABCDEFG.json",
    "01_analytics.json.tmp",
)


def test_files_that_are_no_progress_are_named_and_skipped(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((10 * KIB, 10 * KIB))
    assert world.upload(limit=1).exit_code == 0
    own = (world.progress / "01_analytics.json").read_bytes()
    strange = dict.fromkeys(_STRANGERS, own) | {
        "._01_analytics.json": b"\0\5\26\7",
        "progress.json": b'{"done": []}',
    }
    for name, content in strange.items():
        (world.progress / name).write_bytes(content)

    [status] = world.run("--status", "--json").said
    assert [(one["course"], one["linked"], one["lessons"]) for one in status["courses"]] == [("01_analytics", 1, 2)]
    assert {Path(one["path"]).name for one in status["ignored"]} == strange.keys()
    ears = Ears()
    look(world, ears=ears)
    warned = [event.message for event in ears.heard if isinstance(event, Warned)]
    assert [name for name in strange if not any(f'{name}"' in message for message in warned)] == []

    assert world.upload().exit_code == 0
    assert [record.stage.is_linked for record in world.records.values()] == [True, True]
    assert {name: (world.progress / name).read_bytes() for name in strange} == strange


def test_lessons_that_another_progress_folder_linked_are_done_after_a_run_has_found_them(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((10 * KIB, 20 * KIB))
    assert world.upload(progress="elsewhere", limit=1).exit_code == 0
    assert world.upload().exit_code == 0

    [status] = world.run("--status", "--json").said
    [course] = status["courses"]
    assert (course["linked"], course["linked_elsewhere"], course["is_done"]) == (1, 1, True)
    assert status["is_done"]
    text = world.run("--status").text
    assert (_nexts(text), "1 linked elsewhere" in text, "every lesson is linked" in text) == ([], True, True)

    [theirs] = world.database.videos().keys() - world.records.keys()
    assert undo(world, theirs).unlinked == (theirs,)
    assert not world.run("--status", "--json").said[0]["is_done"], "what is known to be undone is not called done"
    assert world.upload().exit_code == 0
    [course] = world.run("--status", "--json").said[0]["courses"]
    assert (course["linked"], course["linked_elsewhere"], course["is_done"]) == (2, 0, True)


def test_a_folder_that_is_no_course_is_sent_to_no_run_once_a_run_has_looked(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((10 * KIB,))
    world.add_file("update 21.04.26/Аналитика/1.1 Урок.mp4", content_of(9 * KIB, seed="u"))
    assert world.upload().exit_code == 0
    text = world.run("--status").text
    assert "1 file that no lesson of the database has" in text
    assert _nexts(text) == []
    assert "every lesson is linked" in text


def test_what_a_run_left_in_doubt_is_sent_to_no_run(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((10 * KIB, 20 * KIB))
    world.add_file("01_analytics/m01_start/003_урок.mp4", content_of(9 * KIB, seed="u"))
    assert world.upload().exit_code == 1
    told = world.run("--status").text
    assert _nexts(told) == ["kupload verify"]
    assert "3 in doubt" in told


def test_rows_that_a_run_found_emptied_are_in_doubt_until_they_are_mended(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((10 * KIB, 20 * KIB))
    assert world.upload().exit_code == 0
    first = min(world.records)
    world.database.set_video(first, None)
    assert world.upload().exit_code == 1
    told = world.run("--status").text
    assert ("every lesson is linked" in told, _nexts(told)) == (False, ["kupload verify"])
    assert world.run("repair", "--yes").exit_code == 0
    assert "every lesson is linked" in world.run("--status").text


def _doubted(world: World) -> tuple[str, ...]:
    return tuple(name for course in read_status(settings_of(world)).courses for name in course.doubted)


def test_a_doubt_that_a_confirmed_pair_answers_is_told_no_more(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((10 * KIB, 20 * KIB))
    world.add_file("01_analytics/m01_start/003_урок.mp4", content_of(9 * KIB, seed="u"))
    assert world.upload().exit_code == 1
    first, second, third = (f"01_analytics_m01_start_{number:03d}" for number in (1, 2, 3))
    assert _doubted(world) == (first, second, third)

    files = {key: world.library / f"01_analytics/m01_start/{key[-3:]}_урок.mp4" for key in (first, second)}
    confirm(world, files)
    assert first not in _doubted(world)
    assert second not in _doubted(world)
    told = world.run("--status").text
    assert "kupload --course 01_analytics" in _nexts(told), "a run can do something again"
    confirm(world, {})
    assert _doubted(world) == (first, second, third), "a pair that is taken back answers nothing"


def test_a_doubt_that_replace_or_unlink_answers_is_told_no_more(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((10 * KIB, 20 * KIB))
    assert world.upload(no_db=True, trust_scan=True).exit_code == 0
    first, second = sorted(world.records)
    for key in (first, second):
        shoot_again(world, key)
    assert world.upload().exit_code == 1
    assert _doubted(world) == (first, second)

    assert publish(world, first, keep=0).exit_code == 0
    assert _doubted(world) == (second,)
    undo(world, second, delete=True)
    assert _doubted(world) == ()


def test_a_renamed_section_of_linked_lessons_is_known_by_its_files(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((10 * KIB, 20 * KIB))
    assert world.upload().exit_code == 0
    (world.library / "01_analytics/m01_start").rename(world.library / "01_analytics/m01_begin")
    told = world.run("--status").text
    assert ("every lesson is linked" in told, "missing" in told, _nexts(told)) == (True, False, [])


def _linked(world: World, lessons: int = 3) -> list[Path]:
    """Lessons of one section, each linked to the video of its file."""
    world.fill(tuple((10 + number) * KIB for number in range(lessons)))
    assert world.upload().exit_code == 0
    return sorted((world.library / "01_analytics/m01_start").iterdir())


def test_a_doubt_stays_as_long_as_nothing_that_concerns_its_lesson_has_changed(worlds: WorldMaker) -> None:
    world = worlds()
    files = _linked(world)
    second = "01_analytics_m01_start_002"
    world.database.execute(f"""UPDATE "Lesson" SET "videoId" = NULL, "videoUrl" = NULL WHERE id = '{second}'""")
    assert world.upload().exit_code == 1

    pairs = {f"01_analytics_m01_start_{number:03d}": file for number, file in enumerate(files, 1)}
    for said in ({}, {second: files[1]}, {key: file for key, file in pairs.items() if key != second}, pairs):
        confirm(world, said)
        assert read_status(settings_of(world)).courses[0].doubted == (second,), said
    files[1].touch()
    assert read_status(settings_of(world)).courses[0].doubted == (second,)
    undo(world, second)
    assert read_status(settings_of(world)).courses[0].doubted == ()


def test_what_waits_for_a_person_sends_to_no_run(worlds: WorldMaker) -> None:
    world = worlds()
    _linked(world)
    world.add_file("01_analytics/m01_start/001a_new.mp4", content_of(50 * KIB, seed="new"))
    world.database.add_lessons([("01_analytics_m01_start_004", "01_analytics", "Fourth")])
    assert world.upload().exit_code == 1

    text = world.run("--status").text
    assert _nexts(text) == ["kupload map --confirm"]
    assert "1 file waits for its lesson" in text


def test_a_file_that_no_lesson_is_left_for_does_not_wait(worlds: WorldMaker) -> None:
    world = worlds()
    files = _linked(world)
    new = world.add_file("01_analytics/m01_start/001_new.mp4", content_of(50 * KIB, seed="new"))
    path = new.relative_to(world.library).as_posix()
    assert publish(world, "01_analytics_m01_start_001", file=path, keep=0).exit_code == 0
    assert files[0].exists()
    assert world.upload().exit_code == 1

    text = world.run("--status").text
    assert (_nexts(text), "waits for" in text) == ([], False), text
    assert "1 file that no lesson of the database has" in text


def test_a_course_with_two_folders_is_sent_to_verify_which_names_the_pin(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((10 * KIB, 11 * KIB))
    world.emulator.create_folder("01_analytics")
    assert world.upload().exit_code == 1

    assert _nexts(world.run("--status").text) == ["kupload verify"]
    assert "kupload folders --pin 01_analytics=" in world.run("verify").text


def test_pairs_that_contradict_each_other_are_in_doubt_and_their_files_not_missing(worlds: WorldMaker) -> None:
    world = worlds()
    files = _linked(world)
    confirm(world, {"01_analytics_m01_start_001": files[0]})
    pairs = json.loads((world.library / "kupload-map.json").read_text("utf-8"))["matched"]
    pairs.append({**pairs[0], "filePath": files[1].relative_to(world.library).as_posix()})
    (world.library / "kupload-map.json").write_text(json.dumps({"matched": pairs}), "utf-8")
    assert world.upload().exit_code == 1

    assert _nexts(world.run("--status").text) == ["kupload verify"]
    assert "Leave the right one" in world.run("verify").text


def test_lessons_that_others_linked_are_done_whatever_the_positions_of_their_files_tell(worlds: WorldMaker) -> None:
    """A lesson in the middle is gone on both sides: its section's ids have a gap, and the progress is another."""
    world = worlds()
    world.fill((10 * KIB, 20 * KIB, 30 * KIB))
    assert world.upload().exit_code == 0
    _, second, third = sorted(world.records)
    (world.library / (world.records[second].path or "")).unlink()
    world.database.execute(f"DELETE FROM \"Lesson\" WHERE id = '{second}'")
    shutil.rmtree(world.progress)
    world.add_file("01_analytics/m02_more/001.mp4", content_of(5 * KIB, seed="more"))
    world.database.add_lessons([("01_analytics_m02_more_001", "01_analytics", "More")])
    assert world.upload().exit_code == 0

    told = world.run("--status").text
    assert ("every lesson is linked" in told, _nexts(told)) == (True, [])
    undo(world, third)
    assert "kupload --course 01_analytics" in _nexts(world.run("--status").text), "a run can do something again"


def test_a_removed_lesson_of_which_nothing_was_created_is_told_no_more(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((10 * KIB, 20 * KIB))
    world.emulator.faults.add(Fault(route=Route.INIT, status=400, times=None))
    assert world.upload().exit_code == 1
    world.emulator.faults.clear()
    first, _ = sorted(world.records)
    (world.library / (world.records[first].path or "")).unlink()
    world.database.execute(f"DELETE FROM \"Lesson\" WHERE id = '{first}'")
    assert world.upload().exit_code == 0

    told = world.run("--status").text
    assert ("every lesson is linked" in told, "missing" in told, _nexts(told)) == (True, False, [])
