"""`kupload import-progress`: the replaced system's progress becomes our own."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.emulator import ForeignVideo
from kinescope_upload.kinescope.video import embed_url
from kinescope_upload.library.scan import stat_file
from kinescope_upload.progress import CourseLock
from kinescope_upload.upload import Stage
from support.old_progress_cases import NAME, failed, uploaded, video_of, write_old_progress
from support.world import KIB, World, WorldMaker

if TYPE_CHECKING:
    from pathlib import Path

FIRST, SECOND, THIRD = (f"01_analytics_m01_start_{number:03d}" for number in (1, 2, 3))


@pytest.fixture
def old(worlds: WorldMaker) -> World:
    """Three lessons: the old system linked the first two, the third failed; its file lies beside the library."""
    world = worlds()
    world.fill((10 * KIB, 20 * KIB, 30 * KIB))
    for lesson_id in (FIRST, SECOND):
        world.database.set_video(lesson_id, video_of(lesson_id), embed_url(video_of(lesson_id)))
    newer = uploaded(SECOND, courseId="01_analytics", folderId="71777756-0000-4000-8000-000000000000", sizeMB=0.02)
    write_old_progress(world.folder / NAME, [uploaded(FIRST), newer], [failed(THIRD), failed(FIRST)])
    return world


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.json"))}


def test_uploaded_lessons_become_linked_and_failed_ones_are_left_to_be_done(old: World) -> None:
    outcome = old.run("import-progress", NAME, "--json")
    [said] = outcome.said
    assert (outcome.exit_code, said["event"]) == (0, "import")
    assert [one["lesson_id"] for one in said["taken"]] == [FIRST, SECOND]
    assert (said["failed"], said["not_taken"], said["known"]) == ([THIRD], [], [])
    record = old.records[SECOND]
    assert (record.stage, record.video_id, record.path) == (
        Stage.LINKED,
        video_of(SECOND),
        "01_analytics/m01_start/002_урок.mp4",
    )
    assert record.parent_id == "71777756-0000-4000-8000-000000000000"
    assert record.linked_at is not None
    assert record.linked_at.isoformat() == "2026-02-18T11:05:08.063000+00:00"
    file = stat_file(old.library, record.path or "")
    assert file is not None
    assert record.is_for(file)
    assert THIRD not in old.records


def test_a_run_then_uploads_only_what_the_old_system_did_not(old: World) -> None:
    old.run("import-progress", NAME)
    outcome = old.upload()
    assert (outcome.exit_code, outcome.summary["uploaded"], outcome.summary["skipped"]) == (0, 1, 2)
    assert len(old.emulator.videos()) == 1
    assert old.database.videos()[FIRST][0] == video_of(FIRST)


def test_running_it_twice_changes_no_byte(old: World) -> None:
    assert old.run("import-progress", NAME).exit_code == 0
    before = files_of(old.progress)
    again = old.run("import-progress", NAME, "--json")
    assert (again.exit_code, again.said[0]["taken"], again.said[0]["known"]) == (0, [], [FIRST, SECOND])
    assert files_of(old.progress) == before


def test_what_the_new_progress_knows_is_not_overwritten(old: World) -> None:
    old.database.set_video(FIRST, None)
    old.database.set_video(SECOND, None)
    assert old.upload().exit_code == 0
    before = files_of(old.progress)
    outcome = old.run("import-progress", NAME, "--json")
    assert files_of(old.progress) == before
    assert outcome.exit_code == 1
    assert [one["lesson_id"] for one in outcome.said[0]["not_taken"]] == [FIRST, SECOND]
    assert video_of(FIRST) in outcome.said[0]["not_taken"][0]["reason"]


def test_a_lesson_without_a_file_is_taken_and_the_plan_skips_it(old: World) -> None:
    gone = "01_analytics_m09_gone_001"
    old.database.add_lessons([(gone, "01_analytics", "Урок без файла")])
    old.database.set_video(gone, video_of(gone))
    write_old_progress(old.folder / NAME, [uploaded(gone)])
    outcome = old.run("import-progress", NAME, "--json")
    [taken] = outcome.said[0]["taken"]
    assert (outcome.exit_code, taken["course"], taken["path"]) == (0, "01_analytics", None)
    assert "nothing proves which file" in taken["doubt"]
    assert (old.records[gone].course, old.records[gone].path) == ("01_analytics", None)
    assert '"path": "01_analytics/"' in (old.progress / "01_analytics.json").read_text(
        "utf-8"
    )  # as it was ever written
    old.add_file("01_analytics/m09_gone/001.mp4", b"back again")
    plan = old.run("--dry-run", "--json").said[0]
    [lesson] = [one for one in plan["lessons"] if one["lesson_id"] == gone]
    assert (lesson["decision"], lesson["reason"]) == ("skip", "linked before")
    status = old.run("--status", "--json").said[0]
    assert [one["course"] for one in status["courses"]] == ["01_analytics"]


def test_a_file_of_another_size_is_not_taken_for_the_one_that_was_uploaded(old: World) -> None:
    write_old_progress(old.folder / NAME, [uploaded(FIRST, sizeMB=37.67), uploaded(SECOND, sizeMB=0.02)])
    said = old.run("import-progress", NAME, "--json").said[0]
    assert [(one["lesson_id"], one["path"] is None) for one in said["taken"]] == [(FIRST, True), (SECOND, False)]
    assert "37.67 MB" in said["taken"][0]["doubt"]


def test_positions_that_nothing_proves_pin_no_file(old: World) -> None:
    said = old.run("import-progress", NAME, "--no-db", "--json").said[0]
    assert [one["path"] for one in said["taken"]] == [None, None]
    for one in old.progress.glob("*.json"):
        one.unlink()
    vouched = old.run("import-progress", NAME, "--no-db", "--trust-scan", "--json").said[0]
    assert None not in [one["path"] for one in vouched["taken"]]


def test_without_a_library_the_course_is_the_longest_known_name_that_the_id_begins_with(old: World) -> None:
    del old.environment["KUPLOAD_LIBRARY"]
    done = [uploaded("06_express_x_001", courseId="06_express"), uploaded("06_express_c02_001"), uploaded("nobody_001")]
    write_old_progress(old.folder / NAME, done)
    outcome = old.run("import-progress", NAME, "--json")
    [said] = outcome.said
    assert [(one["lesson_id"], one["course"]) for one in said["taken"]] == [
        ("06_express_x_001", "06_express"),
        ("06_express_c02_001", "06_express"),
    ]
    [left] = said["not_taken"]
    assert (outcome.exit_code, left["lesson_id"], "uploaded[2]" in left["reason"]) == (1, "nobody_001", True)


def test_entries_that_contradict_each_other_are_not_taken(old: World) -> None:
    other = {**uploaded(FIRST), "videoId": video_of("another")}
    write_old_progress(old.folder / NAME, [uploaded(FIRST), other, uploaded(SECOND), uploaded(SECOND)])
    said = old.run("import-progress", NAME, "--json").said[0]
    assert [one["lesson_id"] for one in said["taken"]] == [SECOND]
    [left] = said["not_taken"]
    assert (left["lesson_id"], video_of("another") in left["reason"]) == (FIRST, True)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("{", "line 1, column 2"),
        ("[]", "the whole is a list"),
        ("{}", "uploaded is missing"),
        ('{"uploaded": {}}', "uploaded is an object, not a list"),
    ],
)
def test_a_malformed_file_is_named_with_the_place_and_nothing_is_written(old: World, text: str, place: str) -> None:
    (old.folder / NAME).write_text(text, encoding="utf-8")
    outcome = old.run("import-progress", NAME)
    assert outcome.exit_code == 2
    assert NAME in outcome.text
    assert place in outcome.text
    assert "Traceback" not in outcome.text
    assert not old.progress.exists()


BY_HAND = "manual-upload-by-user"


def test_entries_that_cannot_be_read_are_named_and_the_others_are_taken(old: World) -> None:
    bad = [
        1,
        {"videoId": video_of("x")},
        {**uploaded(THIRD), "lessonId": "../a"},
        {**uploaded(THIRD), "courseId": ".."},
    ]
    odd = {**uploaded(SECOND), "sizeMB": "x", "uploadedAt": "yesterday", "folderId": 7}
    write_old_progress(old.folder / NAME, [uploaded(FIRST), *bad, odd], [{}])
    outcome = old.run("import-progress", NAME, "--json")
    [said] = outcome.said
    assert (outcome.exit_code, [one["lesson_id"] for one in said["taken"]]) == (1, [FIRST, SECOND])
    assert [one["lesson_id"] for one in said["not_taken"]] == [
        *("uploaded[1]", "uploaded[2]", "uploaded[3]", THIRD, "failed[0]")
    ]
    assert [sentence.partition(": ")[2].partition(" ")[0] for sentence in said["without"]] == [
        *("uploaded[5].folderId", "uploaded[5].sizeMB", "uploaded[5].uploadedAt")
    ]
    assert "Counts as not being there" in old.run("import-progress", NAME).text


def test_where_an_entry_holds_a_remark_the_row_tells_its_video(old: World) -> None:
    remarks = [{**uploaded(one), "videoId": BY_HAND} for one in (FIRST, THIRD)]
    write_old_progress(old.folder / NAME, [*remarks, uploaded(SECOND)])
    outcome = old.run("import-progress", NAME, "--json")
    [said] = outcome.said
    assert [(one["lesson_id"], one["video_id"], one["remark"]) for one in said["taken"]] == [
        (FIRST, video_of(FIRST), BY_HAND),
        (SECOND, video_of(SECOND), ""),
    ]
    [left] = said["not_taken"]
    assert (outcome.exit_code, left["lesson_id"]) == (1, THIRD)
    assert BY_HAND in left["reason"]
    assert "names none" in left["reason"]
    again = old.run("import-progress", NAME, "--json").said[0]
    assert (again["taken"], again["known"]) == ([], [FIRST, SECOND])
    assert old.upload().summary["uploaded"] == 1


def test_without_the_database_a_remark_is_no_video(old: World) -> None:
    write_old_progress(old.folder / NAME, [{**uploaded(FIRST), "videoId": BY_HAND}, uploaded(SECOND)])
    outcome = old.run("import-progress", NAME, "--no-db", "--json")
    [said] = outcome.said
    assert (outcome.exit_code, [one["lesson_id"] for one in said["taken"]]) == (1, [SECOND])
    assert "DATABASE_URL" in said["not_taken"][0]["hint"]


@pytest.mark.slow
def test_the_courses_of_the_progress_are_known_whatever_the_library_holds(old: World) -> None:
    elsewhere = "skill_analytics_001"
    write_old_progress(old.folder / NAME, [uploaded(FIRST), uploaded(elsewhere, courseId="skill_analytics")])
    assert old.run("import-progress", NAME).exit_code == 0
    status = old.run("--status", "--course", "skill_analytics", "--json")
    assert (status.exit_code, [one["course"] for one in status.said[0]["courses"]]) == (0, ["skill_analytics"])
    assert old.run("--dry-run", "--course", "skill_analytics").exit_code != 2
    unknown = old.run("--status", "--course", "skill_analytic")
    assert (unknown.exit_code, "Did you mean skill_analytics" in unknown.text) == (2, True)


def test_the_courses_of_the_database_are_known_where_it_is_asked(old: World) -> None:
    old.database.add_lessons([("only_rows_001", "only_rows", "Урок")])
    for command in (["--dry-run"], ["verify"], ["map"]):
        told = old.run(*command, "--course", "only_rows")
        assert (told.exit_code == 2, "There is no course" in told.text) == (False, False), told.text
        assert old.run(*command, "--course", "only_row").exit_code == 2


def test_a_file_that_is_not_there_is_named(old: World) -> None:
    outcome = old.run("import-progress", "nowhere.json")
    assert (outcome.exit_code, "nowhere.json" in outcome.text) == (2, True)


def test_a_run_on_the_course_keeps_it_out(old: World) -> None:
    old.progress.mkdir()
    lock = CourseLock.acquire(old.progress, "01_analytics")
    try:
        outcome = old.run("import-progress", NAME)
    finally:
        lock.release()
    assert (outcome.exit_code, f"process {os.getpid()} " in outcome.text) == (2, True)
    assert files_of(old.progress) == {}


def test_a_run_says_that_an_old_progress_file_lies_about(old: World) -> None:
    for folder in (old.library, old.folder):
        (old.folder / NAME).replace(folder / NAME)
        [warning] = old.run("--json", "--limit", "1").events("warned")
        assert f"`kupload import-progress {folder / NAME}" in warning["message"]
        for path in old.progress.glob("*.json"):
            path.unlink()
        (folder / NAME).replace(old.folder / NAME)


def test_a_run_with_progress_of_its_own_says_nothing_of_the_old_one(old: World) -> None:
    old.run("import-progress", NAME)
    assert old.run("--json").events("warned") == []


def test_in_words_it_says_what_it_took(old: World) -> None:
    text = old.run("import-progress", NAME, "--verbose").text
    assert "2 lessons taken over as linked." in text
    assert "1 lesson failed there; the next run does them." in text
    assert video_of(FIRST) in text
    assert "Next: kupload --dry-run" in text


def test_what_was_taken_over_can_be_proven_afterwards(old: World) -> None:
    write_old_progress(old.folder / NAME, [uploaded(FIRST, sizeMB=37.67), uploaded(SECOND)])
    folder_id = old.emulator.folder_named("01_analytics").id
    for number, lesson_id in enumerate((FIRST, SECOND), start=1):
        content = (old.library / f"01_analytics/m01_start/{number:03d}_урок.mp4").read_bytes()
        old.emulator.add_foreign_video(
            ForeignVideo(
                id=video_of(lesson_id),
                title=f"Урок {number:03d}_урок",
                parent_id=folder_id,
                size=len(content),
                md5=hashlib.md5(content).hexdigest(),
            )
        )
    assert old.run("import-progress", NAME).exit_code == 0
    assert old.records[FIRST].path is None
    assert old.upload().exit_code == 0
    verified = old.run("verify", "--deep")
    assert verified.exit_code == 0, verified.text
