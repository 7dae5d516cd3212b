"""Whose turn it is: begun lessons first, nobody twice, and what the dead or the forgetful had goes to others."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.cluster import statements
from kinescope_upload.cluster.enqueue import reconcile
from kinescope_upload.cluster.queue import BEGUN, AlreadyWaitingError, Queue, priority_of
from support.clusters import enqueue, line

if TYPE_CHECKING:
    from kinescope_upload.cluster.line import Line
    from support.postgres import Database

__all__ = ["line"]


def _worker(line: Line) -> Queue:
    queue = Queue(line)
    queue.register()
    return queue


def _next(queue: Queue, *libraries: str) -> str | None:
    turn = queue.next(libraries or ("nas",))
    return turn.lesson_id if turn else None


def test_begun_lessons_come_first_then_small_ones_of_the_worker_s_libraries(line: Line) -> None:
    queue = _worker(line)
    sizes = {"large": 9_000_000, "small": 1_000_000, "begun": 5_000_000}
    queue.defer([(one, "nas", priority_of(size, is_begun=one == "begun")) for one, size in sizes.items()])
    queue.defer([("elsewhere", "disk2", BEGUN)])
    assert queue.waiting() == {"nas": 3, "disk2": 1}
    assert [_next(queue) for _ in range(4)] == ["begun", "small", "large", None]
    assert priority_of(9_000_000, is_begun=False, large_first=True) > priority_of(1, is_begun=False, large_first=True)


def test_no_lesson_waits_twice_and_no_batch_is_half_done(line: Line) -> None:
    queue = _worker(line)
    queue.defer([("a", "nas", 0)])
    with pytest.raises(AlreadyWaitingError):
        queue.defer([("b", "nas", 0), ("a", "nas", 0)])
    assert queue.waiting() == {"nas": 1}


def test_a_turn_is_finished_or_put_back_for_a_while(line: Line, database: Database) -> None:
    queue = _worker(line)
    queue.defer([("a", "nas", 0)])
    turn = queue.next(["nas"])
    assert turn is not None
    queue.put_back(turn, 60, is_begun=True)
    assert _next(queue) is None
    database.execute("SET search_path = kupload; UPDATE procrastinate_jobs SET scheduled_at = now()")
    again = queue.next(["nas"])
    assert again is not None
    assert again.job.priority == BEGUN
    queue.finish(again)
    queue.finish(again)
    queue.put_back(again, 0)
    assert database.query("SELECT count(*) FROM kupload.procrastinate_jobs") == [(0,)]


def test_what_dead_workers_had_and_what_this_one_forgot_waits_again(line: Line, database: Database) -> None:
    dead, alive = _worker(line), _worker(line)
    dead.defer([("a", "nas", 0), ("b", "nas", 0), ("c", "nas", 0)])
    assert _next(dead) == "a"
    assert (_next(alive), _next(alive)) == ("b", "c")
    database.execute("UPDATE kupload.procrastinate_workers SET last_heartbeat = now() - interval '1 h' WHERE id = 1")
    alive.beat()
    assert alive.sweep(30, {"b"}) == 2
    assert {_next(alive), _next(alive)} == {"a", "c"}


def test_a_worker_that_was_taken_off_the_list_comes_back(line: Line, database: Database) -> None:
    queue = _worker(line)
    queue.defer([("a", "nas", 0)])
    database.execute("DELETE FROM kupload.procrastinate_workers")
    assert _next(queue) == "a"


def test_lessons_without_a_turn_are_found_and_cancelled_ones_are_not(line: Line) -> None:
    enqueue(line, "a", "b", "c")
    queue = _worker(line)
    queue.defer([("a", "nas", 0)])
    assert reconcile(line, ["nas"]) == 2
    assert reconcile(line, ["nas"]) == 0
    ids = [lesson_id for (lesson_id,) in line.ask(statements.CANCEL, courses=["c"])]
    assert queue.cancel(ids) == 3
    assert reconcile(line, ["nas"]) == 0


def test_nothing_of_the_cluster_is_loaded_without_one() -> None:
    code = (
        "import sys; from kinescope_upload.cli.app import app;"
        "import kinescope_upload.commands.upload, kinescope_upload.audit.repair, kinescope_upload.commands.status;"
        "print(sorted(name for name in sys.modules if 'procrastinate' in name or 'psycopg_pool' in name"
        " or name.startswith('kinescope_upload.cluster')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
