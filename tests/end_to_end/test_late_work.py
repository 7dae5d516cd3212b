"""Creations that come true although nobody answered them: later than anybody looked, or behind a refusal."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.audit.compare import Kind
from kinescope_upload.emulator import Action, Fault, ForeignVideo, Route, VideoStatus
from kinescope_upload.progress import ProgressStore
from kinescope_upload.upload import Stage
from support.auditing import look, mend, the
from support.concurrency import until
from support.world import KIB

if TYPE_CHECKING:
    from kinescope_upload.emulator import Emulator
    from support.world import World, WorldMaker

COURSE = "01_analytics"
FIRST = "01_analytics_m01_start_001"
LOST = "0b6c1f4e-7d0a-4c53-9f38-2a51d9e0c7b4"
SIZES = (10 * KIB, 20 * KIB, 30 * KIB)


def _wait_for_late_work(emulator: Emulator) -> None:
    """Returns when every creation that lost its connection has come true."""
    is_done = emulator.accounting.wait_until(
        lambda seen: all(record.video_id or record.status is not None for record in seen.records(Route.INIT)), 30
    )
    assert is_done


def _late(delay: float, times: int | None) -> Fault:
    return Fault(route=Route.INIT, action=Action.LATE_WORK, delay=delay, times=times)


def test_a_creation_that_shows_after_both_looks_is_removed_before_its_lesson_ends(worlds: WorldMaker) -> None:
    world = worlds("json")
    world.environment["KUPLOAD_ORPHAN_WAIT"] = "0.4"
    world.fill(SIZES)
    world.emulator.faults.add(_late(1.2, len(SIZES)))
    outcome = world.upload(jobs=3)
    _wait_for_late_work(world.emulator)
    assert (outcome.exit_code, outcome.summary["orphans_removed"]) == (0, len(SIZES)), outcome.said
    world.assert_promise()


@pytest.mark.slow
def test_a_late_creation_without_its_description_is_named_and_kept(worlds: WorldMaker) -> None:
    world = worlds("json", readings={"description": "dropped"})
    world.environment["KUPLOAD_ORPHAN_WAIT"] = "0.4"
    world.fill(SIZES[:1])
    world.emulator.faults.add(_late(1.2, 1))
    outcome = world.upload()
    assert outcome.exit_code == 1, outcome.said
    [failure] = outcome.events("lesson_failed")
    [left] = [video.id for video in world.emulator.videos() if not video.complete]
    assert left in failure["reason"]
    assert failure["is_in_doubt"]
    world.emulator.delete_video(left)
    assert world.upload().exit_code == 0
    world.assert_promise()


@pytest.mark.slow
def test_a_late_creation_by_tus_is_found_by_a_run_in_the_other_dialect(worlds: WorldMaker) -> None:
    world = worlds("tus")
    world.environment["KUPLOAD_ORPHAN_WAIT"] = "2"
    world.fill(SIZES[:1])
    world.emulator.faults.add(_late(1.0, None))
    assert world.upload(retries=0, max_outage="0s").exit_code == 1
    assert (world.records[FIRST].stage, world.emulator.videos()) == (Stage.PLANNED, ())
    first_id = world.records[FIRST].video_id
    world.emulator.faults.clear()
    world.environment["KINESCOPE_INIT"] = "json"
    outcome = world.upload()
    assert outcome.exit_code == 0, outcome.said
    until(lambda: first_id in {gone.id for gone in (*world.emulator.videos(), *world.emulator.accounting.deletions())})
    world.assert_promise()


@pytest.mark.parametrize("status", [408, 502, 503, 504])
@pytest.mark.parametrize("headers", [(), (("Retry-After", "0"),)], ids=["bare", "Retry-After"])
def test_a_creation_behind_a_gateways_refusal_leaves_no_orphan(
    world: World, status: int, headers: tuple[tuple[str, str], ...]
) -> None:
    world.fill(SIZES)
    world.emulator.faults.add(
        Fault(route=Route.INIT, action=Action.REPLACE_ANSWER, status=status, headers=headers, times=2)
    )
    assert world.upload(jobs=2).exit_code == 0
    world.assert_promise()


def test_a_lost_attempt_is_looked_for_without_the_database_too(worlds: WorldMaker) -> None:
    world = worlds("json")
    world.fill(SIZES[:1])
    assert world.upload().exit_code == 0
    linked = world.records[FIRST]
    with ProgressStore(world.progress, (COURSE,)) as progress:
        progress.save(replace(linked, stage=Stage.UPLOADED, linked_at=None, lost_marks=(LOST,)))
    outcome = world.upload(no_db=True, trust_scan=True)
    assert outcome.exit_code == 0, outcome.said
    assert (world.records[FIRST].stage, world.records[FIRST].lost_marks) == (Stage.UPLOADED, ())


def test_one_answer_that_a_video_is_absent_is_no_proof(worlds: WorldMaker) -> None:
    world = worlds("tus")
    world.fill((300 * KIB,))
    world.emulator.faults.add(
        Fault(route=Route.PATCH, action=Action.EXPIRE, keep=100 * KIB),
        Fault(route=Route.VIDEO_GET, status=404, code=404404),
    )
    outcome = world.upload()
    assert (outcome.exit_code, outcome.summary["orphans_removed"]) == (0, 1)
    world.assert_promise(cuts=1)


def test_a_video_that_is_made_again_while_it_is_deleted_is_deleted_again(worlds: WorldMaker) -> None:
    world = worlds("tus")
    world.environment["KUPLOAD_ORPHAN_WAIT"] = "2"
    world.fill(SIZES[:1])
    world.emulator.faults.add(_late(1.5, 1), Fault(route=Route.INIT, action=Action.LOSE_ANSWER))
    outcome = world.upload()
    assert (outcome.exit_code, outcome.summary["orphans_removed"]) == (0, 1), outcome.said
    [first, again] = [video.id for video in world.emulator.accounting.deletions()]
    assert first == again
    world.assert_promise()


def test_a_deletion_that_does_nothing_is_asked_for_again(world: World) -> None:
    world.fill(SIZES[:1])
    world.emulator.faults.add(
        Fault(route=Route.PATCH, action=Action.EXPIRE, keep=KIB), Fault(route=Route.VIDEO_DELETE, status=204)
    )
    assert world.upload().exit_code == 0
    world.assert_promise(cuts=1)


def _says_absent(times: int) -> Fault:
    """Somebody says to the deletion of a lesson's video that there is none; a test of the right names no title."""
    return Fault(route=Route.VIDEO_DELETE, status=404, code=404404, times=times, match="Урок")


@pytest.mark.parametrize("times", [1, 2])
def test_a_deletion_that_is_said_to_meet_no_video_is_confirmed(worlds: WorldMaker, times: int) -> None:
    world = worlds("json")
    world.fill(SIZES[:1])
    lost = Fault(route=Route.INIT, action=Action.LOSE_ANSWER)
    world.emulator.faults.add(lost, _says_absent(times))
    outcome = world.upload()
    assert (outcome.exit_code, outcome.summary["orphans_removed"]) == (0, 1), outcome.said
    world.assert_promise()


def test_an_empty_success_of_somebody_else_deletes_nothing(worlds: WorldMaker) -> None:
    world = worlds("json")
    world.fill(SIZES[:1])
    lost = Fault(route=Route.INIT, action=Action.LOSE_ANSWER)
    empty = Fault(route=Route.VIDEO_DELETE, action=Action.INTERCEPT, status=200, message="", times=2, match="Урок")
    world.emulator.faults.add(lost, empty)
    outcome = world.upload()
    assert (outcome.exit_code, outcome.summary["orphans_removed"]) == (0, 1), outcome.said
    world.assert_promise()


def test_the_deletion_of_a_late_leftover_is_confirmed_too(worlds: WorldMaker) -> None:
    world = worlds("json")
    world.environment["KUPLOAD_ORPHAN_WAIT"] = "0.4"
    world.fill(SIZES[:1])
    world.emulator.faults.add(_late(1.2, 1), _says_absent(1))
    outcome = world.upload()
    _wait_for_late_work(world.emulator)
    assert (outcome.exit_code, outcome.summary["orphans_removed"]) == (0, 1), outcome.said
    world.assert_promise()


def test_verify_and_repair_know_the_video_of_an_earlier_attempt_as_ours(worlds: WorldMaker) -> None:
    world = worlds("tus")
    world.fill(SIZES[:1])
    assert world.upload().exit_code == 0
    folder = world.emulator.folder_named(COURSE).id
    world.emulator.add_foreign_video(
        ForeignVideo(title="Урок", id=LOST, size=10, parent_id=folder, status=VideoStatus.UPLOADING)
    )
    with ProgressStore(world.progress, (COURSE,)) as progress:
        progress.save(replace(world.records[FIRST], lost_marks=(LOST,)))
    finding = the(look(world), Kind.TWO_VIDEOS)
    assert (finding.lesson_id, finding.other_id) == (FIRST, LOST)
    assert "earlier attempt of kupload" in finding.reason
    assert mend(world).fixed == 0, "what becomes of it is for the next run, which looks for it, or for a person"
    assert LOST in {video.id for video in world.emulator.videos()}
