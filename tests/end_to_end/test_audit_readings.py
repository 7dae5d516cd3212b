"""`verify` and `repair` where Kinescope answers in another way: ids, originals, moving."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.audit.compare import Kind
from kinescope_upload.audit.compare.events import FixFailed
from kinescope_upload.audit.fixes import ClearRow, LinkVideo
from kinescope_upload.audit.verify import VerifyOptions
from kinescope_upload.emulator import Fault, Route
from kinescope_upload.emulator.short_ids import short_id as as_kinescope_spells_it
from kinescope_upload.kinescope.video import embed_url
from kinescope_upload.upload import Stage
from kinescope_upload.video_ids import short_id
from support.auditing import FIRST, SECOND, SIZES, THEIRS, Ears, kinds, look, mend, plan_of, the, uploaded, video_of
from support.disagreements import foreign_twin
from support.world import KIB, content_of

if TYPE_CHECKING:
    from support.world import World, WorldMaker

COURSE = "01_analytics"
SPELLINGS = ("{short}", "https://kinescope.io/{short}", "https://kinescope.io/embed/{uuid}?t=5", "{upper}")


def _spelt(spelling: str, video_id: str) -> str:
    return spelling.format(short=short_id(video_id), uuid=video_id, upper=video_id.upper())


# --- Ids ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_row_in_another_spelling_is_right_and_is_left_as_it_is(spelling: str, worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    held = (_spelt(spelling, video_of(world)), "https://kinescope.io/embed/anything")
    world.database.set_video(FIRST, *held)
    assert look(world).findings == ()
    assert world.records[FIRST].stage is Stage.VERIFIED
    outcome = world.upload()
    assert (outcome.exit_code, outcome.summary["skipped"]) == (0, 3)
    assert mend(world).plan.fixes == ()
    assert world.database.videos()[FIRST] == held


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_row_that_was_filled_by_hand_meanwhile_is_linked_and_left_as_it_is(spelling: str, worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((10 * KIB,))
    assert world.upload(no_db=True, trust_scan=True).exit_code == 0
    own = video_of(world)
    held = (_spelt(spelling, own), f"https://kinescope.io/{short_id(own)}")
    world.database.set_video(FIRST, *held)
    assert world.upload().exit_code == 0
    assert world.records[FIRST].stage is Stage.LINKED
    assert world.database.videos()[FIRST] == held


def test_a_video_in_two_rows_is_shared_however_they_spell_it(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    own = video_of(world)
    world.database.set_video(SECOND, short_id(own), embed_url(own))
    assert Kind.SHARED_VIDEO in kinds(look(world))


def test_a_row_is_emptied_of_an_id_in_another_spelling(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    world.database.set_video(FIRST, short_id(THEIRS), embed_url(THEIRS))
    assert kinds(look(world)) == [Kind.ROW_POINTS_NOWHERE]
    assert [type(one) for one in mend(world).plan.fixes] == [ClearRow, LinkVideo]
    assert look(world).agrees


def test_what_repair_writes_is_the_address_as_kinescope_gives_it(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    own = video_of(world)
    world.database.set_video(FIRST, None)
    assert mend(world).fixed == 1
    assert world.database.videos()[FIRST] == (own, f"https://kinescope.io/embed/{as_kinescope_spells_it(own)}")


# --- Originals ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_deep", [False, True])
def test_without_originals_there_is_one_remark_a_course_and_nothing_is_proven(
    is_deep: bool, worlds: WorldMaker
) -> None:
    world = worlds(readings={"originals": "off"})
    for path in (f"{COURSE}/m01_start/001.mp4", f"{COURSE}/m01_start/002.mp4", "02_ads/m01/001.mp4"):
        world.add_file(path, content_of(10 * KIB, seed=path))
    world.add_lessons()
    assert world.upload().exit_code == 0
    for _ in range(2):
        report = look(world, VerifyOptions(is_deep=is_deep))
        assert kinds(report) == [Kind.NO_ORIGINALS] * 2
        assert [one.course for one in report.findings] == [COURSE, "02_ads"]
        assert 'no original of 2 videos of course "01_analytics"' in report.findings[0].reason
        assert (report.agrees, report.counts.agreed, report.verified_count) == (True, 3, 0)
    assert {record.stage for record in world.records.values()} == {Stage.LINKED}
    assert world.run("verify").exit_code == 0


def _shoot_again(world: World, size: int) -> None:
    """Puts another content into the first lesson's file, which keeps its time of change."""
    path = world.library / f"{COURSE}/m01_start/001_урок.mp4"
    before = path.stat()
    path.write_bytes(content_of(size, seed="shot again"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.parametrize("readings", [{"originals": "off"}, {}])
@pytest.mark.parametrize("size", [SIZES[0], SIZES[0] + KIB])
def test_a_file_that_is_not_what_was_sent_has_changed_whether_or_not_kinescope_keeps_originals(
    size: int, readings: dict[str, str], worlds: WorldMaker
) -> None:
    world = worlds(readings=readings)
    uploaded(world)
    _shoot_again(world, size)
    told = the(look(world, VerifyOptions(is_deep=True)), Kind.FILE_CHANGED)
    assert (told.lesson_id, f"`kupload replace {FIRST}`" in told.hint) == (FIRST, True)
    plain = look(world)
    assert the(plain, Kind.FILE_CHANGED) == told, "what was read is remembered"
    assert not plain.agrees
    assert world.run("replace", FIRST, "--yes").exit_code == 0
    assert look(world, VerifyOptions(is_deep=True)).agrees


def test_without_originals_a_file_is_held_against_nothing_where_its_sum_was_not_taken(worlds: WorldMaker) -> None:
    world = worlds(readings={"originals": "off"})
    world.fill(SIZES)
    assert world.upload(no_checksum=True).exit_code == 0
    _shoot_again(world, SIZES[0])
    assert kinds(look(world, VerifyOptions(is_deep=True))) == [Kind.NO_ORIGINALS]


def test_without_originals_repair_does_what_needs_no_proof_by_content(worlds: WorldMaker) -> None:
    world = worlds(readings={"originals": "off"})
    uploaded(world)
    world.database.set_video(FIRST, None)
    assert [type(one) for one in mend(world).plan.fixes] == [LinkVideo]
    assert kinds(look(world)) == [Kind.NO_ORIGINALS]


def test_without_originals_repair_neither_deletes_nor_adopts(worlds: WorldMaker) -> None:
    world = worlds(readings={"originals": "off"})
    uploaded(world)
    foreign_twin(world)
    world.database.set_video(FIRST, THEIRS, embed_url(THEIRS))
    assert plan_of(world).fixes == ()
    assert kinds(look(world)) == [Kind.TWO_VIDEOS, Kind.NO_ORIGINALS]


# --- Moving ------------------------------------------------------------------------------------------------------


def _strayed(world: World) -> str:
    """A world whose first video lies in another folder."""
    uploaded(world)
    own = video_of(world)
    world.emulator.change_video(own, parent_id=world.emulator.create_folder("elsewhere").id)
    return own


@pytest.mark.parametrize("reading", ["put", "patch", "both"])
@pytest.mark.parametrize("not_found", ["envelope", "plain"])
def test_a_video_is_moved_however_kinescope_takes_it(reading: str, not_found: str, worlds: WorldMaker) -> None:
    world = worlds(readings={"move": reading, "not-found": not_found})
    own = _strayed(world)
    assert mend(world).fixed == 1
    assert world.emulator.video(own).folder_id == world.emulator.folder_named(COURSE).id
    assert look(world).agrees


@pytest.mark.parametrize("status", [404, 405])
def test_where_kinescope_moves_no_video_it_is_said_and_a_person_has_to(status: int, worlds: WorldMaker) -> None:
    world = worlds()
    own = _strayed(world)
    world.emulator.faults.add(Fault(route=Route.MOVE, status=status, times=None))
    ears = Ears()
    assert mend(world, ears).failed == 1
    [failure] = [event for event in ears.heard if isinstance(event, FixFailed)]
    assert failure.reason == f"Kinescope did not move video {own}."
    assert failure.hint == 'Move it into the folder of "01_analytics" on Kinescope by hand.'
    assert kinds(look(world)) == [Kind.WRONG_FOLDER]


def test_a_video_that_is_gone_by_then_is_said_to_be_gone(worlds: WorldMaker) -> None:
    world = worlds()
    own = _strayed(world)
    world.emulator.faults.add(Fault(route=Route.MOVE, status=404))
    world.emulator.faults.add(Fault(route=Route.VIDEO_GET, status=404, times=2))
    ears = Ears()
    assert mend(world, ears).failed == 1
    [failure] = [event for event in ears.heard if isinstance(event, FixFailed)]
    assert failure.reason.startswith(f"Kinescope has no video {own}")
    assert the(look(world), Kind.WRONG_FOLDER).video_id == own
