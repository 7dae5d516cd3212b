"""Each disagreement is found with the right words, mended where that is provably right, and gone afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import pytest

from kinescope_upload.audit.compare import Kind
from kinescope_upload.audit.fixes import AdoptVideo, DeleteLeftover, DeleteOldVideo, Fix, MoveRecords, SwitchRow
from support.auditing import kinds, look, mend, plan_of, text_of, uploaded, video_of
from support.disagreements import ROWS, Disagreement

if TYPE_CHECKING:
    from support.world import World, WorldMaker

_BY_NAME = {one.name: one for one in ROWS}
_NAMED = [pytest.param(one, id=one.name) for one in ROWS]


def _set_up(worlds: WorldMaker, row: Disagreement, dialect: str = "tus") -> tuple[World, str]:
    world = worlds(dialect)
    uploaded(world)
    own = video_of(world)
    row.arrange(world)
    return world, own


_DECIDED_ELSEWHERE = {
    Kind.PROCESSING,
    Kind.STATUS_SUSPENDED,
    Kind.NOT_UPLOADED,
    Kind.FILE_WITHOUT_LESSON,
    Kind.LESSON_WITHOUT_FILE,
    Kind.LESSON_WITHOUT_ROW,
    Kind.FOLDER_AMBIGUOUS,
}


@pytest.mark.parametrize("row", _NAMED)
def test_verify_says_what_disagrees_and_nothing_else_and_repair_shows_what_to_do(
    row: Disagreement, worlds: WorldMaker
) -> None:
    world, own = _set_up(worlds, row)
    report = look(world)
    assert kinds(report) == list(row.kinds)
    assert not report.agrees
    text = text_of(report)
    for explanation in row.says:
        assert explanation.format(own=own) in text
    before = (world.database.videos(), world.emulator.videos(), _files(world))
    plan = plan_of(world)
    assert tuple(type(one) for one in plan.fixes) == row.fixes
    parts = (*plan.fixed, *(one.finding for one in plan.manual), *plan.rest)
    settled = AdoptVideo in row.fixes and Kind.NOT_UPLOADED in row.kinds  # repair has read whose video it is
    assert len(parts) == len(set(parts)) == len(report.findings) - settled, "each finding is in exactly one part"
    if not row.fixes:
        assert {one.finding.kind for one in plan.manual} == set(row.kinds) - _DECIDED_ELSEWHERE
    for one in plan.manual:
        assert one.choices, "a way to go on"
        assert all(choice.command and choice.explanation for choice in one.choices)
    assert {one.kind for one in plan.rest} <= _DECIDED_ELSEWHERE
    assert (world.database.videos(), world.emulator.videos(), _files(world)) == before, "nothing was written"


@pytest.mark.parametrize("row", _NAMED)
def test_repair_does_what_is_provable_and_nothing_else_and_verify_is_clean_then(
    row: Disagreement, worlds: WorldMaker
) -> None:
    world, _ = _set_up(worlds, row)
    before = (world.database.videos(), world.emulator.videos(), world.records)
    result = mend(world)
    assert tuple(type(one) for one in result.plan.fixes) == row.fixes
    assert (result.fixed, result.failed) == (len(row.fixes), 0)
    if not row.fixes:
        assert (world.database.videos(), world.emulator.videos(), world.records) == before
    assert kinds(look(world)) == list(row.left)
    if row.uploads:
        assert world.upload().exit_code == 0
    if row.uploads or not row.left:
        assert look(world).agrees


@pytest.mark.parametrize("row", [pytest.param(one, id=one.name) for one in ROWS if one.fixes])
def test_what_was_verified_before_is_mended_as_well(row: Disagreement, worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    assert look(world).agrees
    row.arrange(world)
    result = mend(world)
    assert tuple(type(one) for one in result.plan.fixes) == row.fixes
    assert result.failed == 0
    if row.uploads:
        assert world.upload().exit_code == 0
    assert look(world).agrees


@pytest.mark.slow
@pytest.mark.parametrize("dialect", ["tus", "json"])
@pytest.mark.parametrize("name", ["stale id", "database dropped after the upload", "title den_1 instead of День 1"])
def test_the_resolved_issues_of_the_replaced_system(name: str, dialect: str, worlds: WorldMaker) -> None:
    row = _BY_NAME[name]
    world, _ = _set_up(worlds, row, dialect)
    found = world.run("verify")
    assert found.exit_code == 1
    assert row.kinds[0].value[1:] in found.text
    fixed = world.run("repair", "--yes")
    assert fixed.exit_code == 0, fixed.text
    if row.uploads:
        assert world.run().exit_code == 0
    clean = world.run("verify")
    assert clean.exit_code == 0, clean.text
    assert "3 of 3 lessons, 3 of them verified" in clean.text


def test_every_kind_of_finding_is_set_up_somewhere_here() -> None:
    told = {kind for row in ROWS for kind in (*row.kinds, *row.left)}
    told |= {Kind.UNFINISHED, Kind.STATUS_UNKNOWN, Kind.FILE_UNREADABLE, Kind.MAPPING_IN_DOUBT}  # test_audit_verify
    told |= {Kind.NAMED_LIKE_ANOTHER}  # test_growing
    told |= {Kind.FILE_BROKEN, Kind.ROWS_HIDDEN}  # test_changed_before_linking, test_broken_files; test_hidden_rows
    told |= {Kind.FOLDER_MISSING, Kind.NOT_COMPARED, Kind.NOT_RECORDED, Kind.NO_ORIGINALS}  # test_audit_readings
    told |= {Kind.OLD_VIDEO, Kind.RENUMBERED}  # test_replace, test_renumbered
    assert told == set(Kind)
    elsewhere = {
        DeleteLeftover,
        DeleteOldVideo,
        SwitchRow,
        MoveRecords,
    }  # tests of repair, replace, backups, renumbered
    assert {fix for row in ROWS for fix in row.fixes} | elsewhere == set(get_args(Fix))


def _files(world: World) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(world.progress.rglob("*")) if path.is_file()}
