"""What `verify` looks at, what it costs, what it writes down, and how it is told."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.audit.compare import Kind
from kinescope_upload.audit.compare.events import FilesRead, Processing, VideosListed
from kinescope_upload.audit.verify import VerifyOptions
from kinescope_upload.emulator import Fault, ForeignVideo, Route, VideoStatus
from kinescope_upload.errors import BatchStoppedError, TryAgainError
from kinescope_upload.events import WaitStarted, Warned
from kinescope_upload.library.scan import scan
from kinescope_upload.progress import CourseLock
from kinescope_upload.upload import Stage
from support.auditing import (
    FIRST,
    SECOND,
    SIZES,
    THEIRS,
    THIRD,
    Ears,
    kinds,
    kinescope,
    look,
    mend,
    text_of,
    the,
    uploaded,
    video_of,
)
from support.disagreements import foreign_twin
from support.systems import posix_only
from support.world import KIB, World, content_of, date_back

if TYPE_CHECKING:
    from support.world import WorldMaker

COURSE = "01_analytics"
DEEP = VerifyOptions(is_deep=True)
WAITING = VerifyOptions(waits=True, longest_wait=30)


def test_what_agrees_on_all_four_sides_becomes_verified(world: World) -> None:
    uploaded(world)
    report = look(world)
    assert report.findings == ()
    assert {record.stage for record in world.records.values()} == {Stage.VERIFIED}
    assert all(record.verified_at for record in world.records.values())
    requests = world.emulator.accounting.requests()
    assert world.upload().exit_code == 0, "a verified lesson has nothing to do"
    assert world.emulator.accounting.requests() == requests


def test_only_what_agrees_becomes_verified(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    world.emulator.corrupt(video_of(world))
    look(world)
    stages = {lesson_id: record.stage for lesson_id, record in world.records.items()}
    assert stages == {FIRST: Stage.LINKED, SECOND: Stage.VERIFIED, THIRD: Stage.VERIFIED}


def test_a_row_that_was_written_before_the_progress_file_knew_is_proven_as_well(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill(SIZES)
    assert world.upload(no_db=True, trust_scan=True).exit_code == 0
    for lesson_id, record in world.records.items():
        world.database.set_video(lesson_id, record.video_id)
    assert kinds(look(world)) == [Kind.TITLE_DIFFERS] * 3, "without the database nobody knew the lessons' titles"
    assert mend(world).fixed == 3
    assert look(world).agrees
    assert {record.stage for record in world.records.values()} == {Stage.VERIFIED}


def test_the_summary_counts_all_four_sides(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    world.emulator.set_status(video_of(world), VideoStatus.PROCESSING)
    text = text_of(look(world))
    assert "On disk 3 files, 61.4 kB" in text
    assert "Progress 3 lessons: 3 linked" in text
    assert "Database 3 lessons, 3 with a video" in text
    assert "Kinescope 3 videos: 2 done, 1 processing" in text
    assert "Agree 2 of 3 lessons, 2 of them verified" in text
    assert "Differ 1 finding Next kupload verify --wait" in text


def test_videos_are_listed_by_the_hundred_and_never_asked_for_one_by_one(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    folder = world.emulator.folder_named(COURSE).id
    for number in range(247):
        world.emulator.add_foreign_video(ForeignVideo(title=f"{number}", parent_id=folder, size=number + 1))
    before = world.emulator.accounting.requests()
    report = look(world)
    after = world.emulator.accounting.requests()
    assert len(report.findings) == 247
    assert report.counts.agreed == 3
    assert after[Route.VIDEO_LIST] - before[Route.VIDEO_LIST] == 3
    assert after[Route.VIDEO_GET] == before[Route.VIDEO_GET]


def test_what_is_not_in_its_folder_is_looked_for_in_one_request(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world, tuple(KIB + number for number in range(12)))
    for video in world.emulator.videos():
        world.emulator.delete_video(video.id)
    before = world.emulator.accounting.requests()
    assert kinds(look(world)) == [Kind.ROW_POINTS_NOWHERE] * 12
    after = world.emulator.accounting.requests()
    assert after[Route.VIDEO_LIST] - before[Route.VIDEO_LIST] == 2
    assert after[Route.VIDEO_GET] == before[Route.VIDEO_GET]


def test_many_findings_of_a_kind_are_counted_and_the_first_named(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    folder = world.emulator.folder_named(COURSE).id
    for number in range(30):
        world.emulator.add_foreign_video(ForeignVideo(title=f"{number}", parent_id=folder, size=number + 1))
    text = text_of(look(world))
    assert "Unknown videos in course folders: 30" in text
    assert "and 10 more (--verbose or --json names them)" in text
    assert text.count("belongs to no lesson") == 20


# --- Waiting -----------------------------------------------------------------------------------------------------


def test_waiting_ends_when_every_video_is_done(worlds: WorldMaker) -> None:
    world = worlds(processing=0.6)
    uploaded(world)
    assert Kind.PROCESSING in kinds(look(world))
    ears = Ears()
    report = look(world, WAITING, ears)
    assert report.agrees
    told = [event for event in ears.heard if isinstance(event, Processing)]
    assert told[-1] == Processing(done=3, unfinished=0, failed=0)
    assert {record.stage for record in world.records.values()} == {Stage.VERIFIED}


def test_waiting_ends_with_a_list_of_those_in_error(worlds: WorldMaker) -> None:
    world = worlds(processing=0.3)
    world.emulator.fail_processing()
    uploaded(world)
    ears = Ears()
    report = look(world, WAITING, ears)
    assert kinds(report) == [Kind.STATUS_ERROR]
    assert the(report, Kind.STATUS_ERROR).video_id in {video.id for video in world.emulator.videos()}
    assert "Video failed at Kinescope: 1" in text_of(report)
    assert [event for event in ears.heard if isinstance(event, Processing)][-1].failed == 1


def test_an_error_is_believed_when_it_is_seen_twice(worlds: WorldMaker) -> None:
    """Statuses were seen to fall back and to come again."""
    world = worlds()
    uploaded(world)
    world.emulator.set_status(video_of(world), VideoStatus.ERROR)

    class Healing(Ears):
        def __call__(self, event: object) -> None:
            if isinstance(event, Processing):
                world.emulator.set_status(video_of(world), None)

    assert look(world, WAITING, Healing()).agrees


def test_a_video_that_vanishes_while_it_is_waited_for_is_found_missing(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    own = video_of(world)
    world.emulator.set_status(own, VideoStatus.PROCESSING)

    class Deleting(Ears):
        def __call__(self, event: object) -> None:
            if isinstance(event, Processing) and any(video.id == own for video in world.emulator.videos()):
                world.emulator.delete_video(own)

    assert kinds(look(world, WAITING, Deleting())) == [Kind.ROW_POINTS_NOWHERE]


def test_waiting_has_an_end(worlds: WorldMaker) -> None:
    world = worlds(processing=3600)
    uploaded(world)
    ears = Ears()
    report = look(world, VerifyOptions(waits=True, longest_wait=0.2), ears)
    assert kinds(report) == [Kind.PROCESSING] * 3
    [noticed] = [event for event in ears.heard if isinstance(event, Warned)]
    assert "3 videos are not done yet" in noticed.message


@posix_only("Windows sends Ctrl+C to whole consoles only")
def test_ctrl_c_ends_the_wait_at_once(worlds: WorldMaker) -> None:
    world = worlds(processing=3600)
    uploaded(world)
    process = world.start("verify", "--wait")
    assert process.stdout is not None
    assert process.stdout.readline().startswith("progress: ")
    assert "0 done, 3 still processing" in process.stdout.readline()
    os.kill(process.pid, signal.SIGINT)
    said, _ = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Stopped. Nothing was begun that is not saved." in said
    assert "Traceback" not in said


# --- Content -----------------------------------------------------------------------------------------------------


def _overwritten(world: World) -> None:
    """Other bytes of the same length, and the old time of change."""
    [path] = world.library.glob(f"{COURSE}/*/001*")
    before = path.stat()
    path.write_bytes(content_of(before.st_size, seed="other"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_only_deep_reads_the_files_again(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    _overwritten(world)
    assert look(world).agrees, "the MD5 that was taken while sending is that of the video"
    ears = Ears()
    report = look(world, DEEP, ears)
    assert kinds(report) == [Kind.FILE_CHANGED]
    assert "has MD5" in the(report, Kind.FILE_CHANGED).reason
    read = [event for event in ears.heard if isinstance(event, FilesRead)]
    assert read[-1].read_bytes == read[-1].total_bytes == sum(SIZES)


def test_of_a_file_with_another_time_the_content_is_compared(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    [path] = world.library.glob(f"{COURSE}/*/001*")
    os.utime(path)
    ears = Ears()
    assert look(world, ears=ears).findings == ()
    read = [event for event in ears.heard if isinstance(event, FilesRead)]
    assert read[-1].total_bytes == path.stat().st_size, "the others were not read"
    record = world.records[FIRST]
    assert (record.stage, record.modified_ns) == (Stage.VERIFIED, path.stat().st_mtime_ns)
    ears = Ears()
    assert look(world, ears=ears).findings == ()
    assert not any(isinstance(event, FilesRead) for event in ears.heard), "the time is known now"


def test_a_file_of_the_same_size_with_another_time_and_content_has_changed(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    [path] = world.library.glob(f"{COURSE}/*/001*")
    path.write_bytes(content_of(path.stat().st_size, seed="other"))
    assert kinds(look(world)) == [Kind.FILE_CHANGED]


def test_a_file_that_cannot_be_read_is_named(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    [path] = world.library.glob(f"{COURSE}/*/003*")

    class Removing(Ears):
        def __call__(self, event: object) -> None:
            if isinstance(event, FilesRead):
                path.unlink(missing_ok=True)

    report = look(world, DEEP, Removing())
    assert Kind.FILE_UNREADABLE in kinds(report)
    assert "has vanished" in the(report, Kind.FILE_UNREADABLE).reason


def test_a_moved_file_is_still_its_lessons(worlds: WorldMaker) -> None:
    """What was sent pins the lesson: a file that was renamed keeps its size and time of change."""
    world = worlds()
    uploaded(world)
    [path] = world.library.glob(f"{COURSE}/*/001*")
    path.rename(path.with_name("001 renamed.mp4"))
    assert look(world).agrees


# --- What is not finished, not known, not there ------------------------------------------------------------------


def test_an_upload_that_is_begun_is_unfinished_and_its_video_is_no_stranger(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((400 * KIB,))
    world.emulator.faults.add(Fault(route=Route.PATCH, status=403, skip=1, times=2))
    assert world.upload().exit_code == 1
    report = look(world)
    assert kinds(report) == [Kind.UNFINISHED]
    assert the(report, Kind.UNFINISHED).hint == "`kupload` continues it."


def test_a_status_that_nobody_knows_is_named(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    with world.emulator._store.video(video_of(world)) as video:  # noqa: SLF001 - no status of today's service
        object.__setattr__(video, "status", "on holiday")
    assert kinds(look(world)) == [Kind.STATUS_UNKNOWN]


def test_a_section_of_which_nothing_was_sent_is_in_doubt_as_a_whole(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill(SIZES)
    world.database.add_lessons([(f"{COURSE}_m01_start_004", COURSE, "Четвёртый")])
    world.add_file(f"{COURSE}/m01_start/002 b.mp4", content_of(KIB, seed="b"))
    world.database.execute(f"DELETE FROM \"Lesson\" WHERE id = '{THIRD}'")
    report = look(world)
    assert kinds(report) == [Kind.MAPPING_IN_DOUBT]
    assert "no position in it can be trusted" in the(report, Kind.MAPPING_IN_DOUBT).reason


def test_a_course_without_a_folder_is_named(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill(SIZES)
    world.add_file("02_ads/m01/001.mp4", content_of(KIB, seed="ad"))
    world.database.add_lessons([("02_ads_m01_001", "02_ads", "Реклама")])
    [folder] = [one for one in world.emulator.folders() if one.name == "02_ads"]
    with world.emulator._store.places() as places:  # noqa: SLF001 - nothing deletes folders there
        del places._folders[folder.id]  # noqa: SLF001
    report = look(world, courses=("02_ads",))
    assert kinds(report) == [Kind.NOT_UPLOADED, Kind.FOLDER_MISSING]
    assert "kupload folders --create" in the(report, Kind.FOLDER_MISSING).hint


def test_a_video_that_the_progress_files_do_not_know_is_a_remark(worlds: WorldMaker) -> None:
    """The replaced system uploaded it."""
    world = worlds()
    uploaded(world)
    (world.progress / f"{COURSE}.json").unlink()
    report = look(world)
    assert report.agrees
    assert kinds(report) == [Kind.NOT_COMPARED] * 3 + [Kind.NOT_RECORDED] * 3
    assert report.counts.agreed == 3
    assert report.verified_count == 0
    assert kinds(look(world, DEEP)) == [Kind.NOT_RECORDED] * 3
    ears = Ears()
    assert kinds(look(world, ears=ears)) == [Kind.NOT_RECORDED] * 3, "what was compared stays compared"
    assert not any(isinstance(event, FilesRead) for event in ears.heard)
    date_back(next(world.library.glob(f"{COURSE}/*/001*")))
    assert kinds(look(world)) == [Kind.NOT_COMPARED] + [Kind.NOT_RECORDED] * 3, "it may be another file now"


def test_a_course_may_be_pinned_to_the_projects_root(worlds: WorldMaker) -> None:
    world = worlds()
    (world.folder / "kupload.toml").write_text(f'[folders]\n"{COURSE}" = "{world.emulator.project_id}"\n', "utf-8")
    uploaded(world)
    assert {video.folder_id for video in world.emulator.videos()} == {None}
    assert look(world).agrees


# --- Parts of the whole ------------------------------------------------------------------------------------------


def test_one_course_alone_knows_the_videos_of_the_others(worlds: WorldMaker) -> None:
    world = worlds()
    world.add_file("02_ads/m01_start/001.mp4", content_of(KIB, seed="an ad"))
    world.fill(SIZES)
    assert world.upload().exit_code == 0
    strayed = world.records["02_ads_m01_start_001"].video_id
    with kinescope(world) as api:
        folder_id = world.emulator.folder_named(COURSE).id
        api.move_video(strayed or "", project_id=world.emulator.project_id, parent_id=folder_id)
    assert look(world, courses=(COURSE,)).findings == ()
    assert kinds(look(world, courses=("02_ads",))) == [Kind.WRONG_FOLDER]


def test_without_the_database_three_sides_are_compared_and_nothing_is_verified(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    before = {lesson_id: record.stage for lesson_id, record in world.records.items()}
    report = look(world, no_db=True)
    assert report.findings == ()
    assert report.counts.rows is None
    assert "Database not asked" in text_of(report)
    assert {lesson_id: record.stage for lesson_id, record in world.records.items()} == before
    world.emulator.delete_video(video_of(world))
    assert kinds(look(world, no_db=True)) == [Kind.VIDEO_GONE]


def test_a_course_that_a_run_is_at_work_on_is_compared_and_not_written_to(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    lock = CourseLock.acquire(world.progress, COURSE)
    ears = Ears()
    try:
        assert look(world, ears=ears).agrees
    finally:
        lock.release()
    [noticed] = [event for event in ears.heard if isinstance(event, Warned)]
    assert "not marked as verified: Another run is at work" in noticed.message
    assert {record.stage for record in world.records.values()} == {Stage.LINKED}


# --- Trouble -----------------------------------------------------------------------------------------------------


def test_a_page_that_fails_is_asked_for_again(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    folder = world.emulator.folder_named(COURSE).id
    for number in range(120):
        world.emulator.add_foreign_video(ForeignVideo(title=f"{number}", parent_id=folder, size=number + 1))
    world.emulator.faults.add(
        Fault(route=Route.VIDEO_LIST, status=503, skip=1), Fault(route=Route.VIDEO_LIST, status=429)
    )
    before = world.emulator.accounting.requests()[Route.VIDEO_LIST]
    ears = Ears()
    assert len(look(world, ears=ears).findings) == 120
    assert world.emulator.accounting.requests()[Route.VIDEO_LIST] - before == 4
    assert sum(isinstance(event, Warned | WaitStarted) for event in ears.heard) == 2


def test_a_service_that_stays_in_trouble_is_given_up(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    world.emulator.faults.add(Fault(route=Route.VIDEO_LIST, status=500, times=None))
    with pytest.raises(TryAgainError, match="Kinescope has a problem"):
        look(world)


def test_a_database_that_is_down_is_no_reason_to_find_anything(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    world.environment["DATABASE_URL"] = "postgresql://postgres@127.0.0.1:9/nothing"
    with pytest.raises(BatchStoppedError, match="not available"):
        look(world, retries=0)


# --- The command -------------------------------------------------------------------------------------------------


def test_the_command_says_it_in_json_line_by_line(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    foreign_twin(world)
    outcome = world.run("verify", "--json", "--deep")
    assert outcome.exit_code == 1
    assert {line["event"] for line in outcome.said} >= {"files_read", "finding", "verified"}
    [finding] = outcome.events("finding")
    assert (finding["kind"], finding["lesson_id"], finding["other_video_id"]) == ("two_videos", FIRST, THEIRS)
    summary = outcome.said[-1]
    assert (summary["event"], summary["exit_code"], summary["agreed"], summary["findings"]) == ("verified", 1, 2, 1)


def test_the_command_exits_with_zero_only_when_all_agree(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    assert world.run("verify", "--quiet").exit_code == 0
    world.database.set_video(FIRST, None)
    assert world.run("verify").exit_code == 1
    wrong = world.run("verify", "--max-wait", "soon")
    assert (wrong.exit_code, "--max-wait" in wrong.text) == (2, True)


def test_a_progress_file_that_was_edited_by_hand_is_understood(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    path = world.progress / f"{COURSE}.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")), indent=2), "utf-8")
    assert look(world).agrees
    assert {record.stage for record in world.records.values()} == {Stage.VERIFIED}


def test_listing_is_told_as_it_goes(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    ears = Ears()
    look(world, ears=ears)
    assert ears.heard == [VideosListed(videos=3)]


def test_a_link_that_a_map_file_named_when_it_was_sent_does_not_count_as_one_of_position(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((10 * KIB, 20 * KIB))
    _first, second = (file.path for file in scan(world.library).files)
    pairs = [{"filePath": second, "lessonId": FIRST, "courseId": COURSE}]
    map_file = world.folder / "map.json"
    map_file.write_text(json.dumps({"matched": pairs}), encoding="utf-8")
    assert world.upload(map_file=str(map_file)).exit_code == 0
    assert look(world).by_position == ()
