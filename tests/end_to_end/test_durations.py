"""How long a file plays is asked of the file as it is: no duration of an old content leads to advice."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.audit.compare import Kind
from kinescope_upload.audit.verify import VerifyOptions
from kinescope_upload.media.sample_mp4 import make_mp4
from support.auditing import FIRST, kinds, look, mend, plan_of, uploaded, video_of
from support.replacing import COURSE, file_of, publish, row_of
from support.systems import posix_only
from support.world import KIB

if TYPE_CHECKING:
    from support.world import World, WorldMaker


def _rewrite(world: World, seconds: float, *, seed: str) -> None:
    """Another content of the same size and time."""
    path = file_of(world, FIRST)
    time_ns = path.stat().st_mtime_ns
    path.write_bytes(make_mp4(10 * KIB, seed=seed, seconds=seconds))
    os.utime(path, ns=(time_ns, time_ns))


@posix_only("only POSIX tells when a file was changed")
def test_a_new_cut_of_the_size_and_time_of_the_old_file_has_its_own_duration(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    path = file_of(world, FIRST)
    path.write_bytes(make_mp4(10 * KIB, seed="longer", seconds=100.0))
    assert world.run("check").exit_code == 0  # the old content's duration is remembered
    _rewrite(world, 300.0, seed="longest")
    assert publish(world, FIRST, keep=0).exit_code == 0
    assert world.records[FIRST].duration == 300.0
    assert look(world).findings == ()


@posix_only("only POSIX tells when a file was changed")
@pytest.mark.parametrize("command", ["replace", "verify --deep"])
def test_a_wrong_duration_in_the_progress_ends_with_a_look_at_the_file_and_deletes_nothing(
    command: str, worlds: WorldMaker
) -> None:
    world = worlds()
    uploaded(world)
    progress = world.progress / f"{COURSE}.json"
    data = json.loads(progress.read_text("ascii"))
    data["lessons"][FIRST]["duration"] = 99.0  # what an earlier version noted of an old content
    progress.write_text(json.dumps(data), "ascii")
    (world.progress / "files.looks").unlink(missing_ok=True)

    [manual] = plan_of(world).manual
    assert (manual.finding.kind, [choice.command[0] for choice in manual.choices]) == (
        Kind.DURATION_DIFFERS,
        ["replace", "verify"],
    )
    if command == "replace":
        assert publish(world, FIRST).exit_code == 0
    else:
        assert look(world, VerifyOptions(is_deep=True)).findings == ()
    assert kinds(look(world)) == []


def test_a_video_that_lasts_otherwise_than_the_file_is_sent_again_beside_it(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    old = video_of(world)
    world.emulator.corrupt(old, duration=3.0)
    assert Kind.DURATION_DIFFERS in kinds(look(world))
    assert publish(world, FIRST, keep=0).exit_code == 0
    assert row_of(world, FIRST) == video_of(world) != old
    assert (look(world).findings, mend(world).plan.fixes) == ((), ())
