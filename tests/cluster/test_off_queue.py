"""Lessons that are not done and have no turn: a worker names them and what gives one, and never ends well."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.model import VideoFile
from kinescope_upload.text import count
from kinescope_upload.upload import Dialect
from kinescope_upload.upload.events import ReplacementBegun
from kinescope_upload.upload.next_upload import fresh_upload
from kinescope_upload.upload.table import advance
from support.clusters import ClusterWorld, a_machine, cluster_worlds, line_to
from support.replacing import shoot_again
from support.world import KIB

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    Worlds = Callable[..., ClusterWorld]

__all__ = ["cluster_worlds"]

pytestmark = pytest.mark.timeout(300)


def _end_of(world: ClusterWorld, worker: subprocess.Popen[bytes]) -> tuple[int, str]:
    """The exit code of a worker that comes to its end, and what it said."""
    code = worker.wait(timeout=100)
    [log] = world.folder.glob(f"*/{world.running.index(worker)}.log")
    return code, log.read_text("utf-8")


def _next(said: str) -> str:
    [line] = [line for line in said.splitlines() if line.startswith("Next ")]
    return " ".join(line.split()[1:])


def test_a_worker_says_that_lessons_were_taken_off_the_queue_and_what_gives_them_turns(cluster_worlds: Worlds) -> None:
    world = cluster_worlds()
    world.fill((200 * KIB,) * 4)
    assert world.at("one", "cluster", "enqueue")[0] == 0
    world.link.slow_down(shared_rate=60_000)
    worker = world.worker("one", "--jobs", "1")
    world.wait_until(lambda: world.count("stage = 'created'") > 0)
    assert world.at("two", "cluster", "cancel")[0] == 0
    world.link.slow_down(shared_rate=6_000_000)
    code, said = _end_of(world, worker)
    off = 4 - world.count("stage = 'linked'")
    assert off > 0
    for _ in range(2):
        assert code == 1, said
        assert f"{count(off, 'lesson was', 'lessons were')} taken off the queue: " in said
        assert "`kupload cluster enqueue` on a machine that has the files gives turns again." in said
        assert _next(said) == "kupload cluster enqueue"
        assert "run the same command" not in said
        code, said = _end_of(world, world.worker("two"))
    assert world.at("two", "cluster", "enqueue")[0] == 0
    code, said = _end_of(world, world.worker("one"))
    assert (code, _next(said)) == (0, "kupload verify"), said
    world.everything_is_right(again=0)


def test_a_worker_that_goes_on_names_once_what_was_taken_off(cluster_worlds: Worlds) -> None:
    world = cluster_worlds()
    world.fill((100 * KIB,) * 2)
    assert world.at("one", "cluster", "enqueue")[0] == 0
    assert world.at("one", "cluster", "cancel")[0] == 0
    worker = world.begin("one", "cluster", "worker")
    world.wait_until(lambda: "2 lessons were taken off the queue" in world.said())
    assert world.at("two", "cluster", "enqueue")[0] == 0
    world.wait_until(lambda: world.count("stage = 'linked'") == 2)
    assert world.at("two", "stop")[0] == 0
    code, said = _end_of(world, worker)
    assert (code, said.count("taken off the queue")) == (130, 1), said


def test_a_lesson_whose_row_others_filled_is_not_missed_when_it_was_taken_off(cluster_worlds: Worlds) -> None:
    world = cluster_worlds()
    world.fill((100 * KIB,) * 2)
    assert world.at("one", "cluster", "enqueue")[0] == 0
    assert world.at("one", "cluster", "cancel")[0] == 0
    world.database.execute("""UPDATE "Lesson" SET "videoId" = '11111111-1111-4111-8111-111111111111'""")
    code, said = _end_of(world, world.worker("one"))
    assert (code, "taken off" in said) == (0, False)


def test_begun_replacements_that_init_took_over_are_named_and_enqueued(cluster_worlds: Worlds) -> None:
    world = cluster_worlds()
    world.fill((100 * KIB,) * 2)
    assert world.at("one")[0] == 0
    [lesson_id, _] = sorted(world.records)
    shoot_again(world, lesson_id)
    with closing(line_to(world.database)) as line:
        machine = a_machine(line)
        assert machine.holds.take(lesson_id)
        record = world.records[lesson_id]
        path = world.library / (record.path or "")
        file = VideoFile(path=record.path or "", size=path.stat().st_size, modified_ns=path.stat().st_mtime_ns)
        fresh = fresh_upload(record, Dialect.TUS, "99999999-1111-4111-8111-111111111111", file)
        machine.save(advance(record, ReplacementBegun(at=datetime.now(UTC), keep=None, fresh=fresh)))
        machine.holds.give(lesson_id, wanted=False)
    code, said = _end_of(world, world.worker("one"))
    assert code == 1, said
    assert f"{lesson_id}. `kupload cluster enqueue`" in said
    assert _next(said) == "kupload cluster enqueue"
    assert world.at("one", "cluster", "enqueue")[0] == 0
    code, said = _end_of(world, world.worker("one"))
    assert code == 0, said
    assert world.count("stage = 'linked'") == 2
