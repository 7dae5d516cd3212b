"""A file that changed after its last byte was sent and before its row was written: every command says the same."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.audit.compare import Kind
from kinescope_upload.audit.compare.events import FixFailed
from kinescope_upload.audit.fixes import LinkVideo
from kinescope_upload.upload import Stage
from support.auditing import FIRST, SECOND, Ears, kinds, look, mend, plan_of, the
from support.replacing import file_of, publish
from support.world import KIB, content_of, date_back

if TYPE_CHECKING:
    from support.world import World, WorldMaker

OUTDATED = "has changed since its upload; video"


def _uploaded_only(world: World) -> None:
    world.fill((10 * KIB, 20 * KIB))
    assert world.upload(no_db=True, trust_scan=True).exit_code == 0


@pytest.mark.parametrize("size", [10 * KIB, 15 * KIB], ids=["another content", "another size"])
def test_no_command_links_what_was_sent_and_each_says_what_helps(worlds: WorldMaker, size: int) -> None:
    world = worlds()
    _uploaded_only(world)
    file, new = file_of(world, FIRST), content_of(size, seed="new")
    file.write_bytes(new)
    for _ in range(2):
        date_back(file)  # neither young nor as old as the file that was sent

    if size != 10 * KIB:  # else its content tells, which a run reads
        dry = world.run("--dry-run")
        assert (dry.exit_code, OUTDATED in dry.text) == (1, True)
    run = world.upload()
    assert run.exit_code == 1
    [doubt] = run.summary["in_doubt"]
    assert OUTDATED in doubt["reason"]
    assert f"kupload replace {FIRST}" in doubt["hint"]
    assert f"Next            kupload replace {FIRST}\n" in world.run().text

    report = look(world)
    assert Kind.ROW_EMPTY not in kinds(report)
    changed = the(report, Kind.FILE_CHANGED)
    assert (OUTDATED in changed.reason, changed.hint) == (True, doubt["hint"])
    assert [one.choices[0].command for one in plan_of(world).manual] == [("replace", FIRST)]
    mend(world)  # it gives the video its title
    assert world.database.videos()[FIRST][0] is None
    assert world.records[FIRST].stage is Stage.UPLOADED

    published = world.run("replace", "--changed", "--yes")
    assert published.exit_code == 0, published.text
    assert world.upload().exit_code == 0
    assert look(world).agrees
    row_id = world.database.videos()[FIRST][0]
    assert row_id is not None
    assert world.emulator.bytes_of(row_id).read_bytes() == new


def test_the_old_file_put_back_is_linked_by_repair_as_by_a_run(worlds: WorldMaker) -> None:
    world = worlds()
    _uploaded_only(world)
    os.utime(file_of(world, FIRST))  # only its time is another: its content says that it is the same
    assert kinds(look(world)).count(Kind.ROW_EMPTY) == 2
    mend(world)
    assert all(video_id for video_id, _ in world.database.videos().values())
    assert world.upload().exit_code == 0
    world.assert_promise()


def test_a_broken_file_in_the_place_of_what_was_sent_is_not_advised_to_be_published(worlds: WorldMaker) -> None:
    world = worlds()
    _uploaded_only(world)
    contents = {FIRST: b"", SECOND: b"<!DOCTYPE html><html>" + bytes(5000)}
    for lesson_id, content in contents.items():
        file_of(world, lesson_id).write_bytes(content)
        date_back(file_of(world, lesson_id))
    world.run("check")
    broken = {one.lesson_id: one for one in look(world).findings if one.kind is Kind.FILE_BROKEN}
    assert broken.keys() == contents.keys()
    for lesson_id, reason in {FIRST: "is empty", SECOND: "is a web page (HTML)"}.items():
        assert reason in broken[lesson_id].reason
        assert "Put a whole file in its place" in broken[lesson_id].hint
    assert not any(isinstance(fix, LinkVideo) for fix in plan_of(world).fixes)


def test_a_file_of_the_same_size_and_time_that_begins_otherwise_is_linked_by_nobody(worlds: WorldMaker) -> None:
    world = worlds()
    _uploaded_only(world)
    file = file_of(world, FIRST)
    facts, new = file.stat(), content_of(10 * KIB, seed="new")
    file.write_bytes(new)
    os.utime(file, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    ears = Ears()

    result = mend(world, ears)

    assert result.failed == 1
    [failed] = [one for one in ears.heard if isinstance(one, FixFailed)]
    assert OUTDATED in failed.reason
    assert f"kupload replace {FIRST}" in failed.hint
    assert world.database.videos()[FIRST][0] is None
    run = world.upload()
    assert [one["lesson_id"] for one in run.summary["in_doubt"]] == [FIRST]
    assert publish(world, FIRST, keep=0).exit_code == 0
    assert world.upload().exit_code == 0
    row_id = world.database.videos()[FIRST][0]
    assert row_id is not None
    assert world.emulator.bytes_of(row_id).read_bytes() == new
