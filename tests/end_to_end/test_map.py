"""`kupload map`: the mapping, and as a file that a person corrects and hands to `--map`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from support.systems import posix_only
from support.world import KIB, content_of

if TYPE_CHECKING:
    from support.world import Outcome, World, WorldMaker


@pytest.fixture
def mapped(worlds: WorldMaker) -> World:
    """Two sections in agreement with the database, names of the awkward kind among them."""
    world = worlds()
    world.fill((10, 20, 30))
    world.add_file("06_express/c02_seo/m01_search/004_тренды, цены – 🔥.mp4", content_of(KIB, seed="seo one"))
    world.add_file("06_express/c02_seo/m02_keywords/001.MOV", content_of(KIB, seed="seo two"))
    world.database.add_lessons(
        [
            ("06_express_c02_seo_m01_search_001", "06_express", "Тренды"),
            ("06_express_c02_seo_m02_keywords_002", "06_express", "Ключи"),
        ]
    )
    return world


def files(outcome: Outcome) -> list[tuple[Any, ...]]:
    [line] = outcome.said
    return [(one["lesson_id"], one["course"], one["path"], one["title"]) for one in line["files"]]


def test_each_file_is_shown_with_its_lesson_and_where_that_was_read(mapped: World) -> None:
    outcome = mapped.run("map", "--json")
    [line] = outcome.said
    assert (outcome.exit_code, line["event"], line["is_proven"], line["written"]) == (0, "map", True, None)
    assert len(line["files"]) == 5
    assert {one["source"] for one in line["files"]} == {"scan_rule"}
    text = mapped.run("map").text
    assert "06_express_c02_seo_m02_keywords_002  06_express/c02_seo/m02_keywords/001.MOV" in text
    assert "5 files have their lessons, 0 doubts, 0 files ignored." in text


@pytest.mark.parametrize("extra", [(), ("--no-db",)])
def test_what_is_written_gives_the_same_assignments_when_it_is_read(mapped: World, extra: tuple[str, ...]) -> None:
    scanned = mapped.run("map", "--json", *extra)
    written = mapped.run("map", "--write", "lessons.json", *extra)
    assert (written.exit_code, "kupload --map lessons.json" in written.text) == (0, True)
    read = mapped.run("map", "--map", "lessons.json", "--json", *extra)
    assert sorted(files(read)) == sorted(files(scanned))
    assert {one["source"] for one in read.said[0]["files"]} == {"map_file"}
    assert (read.exit_code, read.said[0]["doubts"], read.said[0]["ignored"]) == (0, [], [])


def test_a_manifests_titles_survive_the_way_through_a_map_file(mapped: World) -> None:
    lesson = {
        "id": "06_express_c02_seo_m02_keywords_002",
        "filepath": "06_express/c02_seo/m02_keywords/001.MOV",
        "title_original": "2. Ключи.mp4",
    }
    manifest = {"courses": [{"id": "06_express", "modules": [{"lessons": [lesson]}]}]}
    (mapped.library / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    mapped.run("map", "--write", "lessons.json")
    read = mapped.run("map", "--map", "lessons.json", "--json")
    assert files(read) == [(lesson["id"], "06_express", lesson["filepath"], "2. Ключи")]


def test_a_run_with_the_written_file_uploads_every_lesson(mapped: World) -> None:
    mapped.run("map", "--write", "lessons.json")
    assert mapped.run("--map", "lessons.json", "--json").exit_code == 0
    mapped.assert_promise()


def test_a_file_that_is_there_is_never_overwritten_without_force(mapped: World) -> None:
    target = mapped.folder / "lessons.json"
    target.write_text("mine", encoding="utf-8")
    refused = mapped.run("map", "--write", "lessons.json")
    assert (refused.exit_code, "--force" in refused.text, target.read_text(encoding="utf-8")) == (2, True, "mine")
    assert mapped.run("map", "--write", "lessons.json", "--force").exit_code == 0
    assert len(json.loads(target.read_text(encoding="utf-8"))["matched"]) == 5
    assert [path.name for path in mapped.folder.iterdir() if path.name.endswith(".tmp")] == []


def test_a_place_that_cannot_be_written_is_named(mapped: World) -> None:
    outcome = mapped.run("map", "--write", "nowhere/lessons.json")
    assert (outcome.exit_code, str(Path("nowhere/lessons.json")) in outcome.text) == (2, True)


def test_a_section_in_doubt_is_left_for_a_person_who_corrects_it(mapped: World) -> None:
    (mapped.library / "01_analytics/m01_start/002_урок.mp4").unlink()
    outcome = mapped.run("map", "--write", "lessons.json", "--json")
    [doubt] = outcome.said[0]["doubts"]
    assert (outcome.exit_code, doubt["subject"]) == (1, "01_analytics/m01_start")
    target = mapped.folder / "lessons.json"
    draft = json.loads(target.read_text(encoding="utf-8"))
    assert len(draft["matched"]) == 2
    assert [one["filePath"].rpartition("/")[2] for one in draft["unsure"]] == ["001_урок.mp4", "003_урок.mp4"]
    assert [one["lessonId"][-3:] for one in draft["lessonsWithoutFile"]] == ["001", "002", "003"]
    assert draft["lessonsWithoutFile"][0]["lessonTitle"] == "Урок 001_урок"
    first, third = draft["unsure"]
    draft["matched"] += [first, {**third, "lessonId": "01_analytics_m01_start_003"}]
    target.write_text(json.dumps(draft), encoding="utf-8")
    corrected = mapped.run("map", "--map", "lessons.json", "--json")
    assert corrected.exit_code == 0
    assert ("01_analytics_m01_start_003", "01_analytics", third["filePath"], None) in files(corrected)


@pytest.mark.slow
@posix_only("no name has control characters on Windows")
def test_names_that_no_map_file_can_hold_do_not_spoil_it(mapped: World) -> None:
    strange = mapped.library / "01_analytics/m02_more/a\nb.mp4"
    strange.parent.mkdir()
    strange.write_bytes(content_of(KIB, seed="strange"))
    mapped.database.add_lessons([("01_analytics_m02_more_001", "01_analytics", "Странный")])
    mapped.run("map", "--write", "lessons.json")
    text = (mapped.folder / "lessons.json").read_text(encoding="utf-8")
    assert "what no map file can hold" in json.loads(text)["unsure"][0]["reason"]
    read = mapped.run("map", "--map", "lessons.json", "--json")
    assert len(read.said[0]["files"]) == 5


def test_without_the_database_it_says_that_nothing_proves_the_positions(mapped: World) -> None:
    assert "Nothing proves these positions" in mapped.run("map", "--no-db").text
    assert mapped.run("map", "--no-db", "--json").said[0]["is_proven"] is False


def test_a_course_can_be_picked_out(mapped: World) -> None:
    assert {course for _, course, _, _ in files(mapped.run("map", "--course", "06_express", "--json"))} == {
        "06_express"
    }
    unknown = mapped.run("map", "--course", "06_expres")
    assert (unknown.exit_code, "06_express" in unknown.text) == (2, True)


@pytest.mark.slow
def test_a_library_of_thousands_of_files_is_written_in_reasonable_time(mapped: World) -> None:
    folder = mapped.library / "02_ads/m01"
    folder.mkdir(parents=True)
    for number in range(3000):
        (folder / f"{number:04d}.mp4").write_bytes(b"x")
    assert mapped.run("map", "--no-db", "--write", "lessons.json", "--json").exit_code == 0
    assert len(json.loads((mapped.folder / "lessons.json").read_text(encoding="utf-8"))["matched"]) == 3005


@pytest.mark.slow
def test_a_map_of_a_course_that_is_no_folder_makes_the_course_known_to_every_later_command(worlds: WorldMaker) -> None:
    world = worlds()
    world.add_file("00_rest/skills/001.mp4", content_of(KIB, seed="one"))
    world.add_file("00_rest/skills/002.mp4", content_of(KIB, seed="two"))
    world.emulator.create_folder("skill_analytics")
    lessons = ("skill_analytics_001", "skill_analytics_002")
    world.database.add_lessons((one, "skill_analytics", "Урок") for one in lessons)
    matched = [
        {
            "filePath": f"E:/Academy Courses/00_rest/skills/{number:03d}.mp4",
            "lessonId": one,
            "courseId": "skill_analytics",
        }
        for number, one in enumerate(lessons, start=1)
    ]
    (world.folder / "later.json").write_text(json.dumps({"matched": matched}), encoding="utf-8")
    assert world.run("--map", "later.json").exit_code == 0
    status = world.run("--status", "--course", "skill_analytics", "--json")
    assert (status.exit_code, [one["linked"] for one in status.said[0]["courses"]]) == (0, [2])
    again = world.run("--course", "skill_analytics", "--json")
    assert (again.exit_code == 2, again.summary["uploaded"]) == (False, 0)
