"""Lessons whose files a machine has not: it leaves them to others, who get them, and says that they are left."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from kinescope_upload.cluster import statements
from kinescope_upload.cluster.queue import Queue
from kinescope_upload.cluster.refused_queues import accept, offer, refused_by
from support.clusters import ClusterWorld, cluster_worlds, enqueue, line
from support.world import KIB, content_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kinescope_upload.cluster.line import Line

    Worlds = Callable[..., ClusterWorld]

__all__ = ["cluster_worlds", "line"]

pytestmark = pytest.mark.timeout(300)


def _worker(line: Line, machine: str) -> Queue:
    queue = Queue(line, machine)
    queue.register()
    return queue


def _next(queue: Queue) -> str | None:
    turn = queue.next(["nas"])
    return turn.lesson_id if turn else None


def _refused(line: Line, queue: Queue, *lesson_ids: str) -> None:
    enqueue(line, *lesson_ids)
    queue.give_turns(["nas"])
    for _ in lesson_ids:
        turn = queue.next(["nas"])
        assert turn is not None
        queue.refuse(turn)


def test_what_one_machine_refuses_is_another_s_turn(line: Line) -> None:
    one, two, three = (_worker(line, name) for name in ("one", "two", "three"))
    _refused(line, one, "a", "b")
    assert _next(one) is None
    assert one.waiting() == {"nas": 2}
    turn = two.next(["nas"])
    assert turn is not None
    two.refuse(turn)
    assert _next(one) is None
    assert {_next(two), _next(three)} == {"a", "b"}
    assert two.give_turns(["nas"]) == set()


def test_a_machine_accepts_again_what_it_refused_and_others_go_on_to_refuse_it(line: Line) -> None:
    one, two = _worker(line, "one"), _worker(line, "two")
    _refused(line, one, "a", "b")
    for _ in range(2):
        turn = two.next(["nas"])
        assert turn is not None
        two.refuse(turn)
    accept(line, "one", ["nas"], ["a"])
    assert _next(two) is None
    assert _next(one) == "a"
    assert _next(one) is None
    accept(line, "one", ["nas"])
    assert _next(one) == "b"


def test_what_is_written_down_anew_is_everybody_s_turn(line: Line) -> None:
    one = _worker(line, "one")
    _refused(line, one, "a", "b")
    offer(line, "nas", ["b"])
    assert (_next(one), _next(one)) == ("b", None)


def test_a_machine_that_is_named_as_a_library_refuses_for_itself_alone(line: Line) -> None:
    one = _worker(line, "nas")
    _refused(line, one, "a")
    accept(line, "nas", ["nas"])
    assert _next(one) == "a"


def test_what_a_machine_refuses_is_not_left_for_it(line: Line) -> None:
    one = _worker(line, "one")
    _refused(line, one, "a", "b")
    enqueue(line, "c")
    one.give_turns(["nas"])
    left = {}
    for machine in ("one", "two"):
        refused = refused_by(line, ["nas"], machine)
        left[machine] = line.ask(statements.LEFT, libraries=["nas"], me=uuid4(), refused=refused)
    assert left == {"one": [(1, 0)], "two": [(3, 0)]}


def _with_copies(world: ClusterWorld, number: int) -> list[Path]:
    """A world in which one has written down files, and the files of two, which has a copy of the library."""
    world.fill((200 * KIB,) * number)
    copy = world.folder / "copy"
    shutil.copytree(world.library, copy)
    assert world.at("one", "cluster", "enqueue")[0] == 0
    world.machine("two", {"nas": copy})
    return sorted(copy.rglob("*.mp4"))


@pytest.mark.slow
def test_a_machine_with_old_lost_or_broken_copies_leaves_all_lessons_to_the_one_that_has_the_files(
    cluster_worlds: Worlds,
) -> None:
    world = cluster_worlds()
    old, redated, lost, broken, _ = _with_copies(world, 5)
    old.write_bytes(content_of(100 * KIB, seed="old"))
    os.utime(redated, (10**9, 10**9))
    lost.unlink()
    facts = broken.stat()
    broken.write_bytes(bytes(facts.st_size))
    os.utime(broken, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    for _ in range(2):
        code, said = world.at("two", "cluster", "worker", "--until-empty")
        assert code == 1, world.said()
        assert world.count("stage = 'linked'") == 1
        assert world.count("wanted AND stage = 'planned'") == 4
    code, said = world.at("two")
    assert code == 1, said
    code, said = world.at("one", "--status")
    assert "nas: 4 lessons wait." in said
    assert "cluster worker" in said
    world.worker("one").wait(timeout=100)
    assert world.running[-1].returncode == 0, world.said()
    world.everything_is_right(again=0)
    assert world.at("two")[0] == 0


@pytest.mark.slow
def test_a_machine_takes_what_it_refused_as_soon_as_it_has_the_file(cluster_worlds: Worlds) -> None:
    world = cluster_worlds()
    old, _ = _with_copies(world, 2)
    good = next(path for path in world.library.rglob("*.mp4") if path.name == old.name)
    os.utime(old, (10**9, 10**9))
    worker = world.begin("two", "cluster", "worker")
    refused = "SELECT count(*) FROM kupload.procrastinate_jobs WHERE queue_name = 'nas/two'"
    world.wait_until(lambda: world.database.query(refused) == [(1,)] and world.count("stage = 'linked'") == 1)
    os.utime(old, ns=(good.stat().st_atime_ns, good.stat().st_mtime_ns))
    world.wait_until(lambda: world.count("stage = 'linked'") == 2)
    assert world.at("one", "stop")[0] == 0
    worker.wait(timeout=60)
    world.everything_is_right(again=0)


@pytest.mark.slow
def test_a_worker_never_ends_well_while_rows_are_empty_of_lessons_that_have_no_turn(cluster_worlds: Worlds) -> None:
    world = cluster_worlds()
    world.fill((200 * KIB,) * 3)
    assert world.at("one", "cluster", "enqueue")[0] == 0
    world.database.execute("UPDATE kupload.lesson SET wanted = false")  # as after a failure
    world.database.execute("DELETE FROM kupload.procrastinate_jobs")
    said = world.at("one", "--status")[1]
    assert "cluster enqueue" in said
    assert "cluster worker" not in said
    world.worker("one").wait(timeout=60)
    assert world.running[-1].returncode == 1, world.said()
    assert "3 lessons are not done and have no turn" in world.said()
    assert world.at("one")[0] == 0
    world.worker("one").wait(timeout=60)
    assert world.running[-1].returncode == 0, world.said()
