"""A run that looks for the number of uploads at a time, on real sockets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kinescope_upload.progress.last_rate import read_rate
from support.world import KIB

if TYPE_CHECKING:
    from support.world import World, WorldMaker

_FILES = 60
_SIZE = 200 * KIB
_A_CONNECTION = 400_000
"""Bytes a second of each connection."""


def _slow_connections(worlds: WorldMaker, files: int = _FILES) -> World:
    world = worlds()
    world.fill((_SIZE,) * files)
    world.link.slow_down(rate=_A_CONNECTION)
    world.environment["KUPLOAD_JOBS_WINDOW"] = "0.3"
    return world


@pytest.mark.slow  # it finds nothing to gain where the processor, not the line, holds uploads back
def test_where_each_connection_is_slow_more_uploads_run_and_the_next_run_begins_with_them(worlds: WorldMaker) -> None:
    world = _slow_connections(worlds)
    outcome = world.upload(jobs="auto", jobs_max=12, chunk_size=None)
    assert outcome.exit_code == 0
    [started] = outcome.events("run_started")
    assert (started["jobs"], started["jobs_auto"]) == (4, True)
    numbers = [event["jobs"] for event in outcome.events("jobs_changed")]
    assert numbers[0] == 6
    assert max(numbers) > 6
    assert world.link.connections > 6
    world.assert_promise()
    known = read_rate(world.progress)
    assert known is not None
    assert known.jobs == numbers[-1]


def test_a_number_that_is_given_is_kept(worlds: WorldMaker) -> None:
    world = _slow_connections(worlds, files=12)
    outcome = world.upload(jobs=6, chunk_size=None)
    [started] = outcome.events("run_started")
    assert (outcome.exit_code, started["jobs"], started["jobs_auto"]) == (0, 6, False)
    assert outcome.events("jobs_changed") == []
