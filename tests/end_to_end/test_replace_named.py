"""A file that a person names for a lesson is the lesson's from then on, also where it is what was uploaded."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from support.auditing import FIRST
from support.replacing import confirm, publish
from support.world import KIB, content_of, date_back

if TYPE_CHECKING:
    from pathlib import Path

    from support.world import World, WorldMaker

FOLDER = "01_analytics/m01_start"
SIZES = (10 * KIB, 20 * KIB)


def _files(world: World) -> list[Path]:
    return sorted((world.library / FOLDER).iterdir())


def _changes(world: World) -> list[str]:
    return [one["message"] for one in world.upload().events("warned") if "changed since upload" in one["message"]]


def test_a_pair_of_another_file_is_corrected_where_the_named_one_is_what_was_uploaded(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill(SIZES)
    assert world.upload().exit_code == 0
    first = _files(world)[0]
    other = world.add_file(f"{FOLDER}/009_other.mp4", content_of(30 * KIB, seed="other"))
    confirm(world, {FIRST: other})
    assert len(_changes(world)) == 1

    assert publish(world, FIRST, file=str(first)).exit_code == 0
    assert _changes(world) == []
    assert '"01_analytics/m01_start/009_other.mp4"' not in (world.library / "kupload-map.json").read_text("utf-8")


def test_a_dry_run_corrects_no_pair(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill(SIZES)
    assert world.upload().exit_code == 0
    first = _files(world)[0]
    confirm(world, {FIRST: world.add_file(f"{FOLDER}/009_other.mp4", content_of(30 * KIB, seed="other"))})
    before = (world.library / "kupload-map.json").read_bytes(), world.records

    assert world.run("replace", FIRST, str(first), "--dry-run").exit_code == 0
    assert ((world.library / "kupload-map.json").read_bytes(), world.records) == before


@pytest.mark.parametrize("no_checksum", [False, True])
def test_of_two_files_that_may_be_what_was_uploaded_the_named_one_is_the_lessons(
    worlds: WorldMaker, *, no_checksum: bool
) -> None:
    world = worlds()
    world.fill(SIZES)
    assert world.upload(no_checksum=no_checksum).exit_code == 0
    first = _files(world)[0]
    content, time = first.read_bytes(), first.stat().st_mtime_ns
    first.unlink()
    copies = [first.with_name(name) for name in ("007.mp4", "008.mp4")]
    for copy in copies:
        copy.write_bytes(content)
        os.utime(copy, ns=(time, time))
    assert f"  {FIRST}  {FOLDER}" not in world.run("map").text

    assert publish(world, FIRST, file=str(copies[1])).exit_code == 0
    assert world.records[FIRST].path == f"{FOLDER}/008.mp4"
    assert f"  {FIRST}  {FOLDER}/008.mp4" in world.run("map").text


def test_a_named_file_of_another_content_is_not_noted_as_what_was_uploaded(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill(SIZES)
    assert world.upload().exit_code == 0
    first = _files(world)[0]
    other = world.add_file(f"{FOLDER}/009_other.mp4", content_of(30 * KIB, seed="other"))
    date_back(other)

    assert world.run("replace", FIRST, str(other), "--dry-run").exit_code == 0
    assert world.records[FIRST].path == first.relative_to(world.library).as_posix()
