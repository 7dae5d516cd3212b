"""Somebody gives lessons other files in `kupload-map.json` whose uploads were begun, completed or linked meanwhile."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.audit.compare import Kind
from kinescope_upload.commands.status import read_status
from kinescope_upload.emulator import Action, Fault, Route, VideoStatus
from kinescope_upload.upload import Stage
from support.auditing import FIRST, SECOND, THIRD, kinds, look, mend, plan_of, settings_of, the
from support.concurrency import until
from support.replacing import confirm, publish, row_of, undo
from support.world import KIB, content_of

if TYPE_CHECKING:
    from pathlib import Path

    from support.world import Outcome, World, WorldMaker

SIZES = (400 * KIB, 20 * KIB, 30 * KIB)


def _filled(world: World, *, lessons: int = 2) -> list[Path]:
    """Three files of one section; the first lessons are in the database, each with its file."""
    world.fill(SIZES)
    for lesson_id in (FIRST, SECOND, THIRD)[lessons:]:
        world.database.execute(f"""DELETE FROM "Lesson" WHERE id = '{lesson_id}'""")
    files = sorted((world.library / "01_analytics/m01_start").iterdir())
    confirm(world, dict(zip((FIRST, SECOND, THIRD)[:lessons], files, strict=False)))
    return files


def _begin_first(world: World) -> None:
    """A run sends a part of the first lesson's file; the others are linked."""
    world.emulator.faults.add(Fault(route=Route.PATCH, action=Action.DROP, keep=100 * KIB, times=None, match="001"))
    world.upload(retries="0")
    world.emulator.faults.clear()
    record = world.records[FIRST]
    assert (record.stage, record.sent_bytes > 0) == (Stage.CREATED, True)


def _shown(world: World, lesson_id: str) -> bytes:
    """What viewers of the lesson see."""
    row_id = row_of(world, lesson_id)
    assert row_id is not None
    return world.emulator.bytes_of(row_id).read_bytes()


_INCOMPLETE = {VideoStatus.PENDING, VideoStatus.UPLOADING}


def _videos(world: World) -> int:
    return len([one for one in world.emulator.videos() if not one.foreign])


def _add_third(world: World) -> None:
    world.database.add_lessons([(THIRD, "01_analytics", "Third")])


def _doubted(run: Outcome) -> list[tuple[str, str]]:
    """The lessons that are in doubt, each with its hint; a file that no lesson has is none of them."""
    return [(one["lesson_id"], one["hint"]) for one in run.summary["in_doubt"]]


def _all_is_well(world: World) -> None:
    """A run has nothing to do, and every other command says so."""
    run = world.upload()
    assert (_doubted(run), run.summary["linked"]) == ([], 0)
    found = look(world)
    assert set(kinds(found)) <= {Kind.FILE_WITHOUT_LESSON}, found.findings
    [course] = read_status(settings_of(world)).courses
    assert (course.changed, course.failures) == ((), ())
    linked = {lesson_id for lesson_id, (video_id, _) in world.database.videos().items() if video_id}
    assert linked.isdisjoint(course.doubted)
    assert course.linked == len(linked)


def test_a_begun_upload_of_the_old_file_is_dropped_and_the_new_file_sent(world: World) -> None:
    files = _filled(world)
    _begin_first(world)
    confirm(world, {FIRST: files[2], SECOND: files[1]})

    dry = world.run("--dry-run")
    assert "1 video, 30.7 kB to send, 1 to skip" in dry.text
    assert "uploads the lesson's file" in the(look(world), Kind.UNFINISHED).hint
    assert not plan_of(world).fixes
    run = world.upload()
    assert (_doubted(run), len(run.events("orphan_removed"))) == ([], 1)
    assert _shown(world, FIRST) == files[2].read_bytes()
    assert (_videos(world), world.records[FIRST].pair_is_written) == (2, True)
    _all_is_well(world)


def test_the_file_of_a_begun_upload_that_is_given_to_another_lesson_is_sent_for_that_one(worlds: WorldMaker) -> None:
    world = worlds()
    files = _filled(world)
    _begin_first(world)
    _add_third(world)
    confirm(world, {THIRD: files[0], SECOND: files[1]})

    run = world.upload()
    assert row_of(world, FIRST) is None
    assert _shown(world, THIRD) == files[0].read_bytes(), run.said
    assert "put it back" in the(look(world), Kind.UNFINISHED).hint, "the file is another lesson's now"
    confirm(world, {THIRD: files[0], SECOND: files[1], FIRST: files[2]})
    assert _doubted(world.upload()) == []
    assert (_shown(world, FIRST), _videos(world)) == (files[2].read_bytes(), 3)
    _all_is_well(world)


def test_two_lessons_that_exchange_their_files_one_begun_and_one_linked(worlds: WorldMaker) -> None:
    world = worlds()
    files = _filled(world)
    _begin_first(world)
    confirm(world, {FIRST: files[1], SECOND: files[0]})

    run = world.upload()
    assert _doubted(run) == []
    assert _shown(world, FIRST) == files[1].read_bytes()
    [warned] = [one["message"] for one in run.events("warned") if "changed since upload" in one["message"]]
    assert f"kupload replace {SECOND}" in warned
    assert read_status(settings_of(world)).courses[0].changed == (SECOND,)
    assert f"kupload replace {SECOND}" in the(look(world), Kind.FILE_CHANGED).hint
    assert publish(world, SECOND, keep=0).exit_code == 0
    assert _shown(world, SECOND) == files[0].read_bytes()
    assert _videos(world) == 2
    _all_is_well(world)


def test_two_linked_lessons_that_exchange_their_files_are_published_anew(worlds: WorldMaker) -> None:
    world = worlds()
    files = _filled(world)
    assert _doubted(world.upload()) == []
    confirm(world, {FIRST: files[1], SECOND: files[0]})

    run = world.upload()
    assert _doubted(run) == []
    assert any("kupload replace --changed" in one["message"] for one in run.events("warned")), run.said
    assert publish(world, changed=True, keep=0).exit_code == 0
    assert [_shown(world, one) for one in (FIRST, SECOND)] == [files[1].read_bytes(), files[0].read_bytes()]
    assert _videos(world) == 2
    _all_is_well(world)


def test_a_complete_upload_of_the_old_file_is_kept_and_each_command_names_what_publishes_the_new_one(
    worlds: WorldMaker,
) -> None:
    world = worlds()
    files = _filled(world)
    files[2].unlink()
    assert world.upload(no_db=True, trust_scan=True).exit_code == 0
    files[2] = world.add_file("01_analytics/m01_start/003_new.mp4", content_of(30 * KIB, seed="new"))
    confirm(world, {FIRST: files[2], SECOND: files[1]})

    run = world.upload()
    [(lesson, hint)] = _doubted(run)
    assert lesson == FIRST
    path = files[2].relative_to(world.library).as_posix()
    assert f"kupload replace {FIRST} {path}" in hint
    assert the(look(world), Kind.FILE_CHANGED).hint == hint
    mend(world)
    assert row_of(world, FIRST) is None, "repair links no video of another file"
    assert publish(world, FIRST, file=path, keep=0).exit_code == 0
    assert _shown(world, FIRST) == files[2].read_bytes()
    world.upload()
    assert _videos(world) == 2
    _all_is_well(world)


def test_the_file_of_a_linked_lesson_that_is_given_to_another_waits_for_unlink(worlds: WorldMaker) -> None:
    world = worlds()
    files = _filled(world)
    world.upload()
    _add_third(world)
    confirm(world, {THIRD: files[0], SECOND: files[1]})

    run = world.upload()
    hints = [hint for lesson, hint in _doubted(run) if lesson == THIRD]
    assert [f"kupload unlink {FIRST}" in hint for hint in hints] == [True], run.summary
    undo(world, FIRST)
    world.upload()
    assert _shown(world, THIRD) == files[0].read_bytes()


def test_the_file_of_a_complete_upload_that_is_given_to_another_lesson_is_linked_to_neither(worlds: WorldMaker) -> None:
    world = worlds()
    files = _filled(world)
    assert world.upload(no_db=True, trust_scan=True, limit=1).exit_code == 0
    [sent] = [key for key, record in world.records.items() if record.stage is Stage.UPLOADED]
    file = next(one for one in files if one.name.startswith(sent[-3:]))
    world.database.add_lessons([("01_analytics_m01_start_009", "01_analytics", "Ninth")])
    confirm(world, {"01_analytics_m01_start_009": file})

    hints = dict(_doubted(world.upload()))
    assert f"kupload unlink {sent} --delete" in hints["01_analytics_m01_start_009"]
    mend(world)
    assert row_of(world, sent) is None
    undo(world, sent, delete=True)
    world.upload()
    assert _shown(world, "01_analytics_m01_start_009") == file.read_bytes()


@pytest.mark.slow
def test_a_pair_that_contradicts_a_replacement_at_work_is_asked_about(worlds: WorldMaker) -> None:
    world = worlds()
    files = _filled(world, lessons=1)
    world.upload()
    new = world.add_file("01_analytics/m01_start/001_new.mp4", content_of(500 * KIB, seed="new"))
    path = new.relative_to(world.library).as_posix()
    world.emulator.faults.add(Fault(route=Route.PATCH, action=Action.DROP, keep=100 * KIB, times=None))
    publish(world, FIRST, file=path, keep=0, retries="0")
    world.emulator.faults.clear()
    assert world.records[FIRST].serving
    confirm(world, {FIRST: files[2]})

    [(_, hint)] = _doubted(world.upload())
    other = files[2].relative_to(world.library).as_posix()
    assert f"kupload replace {FIRST} {other}" in hint
    assert publish(world, FIRST, file=other, keep=0).exit_code == 0
    assert _shown(world, FIRST) == files[2].read_bytes()
    _all_is_well(world)


@pytest.mark.parametrize("is_in_manifest", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_replace_corrects_the_confirmed_pair_of_the_lesson(worlds: WorldMaker, *, is_in_manifest: bool) -> None:
    world = worlds()
    files = _filled(world, lessons=1)
    if is_in_manifest:
        (world.library / "kupload-map.json").unlink()
        lesson = {"id": FIRST, "filepath": files[0].relative_to(world.library).as_posix()}
        manifest = {"courses": [{"id": "01_analytics", "modules": [{"lessons": [lesson]}]}]}
        (world.library / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    world.upload()
    new = world.add_file("01_analytics/m01_start/001_new.mp4", content_of(50 * KIB, seed="new"))
    assert publish(world, FIRST, file=new.relative_to(world.library).as_posix(), keep=0).exit_code == 0
    assert _shown(world, FIRST) == new.read_bytes()
    _all_is_well(world)


@pytest.mark.parametrize("dialect", ["tus", pytest.param("json", marks=pytest.mark.slow)])
def test_a_begun_upload_that_turns_out_complete_is_kept_for_its_old_file_and_replaced_by_the_new_one(
    worlds: WorldMaker, dialect: str
) -> None:
    world = worlds(dialect)
    files = _filled(world)
    lost = Fault(route=Route.PATCH, action=Action.LOSE_ANSWER, skip=1, times=None, match="001")
    world.emulator.faults.add(lost, Fault(route=Route.HEAD, status=500, times=None, match="001"))
    world.upload(retries="0")
    until(lambda: all(one.status not in _INCOMPLETE for one in world.emulator.videos()))
    world.emulator.faults.clear()
    assert (world.records[FIRST].stage, _videos(world)) == (Stage.CREATED, 2)
    confirm(world, {FIRST: files[2], SECOND: files[1]})

    path = files[2].relative_to(world.library).as_posix()
    publish_it = f"kupload replace {FIRST} {path}"
    for _ in range(2):
        [(lesson, hint)] = _doubted(world.upload())
        assert (lesson, publish_it in hint) == (FIRST, True), hint
    assert (world.records[FIRST].stage, _videos(world)) == (Stage.UPLOADED, 2)
    assert publish_it in the(look(world), Kind.FILE_CHANGED).hint
    mend(world)
    assert row_of(world, FIRST) is None
    assert publish(world, FIRST, file=path, keep=0).exit_code == 0
    assert (_shown(world, FIRST), _videos(world)) == (files[2].read_bytes(), 2)
    _all_is_well(world)
