"""Files are looked into before they are sent: what no player can show costs its own lesson, and nobody else's."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.media.sample_mp4 import write_mp4
from kinescope_upload.progress import LOOKS_FILE
from kinescope_upload.upload import Stage
from support.media_files import BROKEN, WHOLE, matroska
from support.systems import posix_only
from support.world import KIB, content_of

if TYPE_CHECKING:
    from support.world import Outcome, World, WorldMaker

COURSE = "01_analytics"
SECTION = f"{COURSE}/m01_start"
FIRST, SECOND, THIRD = (f"{COURSE}_m01_start_{number:03d}" for number in (1, 2, 3))


def doubted(outcome: Outcome) -> dict[str, str]:
    """The lessons in doubt, with the reasons: from a plan, or from what failed in a run."""
    plans = [lesson for plan in outcome.events("plan") for lesson in plan["lessons"]]
    told = [one for one in plans if one["decision"] == "in doubt"] + outcome.events("lesson_failed")
    return {one["lesson_id"]: f"{one['reason']} {one['hint']}" for one in told}


@pytest.fixture
def all_kinds(worlds: WorldMaker) -> tuple[World, dict[str, str]]:
    """A section of whole files with one of each broken kind between them; the reasons by lesson."""
    world, reasons = worlds(), {}
    contents = [content_of(3 * KIB, seed="first"), *(content for content, _ in BROKEN.values()), matroska(9)]
    for number, content in enumerate(contents, start=1):
        suffix = "mkv" if number == len(contents) else "mp4"
        world.add_file(f"{SECTION}/{number:03d}.{suffix}", content)
    for number, (_, reason) in enumerate(BROKEN.values(), start=2):
        reasons[f"{COURSE}_m01_start_{number:03d}"] = reason
    world.add_lessons()
    return world, reasons


def test_a_dry_run_names_every_broken_kind_and_writes_nothing(all_kinds: tuple[World, dict[str, str]]) -> None:
    world, reasons = all_kinds
    outcome = world.run("--dry-run", "--json")
    found = doubted(outcome)
    assert found.keys() == reasons.keys()
    for lesson_id, reason in reasons.items():
        assert reason in found[lesson_id]
        assert "--send-broken" in found[lesson_id]
    [plan] = outcome.said
    assert (plan["unseen_files"], plan["counts"]["in_doubt"]) == (0, len(reasons))
    assert not world.progress.exists()


def test_check_names_every_broken_kind_and_remembers_it(all_kinds: tuple[World, dict[str, str]]) -> None:
    world, reasons = all_kinds
    outcome = world.run("check", "--json")
    [found] = outcome.said
    assert (outcome.exit_code, len(found["whole"]), len(found["broken"])) == (1, 2, len(reasons))
    for told, reason in zip(found["broken"], reasons.values(), strict=True):
        assert reason in told["reason"]
    assert found["duration_seconds"] == 3.072 + 9
    text = world.run("check").text
    assert "2 files are whole" in text
    assert "is a web page (HTML)" in text
    run = world.upload()
    assert not run.events("lesson_failed")  # they are known, and not begun
    assert (run.exit_code, run.summary["linked"], len(run.summary["in_doubt"])) == (1, 2, len(reasons))


def test_a_run_sends_none_of_them_and_all_others(all_kinds: tuple[World, dict[str, str]]) -> None:
    world, reasons = all_kinds
    outcome = world.upload()
    found = doubted(outcome)
    assert (outcome.exit_code, outcome.summary["linked"]) == (1, 2)
    assert found.keys() == reasons.keys()
    for lesson_id, reason in reasons.items():
        assert reason in found[lesson_id]
    assert len(world.emulator.videos()) == 2
    world.assert_promise(except_for=frozenset(reasons))


def _six(world: World) -> None:
    """Six files of which the second and the fourth are cut off."""
    for number in range(1, 7):
        content = content_of(number * 20 * KIB, seed=str(number))
        world.add_file(f"{SECTION}/{number:03d}.mp4", content[: len(content) // 2] if number in {2, 4} else content)
    world.add_lessons()


def test_of_six_files_two_are_broken_until_somebody_says_that_they_go_too(world: World) -> None:
    _six(world)
    broken = frozenset({SECOND, f"{COURSE}_m01_start_004"})
    for _ in range(2):  # the second run knows it before it begins
        outcome = world.upload()
        assert (outcome.exit_code, len(outcome.summary["in_doubt"])) == (1, 2)
        assert len([one for one in world.database.videos().values() if one[0]]) == 4
        world.assert_promise(except_for=broken)
    assert world.upload(send_broken=True).exit_code == 0
    world.assert_promise()


def test_no_command_sends_people_back_to_a_run_that_refuses_their_files(worlds: WorldMaker) -> None:
    world = worlds()
    _six(world)
    assert world.upload().exit_code == 1
    found = world.run("verify").text
    assert "File that no player can show: 2" in found
    assert found.count("Put a whole file in its place") == 1, "said once of both"
    assert "uploads it" not in found
    status = world.run("--status").text
    assert f"broken: {SECOND}" in status
    for text in (found, status, world.run("repair", "--yes").text):
        assert "kupload\n" not in text
        assert "kupload --course" not in text


def test_a_whole_file_in_the_place_of_a_broken_one_goes_up(worlds: WorldMaker) -> None:
    world = worlds()
    _six(world)
    assert world.upload().exit_code == 1
    for number in (2, 4):
        world.add_file(f"{SECTION}/{number:03d}.mp4", content_of(number * 20 * KIB, seed=str(number)))
    assert world.upload().exit_code == 0
    world.assert_promise()


@posix_only("only POSIX tells when a file was changed")
def test_what_check_saw_is_not_looked_at_again_while_the_file_stays_as_it_is(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((20 * KIB,))
    [path] = world.library.glob("*/*/*")
    before = path.stat()
    assert world.run("check").exit_code == 0
    looks = world.progress / LOOKS_FILE
    looks.write_bytes(looks.read_bytes().replace(b"whole\tMP4\t", b"broken\tis what is remembered\t"))
    looks.write_bytes(looks.read_bytes().partition(b"remembered")[0] + b"remembered\n")
    assert "is what is remembered" in world.run("check").text
    path.write_bytes(bytes(before.st_size))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert "holds zeros" in world.run("check").text
    assert world.upload().exit_code == 1, "what is sent is looked into"
    assert not world.emulator.videos()
    looks.write_bytes(b"kupload looks 2\n\xff\tdamaged\n")
    assert world.run("check").exit_code == 1


def test_a_limit_counts_files_that_can_be_sent(worlds: WorldMaker) -> None:
    world = worlds()
    for number in (1, 2):
        world.add_file(f"{SECTION}/{number:03d}.mp4", BROKEN["a text"][0])
    world.add_file(f"{SECTION}/003.mp4", content_of(20 * KIB, seed="three"))
    world.add_lessons()
    assert world.run("check").exit_code == 1
    assert world.upload(limit="1").summary["linked"] == 1
    assert world.records[THIRD].stage is Stage.LINKED


def test_the_duration_goes_into_record_and_row_and_agrees_with_kinescope(world: World) -> None:
    world.database.execute('ALTER TABLE "Lesson" ADD COLUMN minutes double precision')
    (world.folder / "kupload.toml").write_text(
        '[database]\nduration = "minutes"\nduration_unit = "minutes"\n', encoding="utf-8"
    )
    world.add_file(f"{SECTION}/001.mp4", content_of(300_000, seed="a"))
    world.add_file(f"{SECTION}/002.mkv", matroska(90))
    world.add_lessons()
    assert world.upload().exit_code == 0
    assert {lesson: record.duration for lesson, record in world.records.items()} == {FIRST: 300, SECOND: 90}
    assert world.database.query('SELECT id, minutes FROM "Lesson" ORDER BY id') == [(FIRST, 5.0), (SECOND, 1.5)]
    outcome = world.run("verify", "--json")
    kinds = [one["kind"] for one in outcome.events("finding")]
    assert kinds == ["duration_differs"], "the emulator reads no Matroska, and says a minute of it"


def test_files_of_one_content_are_named_where_it_is_known_or_deeply_read(worlds: WorldMaker) -> None:
    world = worlds()
    for number, seed in enumerate(("same", "same", "other"), start=1):
        world.add_file(f"{SECTION}/{number:03d}.mp4", content_of(20 * KIB, seed=seed))
    world.add_lessons()
    twins = [[f"{SECTION}/001.mp4", f"{SECTION}/002.mp4"]]
    assert world.run("check", "--json").said[0]["same"] == []
    deep = world.run("check", "--deep", "--json")
    assert (deep.exit_code, deep.said[0]["same"], deep.said[0]["is_deep"]) == (0, twins, True)
    assert "001.mp4, " in world.run("check", "--deep").text
    assert world.upload().exit_code == 0
    assert world.run("check", "--json").said[0]["same"] == twins


def test_check_looks_at_the_courses_that_are_named_and_at_empty_files(worlds: WorldMaker) -> None:
    world = worlds()
    world.add_file(f"{SECTION}/001.mp4", WHOLE)
    world.add_file(f"{SECTION}/002.mp4", b"")
    world.add_file("02_ads/m01/001.mp4", BROKEN["zeros"][0])
    [ads] = world.run("check", "--course", "02_ads", "--json").said
    assert [one["path"] for one in ads["broken"]] == ["02_ads/m01/001.mp4"]
    [analytics] = world.run("check", "--course", COURSE, "--json").said
    assert analytics["broken"] == [{"path": f"{SECTION}/002.mp4", "reason": "is empty"}]
    assert world.run("check", "--course", "03_ai").exit_code == 2


@posix_only("files are sparse there only when they are marked so")
def test_ctrl_c_ends_a_check_at_once_and_what_it_saw_is_remembered(worlds: WorldMaker) -> None:
    world = worlds()
    for number in (1, 2):
        path = world.add_file(f"{SECTION}/{number:03d}.mp4", b"")
        write_mp4(path, 40 * 1024**3, seed=str(number))  # minutes to read
    with world.start("check", "--deep", "--json") as process:
        while not (world.progress / LOOKS_FILE).exists():
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=60)
    assert (process.returncode, '"exit_code": 130' in said) == (130, True)
    assert len(world.run("check", "--json").said[0]["whole"]) == 2


@posix_only("only POSIX tells when a file was changed")
def test_a_whole_file_with_the_size_and_time_of_the_broken_one_is_seen_without_any_other_step(
    worlds: WorldMaker,
) -> None:
    world = worlds()
    path = world.add_file(f"{SECTION}/001.mp4", bytes(3 * KIB))
    world.add_lessons()
    old = path.stat()
    assert doubted(world.upload()).keys() == {FIRST}
    path.write_bytes(content_of(3 * KIB, seed="whole")[: 3 * KIB])
    os.utime(path, ns=(old.st_mtime_ns, old.st_mtime_ns))
    assert path.stat().st_size == old.st_size
    checked, ran = world.run("check"), world.upload()
    assert (checked.exit_code, ran.exit_code) == (0, 0), (checked.text, ran.said)
