"""`repair`: what it writes down first, what it refuses, and what becomes of a repair that breaks off."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from kinescope_upload.audit.compare import Kind
from kinescope_upload.audit.compare.events import FixApplied, FixFailed
from kinescope_upload.audit.fixes import AdoptVideo, DeleteDuplicate, DeleteLeftover, FixPlan
from kinescope_upload.audit.repair import repair
from kinescope_upload.audit.verify import VerifyOptions
from kinescope_upload.emulator import Action, Fault, ForeignVideo, Right, Route, Token, VideoStatus
from kinescope_upload.errors import BatchStoppedError, UsageError
from kinescope_upload.kinescope.video import embed_url
from kinescope_upload.progress import CourseLock
from kinescope_upload.upload import Stage
from support.auditing import FIRST, SECOND, THEIRS, Ears, kinds, look, mend, plan_of, settings_of, uploaded, video_of
from support.disagreements import foreign_twin
from support.world import KIB, World, content_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.world import WorldMaker

COURSE = "01_analytics"


def _row_names_twin(world: World) -> str:
    """The row names another's video of the same content; ours is surplus."""
    uploaded(world)
    foreign_twin(world)
    world.database.set_video(FIRST, THEIRS, embed_url(THEIRS))
    return video_of(world)


def _deleted(world: World) -> list[dict[str, Any]]:
    path = world.progress / "deleted.jsonl"
    return [json.loads(line) for line in path.read_text("ascii").splitlines()] if path.exists() else []


def _failures(ears: Ears) -> list[FixFailed]:
    return [event for event in ears.heard if isinstance(event, FixFailed)]


# --- Deletions ---------------------------------------------------------------------------------------------------


def test_a_deletion_is_written_down_with_all_that_is_known_before_it_is_done(world: World) -> None:
    own = _row_names_twin(world)
    record = world.records[FIRST]
    assert mend(world).fixed == 2
    [line] = _deleted(world)
    assert {key: line[key] for key in ("video_id", "lesson_id", "title", "status", "size_bytes", "md5")} == {
        "video_id": own,
        "lesson_id": FIRST,
        "title": "Урок 001_урок",
        "status": "done",
        "size_bytes": 10 * KIB,
        "md5": record.md5,
    }
    assert line["folder_id"] == world.emulator.folder_named(COURSE).id
    assert line["project_id"] == world.emulator.project_id
    assert line["original_name"] == "original"
    assert line["path"] == "01_analytics/m01_start/001_урок.mp4"
    assert line["created_at"]
    assert line["deleted_at"]
    assert f"the row of {FIRST} names {THEIRS}" in line["why"]
    assert line["record"]["stage"] == "linked"
    assert line["record"]["attempted_at"]
    assert own not in {video.id for video in world.emulator.videos()}


@pytest.mark.parametrize("route", [Route.VIDEO_DELETE, Route.VIDEO_GET])
def test_one_answer_that_the_video_is_absent_deletes_nothing_and_is_confirmed(worlds: WorldMaker, route: Route) -> None:
    world = worlds()
    own = _row_names_twin(world)
    world.emulator.faults.add(Fault(route=route, status=404, code=404404, match=own))
    assert mend(world).fixed == 2
    assert own not in {video.id for video in world.emulator.videos()}
    assert [line["video_id"] for line in _deleted(world)] == [own]


def test_nothing_is_deleted_that_could_not_be_written_down(worlds: WorldMaker) -> None:
    world = worlds()
    own = _row_names_twin(world)
    (world.progress / "deleted.jsonl").mkdir()
    outcome = world.run("repair", "--yes")
    assert outcome.exit_code == 3
    assert "nothing was deleted" in outcome.text
    assert own in {video.id for video in world.emulator.videos()}


def test_the_journal_goes_on_after_a_line_that_a_crash_cut_off(worlds: WorldMaker) -> None:
    world = worlds()
    _row_names_twin(world)
    (world.progress / "deleted.jsonl").write_text('{"video_id": "cut o', "ascii")
    mend(world)
    torn, line = (world.progress / "deleted.jsonl").read_text("ascii").splitlines()
    assert torn == '{"video_id": "cut o'
    assert json.loads(line)["lesson_id"] == FIRST


def test_a_token_that_may_not_delete_leaves_everything_as_it_was(worlds: WorldMaker) -> None:
    weak = Token(value="0a0b0c0d-0000-4000-8000-00000000000e", rights=frozenset({Right.UPLOAD}))
    world = worlds(tokens=(Token(), weak))
    own = _row_names_twin(world)
    world.environment["KINESCOPE_API_KEY"] = weak.value
    ears = Ears()
    result = mend(world, ears)
    assert (result.fixed, result.failed) == (0, 2)
    first, second = _failures(ears)
    assert "may not delete" in first.reason
    assert "change that it needs failed" in second.reason
    assert world.records[FIRST].video_id == own
    assert kinds(look(world)) == [Kind.TWO_VIDEOS]


def test_an_unfinished_video_whose_lesson_is_gone_is_deleted(world: World) -> None:
    world.fill((400 * KIB,))
    world.emulator.faults.add(Fault(route=Route.PATCH, status=403, skip=1, times=2))
    assert world.upload().exit_code == 1
    leftover = video_of(world)
    world.database.execute('DELETE FROM "Lesson"')
    world.database.add_lessons([(f"{COURSE}_m09_other_001", COURSE, "Другой")])
    assert kinds(look(world)) == [Kind.UNFINISHED, Kind.LESSON_WITHOUT_FILE, Kind.LESSON_WITHOUT_ROW]
    assert [type(one) for one in mend(world).plan.fixes] == [DeleteLeftover]
    assert world.emulator.videos() == ()
    assert [line["video_id"] for line in _deleted(world)] == [leftover]
    assert "/upload" not in json.dumps(_deleted(world))  # an open upload's URL is a secret
    record = world.records[FIRST]
    assert (record.stage, record.attempted_at) == (Stage.PLANNED, None)
    world.database.execute('DELETE FROM "Lesson"')
    world.add_lessons()
    assert world.upload().exit_code == 0
    assert look(world).agrees


def test_an_unfinished_video_of_ours_beside_a_proven_one_is_deleted(worlds: WorldMaker) -> None:
    """Somebody lost patience and uploaded the file by hand."""
    world = worlds()
    world.fill((400 * KIB,))
    world.emulator.faults.add(Fault(route=Route.PATCH, status=403, skip=1, times=2))
    assert world.upload().exit_code == 1
    [path] = world.library.glob(f"{COURSE}/*/*")
    ours = video_of(world)
    title, folder = world.emulator.video(ours).title, world.emulator.folder_named(COURSE).id
    md5 = _md5(path.read_bytes())
    world.emulator.add_foreign_video(ForeignVideo(id=THEIRS, title=title, parent_id=folder, size=400 * KIB, md5=md5))
    world.database.set_video(FIRST, THEIRS, embed_url(THEIRS))
    assert kinds(look(world)) == [Kind.TWO_VIDEOS, Kind.NOT_COMPARED]
    assert [type(one) for one in mend(world).plan.fixes] == [DeleteDuplicate, AdoptVideo]
    assert look(world).findings == ()
    assert [video.id for video in world.emulator.videos()] == [THEIRS]
    assert world.records[FIRST].stage is Stage.VERIFIED


def _md5(content: bytes) -> str:
    import hashlib  # noqa: PLC0415 - for this alone

    return hashlib.md5(content).hexdigest()


# --- What is only probable ---------------------------------------------------------------------------------------


def test_a_video_with_the_content_of_two_lessons_is_linked_to_none(worlds: WorldMaker) -> None:
    world = worlds()
    for number in (1, 2):
        world.add_file(f"{COURSE}/m01_start/{number:03d}.mp4", content_of(9 * KIB, seed="the same"))
    world.add_lessons()
    folder = world.emulator.folder_named(COURSE).id
    md5 = _md5(content_of(9 * KIB, seed="the same"))
    world.emulator.add_foreign_video(ForeignVideo(id=THEIRS, title="1", parent_id=folder, size=9 * KIB, md5=md5))
    plan = plan_of(world)
    assert plan.fixes == ()
    [manual] = plan.manual
    assert f"it has the content of {FIRST}, {SECOND}, which does not tell whose it is" in manual.finding.reason
    delete = ("repair", "--delete-unknown", "--course", COURSE, "--video", THEIRS)
    assert [choice.command for choice in manual.choices] == [delete]


def test_two_videos_with_the_content_of_a_lesson_are_linked_to_none(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((9 * KIB,))
    [path] = world.library.glob(f"{COURSE}/*/*")
    folder, md5 = world.emulator.folder_named(COURSE).id, _md5(path.read_bytes())
    for number in (1, 2):
        world.emulator.add_foreign_video(
            ForeignVideo(id=THEIRS[:-1] + str(number), title="1", parent_id=folder, size=9 * KIB, md5=md5)
        )
    plan = plan_of(world)
    assert plan.fixes == ()
    assert [one.finding.kind for one in plan.manual] == [Kind.UNKNOWN_VIDEO] * 2


def test_the_size_alone_is_no_proof(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((9 * KIB,))
    folder = world.emulator.folder_named(COURSE).id
    world.emulator.add_foreign_video(
        ForeignVideo(
            id=THEIRS, title="Урок 001_урок", parent_id=folder, filename="001_урок.mp4", size=9 * KIB, md5="0" * 32
        )
    )
    assert plan_of(world).fixes == ()


def test_when_no_video_at_all_is_there_the_rows_are_not_emptied(worlds: WorldMaker) -> None:
    """The token is of another workspace, rather."""
    world = worlds()
    uploaded(world)
    for video in world.emulator.videos():
        world.emulator.delete_video(video.id)
    rows = world.database.videos()
    result = mend(world)
    assert result.plan.fixes == ()
    assert [one.choices[0].command for one in result.plan.manual] == [("doctor",)] * 3
    assert world.database.videos() == rows


# --- What changes between the plan and the deed ------------------------------------------------------------------


def _mend_while(world: World, change: Callable[[], None], ears: Ears) -> tuple[int, int]:
    def agree(_plan: FixPlan) -> bool:
        change()
        return True

    result = repair(settings_of(world), ears, agree, is_dry_run=False)
    return result.fixed, result.failed


def test_a_row_that_somebody_fills_meanwhile_is_not_emptied(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    world.emulator.delete_video(video_of(world))
    ears = Ears()
    assert _mend_while(world, lambda: world.database.set_video(FIRST, THEIRS), ears) == (1, 1)
    assert "no longer holds" in _failures(ears)[0].reason
    assert world.database.videos()[FIRST][0] == THEIRS


def test_a_row_that_somebody_fills_meanwhile_is_not_linked(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    world.database.set_video(FIRST, None)
    ears = Ears()
    assert _mend_while(world, lambda: world.database.set_video(FIRST, THEIRS), ears) == (0, 1)
    assert f"names video {THEIRS} now" in _failures(ears)[0].reason
    assert world.database.videos()[FIRST][0] == THEIRS


def test_a_read_only_database_is_found_before_anything_is_asked_or_changed(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    world.database.set_video(FIRST, None)
    world.database.execute(f'ALTER DATABASE "{world.database.name}" SET default_transaction_read_only = on')
    before = world.records
    assert len(plan_of(world).fixes) == 1, "a dry run shows what there is to do"

    def agree(plan: FixPlan) -> bool:
        raise AssertionError(plan)

    with pytest.raises(BatchStoppedError, match=r"is read-only: no row can be written\. Nothing was changed"):
        repair(settings_of(world), Ears(), agree, is_dry_run=False)
    assert world.records == before


def test_a_video_that_is_there_after_all_is_believed(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    own = video_of(world)
    world.emulator.delete_video(own)
    ears = Ears()

    def come_back() -> None:
        world.emulator.add_foreign_video(ForeignVideo(id=own, title="back again"))

    assert _mend_while(world, come_back, ears) == (0, 2)
    assert "exists after all" in _failures(ears)[0].reason
    assert world.database.videos()[FIRST][0] == own
    assert world.records[FIRST].video_id == own


def test_a_video_that_is_no_surplus_any_more_is_not_deleted(worlds: WorldMaker) -> None:
    world = worlds()
    own = _row_names_twin(world)
    ears = Ears()
    assert _mend_while(world, lambda: world.emulator.set_status(THEIRS, VideoStatus.ERROR), ears) == (0, 2)
    assert "has changed" in _failures(ears)[0].reason
    assert own in {video.id for video in world.emulator.videos()}
    assert _deleted(world) == []


def test_a_file_that_changes_meanwhile_gets_no_video(worlds: WorldMaker) -> None:
    world = worlds()
    _row_names_twin(world)
    world.emulator.delete_video(video_of(world))
    [path] = world.library.glob(f"{COURSE}/*/001*")
    ears = Ears()
    assert _mend_while(world, path.touch, ears) == (0, 1)
    assert "has changed" in _failures(ears)[0].reason


def test_a_file_whose_time_only_the_file_system_shifted_meanwhile_gets_its_video(worlds: WorldMaker) -> None:
    world = worlds()
    _row_names_twin(world)
    world.emulator.delete_video(video_of(world))
    [path] = world.library.glob(f"{COURSE}/*/001*")
    an_hour_later = path.stat().st_mtime_ns + 3600 * 10**9
    ears = Ears()
    assert _mend_while(world, lambda: os.utime(path, ns=(0, an_hour_later)), ears)[1] == 0
    assert _failures(ears) == []


# --- Breaking off ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_a_repair_that_breaks_off_is_finished_by_the_next(steps: int, worlds: WorldMaker) -> None:
    """A stale id, and a second video of ours; the process ends after so many steps."""
    world = worlds()
    _row_names_twin(world)
    world.emulator.delete_video(video_of(world, SECOND))

    class Dying(Ears):
        def __call__(self, event: object) -> None:
            super().__call__(event)  # type: ignore[arg-type] # what is heard
            if sum(isinstance(one, FixApplied) for one in self.heard) == steps:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        mend(world, Dying())
    result = mend(world)
    assert result.failed == 0
    assert kinds(look(world)) == [Kind.NOT_UPLOADED]
    assert world.upload().exit_code == 0
    assert look(world).agrees
    assert len(_deleted(world)) == 1


@pytest.mark.slow
def test_a_repair_that_is_killed_in_mid_deletion_is_finished_by_the_next(worlds: WorldMaker) -> None:
    world = worlds()
    own = _row_names_twin(world)
    world.emulator.faults.add(Fault(route=Route.VIDEO_DELETE, action=Action.DELAY, delay=5.0))
    before = world.emulator.accounting.requests()[Route.VIDEO_DELETE]
    process = world.start("repair", "--yes")
    assert world.emulator.accounting.wait_until(lambda seen: seen.requests()[Route.VIDEO_DELETE] > before, timeout=30)
    process.kill()
    process.communicate(timeout=20)
    assert [line["video_id"] for line in _deleted(world)] == [own]
    world.emulator.faults.clear()
    again = world.run("repair", "--yes")
    assert again.exit_code == 0, again.text
    assert look(world).agrees


def test_the_lost_answer_to_a_deletion_is_no_failure(worlds: WorldMaker) -> None:
    world = worlds()
    _row_names_twin(world)
    world.emulator.faults.add(Fault(route=Route.VIDEO_DELETE, action=Action.LOSE_ANSWER))
    assert mend(world).failed == 0
    assert look(world).agrees


# --- Asking ------------------------------------------------------------------------------------------------------


def test_without_anybody_to_ask_it_refuses_and_says_how(worlds: WorldMaker) -> None:
    world = worlds()
    refused = world.run("repair")
    assert refused.exit_code == 2
    assert "--yes" in refused.text
    assert "--dry-run" in refused.text
    assert world.emulator.accounting.records() == ()


def test_who_says_no_gets_nothing_done(worlds: WorldMaker) -> None:
    world = worlds()
    _row_names_twin(world)
    before = (world.database.videos(), world.emulator.videos(), world.records)
    result = mend(world, agrees=False)
    assert (result.was_agreed, len(result.plan.fixes)) == (False, 2)
    assert (world.database.videos(), world.emulator.videos(), world.records) == before


def test_the_plan_is_told_in_json_with_the_commands_to_choose_from(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    world.database.set_video(FIRST, None)
    world.emulator.set_status(video_of(world, SECOND), VideoStatus.ERROR)
    outcome = world.run("repair", "--json", "--yes")
    assert outcome.exit_code == 1
    assert [line["action"] for line in outcome.events("fix")] == ["link"]
    assert [line["action"] for line in outcome.events("fixed")] == ["link"]
    [manual] = outcome.events("manual_choice")
    assert manual["kind"] == "status_error"
    assert len(manual["choices"]) == 2
    assert manual["choices"][0]["command"] == f"kupload replace {SECOND}"
    end = outcome.said[-1]
    assert (end["event"], end["fixed"], end["failed"], end["manual_choices"]) == ("repaired", 1, 0, 1)


def test_a_person_reads_the_plan_the_choices_and_what_was_done(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    world.database.set_video(FIRST, None)
    world.emulator.set_status(video_of(world, SECOND), VideoStatus.ERROR)
    dry = world.run("repair", "--dry-run").text
    assert "Changes: 1" in dry
    assert f"link {FIRST} to video {video_of(world)}, which kupload" in " ".join(dry.split())
    assert "Needs your decision: video failed at Kinescope" in dry
    assert f"$ kupload replace {SECOND}" in dry
    assert "Nothing was changed." in dry
    done = world.run("repair", "--yes").text
    assert f"done: link {FIRST}" in done
    assert "Applied 1 change" in done


def test_a_dry_run_ends_with_1_only_where_something_would_be_left(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    world.database.set_video(FIRST, None)
    assert world.run("repair", "--dry-run").exit_code == 0
    world.emulator.set_status(video_of(world, SECOND), VideoStatus.ERROR)
    assert world.run("repair", "--dry-run").exit_code == 1


def test_nothing_to_put_right_is_said(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    outcome = world.run("repair", "--yes")
    assert (outcome.exit_code, "nothing that kupload can fix" in outcome.text) == (0, True)


def test_a_repair_waits_for_no_run_that_is_at_work(worlds: WorldMaker) -> None:
    world = worlds()
    _row_names_twin(world)
    lock = CourseLock.acquire(world.progress, COURSE)
    try:
        with pytest.raises(UsageError, match="Another run is at work"):
            mend(world)
        assert len(plan_of(world).fixes) == 2, "looking is free"
    finally:
        lock.release()


def test_a_lesson_that_repair_links_is_not_said_to_be_uploaded_by_a_run(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    own = video_of(world)
    (world.progress / f"{COURSE}.json").unlink()
    world.database.set_video(FIRST, None)
    plan = plan_of(world)
    assert [(type(fix), fix.lesson.lesson_id, fix.video_id) for fix in plan.fixes] == [(AdoptVideo, FIRST, own)]
    assert FIRST not in [finding.lesson_id for finding in plan.rest]
    assert Kind.NOT_UPLOADED not in kinds(look(world, VerifyOptions(is_deep=True)))
