"""Videos that an unanswered request left behind: ours are found and removed, others are left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kinescope_upload.emulator import Action, Fault, ForeignVideo, Link, Route, VideoStatus
from kinescope_upload.upload import Stage, marked_description
from support.world import KIB, World, WorldMaker, content_of

if TYPE_CHECKING:
    from support.world import Outcome

FIRST = "01_analytics_m01_start_001"
TITLE = "Урок 001_урок"
SIZES = (10 * KIB, 20 * KIB, 30 * KIB, 40 * KIB)
SEARCH = [{}, {"search": "late"}, {"search": "never"}, {"pending-assets": "told", "original-name": "file"}]


def _lose(route: Route = Route.INIT, times: int = 1) -> Fault:
    return Fault(route=route, action=Action.LOSE_ANSWER, times=times)


def _left_without_looking(world: World) -> str:
    """A run whose answer to init is lost, and that Kinescope tells nothing afterwards; the video that it left."""
    world.emulator.faults.add(_lose(), Fault(route=Route.VIDEO_LIST, status=500, times=None))
    assert world.upload().exit_code == 1
    world.emulator.faults.clear()
    [video] = [video for video in world.emulator.videos() if not video.foreign]
    return video.id


def _add_unfinished(world: World, *, title: str = TITLE, description: str = "") -> str:
    parent_id = world.emulator.folder_named("01_analytics").id
    foreign = ForeignVideo(
        title=title, parent_id=parent_id, size=10 * KIB, status=VideoStatus.PENDING, description=description
    )
    return world.emulator.add_foreign_video(foreign).id


def _ids(world: World) -> set[str]:
    return {video.id for video in world.emulator.videos()}


def _in_doubt(outcome: Outcome) -> str:
    """What is said of the one lesson that only a person can decide about."""
    assert outcome.exit_code == 1
    [failure] = outcome.events("lesson_failed")
    assert failure["is_in_doubt"], failure
    return f"{failure['reason']} {failure['hint']}"


@pytest.mark.parametrize("readings", SEARCH, ids=str)
def test_lost_answers_leave_no_orphan(readings: dict[str, str], worlds: WorldMaker) -> None:
    world = worlds("json", readings=readings)
    world.fill(SIZES)
    world.emulator.faults.add(_lose(times=4))
    outcome = world.upload()
    assert outcome.exit_code == 0, outcome.said
    assert outcome.summary["orphans_removed"] == 4
    world.assert_promise()


def test_the_mark_is_on_disk_and_stays_in_the_description(worlds: WorldMaker) -> None:
    world = worlds("json")
    world.fill(SIZES[:2])
    assert world.upload().exit_code == 0
    marks = {record.video_id: record.mark for record in world.records.values()}
    assert len(set(marks.values())) == 2
    for video in world.emulator.videos():
        assert video.description == f"Uploaded by kupload, upload {marks[video.id]}."


def test_only_the_bearer_of_the_mark_is_deleted(worlds: WorldMaker) -> None:
    world = worlds("json")
    world.fill(SIZES[:1])
    theirs = {_add_unfinished(world), _add_unfinished(world, description=marked_description("another"))}
    world.emulator.faults.add(_lose())
    assert world.upload().exit_code == 0
    assert theirs < _ids(world)
    world.assert_promise()


def test_a_leftover_at_the_projects_root_is_found_by_the_list_too(worlds: WorldMaker) -> None:
    world = worlds("json", readings={"search": "never"})
    world.fill(SIZES[:1])
    (world.folder / "kupload.toml").write_text(f'[folders]\n01_analytics = "{world.emulator.project_id}"\n', "utf-8")
    world.emulator.faults.add(_lose())
    outcome = world.upload()
    assert (outcome.exit_code, outcome.summary["orphans_removed"]) == (0, 1)
    [video] = world.emulator.videos()
    assert (video.folder_id, video.complete) == (None, True)


def test_where_descriptions_are_dropped_a_video_that_may_be_ours_is_named_and_kept(worlds: WorldMaker) -> None:
    world = worlds("json", readings={"description": "dropped"})
    world.fill(SIZES[:2])
    world.emulator.faults.add(Fault(route=Route.INIT, action=Action.LOSE_ANSWER, match=TITLE))
    said = _in_doubt(world.upload())
    [left] = [video.id for video in world.emulator.videos() if not video.complete]
    assert left in said
    assert "delete" in said
    assert left in _in_doubt(world.upload()), "and so says every run"
    assert left in _ids(world)
    world.emulator.delete_video(left)
    assert world.upload().exit_code == 0
    world.assert_promise()


@pytest.mark.parametrize(
    ("title", "description"),
    [("Урок 2", ""), (TITLE, "Uploaded by kupload, upload another.")],
    ids=["another title", "another upload's mark"],
)
def test_a_video_that_cannot_be_ours_is_no_doubt(title: str, description: str, worlds: WorldMaker) -> None:
    world = worlds("json")
    world.fill(SIZES[:1])
    world.emulator.faults.add(Fault(route=Route.INIT, action=Action.DROP))
    theirs = _add_unfinished(world, title=title, description=description)
    assert world.upload().exit_code == 0
    assert theirs in _ids(world)
    world.assert_promise()


def test_an_attempt_of_a_version_that_set_no_mark_ends_in_doubt(worlds: WorldMaker) -> None:
    world = worlds("json", readings={"description": "dropped"})
    world.fill(SIZES[:1])
    left = _left_without_looking(world)
    path = world.progress / "01_analytics.json"
    text = path.read_text("utf-8")
    path.write_text(text.replace(f'"mark": "{world.records[FIRST].mark}", ', ""), "utf-8")
    assert world.records[FIRST].mark is None
    assert left in _in_doubt(world.upload())
    assert left in _ids(world)


@pytest.mark.slow
def test_a_creation_that_is_still_at_work_is_looked_for_a_second_time(worlds: WorldMaker) -> None:
    world = worlds("json")
    world.fill(SIZES[:1])
    world.environment |= {"KUPLOAD_STALL": "0.3", "KUPLOAD_ORPHAN_WAIT": "2"}
    world.emulator.faults.add(Fault(route=Route.INIT, action=Action.DELAY, delay=0.9))
    outcome = world.upload()
    assert (outcome.exit_code, outcome.summary["orphans_removed"]) == (0, 1)
    world.assert_promise()


def test_what_shows_only_after_another_attempt_has_begun_is_removed_in_the_end(worlds: WorldMaker) -> None:
    world = worlds("json")
    world.fill(SIZES[:1])
    dropped = Fault(route=Route.INIT, action=Action.DROP)
    world.emulator.faults.add(dropped, Fault(route=Route.PATCH, status=400, times=None))
    assert world.upload().exit_code == 1
    record = world.records[FIRST]
    [lost] = record.lost_marks
    assert (record.stage, record.mark != lost) == (Stage.CREATED, True)
    late = _add_unfinished(world, description=marked_description(lost))
    world.emulator.faults.clear()
    outcome = world.upload()
    assert (outcome.exit_code, outcome.summary["orphans_removed"]) == (0, 1)
    assert late not in _ids(world)
    assert world.records[FIRST].lost_marks == ()
    world.assert_promise()


def test_what_shows_late_and_is_complete_is_kept_and_named(worlds: WorldMaker) -> None:
    world = worlds("json")
    world.fill(SIZES[:1])
    dropped = Fault(route=Route.INIT, action=Action.DROP)
    world.emulator.faults.add(dropped, Fault(route=Route.PATCH, status=400, times=None))
    world.upload()
    late = _add_unfinished(world, description=marked_description(world.records[FIRST].lost_marks[0]))
    world.emulator.set_status(late, VideoStatus.DONE)
    world.emulator.faults.clear()
    assert late in _in_doubt(world.upload())
    assert late in _in_doubt(world.upload())
    assert late in _ids(world)
    world.emulator.delete_video(late)
    assert world.upload().exit_code == 0
    world.assert_promise()


def _look_alikes(world: World) -> None:
    """Two lessons of the same folder, title, file name and size."""
    for section in ("m01_start", "m02_more"):
        path = f"01_analytics/{section}/001_урок.mp4"
        world.add_file(path, content_of(10 * KIB, seed=path))
    world.add_lessons()


def test_two_lessons_that_look_alike_are_told_apart(worlds: WorldMaker) -> None:
    world = worlds("json")
    _look_alikes(world)
    world.emulator.faults.add(_lose(times=2))
    outcome = world.upload(jobs=2)
    assert (outcome.exit_code, outcome.summary["orphans_removed"]) == (0, 2)
    world.assert_promise()


def test_two_lessons_that_look_alike_are_no_doubt_to_each_other_where_descriptions_are_dropped(
    worlds: WorldMaker,
) -> None:
    world = worlds("json", readings={"description": "dropped"})
    _look_alikes(world)
    world.emulator.faults.add(Fault(route=Route.INIT, action=Action.DROP))
    assert world.upload(jobs=2).exit_code == 0
    world.assert_promise()


def test_two_lessons_that_look_alike_end_in_doubt_where_descriptions_are_dropped_and_an_answer_is_lost(
    worlds: WorldMaker,
) -> None:
    world = worlds("json", readings={"description": "dropped"})
    _look_alikes(world)
    world.emulator.faults.add(_lose())
    outcome = world.upload(jobs=2)
    assert outcome.exit_code == 1
    [left] = [video.id for video in world.emulator.videos() if not video.complete]
    assert left in _in_doubt(outcome)


@pytest.mark.slow
def test_a_creation_that_is_not_answered_yet_is_not_taken_for_the_leftover_of_one_that_looks_alike(
    worlds: WorldMaker,
) -> None:
    """One is never answered and looks for its video, while Kinescope has made the other's and its answer is long."""
    world = worlds("json", readings={"description": "dropped"})
    _look_alikes(world)
    world.emulator.faults.add(Fault(route=Route.INIT, action=Action.DROP))
    with Link(world.emulator.url) as far:
        far.slow_down(latency=0.5)
        world.environment |= {"KINESCOPE_UPLOADER_URL": far.url, "KUPLOAD_STALL": "60"}
        outcome = world.upload(jobs=2)
        assert outcome.exit_code == 0, outcome.said
    world.assert_promise()


# What is refused.


def test_several_videos_that_bear_the_mark_are_named_and_kept(worlds: WorldMaker) -> None:
    world = worlds("json")
    world.fill(SIZES[:1])
    ours = _left_without_looking(world)
    other = _add_unfinished(world, description=world.emulator.video(ours).description)
    said = _in_doubt(world.upload())
    assert ours in said
    assert other in said
    assert _ids(world) == {ours, other}


def _complete_and_not_known_to_be(world: World, **facts: str) -> str:
    """A run that hears nothing of the last chunk; afterwards the upload is gone at Kinescope, the video complete."""
    world.fill(SIZES[:1])
    no_head = Fault(route=Route.HEAD, status=500, times=None)
    world.emulator.faults.add(_lose(Route.PATCH), no_head)
    assert world.upload().exit_code == 1
    world.emulator.faults.clear()
    assert world.records[FIRST].stage is Stage.CREATED
    [video] = world.emulator.videos()
    assert video.complete
    world.emulator.expire_upload(video.id)
    if facts:
        world.emulator.corrupt(video.id, **facts)  # type: ignore[arg-type] # md5 alone
    return video.id


@pytest.mark.parametrize("status", [VideoStatus.ERROR, VideoStatus.SUSPENDED])
def test_a_video_of_which_nobody_knows_what_it_is_is_kept(world: World, status: VideoStatus) -> None:
    video_id = _complete_and_not_known_to_be(world)
    world.emulator.set_status(video_id, status)
    said = _in_doubt(world.upload())
    assert f'Kinescope says "{status}" of our video {video_id}' in said
    assert _ids(world) == {video_id}


def test_a_complete_video_of_a_file_that_is_another_now_is_kept(world: World) -> None:
    video_id = _complete_and_not_known_to_be(world)
    (world.library / "01_analytics/m01_start/001_урок.mp4").write_bytes(content_of(11 * KIB, seed="another"))
    said = _in_doubt(world.upload())
    assert f"Video {video_id} is complete with 10.2 kB; the file is another now (11.3 kB)" in said
    assert _ids(world) == {video_id}


def test_a_complete_video_with_another_md5_is_kept(world: World) -> None:
    video_id = _complete_and_not_known_to_be(world, md5="0" * 32)
    assert f"Video {video_id} is complete, and its MD5 is not the file's" in _in_doubt(world.upload())
    assert _ids(world) == {video_id}


# What is adopted.


@pytest.mark.parametrize("readings", [{}, {"originals": "off"}], ids=str)
@pytest.mark.parametrize("dialect", ["tus", "json"])
def test_a_complete_video_of_ours_is_adopted(dialect: str, readings: dict[str, str], worlds: WorldMaker) -> None:
    world = worlds(dialect, readings=readings)
    video_id = _complete_and_not_known_to_be(world)
    assert world.upload().exit_code == 0
    world.assert_promise()
    embed_link = world.database.videos()[FIRST][1]
    assert embed_link is not None
    assert video_id not in embed_link, "the address is written as Kinescope gives it: with the short id"


# What a broken upload leaves.


@pytest.mark.parametrize("status", ["suspended", "uploading", "aborted"])
@pytest.mark.parametrize("dialect", ["tus", "json"])
def test_a_broken_upload_that_is_gone_is_cleared_away_and_sent_again(
    dialect: str, status: str, worlds: WorldMaker
) -> None:
    world = worlds(dialect, readings={"broken-upload": status, "suspended-upload": "gone"})
    world.fill((300 * KIB,))
    world.emulator.faults.add(Fault(route=Route.PATCH, action=Action.DROP, keep=100 * KIB))
    outcome = world.upload()
    assert (outcome.exit_code, outcome.summary["orphans_removed"]) == (0, 1)
    world.assert_promise(cuts=1)


@pytest.mark.parametrize("head", ["served", "400"])
def test_an_expired_upload_is_proven_gone_without_a_retry(worlds: WorldMaker, head: str) -> None:
    world = worlds(readings={} if head == "served" else {"head": head})
    world.fill((600 * KIB,))
    world.emulator.faults.add(Fault(route=Route.PATCH, action=Action.EXPIRE, keep=300 * KIB))
    outcome = world.upload(retries=0)
    assert outcome.exit_code == 0, outcome.said
    assert len(outcome.events("orphan_removed")) == 1
    assert outcome.events("retry_scheduled") == []
    world.assert_promise(cuts=1)
