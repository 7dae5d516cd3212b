"""A file that changed after its last byte was sent and before its row was written: every command says the same."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.audit.compare import Kind
from kinescope_upload.audit.compare.events import FixFailed
from kinescope_upload.audit.fixes import LinkVideo
from kinescope_upload.audit.verify import VerifyOptions
from kinescope_upload.upload import Stage
from support.auditing import FIRST, SECOND, Ears, kinds, look, mend, plan_of, the
from support.concurrency import meanwhile
from support.replacing import file_of, publish
from support.systems import linux_only
from support.world import KIB, content_of, date_back

if TYPE_CHECKING:
    from pathlib import Path

    from support.world import Outcome, World, WorldMaker

SIZE = 2048 * KIB
"""Four chunks; more than the head of a file that is looked at before each."""
OUTDATED = "has changed since its upload began; video"


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
    report = look(world)
    assert (Kind.ROW_EMPTY in kinds(report), the(report, Kind.FILE_CHANGED).hint) == (False, failed.hint)
    run = world.upload()
    assert [one["lesson_id"] for one in run.summary["in_doubt"]] == [FIRST]
    assert publish(world, FIRST, keep=0).exit_code == 0
    assert world.upload().exit_code == 0
    row_id = world.database.videos()[FIRST][0]
    assert row_id is not None
    assert world.emulator.bytes_of(row_id).read_bytes() == new


def _rewrite(file: Path, content: bytes) -> None:
    """Other bytes in the same file, with its size and time."""
    facts = file.stat()
    with file.open("r+b") as opened:
        opened.write(content)
    os.utime(file, ns=(facts.st_atime_ns, facts.st_mtime_ns))


def _begin(world: World, content: bytes, **options: object) -> Outcome:
    """An upload of 2 MiB, with the file rewritten while a part of it is sent."""
    world.fill((SIZE,))
    world.link.stall(after=700 * KIB)

    def rewrite() -> None:
        assert world.link.wait_until(lambda link: link.bytes_up > 600 * KIB, timeout=30)
        _rewrite(file_of(world, FIRST), content)
        world.link.resume()

    with meanwhile(rewrite):
        outcome = world.upload(chunk_size="512KiB", jobs=1, **options)
    world.heal()
    return outcome


@pytest.mark.parametrize("with_sums", [True, pytest.param(False, marks=pytest.mark.slow)])
@pytest.mark.parametrize("ended_by", ["run", "repair"])
def test_what_was_sent_of_two_contents_is_linked_by_nobody_also_when_the_old_one_is_back(
    worlds: WorldMaker, ended_by: str, *, with_sums: bool
) -> None:
    world = worlds()
    new, options = content_of(SIZE, seed="new"), {} if with_sums else {"no_checksum": True}

    first = _begin(world, new, **options)
    [doubt] = first.summary["in_doubt"]
    assert OUTDATED in doubt["reason"]
    assert "has what was sent" in doubt["reason"]
    record = world.records[FIRST]
    sent = world.emulator.bytes_of(str(record.video_id)).read_bytes()
    assert sent not in {new, content_of(SIZE, seed="01_analytics/1")}
    assert record.md5 == (hashlib.md5(sent).hexdigest() if with_sums else None)

    _rewrite(file_of(world, FIRST), content_of(SIZE, seed="01_analytics/1"))
    if ended_by == "run":
        assert world.upload(**options).exit_code == 1
    else:
        mend(world)
    assert world.database.videos()[FIRST][0] is None
    assert the(look(world), Kind.FILE_CHANGED).hint == doubt["hint"]
    assert publish(world, FIRST, keep=0).exit_code == 0
    assert world.upload().exit_code == 0
    row_id = world.database.videos()[FIRST][0]
    assert world.emulator.bytes_of(str(row_id)).read_bytes() == file_of(world, FIRST).read_bytes()
    assert look(world).agrees


def test_a_file_whose_part_that_is_not_sent_yet_is_rewritten_is_linked_as_it_was_sent(worlds: WorldMaker) -> None:
    world = worlds()
    old = content_of(SIZE, seed="01_analytics/1")
    new = old[: SIZE - 100 * KIB] + old[: 100 * KIB]

    assert _begin(world, new).exit_code == 0
    row_id = world.database.videos()[FIRST][0]
    assert world.emulator.bytes_of(str(row_id)).read_bytes() == new
    assert look(world, VerifyOptions(is_deep=True)).agrees


@linux_only("the system's own time of a file tells, which Windows does not have")
def test_a_file_that_is_rewritten_behind_its_head_while_it_is_sent_is_not_linked(worlds: WorldMaker) -> None:
    world = worlds()
    old, new = content_of(SIZE, seed="01_analytics/1"), content_of(SIZE, seed="new")

    outcome = _begin(world, old[: 300 * KIB] + new[300 * KIB :])
    assert OUTDATED in outcome.summary["in_doubt"][0]["reason"]
    assert world.database.videos()[FIRST][0] is None


@linux_only("the system's own time of a file tells, which Windows does not have")
def test_a_file_whose_rights_change_while_it_is_sent_is_read_once_more_and_linked(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((SIZE,))
    world.link.stall(after=700 * KIB)

    def change() -> None:
        assert world.link.wait_until(lambda link: link.bytes_up > 600 * KIB, timeout=30)
        file_of(world, FIRST).chmod(0o600)
        world.link.resume()

    with meanwhile(change):
        assert world.upload(chunk_size="512KiB", jobs=1).exit_code == 0
    world.heal()
    assert world.upload().exit_code == 0
    world.assert_promise()
