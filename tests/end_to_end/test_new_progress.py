"""Where the state is: which progress folder counts, that it is named, and that a new one begins no second copies."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.audit.delete_unknown import delete_unknown
from kinescope_upload.audit.inspection import open_tools
from kinescope_upload.emulator import Action, Fault, ForeignVideo, Route, VideoStatus
from kinescope_upload.progress import ProgressStore
from kinescope_upload.progress.set_aside import set_aside
from kinescope_upload.upload import marked_description
from support.auditing import FIRST, Ears, mend, plan_of, settings_of, uploaded
from support.concurrency import until
from support.replacing import file_of, publish, row_of, shoot_again, videos_of
from support.world import KIB, World, WorldMaker, content_of

if TYPE_CHECKING:
    from support.world import Outcome

MARK = marked_description("of-another-machine")
TITLE = "Урок 001_урок"


def _add(
    world: World, *, status: VideoStatus = VideoStatus.UPLOADING, title: str = TITLE, description: str = ""
) -> str:
    parent_id = world.emulator.folder_named("01_analytics").id
    foreign = ForeignVideo(title=title, parent_id=parent_id, size=5, status=status, description=description)
    return world.emulator.add_foreign_video(foreign).id


def _run(world: World) -> Outcome:
    return world.upload(new_progress=False)


@pytest.mark.parametrize(
    ("dialect", "title", "description"),
    [
        ("tus", TITLE, ""),
        pytest.param("tus", "renamed since", MARK, marks=pytest.mark.slow),
        pytest.param("json", TITLE, MARK, marks=pytest.mark.slow),
        ("json", "renamed since", MARK),
    ],
)
def test_a_new_folder_ends_the_run_where_unfinished_videos_of_ours_are_there(
    dialect: str, title: str, description: str, worlds: WorldMaker
) -> None:
    world = worlds(dialect)
    world.fill((10 * KIB, 20 * KIB))
    video_id = _add(world, title=title, description=description)
    outcome = _run(world)
    assert outcome.exit_code == 2
    assert len(world.emulator.videos()) == 1
    assert world.records == {}
    told = world.run()
    assert told.exit_code == 2
    assert video_id in told.text
    assert "--progress DIR" in told.text
    assert "--new-progress" in told.text
    again = world.run("--new-progress")
    assert "is new, and Kinescope holds" not in again.text
    assert len(world.emulator.videos()) >= 2


@pytest.mark.parametrize(
    ("dialect", "status", "title", "description"),
    [
        ("tus", VideoStatus.UPLOADING, "somebody else's", ""),
        ("tus", VideoStatus.DONE, TITLE, MARK),
        ("json", VideoStatus.UPLOADING, TITLE, ""),
        ("json", VideoStatus.PROCESSING, TITLE, MARK),
    ],
)
def test_what_is_not_ours_or_is_whole_stops_no_run(
    dialect: str, status: VideoStatus, title: str, description: str, worlds: WorldMaker
) -> None:
    world = worlds(dialect)
    world.fill((10 * KIB,))
    _add(world, status=status, title=title, description=description)
    assert _run(world).exit_code != 2


def test_a_folder_that_knows_a_course_is_not_new(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((10 * KIB, 20 * KIB))
    assert world.upload(limit="1").exit_code == 0
    _add(world, title="Урок 002_урок")
    assert _run(world).exit_code != 2


@pytest.mark.slow  # six processes; tests/progress/test_journal.py holds that the loss is seen
@pytest.mark.parametrize("dialect", ["tus", "json"])
def test_a_journal_that_is_lost_is_said_and_what_it_alone_knew_is_looked_for(dialect: str, worlds: WorldMaker) -> None:
    world = worlds(dialect)
    world.fill((4000 * KIB, 5000 * KIB))
    world.link.slow_down(shared_rate=1_500_000)
    process = world.start("--jobs", "2")
    try:
        until(lambda: len(world.emulator.videos()) == 2 and world.link.bytes_up > 20 * KIB)
    finally:
        process.kill()
        process.communicate()
    world.link.heal()
    (world.progress / "01_analytics.journal").unlink()
    assert "01_analytics.journal is missing" in world.run("--status").text

    stopped = world.run()
    assert (stopped.exit_code, "that no record knows" in stopped.text) == (2, True), stopped.text
    assert "`kupload repair --delete-unknown`" in stopped.text
    assert len(world.emulator.videos()) == 2
    unknown = [video.id for video in world.emulator.videos() if video.id in stopped.text]
    delete_unknown(open_tools(settings_of(world), Ears()), lambda one: one.video.id in unknown, lambda _: None, [])
    done = world.run()
    assert done.exit_code == 0, done.text
    world.assert_promise(other_bytes=4000 * KIB)
    assert "is missing" not in world.run("--status").text


def _lose_journal(world: World) -> None:
    """Leaves progress that knows the first lesson, and that a journal went on from there."""
    records = [record for _, record in sorted(world.records.items())]
    shutil.rmtree(world.progress)
    with ProgressStore(world.folder / "run", ["01_analytics"]) as store:
        for record in records:
            store.save(record)
        shutil.copytree(world.folder / "run", world.progress, ignore=shutil.ignore_patterns(".run"))
    (world.progress / "01_analytics.journal").unlink()


@pytest.mark.parametrize("dialect", ["tus", "json"])
def test_a_complete_video_that_a_lost_journal_alone_knew_is_not_sent_again(
    dialect: str, worlds: WorldMaker, capsys: pytest.CaptureFixture[str]
) -> None:
    world = worlds(dialect)
    world.fill((10 * KIB, 20 * KIB))
    assert world.upload(no_db=True, trust_scan=True).exit_code == 0
    _lose_journal(world)
    stopped = _run(world)
    assert stopped.exit_code == 2, stopped.said
    assert '1 video that no record knows: "002_урок"' in capsys.readouterr().err
    assert mend(world).failed == 0
    assert _run(world).exit_code == 0
    world.assert_promise()


def test_progress_that_was_set_aside_is_not_called_a_missing_journal(
    worlds: WorldMaker, capsys: pytest.CaptureFixture[str]
) -> None:
    world = worlds()
    world.fill((10 * KIB, 20 * KIB))
    assert world.upload(no_db=True, trust_scan=True).exit_code == 0
    _lose_journal(world)
    (world.progress / "01_analytics.json.unreadable").write_text("garbage", encoding="utf-8")
    assert _run(world).exit_code == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "was set aside (01_analytics.json.unreadable)" in said
    assert "Put the journal back" not in said


def test_complete_uploads_of_one_content_that_no_record_knows_are_linked_by_repair(worlds: WorldMaker) -> None:
    world = worlds()
    for number in (1, 2):
        world.add_file(f"01_analytics/m01_start/{number:03d}_x.mp4", content_of(10 * KIB, seed="the same"))
    world.add_lessons()
    assert world.upload(no_db=True, trust_scan=True).exit_code == 0
    titles = {video.id: video.title for video in world.emulator.videos()}
    progress = world.progress / "01_analytics.json"
    progress.write_bytes(bytes(progress.stat().st_size))
    assert set_aside(world.progress, "01_analytics").records == 0
    assert _run(world).exit_code == 2

    assert mend(world).failed == 0
    assert _run(world).exit_code == 0
    rows = world.database.videos()
    assert {lesson[-3:]: titles[str(video_id)] for lesson, (video_id, _) in rows.items()} == {
        "001": "001_x",
        "002": "002_x",
    }
    assert len(world.emulator.videos()) == 2


def test_a_new_cut_replaces_a_video_that_no_record_knows_once_its_file_is_named_and_viewers_meet_no_gap(
    worlds: WorldMaker,
) -> None:
    world = worlds()
    uploaded(world, (10 * KIB, 20 * KIB))
    old, path = row_of(world, FIRST), file_of(world, FIRST).relative_to(world.library).as_posix()
    content = shoot_again(world, FIRST)
    shutil.rmtree(world.progress)

    commands = [choice.command for one in plan_of(world).manual for choice in one.choices]
    assert ("replace", FIRST, path) in commands
    assert not any(command[0] == "unlink" for command in commands)
    refused = publish(world, FIRST)
    [lesson] = refused.events("replacements")[0]["lessons"]
    assert (refused.exit_code, lesson["step"]) == (1, "refused")
    assert f"kupload replace {FIRST} {path}" in lesson["hint"]
    world.emulator.set_status(str(old), VideoStatus.UPLOADING)
    [lesson] = publish(world, FIRST, file=path).events("replacements")[0]["lessons"]
    assert (lesson["step"], f"kupload unlink {FIRST}" in lesson["hint"]) == ("refused", True)
    world.emulator.set_status(str(old), VideoStatus.DONE)
    done = publish(world, FIRST, file=path, keep=0)
    assert (done.exit_code, done.events("replacements")[0]["lessons"][0]["keep_seconds"]) == (0, None), done.said
    assert videos_of(world)[row_of(world, FIRST) or ""] == content
    assert old in videos_of(world), "it may be somebody else's"
    assert world.upload().exit_code == 0
    assert old in videos_of(world)


def test_a_lost_journal_does_not_take_somebody_elses_video_for_ours(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((10 * KIB, 20 * KIB))
    assert world.upload(no_db=True, trust_scan=True).exit_code == 0
    _lose_journal(world)
    world.emulator.delete_video(next(video.id for video in world.emulator.videos() if video.title == "002_урок"))
    _add(world, status=VideoStatus.DONE, title="Урок 002_урок")  # of another size
    assert _run(world).exit_code == 0
    world.assert_promise(other_bytes=20 * KIB)


def test_a_run_that_was_begun_elsewhere_is_continued_with_its_folder(worlds: WorldMaker) -> None:
    """The machine is another one: only the folder tells that half of the video is there."""
    world = worlds()
    world.fill((400 * KIB,))
    world.emulator.faults.add(Fault(route=Route.PATCH, action=Action.DROP, keep=100 * KIB, times=None))
    assert world.upload(retries="0").exit_code != 0
    assert [video.status for video in world.emulator.videos()] != [VideoStatus.DONE]
    moved = world.folder / "elsewhere"
    world.progress.rename(moved)
    shutil.rmtree(world.progress, ignore_errors=True)
    world.emulator.faults.clear()
    assert _run(world).exit_code == 2
    assert world.run("--progress", str(moved)).exit_code == 0
    assert len(world.emulator.videos()) == 1


@pytest.mark.slow
def test_the_folder_is_named_first_and_new_as_long_as_it_knows_nothing(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((10 * KIB,))
    line = f"progress: {world.progress}"
    for command in (["--dry-run"], ["--status"], ["verify"], ["--status", "--json"], ["stop"]):
        assert f"{line} (new)\n" in world.run(*command).text, command
    assert world.upload().exit_code == 0
    assert f"{line}\n" in world.run("--status").text
    assert line not in world.run("--status", "--quiet").text


def test_the_status_after_a_stopped_run_sends_to_what_the_run_named_and_not_to_the_same_run(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((10 * KIB, 20 * KIB))
    _add(world)
    assert _run(world).exit_code == 2
    status = world.run("--status").text
    assert "--new-progress" in status
    assert "next: kupload" not in status
    assert "next: what is said above of the run that was stopped, then kupload" in status

    assert world.upload(new_progress=True).exit_code == 0
    assert "that was stopped" not in world.run("--status").text
