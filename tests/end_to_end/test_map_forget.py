"""`kupload map --forget` takes the pairs of a lesson out of the map file, whatever became of lesson and file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.audit.compare import Kind
from kinescope_upload.text.hints import Hint
from support.auditing import FIRST, SECOND, kinds, look
from support.replacing import confirm, undo
from support.world import KIB

if TYPE_CHECKING:
    from pathlib import Path

    from support.world import World, WorldMaker


@pytest.fixture
def confirmed(worlds: WorldMaker) -> World:
    """Two linked lessons, of which a person confirmed the files."""
    world = worlds()
    world.fill((10 * KIB, 20 * KIB))
    assert world.upload().exit_code == 0
    confirm(world, {lesson: world.library / (record.path or "") for lesson, record in world.records.items()})
    return world


def _pairs(file: Path) -> list[str]:
    return [one["lessonId"] for one in json.loads(file.read_text("utf-8"))["matched"]]


def _remove(world: World, *, row: bool = True, file: bool = True) -> None:
    path = world.library / (world.records[FIRST].path or "")
    undo(world, FIRST, delete=True)
    if row:
        world.database.execute(f"DELETE FROM \"Lesson\" WHERE id = '{FIRST}'")
    if file:
        path.unlink()


@pytest.mark.parametrize(("row", "file"), [(True, True), (True, False), (False, True)])
def test_the_finding_about_a_pair_of_what_was_removed_is_ended_by_the_advice(
    confirmed: World, *, row: bool, file: bool
) -> None:
    _remove(confirmed, row=row, file=file)
    findings = [one for one in look(confirmed).findings if isinstance(one.hint, Hint)]
    [command] = {one for finding in findings for one in finding.hint.commands if one[:1] == ("map",)}  # type: ignore[attr-defined]
    assert command == ("map", "--forget", FIRST)
    assert f"kupload map --forget {FIRST}" in confirmed.run().text, "the run says the same"

    assert confirmed.run(*command).exit_code == 0
    assert _pairs(confirmed.library / "kupload-map.json") == [SECOND]
    left = {one.reason for one in look(confirmed).findings}
    assert left.isdisjoint(one.reason for one in findings)
    if row and file:
        assert (kinds(look(confirmed)), confirmed.run().exit_code) == ([], 0)


def test_only_the_named_lessons_are_taken_out_and_what_else_the_file_holds_stays(confirmed: World) -> None:
    file = confirmed.library / "kupload-map.json"
    data = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps({**data, "comment": "ours", "matched": [*data["matched"], 7]}), "utf-8")
    assert confirmed.run("map", "--forget", FIRST, "--forget", SECOND).exit_code == 0
    assert json.loads(file.read_text("utf-8")) == {"comment": "ours", "matched": [7]}


def test_a_lesson_of_which_nothing_is_said_is_named_and_nothing_changed(confirmed: World) -> None:
    file = confirmed.library / "kupload-map.json"
    before = file.read_bytes()
    refused = confirmed.run("map", "--forget", FIRST, "--forget", "no_such_lesson")
    assert (refused.exit_code, "no_such_lesson" in refused.text, file.read_bytes()) == (2, True, before)
    file.unlink()
    assert confirmed.run("map", "--forget", FIRST).exit_code == 2
    assert not file.exists()


def test_of_a_map_file_that_is_named_the_pairs_go_out_of_that_one(confirmed: World) -> None:
    named = confirmed.folder / "map.json"
    named.write_bytes((confirmed.library / "kupload-map.json").read_bytes())
    assert confirmed.run("map", "--forget", FIRST, "--map", str(named)).exit_code == 0
    assert _pairs(named) == [SECOND]
    assert FIRST in _pairs(confirmed.library / "kupload-map.json")


@pytest.mark.parametrize("other", ["--confirm", "--json"])
def test_it_does_nothing_else_beside(confirmed: World, other: str) -> None:
    assert confirmed.run("map", "--forget", FIRST, other).exit_code == 2
    assert FIRST in _pairs(confirmed.library / "kupload-map.json")


def test_a_lesson_that_is_there_without_its_pair_is_known_by_its_record(confirmed: World) -> None:
    assert confirmed.run("map", "--forget", FIRST).exit_code == 0
    report = look(confirmed)
    assert (report.agrees, Kind.MAPPING_IN_DOUBT in kinds(report)) == (True, False)
