"""`kupload replace`: a lesson that was shot again, from the hint to the deletion of the old video."""

from __future__ import annotations

import random
import signal
import sys
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.audit.compare import Kind
from kinescope_upload.audit.fixes import DeleteOldVideo
from kinescope_upload.commands.confirm import Dialogue, confirm_map
from kinescope_upload.emulator import Fault, Route, VideoStatus
from kinescope_upload.text.hints import Hint
from kinescope_upload.upload import Stage
from support.auditing import FIRST, SECOND, THEIRS, THIRD, kinds, look, mend, plan_of, settings_of, uploaded, video_of
from support.concurrency import until
from support.replacing import (
    change_old_videos,
    confirm,
    days_ago,
    deleted,
    file_of,
    publish,
    row_of,
    shoot_again,
    videos_of,
)
from support.world import KIB, content_of

if TYPE_CHECKING:
    from support.world import World, WorldMaker

HOUR = 3600.0


def test_a_new_cut_is_published_beside_the_old_video_which_goes_when_its_time_has_come(world: World) -> None:
    uploaded(world)
    old = video_of(world)
    new_cut = shoot_again(world, FIRST)

    dry = world.run("--dry-run")
    assert (
        f"1 changed since upload: {FIRST} (10.2 → 61.4 kB, 0:10 → 1:01). Publish it: `kupload replace {FIRST}`."
        in dry.text
    )
    warned = world.upload().events("warned")
    assert f"(10.2 → 61.4 kB, 0:10 → 1:01). Publish it: `kupload replace {FIRST}`." in warned[-1]["message"]
    assert row_of(world, FIRST) == old

    done = world.run("replace", FIRST, "--yes")
    assert done.exit_code == 0, done.text
    new = video_of(world)
    assert new != old
    assert world.database.videos()[FIRST] == (new, f"https://kinescope.io/embed/{new}")
    assert videos_of(world)[new] == new_cut
    assert deleted(world) == []
    report = look(world)
    assert (kinds(report), report.agrees) == ([Kind.OLD_VIDEO], True)
    assert "was replaced on" in report.findings[0].reason

    for days in (0, 6.9):
        change_old_videos(world, left_at=days_ago(days))
        assert world.upload().exit_code == 0
        assert old in videos_of(world)
    change_old_videos(world, left_at=days_ago(7.1))
    gone = world.upload()
    assert (gone.exit_code, [event["video_id"] for event in gone.events("old_video_deleted")]) == (0, [old])
    assert old not in videos_of(world)
    assert [line["video_id"] for line in deleted(world)] == [old]
    assert world.records[FIRST].old_videos == ()
    assert look(world).findings == ()


def test_all_that_changed_is_published_and_no_old_video_is_kept_where_none_is_to_be(world: World) -> None:
    uploaded(world)
    shoot_again(world, FIRST)
    gone = file_of(world, THIRD)
    moved = gone.with_name("003_новый дубль.mp4")
    shoot_again(world, THIRD)
    gone.rename(moved)  # a new file took the place of the one that was sent, which a person has to say
    assert Kind.FILE_CHANGED not in [
        one.finding.kind for one in plan_of(world).manual if one.finding.lesson_id == THIRD
    ]
    confirm(world, {THIRD: moved})
    assert [one.finding.kind for one in plan_of(world).manual] == [Kind.FILE_CHANGED] * 2
    done = publish(world, changed=True, keep=0)
    assert done.exit_code == 0, done.said
    assert len(done.events("old_video_deleted")) == 2
    assert world.records[THIRD].path == f"01_analytics/m01_start/{moved.name}"
    world.assert_promise(other_bytes=(10 + 30) * KIB)
    assert publish(world, changed=True).exit_code == 0  # nothing is left to do


def test_the_same_command_deletes_what_it_left_when_it_died_after_the_rows_switch(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    old = video_of(world)
    shoot_again(world, FIRST)
    assert publish(world, changed=True).exit_code == 0
    change_old_videos(world, keep_seconds=0)  # as if it had been told so, and died before it deleted
    again = publish(world, changed=True, keep=0)
    deletions = [one["video_id"] for one in again.events("old_video_deleted")]
    assert (again.exit_code, deletions) == (0, [old]), again.said
    assert old not in videos_of(world)
    assert publish(world, changed=True, keep=0).events("run_started") == [], "nothing is left to do"


def test_a_dry_run_shows_what_would_be_replaced_and_changes_nothing(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    shoot_again(world, FIRST)
    before = {path: path.read_bytes() for path in world.progress.iterdir() if path.is_file()}
    dry = world.run("replace", FIRST, "--yes", "--dry-run")
    assert (dry.exit_code, "1 video to replace" in dry.text) == (0, True), dry.text
    assert {path: path.read_bytes() for path in world.progress.iterdir() if path.is_file()} == before
    assert len(videos_of(world)) == 3


def test_a_file_that_was_only_touched_is_not_sent_again(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    content = file_of(world, FIRST).read_bytes()
    file_of(world, FIRST).write_bytes(content)
    received = world.emulator.accounting.bytes_received
    assert publish(world, FIRST, SECOND).exit_code == 0
    assert world.emulator.accounting.bytes_received == received
    assert world.upload().events("warned") == []  # and is no change any more


@pytest.mark.slow
def test_another_file_may_be_named_and_only_one_of_the_library(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    extra = world.add_file("01_analytics/m01_start/дубль.mp4", content_of(9 * KIB, seed="another cut"))
    assert publish(world, FIRST, file=str(world.folder / "elsewhere.mp4")).exit_code == 2
    assert publish(world, FIRST, file=str(file_of(world, SECOND))).exit_code == 2  # another lesson's
    assert [len(videos_of(world)), row_of(world, FIRST)] == [3, video_of(world)]
    done = publish(world, FIRST, file=str(extra), keep=0)
    assert done.exit_code == 0, done.said
    assert videos_of(world)[video_of(world)] == content_of(9 * KIB, seed="another cut")
    assert world.records[FIRST].path == "01_analytics/m01_start/дубль.mp4"


def test_a_broken_cut_is_not_sent_unless_that_is_said(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    old = video_of(world)
    shoot_again(world, FIRST)
    file_of(world, FIRST).write_bytes(b"<!DOCTYPE html>" * 900)
    refused = publish(world, FIRST)
    [lesson] = refused.events("replacements")[0]["lessons"]
    assert (refused.exit_code, lesson["step"], "is a web page (HTML)" in lesson["reason"]) == (1, "refused", True)
    assert f"`kupload replace {FIRST} --send-broken` sends it as it is" in lesson["hint"]
    assert (world.records[FIRST].stage, video_of(world)) == (Stage.LINKED, old)
    assert publish(world, FIRST, send_broken=True).exit_code == 0
    assert videos_of(world)[video_of(world)] == file_of(world, FIRST).read_bytes()


def test_the_duration_of_the_new_cut_goes_into_record_and_row(worlds: WorldMaker) -> None:
    world = worlds()
    world.database.execute('ALTER TABLE "Lesson" ADD COLUMN seconds double precision')
    (world.folder / "kupload.toml").write_text('[database]\nduration = "seconds"\n', encoding="utf-8")
    uploaded(world)
    shoot_again(world, FIRST)
    assert publish(world, FIRST, keep=0).exit_code == 0
    assert world.records[FIRST].duration == 61.44
    lasts = world.database.query(f"""SELECT seconds FROM "Lesson" WHERE id = '{FIRST}'""")
    assert lasts == [(61.44,)]


def test_a_cut_under_another_name_is_published_by_its_name_and_is_the_lessons_file_from_then_on(
    worlds: WorldMaker,
) -> None:
    world = worlds()
    uploaded(world)
    content = shoot_again(world, FIRST)
    gone = file_of(world, FIRST)
    moved = gone.rename(gone.with_name("001_Урок 001_урок дубль.mp4"))
    [finding] = look(world).findings
    assert isinstance(finding.hint, Hint)
    assert finding.hint.commands == (("replace", FIRST, "01_analytics/m01_start/001_Урок 001_урок дубль.mp4"),)
    assert publish(world, FIRST, file=str(moved), keep=0).exit_code == 0
    assert videos_of(world)[video_of(world)] == content
    assert look(world).findings == ()


def test_a_file_that_does_not_say_whose_it_is_is_published_only_after_a_person_has_said_so(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    shoot_again(world, FIRST)
    gone = file_of(world, FIRST)
    gone.rename(gone.with_name("001_Дубль.mp4"))
    [finding] = look(world).findings
    assert finding.hint == "Take it out of the library, or say whose it is: `kupload map --confirm`."
    lines = iter([""])
    asked: list[str] = []
    assert confirm_map(settings_of(world), Dialogue(ask=lambda _: next(lines), tell=asked.append)) == 0, asked
    assert publish(world, FIRST, keep=0).exit_code == 0
    assert look(world).findings == ()


def test_where_two_files_may_be_the_new_cut_none_is_advised(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    shoot_again(world, FIRST)
    gone = file_of(world, FIRST)
    moved = gone.rename(gone.with_name("001_Дубль.mp4"))
    moved.with_name("001_Ещё дубль.mp4").write_bytes(moved.read_bytes() * 2)
    hints = [one.hint for one in look(world).findings if one.kind is Kind.FILE_WITHOUT_LESSON]
    assert hints == ["Take it out of the library, or say whose it is: `kupload map --confirm`."] * 2


@pytest.mark.slow  # a process each
@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "not said which lessons"),
        (("nobody_001",), "The database has no lesson nobody_001"),
        ((FIRST, SECOND, "a.mp4"), "A file stands after the one lesson"),
        ((FIRST, "--changed"), "not both"),
        ((FIRST, "--keep-old", "forever"), "--keep-old"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_asked(
    worlds: WorldMaker, words: tuple[str, ...], says: str
) -> None:
    world = worlds()
    world.fill((10 * KIB,))
    refused = world.run("replace", *words, "--yes")
    assert (refused.exit_code, says in refused.text) == (2, True), refused.text
    assert "Traceback" not in refused.text


def test_a_lesson_without_a_video_is_named_with_the_command_that_uploads_it(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((10 * KIB,))
    refused = publish(world, FIRST)
    [lesson] = refused.events("replacements")[0]["lessons"]
    assert (refused.exit_code, lesson["step"], lesson["reason"]) == (1, "refused", "has no video yet")
    assert lesson["hint"] == "`kupload --course 01_analytics` uploads it."


@pytest.mark.slow  # a process
def test_without_a_terminal_it_is_to_be_said_that_nobody_is_asked(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((10 * KIB,))
    refused = world.run("replace", FIRST)
    assert (refused.exit_code, "Pass --yes" in refused.text) == (2, True), refused.text


# --- While the new video is not done -----------------------------------------------------------------------------


def _stuck(world: World) -> tuple[str, str]:
    """A replacement whose new video Kinescope does not get done with: the old video's id and the new one's."""
    uploaded(world)
    for video in world.emulator.videos():
        world.emulator.set_status(video.id, VideoStatus.DONE)
    old = video_of(world)
    shoot_again(world, FIRST)
    waited = publish(world, FIRST, replace_wait="0s")
    assert waited.exit_code == 1
    assert "is not done with its new video" in waited.events("lesson_failed")[0]["reason"]
    assert row_of(world, FIRST) == old
    return old, video_of(world)


def test_viewers_see_the_old_video_until_the_new_one_is_done_whoever_goes_on(worlds: WorldMaker) -> None:
    world = worlds(processing=HOUR)
    old, new = _stuck(world)
    assert kinds(look(world)) == [Kind.UNFINISHED]
    assert look(world).counts.agreed == 2
    status = world.run("--status")
    assert "1 being replaced" in status.text
    assert "3/3" in status.text
    world.emulator.set_status(new, VideoStatus.DONE)
    received = world.emulator.accounting.bytes_received
    assert world.upload().exit_code == 0
    assert row_of(world, FIRST) == new
    assert world.emulator.accounting.bytes_received == received
    assert old in videos_of(world)


def test_the_old_video_stays_as_long_as_the_new_one_is_not_done(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    old = video_of(world)
    shoot_again(world, FIRST)
    assert publish(world, FIRST).exit_code == 0
    change_old_videos(world, left_at=days_ago(8))
    world.emulator.set_status(video_of(world), VideoStatus.PROCESSING)
    assert world.upload().exit_code == 0
    assert mend(world).plan.fixes == ()
    assert old in videos_of(world)
    world.emulator.set_status(video_of(world), VideoStatus.DONE)
    repaired = mend(world)
    assert ([type(fix) for fix in repaired.plan.fixes], repaired.failed) == ([DeleteOldVideo], 0)
    assert [line["video_id"] for line in deleted(world)] == [old]
    assert look(world).findings == ()


def test_an_address_that_somebody_else_put_beside_the_id_is_named_before_a_byte_is_sent(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    row = video_of(world), "https://youtu.be/dQw4w9WgXcQ"
    world.database.set_video(FIRST, *row)
    shoot_again(world, FIRST)
    assert publish(world, FIRST).exit_code == 1
    assert (world.database.videos()[FIRST], len(videos_of(world))) == (row, 3)


@pytest.mark.slow
@pytest.mark.parametrize(
    "columns", ["\"videoId\" = '{}'", '"videoId" = NULL, "videoUrl" = \'https://a.example/?v={}\'']
)
def test_an_old_video_that_a_lesson_has_is_kept(worlds: WorldMaker, columns: str) -> None:
    world = worlds()
    uploaded(world)
    old = video_of(world)
    world.database.execute(f"""UPDATE "Lesson" SET {columns.format(old)} WHERE id = '{SECOND}'""")
    shoot_again(world, FIRST)
    kept = publish(world, FIRST, keep=0)
    assert kept.exit_code == 0
    assert f"is kept: lesson {SECOND} has it" in kept.events("warned")[-1]["message"]
    assert old in videos_of(world)
    assert deleted(world) == []


@pytest.mark.parametrize("status", [VideoStatus.ERROR, VideoStatus.ABORTED])
def test_a_new_video_that_kinescope_fails_is_replaced_by_another_try(worlds: WorldMaker, status: VideoStatus) -> None:
    world = worlds(processing=HOUR)
    old, broken = _stuck(world)
    world.emulator.set_status(broken, status)
    failed = world.upload()
    assert failed.exit_code == 1
    assert f"kupload replace {FIRST}" in failed.events("lesson_failed")[0]["hint"]
    assert row_of(world, FIRST) == old
    assert publish(world, FIRST, keep=0, replace_wait="0s").exit_code == 1
    new = video_of(world)
    world.emulator.set_status(new, VideoStatus.DONE)
    assert world.upload().exit_code == 0
    assert row_of(world, FIRST) == new
    assert {old, broken}.isdisjoint(videos_of(world))


def test_a_new_video_that_is_not_what_was_sent_is_never_shown(worlds: WorldMaker) -> None:
    world = worlds(processing=HOUR)
    old, new = _stuck(world)
    world.emulator.corrupt(new, md5="0" * 32)
    world.emulator.set_status(new, VideoStatus.DONE)
    failed = world.upload()
    assert (failed.exit_code, failed.events("lesson_failed")[0]["is_in_doubt"]) == (1, True)
    assert row_of(world, FIRST) == old


@pytest.mark.slow
def test_a_row_that_somebody_changed_meanwhile_is_left_as_it_is_and_both_videos_are_named(worlds: WorldMaker) -> None:
    world = worlds(processing=HOUR)
    uploaded(world)
    old = video_of(world)
    shoot_again(world, FIRST)
    process = world.start("replace", FIRST, "--yes", "--json")
    try:
        until(lambda: world.records[FIRST].stage is Stage.UPLOADED)
        new = video_of(world)
        world.database.set_video(FIRST, THEIRS)
        world.emulator.set_status(new, VideoStatus.DONE)
        text, _ = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 1, text
    assert f"Its row named video {old} when its replacement began, and points at video {THEIRS} now" in text
    assert new in text
    assert text.index("`kupload repair`") < text.index(f"`kupload unlink {FIRST}`")
    status = world.run("--status").text
    assert "1 in doubt, which no run can decide: `kupload verify` says what to do" in status
    assert "tries them again" not in status
    assert "next: kupload\n" not in status
    assert row_of(world, FIRST) == THEIRS
    assert {old, new} <= videos_of(world).keys()


# --- A replacement that is begun, and a file that is not there ---------------------------------------------------


def _half_sent(world: World) -> None:
    uploaded(world)
    shoot_again(world, FIRST, 600 * KIB)
    world.emulator.faults.add(Fault(route=Route.PATCH, status=403, skip=1, times=2))
    assert publish(world, FIRST, retries="0").exit_code == 1
    world.emulator.faults.clear()
    assert world.records[FIRST].serving


def _empty_library(world: World) -> None:
    world.library.rename(world.folder / "unplugged")
    world.library.mkdir()


def _take_away_its_file(world: World) -> None:
    file_of(world, FIRST).rename(world.folder / "away.mp4")


def _take_away_its_course(world: World) -> None:
    (world.library / "01_analytics").rename(world.folder / "away")
    world.add_file("02_other/m01_start/001.mp4", content_of(KIB, seed="other"))


AWAY = {
    "an empty mount point": (_empty_library, "the library has no file at all"),
    "the file alone": (_take_away_its_file, "which is not there"),
    "the whole course": (_take_away_its_course, "which is not there"),
}


@pytest.mark.parametrize(
    "away", [pytest.param(one, marks=() if one == "an empty mount point" else pytest.mark.slow) for one in AWAY]
)
def test_a_begun_replacement_whose_file_is_not_there_is_left_and_said_by_every_command(
    away: str, worlds: WorldMaker
) -> None:
    world = worlds()
    _half_sent(world)
    path = world.records[FIRST].path
    take_away, says = AWAY[away]
    take_away(world)

    ran = world.upload()
    [doubt] = [one for one in ran.summary["doubts"] if FIRST in one["lesson_ids"]]
    assert (ran.exit_code, says in doubt["reason"]) == (1, True), ran.said
    assert doubt["reason"].startswith("its replacement was begun")

    for told in (publish(world, changed=True), publish(world, FIRST)):
        [lesson] = told.events("replacements")[0]["lessons"]
        assert (told.exit_code, lesson["lesson_id"], lesson["step"]) == (1, FIRST, "refused")
        assert f'its recorded file "{path}" is not there' in lesson["reason"]
        assert ("Is its disk mounted?" in lesson["hint"]) == (away == "an empty mount point")
    repaired = world.run("repair", "--yes")
    assert (repaired.exit_code, "has no file" in repaired.text) == (1, True), repaired.text


def test_a_begun_upload_whose_file_is_not_there_is_said_without_the_database_too(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((600 * KIB,))
    world.emulator.faults.add(Fault(route=Route.PATCH, status=403, skip=1, times=2))
    assert world.upload(no_db=True, trust_scan=True, retries="0").exit_code == 1
    _empty_library(world)
    ran = world.upload(no_db=True, trust_scan=True)
    [doubt] = ran.summary["doubts"]
    assert (ran.exit_code, doubt["reason"]) == (1, "its upload was begun, and the library has no file at all")


def test_a_begun_upload_whose_file_is_not_there_is_sent_to_no_run(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((600 * KIB,))
    world.emulator.faults.add(Fault(route=Route.PATCH, status=403, skip=1, times=2))
    assert world.upload(retries="0").exit_code == 1
    file_of(world, FIRST).rename(world.folder / "away.mp4")
    for command in (("verify",), ("repair", "--yes")):
        told = world.run(*command)
        assert (told.exit_code, "Next" in told.text, "continues it" in told.text) == (1, False, False), told.text
    [lesson] = publish(world, FIRST).events("replacements")[0]["lessons"]
    assert "is not there" in lesson["reason"]
    assert "next: put its files back" in world.run("--status").text


# --- Changes on the way ------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_file_that_changes_again_in_mid_upload_is_published_as_it_is_now(world: World) -> None:
    uploaded(world)
    old = video_of(world)
    shoot_again(world, FIRST, 600 * KIB, seed="first")
    world.emulator.faults.add(Fault(route=Route.PATCH, status=403, skip=1, times=2))
    assert publish(world, FIRST).exit_code == 1
    assert world.records[FIRST].stage is Stage.CREATED
    assert kinds(look(world)) == [Kind.UNFINISHED]
    newest = shoot_again(world, FIRST, 500 * KIB, seed="second one")
    assert world.upload().exit_code == 0
    assert row_of(world, FIRST) == video_of(world)
    assert videos_of(world).keys() == {old, video_of(world), video_of(world, SECOND), video_of(world, THIRD)}
    assert videos_of(world)[video_of(world)] == newest


@pytest.mark.slow
def test_a_second_replacement_before_the_first_old_video_is_gone_keeps_both_in_mind(world: World) -> None:
    uploaded(world)
    ids = [video_of(world)]
    for seed in ("a", "bb"):
        shoot_again(world, FIRST, seed=seed)
        assert publish(world, FIRST).exit_code == 0
        ids.append(video_of(world))
    assert [one.video_id for one in world.records[FIRST].old_videos] == ids[:2]
    assert kinds(look(world)) == [Kind.OLD_VIDEO] * 2
    change_old_videos(world, left_at=days_ago(8))
    assert len(world.upload().events("old_video_deleted")) == 2
    assert {ids[0], ids[1]}.isdisjoint(videos_of(world))


def test_a_row_that_was_switched_by_a_run_that_died_right_after_it_is_known_by_the_next_replacement(
    worlds: WorldMaker,
) -> None:
    world = worlds(processing=HOUR)
    old, second = _stuck(world)
    world.database.set_video(FIRST, second, f"https://kinescope.io/embed/{second}")
    shoot_again(world, FIRST, seed="a third one")
    assert publish(world, FIRST, replace_wait="0s").exit_code == 1
    assert [(one.video_id, one.left_at is None) for one in world.records[FIRST].old_videos] == [
        (old, False),
        (second, True),
    ]
    world.emulator.set_status(video_of(world), VideoStatus.DONE)
    assert world.upload().exit_code == 0
    assert row_of(world, FIRST) == video_of(world) not in {old, second}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_ctrl_c_ends_the_wait_for_kinescope_at_once(worlds: WorldMaker) -> None:
    world = worlds(processing=HOUR)
    uploaded(world)
    old = video_of(world)
    shoot_again(world, FIRST)
    process = world.start("replace", FIRST, "--yes")
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if "Waits for Kinescope" in line:
                break
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=10)
    finally:
        process.kill()
    assert process.returncode == 130
    assert row_of(world, FIRST) == old
    world.emulator.set_status(video_of(world), VideoStatus.DONE)
    assert publish(world, FIRST).exit_code == 0
    assert row_of(world, FIRST) == video_of(world)


def _run_and_kill(world: World, reach: int, *arguments: str) -> str:
    """Kills a run after so many bytes on the line, unless it ends before; what it said."""
    goal = world.link.bytes_up + reach
    process = world.start(*arguments)
    try:
        until(lambda: world.link.bytes_up >= goal or process.poll() is not None)
    finally:
        process.kill()
        output, _ = process.communicate()
    return output


def _kill_and_go_on(world: World, *, kills: int) -> None:
    """Replacements are killed at any step; viewers see a whole video all the time, and in the end all are new."""
    chance = random.Random(20261126)
    world.fill((60 * KIB,) * 3)
    assert world.upload().exit_code == 0
    before = {lesson: row_of(world, lesson) for lesson in (FIRST, SECOND, THIRD)}
    contents = {lesson: shoot_again(world, lesson, 300 * KIB) for lesson in before}
    world.link.slow_down(shared_rate=3_000_000)
    for number in range(kills):
        reach = chance.choice([200, 900, 3_000, 30 * KIB, 200 * KIB])
        output = _run_and_kill(world, reach, "replace", *before, "--yes", "--keep-old", "0", "--verbose")
        assert "Traceback" not in output, number
        whole = {video.id for video in world.emulator.videos() if video.complete}
        assert {row_of(world, lesson) for lesson in before} <= whole, number
    world.link.heal()
    done = publish(world, *before, keep=0)
    assert done.exit_code == 0, done.said
    assert {lesson: videos_of(world)[row_of(world, lesson) or ""] for lesson in before} == contents
    assert world.upload().exit_code == 0
    assert videos_of(world).keys() == {row_of(world, lesson) for lesson in before}
    assert set(before.values()) == {line["video_id"] for line in deleted(world)}
    assert look(world).findings == ()


@pytest.mark.slow
@pytest.mark.timeout(500)
@pytest.mark.parametrize("dialect", ["tus", "json"])
def test_replacements_killed_at_any_step_end_whole(worlds: WorldMaker, dialect: str) -> None:
    _kill_and_go_on(worlds(dialect), kills=15)
