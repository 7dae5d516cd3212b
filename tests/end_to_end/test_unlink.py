"""`kupload unlink`: rows are emptied, the next run uploads again, and only videos of ours are ever deleted."""

from __future__ import annotations

import io
import sys
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.audit.compare import Kind
from kinescope_upload.commands.unlink import UnlinkResult
from kinescope_upload.commands.unlink_view import show_unlinked
from kinescope_upload.commands.upload import Screen, upload
from kinescope_upload.connect import lessons_ahead
from kinescope_upload.emulator import Fault, Route
from kinescope_upload.errors import BatchStoppedError, LessonFailedError
from kinescope_upload.kinescope.video import embed_url
from kinescope_upload.output.options import DisplayOptions
from kinescope_upload.upload import Stage
from support.auditing import FIRST, SECOND, THEIRS, THIRD, kinds, look, mend, settings_of, uploaded, video_of
from support.disagreements import foreign_twin
from support.replacing import COURSE, deleted, file_of, publish, row_of, shoot_again, typed, undo, videos_of
from support.world import KIB, content_of

if sys.platform != "win32":
    import resource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from support.world import World, WorldMaker

HOUR = 3600.0


def test_an_unlinked_course_is_uploaded_again_by_the_next_run_without_any_other_step(world: World) -> None:
    uploaded(world)
    before = videos_of(world)
    done = world.run("unlink", "--course", COURSE, "--yes", "3")
    assert done.exit_code == 0, done.text
    assert all(row == (None, None) for row in world.database.videos().values())
    assert videos_of(world) == before
    assert kinds(look(world)).count(Kind.OLD_VIDEO) == 3
    assert world.upload().exit_code == 0
    assert before.keys().isdisjoint({row_of(world, lesson) for lesson in (FIRST, SECOND, THIRD)})
    assert before.keys() < videos_of(world).keys()
    report = look(world)
    assert (kinds(report), report.agrees) == ([Kind.OLD_VIDEO] * 3, True)
    assert "was unlinked on" in report.findings[0].reason
    assert deleted(world) == []


@pytest.mark.parametrize("deletes", [False, True])
def test_an_unlinked_lesson_is_uploaded_again_while_its_section_waits_for_a_person(
    worlds: WorldMaker, *, deletes: bool
) -> None:
    world = worlds()
    uploaded(world)
    world.add_file("01_analytics/m01_start/001a_new.mp4", content_of(50 * KIB, seed="new"))
    world.database.add_lessons([("01_analytics_m01_start_004", COURSE, "Fourth")])
    undo(world, SECOND, delete=deletes)

    for _ in range(2):
        assert "map --confirm" in str(world.upload().summary["doubts"])
    row_id = row_of(world, SECOND)
    assert row_id is not None
    assert world.emulator.bytes_of(row_id).read_bytes() == file_of(world, SECOND).read_bytes()
    assert Kind.NOT_UPLOADED not in kinds(look(world))


def test_an_unlink_that_ends_while_a_run_begins_leaves_no_doubt(world: World) -> None:
    """The run reads the rows, `unlink` empties them and gives the course free, then the run holds it."""
    uploaded(world)
    settings = settings_of(world, json=True)
    with lessons_ahead(settings) as lessons:
        read = lessons.reading
        assert read
        rows = [read()]
        undo(world, delete=True)
        meanwhile = replace(lessons, reading=lambda: rows.pop() if rows else read())
        out = io.StringIO()
        assert upload(settings, Screen(DisplayOptions(as_json=True), out, io.StringIO()), None, meanwhile) == 0
    assert out.getvalue().count('"event": "lesson_done"') == 3
    assert len(videos_of(world)) == 3


def test_with_delete_the_videos_that_are_ours_are_deleted_and_no_others(world: World) -> None:
    uploaded(world)
    foreign_twin(world)
    world.database.set_video(FIRST, THEIRS, embed_url(THEIRS))
    ours = videos_of(world).keys()
    done = undo(world, delete=True)
    assert ([*done.unlinked], done.failed) == ([FIRST, SECOND, THIRD], ())
    assert {line["video_id"] for line in deleted(world)} == ours == set(done.deleted)
    assert [video.id for video in world.emulator.videos()] == [THEIRS]
    assert world.upload().exit_code == 0
    assert all(world.records[lesson].old_videos == () for lesson in (FIRST, SECOND, THIRD))


@pytest.mark.parametrize(
    "command",
    [
        ("unlink", FIRST, SECOND, "--yes", "2"),
        pytest.param(("replace", FIRST, "--yes"), marks=pytest.mark.slow),
    ],
)
def test_a_read_only_database_is_found_before_anything_is_done(command: tuple[str, ...], worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    shoot_again(world, FIRST)
    before = (world.records, world.database.videos(), videos_of(world))
    world.database.execute(f'ALTER DATABASE "{world.database.name}" SET default_transaction_read_only = on')
    refused = world.run(*command)
    assert (refused.exit_code, refused.text.count("is read-only")) == (3, 1), refused.text
    assert "again" not in refused.text
    assert (world.records, world.database.videos(), videos_of(world)) == before


@contextmanager
def _files_of_at_most(size: int) -> Iterator[None]:
    """A full disk, as far as this process can make one: no file may be written beyond so many bytes."""
    if sys.platform == "win32":
        pytest.skip("POSIX alone: Windows has no limits of a process's files")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("command", [partial(undo, delete=True), mend])
def test_a_full_progress_folder_is_found_before_the_first_row_is_changed(
    command: Callable[[World], object], worlds: WorldMaker
) -> None:
    world = worlds()
    uploaded(world)
    world.database.set_video(SECOND, None)
    before = (world.records, world.database.videos(), videos_of(world))
    files = sorted(world.progress.iterdir())
    with (
        _files_of_at_most((world.progress / f"{COURSE}.json").stat().st_size - 1),
        pytest.raises(BatchStoppedError, match="cannot be written"),
    ):
        command(world)
    assert (world.records, world.database.videos(), videos_of(world)) == before
    assert sorted(world.progress.iterdir()) == files
    command(world)
    assert world.upload().exit_code == 0


def _last_sentence(result: UnlinkResult) -> str:
    out = io.StringIO()
    show_unlinked(result, DisplayOptions(), out)
    return out.getvalue().splitlines()[-1]


def test_the_next_run_is_named_for_the_lessons_of_which_all_is_done() -> None:
    error = LessonFailedError("The video could not be deleted.")
    assert _last_sentence(UnlinkResult(unlinked=("a", "b"))) == "2 lessons unlinked. `kupload` uploads them again."
    assert _last_sentence(UnlinkResult(unlinked=("a", "b"), failed=(("b", error),))) == (
        "2 lessons unlinked. `kupload` uploads a again."
    )
    assert _last_sentence(UnlinkResult(unlinked=("a",), failed=(("a", error),))) == "1 lesson unlinked."
    assert _last_sentence(UnlinkResult(failed=(("a", error),))) == "0 lessons unlinked."


@pytest.mark.parametrize("has_id", [True, False])
def test_a_video_that_another_lesson_has_is_not_deleted(worlds: WorldMaker, has_id: bool) -> None:
    world = worlds()
    uploaded(world)
    shared = video_of(world)
    world.database.set_video(SECOND, shared if has_id else None, embed_url(shared))
    done = undo(world, FIRST, delete=True)
    assert (done.unlinked, done.deleted) == ((FIRST,), ())
    assert f"lesson {SECOND} has it" in str(done.failed[0][1])
    assert shared in videos_of(world)


def test_lessons_may_be_named_and_the_others_stay(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    rest = {lesson: row_of(world, lesson) for lesson in (FIRST, THIRD)}
    assert undo(world, SECOND, delete=True).unlinked == (SECOND,)
    assert {lesson: row_of(world, lesson) for lesson in rest} == rest
    assert row_of(world, SECOND) is None
    assert world.upload().exit_code == 0
    world.assert_promise(other_bytes=20 * KIB)


@pytest.mark.slow
def test_the_name_of_the_course_is_the_answer_and_no_other(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    before = world.database.videos()
    said_no = typed(world, "yes\n", "unlink", "--course", COURSE)
    assert (said_no.exit_code, "Nothing was changed" in said_no.text) == (1, True), said_no.text
    assert "Урок 001_урок" in said_no.text
    assert world.database.videos() == before
    said_yes = typed(world, f"{COURSE}\n", "unlink", "--course", COURSE)
    assert said_yes.exit_code == 0, said_yes.text
    assert {row_of(world, lesson) for lesson in (FIRST, SECOND, THIRD)} == {None}


@pytest.mark.slow  # a process each
@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--course", COURSE, "--yes", "2"), "3 lessons have something to unlink, not 2"),
        (("--course", COURSE), "There is no terminal to ask on"),
        (("--yes", "3"), "not said what is to be unlinked"),
        (("nobody_001", "--yes", "1"), "The database has no lesson nobody_001"),
        (("--course", "nothing", "--yes", "1"), "The database has no course nothing"),
    ],
)
def test_what_was_not_meant_exactly_changes_nothing(worlds: WorldMaker, words: tuple[str, ...], says: str) -> None:
    world = worlds()
    uploaded(world)
    before = world.database.videos()
    refused = world.run("unlink", *words)
    assert (refused.exit_code, says in refused.text) == (2, True), refused.text
    assert world.database.videos() == before


def test_a_row_that_was_emptied_by_hand_or_by_a_run_that_died_is_unlinked_by_the_same_command(
    worlds: WorldMaker,
) -> None:
    world = worlds()
    uploaded(world)
    world.database.set_video(FIRST, None)  # what a run that died after the row leaves
    doubt = world.upload()
    assert f"kupload unlink {FIRST}" in doubt.summary["in_doubt"][0]["hint"]
    assert undo(world, FIRST).unlinked == (FIRST,)
    assert world.upload().exit_code == 0
    assert row_of(world, FIRST) == video_of(world)


@pytest.mark.slow
def test_a_deletion_that_failed_is_done_by_the_next_run(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    ours = videos_of(world).keys()
    world.emulator.faults.add(Fault(route=Route.VIDEO_DELETE, status=500, times=None))
    done = undo(world, delete=True)
    assert (len(done.unlinked), len(done.failed)) == (3, 3)
    world.emulator.faults.clear()
    assert len(world.upload().events("old_video_deleted")) == 3
    assert ours.isdisjoint(videos_of(world))


@pytest.mark.slow
def test_an_unlinked_lesson_whose_replacement_was_begun_goes_on_with_it(worlds: WorldMaker) -> None:
    world = worlds(processing=HOUR)
    uploaded(world)
    old = video_of(world)
    shoot_again(world, FIRST, 600 * KIB)
    world.emulator.faults.add(Fault(route=Route.PATCH, status=403, skip=1, times=2))
    assert publish(world, FIRST).exit_code == 1
    assert world.records[FIRST].stage is Stage.CREATED
    assert undo(world, FIRST, delete=True).deleted == (old,)
    assert world.upload().exit_code == 0  # it replaces nothing now, so nobody waits for it
    assert row_of(world, FIRST) == video_of(world)


@pytest.mark.slow  # five processes
def test_another_run_at_work_on_the_course_is_not_disturbed(worlds: WorldMaker) -> None:
    world = worlds(processing=HOUR)
    uploaded(world)
    shoot_again(world, FIRST)
    process = world.start("replace", FIRST, "--yes")
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if "Waits for Kinescope" in line:
                break
        for words in (("unlink", FIRST, "--yes", "1"), ("replace", SECOND, "--yes"), ("repair", "--delete-unknown")):
            refused = world.run(*words)
            assert (refused.exit_code, "Another run is at work" in refused.text) == (2, True), refused.text
    finally:
        process.kill()
        process.communicate()


# --- Unknown videos ----------------------------------------------------------------------------------------------


def _with_stranger(world: World) -> None:
    """A complete video of somebody's in the course's folder, which no lesson has."""
    uploaded(world)
    foreign_twin(world)


def test_each_unknown_video_is_asked_for_and_deleted_when_a_person_says_so(worlds: WorldMaker) -> None:
    world = worlds()
    _with_stranger(world)
    kept = typed(world, "n\n", "repair", "--delete-unknown")
    assert (kept.exit_code, "0 videos deleted, 1 kept" in kept.text) == (1, True), kept.text
    assert THEIRS in kept.text
    assert "10.2 kB, made " in kept.text
    assert f"the same size and MD5 as its video {video_of(world)}" in kept.text
    assert THEIRS in {video.id for video in world.emulator.videos()}
    gone = typed(world, "y\n", "repair", "--delete-unknown")
    assert gone.exit_code == 0, gone.text
    assert [line["video_id"] for line in deleted(world)] == [THEIRS]
    assert THEIRS not in {video.id for video in world.emulator.videos()}
    assert look(world).findings == ()


@pytest.mark.slow  # five processes
def test_a_script_names_each_video_and_nothing_else_goes(worlds: WorldMaker) -> None:
    world = worlds()
    _with_stranger(world)
    assert world.run("repair", "--delete-unknown").exit_code == 2
    assert world.run("repair", "--delete-unknown", "--yes").exit_code == 2
    assert world.run("repair", "--delete-unknown", "--dry-run").exit_code == 0
    refused = world.run("repair", "--delete-unknown", "--video", THEIRS, "--video", video_of(world))
    assert (refused.exit_code, "is no unknown video" in refused.text) == (2, True), refused.text
    assert deleted(world) == []
    done = world.run("repair", "--delete-unknown", "--video", THEIRS, "--json")
    assert (done.exit_code, done.events("unknown_deleted")[0]["deleted"]) == (0, [THEIRS])
    assert look(world).findings == ()


@pytest.mark.slow  # another question at a terminal
def test_a_video_that_was_unlinked_and_kept_is_asked_for_and_one_that_waits_is_not(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    unlinked = video_of(world, SECOND)
    undo(world, SECOND)
    shoot_again(world, FIRST)
    assert publish(world, FIRST).exit_code == 0
    assert world.upload().exit_code == 0
    waiting = world.records[FIRST].old_videos[0].video_id
    asked = typed(world, "y\n", "repair", "--delete-unknown")
    assert asked.exit_code == 0, asked.text
    assert (unlinked in asked.text, waiting in asked.text) == (True, False)
    assert [line["video_id"] for line in deleted(world)] == [unlinked]
    assert world.records[SECOND].old_videos == ()
    assert waiting in videos_of(world)


@pytest.mark.parametrize("word", [pytest.param("lesson", marks=pytest.mark.slow), "course"])
def test_a_lesson_that_was_taken_out_of_the_database_is_ended_by_the_command_that_is_named(
    word: str, worlds: WorldMaker
) -> None:
    world = worlds()
    uploaded(world)
    gone = [THIRD] if word == "lesson" else [FIRST, SECOND, THIRD]
    videos = {video_of(world, lesson) for lesson in gone}
    world.add_file("02_other/m01_start/001.mp4", content_of(9 * KIB, seed="other"))
    world.database.add_lessons([("02_other_m01_start_001", "02_other", "001")])
    for lesson in gone:
        file_of(world, lesson).unlink()
        world.database.execute(f"""DELETE FROM "Lesson" WHERE id = '{lesson}'""")
    found = [one for one in look(world).findings if one.lesson_id in gone]
    assert [one.kind for one in found] == [Kind.LESSON_WITHOUT_ROW] * len(gone)
    assert f"`kupload unlink {THIRD} --delete` ends it" in found[-1].hint

    result = undo(world, *gone, delete=True) if word == "lesson" else undo(world, delete=True)
    assert (result.unlinked, set(result.deleted), result.failed) == (tuple(gone), videos, ())
    assert videos.isdisjoint(videos_of(world))
    assert {line["video_id"] for line in deleted(world)} == videos
    assert [one for one in look(world).findings if one.lesson_id in gone] == []
