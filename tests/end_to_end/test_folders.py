"""`kupload folders`: the project's folders beside the library's courses."""

from __future__ import annotations

import shlex
from typing import Any

import pytest

from support.world import KIB, Outcome, World, WorldMaker, content_of


@pytest.fixture
def two_courses(worlds: WorldMaker) -> World:
    """Two courses in the library and the database; 01_analytics has its folder."""
    world = worlds(unique_folder_names=False)
    world.fill((10 * KIB,))
    (world.library / "02_ads/m01").mkdir(parents=True)
    (world.library / "02_ads/m01/001.mp4").write_bytes(content_of(KIB, seed="ads"))
    world.database.add_lessons([("02_ads_m01_001", "02_ads", "Реклама")])
    return world


def by_course(outcome: Outcome) -> dict[str, Any]:
    [line] = outcome.said
    assert line["event"] == "folders"
    return {one["course"]: one for one in line["courses"]}


def test_a_course_has_its_folder_or_it_is_missing(two_courses: World) -> None:
    outcome = two_courses.run("folders", "--json")
    found = by_course(outcome)
    assert outcome.exit_code == 1
    assert (found["01_analytics"]["state"], found["02_ads"]["state"]) == ("there", "missing")
    assert found["01_analytics"]["folder_ids"] == [two_courses.emulator.folder_named("01_analytics").id]
    assert "--create" in found["02_ads"]["hint"]
    assert len(two_courses.emulator.folders()) == 1


def test_a_network_that_is_down_ends_it_with_the_way_out(two_courses: World) -> None:
    two_courses.link.refuse()
    outcome = two_courses.run("folders")
    assert outcome.exit_code == 3
    assert "cannot be reached" in outcome.text
    assert "kupload doctor" in outcome.text


def test_create_makes_what_is_missing_once(two_courses: World) -> None:
    made = two_courses.run("folders", "--create", "--json")
    assert (made.exit_code, by_course(made)["02_ads"]["is_made"]) == (0, True)
    assert sorted(folder.name for folder in two_courses.emulator.folders()) == ["01_analytics", "02_ads"]
    again = two_courses.run("folders", "--create")
    assert again.exit_code == 0
    assert "2 courses have their folders" in again.text
    assert len(two_courses.emulator.folders()) == 2
    assert two_courses.upload().exit_code == 0


def test_two_folders_of_one_name_are_named_and_left_alone(two_courses: World) -> None:
    two_courses.emulator.create_folder("02_ads")
    two_courses.emulator.create_folder("02_ads")
    outcome = two_courses.run("folders", "--create", "--json")
    ads = by_course(outcome)["02_ads"]
    assert (outcome.exit_code, ads["state"], len(ads["folder_ids"])) == (1, "ambiguous", 2)
    for folder_id in ads["folder_ids"]:
        assert f"`kupload folders --pin 02_ads={folder_id}`" in ads["hint"]
    assert len(two_courses.emulator.folders()) == 3


def test_a_pin_counts_and_a_pin_of_nothing_is_said(two_courses: World) -> None:
    elsewhere = two_courses.emulator.create_folder("Реклама 2026")
    pins = f'[folders]\n02_ads = "{elsewhere.id}"\n01_analytics = "00000000-0000-4000-8000-000000000000"\n'
    (two_courses.folder / "kupload.toml").write_text(pins, encoding="utf-8")
    outcome = two_courses.run("folders", "--json")
    found = by_course(outcome)
    assert (found["02_ads"]["state"], found["02_ads"]["name"]) == ("pinned", "Реклама 2026")
    assert (outcome.exit_code, found["01_analytics"]["state"]) == (1, "pin_astray")


def test_a_nested_folder_is_no_courses_folder(two_courses: World) -> None:
    above = two_courses.emulator.folder_named("01_analytics")
    two_courses.emulator.create_folder("02_ads", parent_id=above.id)
    assert by_course(two_courses.run("folders", "--json"))["02_ads"]["state"] == "missing"


def test_a_name_that_is_only_near_is_shown(two_courses: World) -> None:
    two_courses.emulator.create_folder("02_Ads")
    found = by_course(two_courses.run("folders", "--json"))
    assert (found["02_ads"]["state"], found["02_ads"]["near"]) == ("missing", ["02_Ads"])


def test_every_page_of_the_folders_is_read(two_courses: World) -> None:
    for number in range(230):
        two_courses.emulator.create_folder(f"other {number}")
    two_courses.emulator.create_folder("02_ads")
    outcome = two_courses.run("folders", "--json")
    assert outcome.exit_code == 0
    assert len(outcome.said[0]["others"]) == 230


def test_a_folder_that_is_no_course_in_the_database_gets_none(two_courses: World) -> None:
    (two_courses.library / "scripts/m01").mkdir(parents=True)
    (two_courses.library / "scripts/m01/draft.mp4").write_bytes(content_of(KIB, seed="draft"))
    assert two_courses.run("folders", "--create").exit_code == 0
    assert "scripts" not in {folder.name for folder in two_courses.emulator.folders()}


def test_without_the_database_courses_have_to_be_named_before_a_folder_is_made(two_courses: World) -> None:
    refused = two_courses.run("folders", "--create", "--no-db")
    assert (refused.exit_code, "--course" in refused.text) == (2, True)
    assert len(two_courses.emulator.folders()) == 1
    assert two_courses.run("folders", "--create", "--no-db", "--course", "02_ads").exit_code == 0
    assert len(two_courses.emulator.folders()) == 2


def test_plain_columns_name_the_course_the_state_and_what_to_do(two_courses: World) -> None:
    text = two_courses.run("folders").text
    assert "02_ads        missing" in text
    assert "1 of 2 courses have their folders." in text
    assert "kupload folders --create" in text


def test_a_refused_token_ends_with_3(two_courses: World) -> None:
    two_courses.environment["KINESCOPE_API_KEY"] = "00000000-0000-4000-8000-000000000000"
    outcome = two_courses.run("folders")
    assert (outcome.exit_code, "does not accept the token" in outcome.text) == (3, True)


def test_the_hint_for_a_missing_folder_works_when_it_is_typed_without_a_database(worlds: WorldMaker) -> None:
    world = worlds()
    file = world.library / "02 второй курс/m01/001.mp4"
    file.parent.mkdir(parents=True)
    file.write_bytes(content_of(KIB, seed="video"))
    del world.environment["DATABASE_URL"]
    shown = world.run("folders", "--json")
    [course] = [one for one in by_course(shown).values() if one["state"] == "missing"]
    command = shlex.split(course["hint"].partition("`")[2].partition("`")[0])
    assert command[:2] == ["kupload", "folders"]
    assert world.run(*command[1:]).exit_code == 0
    assert [folder.name for folder in world.emulator.folders()] == ["02 второй курс"]


@pytest.mark.slow
def test_pins_are_written_into_the_file_beside_what_stands_there(two_courses: World) -> None:
    first, second = (two_courses.emulator.create_folder("02_ads") for _ in range(2))
    (two_courses.folder / "kupload.toml").write_text("jobs = 3  # ours\n\n[database]\n# names\n", encoding="utf-8")
    pinned = two_courses.run(
        *("folders", "--pin", f"02_ads={second.id.upper()}", "--pin", f"01_analytics={first.id}", "--json")
    )
    found = by_course(pinned)
    assert (pinned.exit_code, found["02_ads"]["folder_ids"]) == (0, [second.id])
    assert (two_courses.folder / "kupload.toml").read_text("utf-8") == (
        "jobs = 3  # ours\n\n[database]\n# names\n\n[folders]\n"
        f'"02_ads" = "{second.id}"\n"01_analytics" = "{first.id}"\n'
    )
    assert by_course(two_courses.run("folders", "--json"))["02_ads"]["state"] == "pinned"
    assert two_courses.run("folders", "--pin", f"02_ads={two_courses.emulator.project_id}").exit_code == 0


@pytest.mark.parametrize(
    ("pin", "said"),
    [
        ("02_ads=00000000-0000-4000-8000-000000000000", "has no folder"),
        ("02_ads=x", "is not a UUID"),
        ("00000000-0000-4000-8000-000000000000", "is not COURSE=ID"),
        ("02_adds={there}", "Did you mean 02_ads"),
    ],
)
def test_a_pin_of_nothing_is_refused_and_nothing_is_written(two_courses: World, pin: str, said: str) -> None:
    there = two_courses.emulator.folder_named("01_analytics").id
    refused = two_courses.run("folders", "--pin", f"01_analytics={there}", "--pin", pin.format(there=there))
    assert (refused.exit_code, said in refused.text) == (2, True), refused.text
    assert not (two_courses.folder / "kupload.toml").exists()


def test_without_a_library_the_database_tells_the_courses(two_courses: World) -> None:
    del two_courses.environment["KUPLOAD_LIBRARY"]
    outcome = two_courses.run("folders", "--json")
    states = {course: one["state"] for course, one in by_course(outcome).items()}
    assert (outcome.exit_code, states) == (1, {"01_analytics": "there", "02_ads": "missing"})
    assert two_courses.run("folders", "--create").exit_code == 0
    alone = two_courses.run("folders", "--no-db", "--json")
    assert (alone.exit_code, by_course(alone), len(alone.said[0]["others"])) == (0, {}, 2)


@pytest.mark.slow
def test_a_run_without_a_courses_folder_leaves_the_folders_command_for_the_status(two_courses: World) -> None:
    assert two_courses.run().exit_code == 1
    (status,) = two_courses.run("--status", "--json").said
    missing = [one for one in status["courses"] if one["without_folder"]]
    assert [(one["course"], one["without_folder"]) for one in missing] == [("02_ads", missing[0]["lessons"])]
    (run,) = status["runs"]
    assert [(doubt["course"], doubt["count"]) for doubt in run["doubts"]] == [("02_ads", missing[0]["lessons"])]
    text = two_courses.run("--status").text
    assert "next: kupload folders --create --course 02_ads\n" in text
    assert "in doubt, which no run can decide" not in text
    assert two_courses.run("folders", "--create", "--course", "02_ads").exit_code == 0
    assert two_courses.run("--course", "02_ads").exit_code == 0
    assert "folders --create" not in two_courses.run("--status").text


def test_a_run_that_could_not_begin_is_what_the_status_tells_of(two_courses: World) -> None:
    assert two_courses.run("--course", "01_analytics").exit_code == 0
    two_courses.environment["DATABASE_URL"] = "postgresql://u:p@127.0.0.1:9/x"
    assert two_courses.run("--course", "01_analytics").exit_code not in {0, 1}
    text = " ".join(two_courses.run("--status").text.split())
    assert ": nothing was begun stopped: " in text


@pytest.mark.parametrize(
    ("folder", "words", "told"),
    [
        ("02_ADS", (), "none of its folders is a course of the database"),
        ("02_ADS", ("--course", "02_ads"), "the library has no file of it"),
        ("02_ADS", ("--course", "02_ADS"), "the library has 1 file of it, and the database no lesson"),
        ("", (), "none of its folders is a course of the database"),
        ("", ("--course", "02_ads"), "the library has no file of it"),
    ],
)
@pytest.mark.parametrize("create", [(), ("--create",)])
def test_courses_that_only_one_side_has_are_named_and_get_no_folder(
    worlds: WorldMaker, folder: str, words: tuple[str, ...], told: str, create: tuple[str, ...]
) -> None:
    world = worlds()
    world.database.add_lessons([("02_ads_m01_001", "02_ads", "Реклама")])
    if folder:
        (world.library / folder / "m01").mkdir(parents=True)
        (world.library / folder / "m01/001.mp4").write_bytes(content_of(KIB, seed="ads"))
    outcome = world.run("folders", *create, *words)
    assert (outcome.exit_code, told in " ".join(outcome.text.split())) == (1, True), outcome.text
    assert "Neither" not in outcome.text
    assert world.emulator.folders() == ()


def test_where_there_is_no_course_at_all_nothing_is_wrong(worlds: WorldMaker) -> None:
    outcome = worlds().run("folders", "--create")
    assert (outcome.exit_code, "Neither the library nor the database has any course" in outcome.text) == (0, True)


def test_a_named_course_without_files_hides_no_other(two_courses: World) -> None:
    two_courses.database.add_lessons([("03_pr_m01_001", "03_pr", "PR")])
    outcome = two_courses.run("folders", "--create", "--course", "02_ads", "--course", "03_pr", "--json")
    assert (outcome.exit_code, list(by_course(outcome))) == (1, ["02_ads"])
    assert [one["course"] for one in outcome.said[0]["doubts"]] == ["03_pr"]
