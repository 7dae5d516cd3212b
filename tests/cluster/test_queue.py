"""Whose turn it is: begun lessons first, nobody twice, and what the dead or the forgetful had goes to others."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from kinescope_upload.cluster import statements
from kinescope_upload.cluster.queue import BEGUN, Queue
from kinescope_upload.upload import Stage
from support.clusters import a_machine, enqueue, line, line_to
from support.pgbouncer import pgbouncer
from support.progress_cases import a_record
from support.real_library import real_files

if TYPE_CHECKING:
    from collections.abc import Sequence

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


def _turns(line: Line, *lesson_ids: str) -> Queue:
    """A worker, and lessons that have their turns."""
    queue = _worker(line)
    enqueue(line, *lesson_ids)
    assert queue.give_turns(["nas"]) == set(lesson_ids)
    return queue


def _begin(line: Line, lesson_id: str) -> None:
    machine = a_machine(line)
    assert machine.holds.take(lesson_id)
    machine.save(replace(a_record(lesson_id), stage=Stage.CREATED))
    machine.give(lesson_id)


def test_begun_lessons_come_first_then_the_smallest_then_large_ones(line: Line) -> None:
    queue = _worker(line)
    sizes = {f"{number:03d}": number * 1_000_000 for number in range(1, 31)}
    enqueue(line, sizes=sizes)
    enqueue(line, library="disk2", sizes={"elsewhere": 1})
    _begin(line, "025")
    assert len(queue.give_turns(["nas"])) == 30
    assert len(queue.give_turns(["disk2"])) == 1
    assert queue.waiting() == {"nas": 30, "disk2": 1}
    small = [f"{number:03d}" for number in range(1, 21)]
    large = [f"{number:03d}" for number in range(30, 20, -1) if number != 25]
    assert [_next(queue) for _ in range(31)] == ["025", *small, *large, None]


def test_no_lesson_gets_a_second_turn(line: Line) -> None:
    queue = _turns(line, "a", "b")
    assert queue.give_turns(["nas"]) == set()
    assert _next(queue) == "a"
    enqueue(line, "c")
    assert queue.give_turns(["nas"]) == {"c"}
    assert queue.waiting() == {"nas": 2}


def test_machines_that_give_turns_at_once_give_one_each(line: Line, database: Database) -> None:
    enqueue(line, *(f"{number:04d}" for number in range(2000)))
    with ThreadPoolExecutor(4) as pool:
        given = list(pool.map(lambda _: Queue(line).give_turns(["nas"]), range(4)))
    assert sum(map(len, given)) == 2000
    assert database.query("SELECT count(*) FROM kupload.procrastinate_jobs") == [(2000,)]


def test_a_turn_is_finished_or_put_back_for_a_while(line: Line, database: Database) -> None:
    queue = _turns(line, "a")
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


def test_the_engine_keeps_no_log_that_nobody_reads(line: Line, database: Database) -> None:
    queue = _turns(line, "a")
    assert _next(queue) == "a"
    assert database.query("SELECT count(*) FROM kupload.procrastinate_events") == [(0,)]


def test_what_dead_workers_had_and_what_this_one_forgot_waits_again(line: Line, database: Database) -> None:
    dead = _turns(line, "a", "b", "c")
    alive = _worker(line)
    assert _next(dead) == "a"
    assert (_next(alive), _next(alive)) == ("b", "c")
    database.execute("UPDATE kupload.procrastinate_workers SET last_heartbeat = now() - interval '1 h' WHERE id = 1")
    alive.beat()
    assert alive.sweep(30, {"b"}) == 2
    assert {_next(alive), _next(alive)} == {"a", "c"}


def test_a_worker_that_was_taken_off_the_list_comes_back(line: Line, database: Database) -> None:
    queue = _turns(line, "a")
    database.execute("DELETE FROM kupload.procrastinate_workers")
    assert _next(queue) == "a"


def test_cancelled_lessons_get_no_turn(line: Line) -> None:
    queue = _turns(line, "a", "b", "c")
    ids = [lesson_id for (lesson_id,) in line.ask(statements.CANCEL, courses=["c"])]
    assert queue.cancel(ids) == 3
    assert queue.give_turns(["nas"]) == set()


def test_a_second_enqueue_writes_only_what_has_changed(line: Line, database: Database) -> None:
    sizes = {"same": 1000, "grown": 1000, "begun": 1000, "unwanted": 1000}
    enqueue(line, sizes=sizes)
    _begin(line, "begun")
    database.execute("UPDATE kupload.lesson SET wanted = false WHERE lesson_id = 'unwanted'")
    rows = "SELECT lesson_id, xmin::text FROM kupload.lesson"
    before = dict(database.query(rows))
    enqueue(line, sizes={**sizes, "grown": 2000, "begun": 3000})
    enqueue(line, sizes={"same": 4000}, library="disk2")
    after = dict(database.query(rows))
    assert {one for one in sizes if after[one] != before[one]} == {"grown", "begun", "unwanted"}
    assert database.query("SELECT lesson_id FROM kupload.lesson WHERE size = 2000 OR NOT wanted") == [("grown",)]


def test_what_a_file_is_only_the_machine_writes_anew_that_wrote_it_down(line: Line, database: Database) -> None:
    facts = "SELECT size, modified_ns / 100000000 - 17000000000, written_by FROM kupload.lesson"
    enqueue(line, "a")
    database.execute("UPDATE kupload.lesson SET wanted = false")
    enqueue(line, sizes={"a": 2000}, machine="two")
    enqueue(line, "a", machine="two", later=5)
    assert database.query(f"{facts} WHERE NOT wanted") == [(1000, 0, "one")]
    enqueue(line, "a", machine="two", later=1.9)  # a coarser disk
    assert database.query(f"{facts} WHERE wanted") == [(1000, 0, "one")]
    enqueue(line, sizes={"a": 3000}, later=9)
    assert database.query(facts) == [(3000, 90, "one")]
    line.ask(statements.RELEASE, courses=["c"])
    enqueue(line, sizes={"a": 2000}, machine="two")
    assert database.query(facts) == [(2000, 0, "two")]


def test_a_pooler_that_gives_each_transaction_another_connection_is_no_matter(line: Line, database: Database) -> None:
    enqueue(line, *"abcdef")
    with pgbouncer(database.port) as pooler:
        url = database.server.tcp_url(database.name, port=pooler.port)
        with ThreadPoolExecutor(3) as pool, closing(line_to(database, url)) as pooled:
            assert len(Queue(pooled).give_turns(["nas"])) == 6
            queue, machine = _worker(pooled), a_machine(pooled)

            def one(_: int) -> str:
                turn = queue.next(["nas"])
                assert turn is not None
                assert machine.holds.take(turn.lesson_id)
                machine.save(a_record(turn.lesson_id))
                machine.give(turn.lesson_id)
                queue.finish(turn)
                return turn.lesson_id

            assert sorted(pool.map(one, range(6))) == list("abcdef")
            assert set(machine.records) == set("abcdef")
            assert queue.waiting() == {}


def test_four_lines_end_together_on_the_first_user_s_mix(line: Line, database: Database) -> None:
    sizes = {str(number): file.size for number, file in enumerate(real_files())}
    enqueue(line, sizes=sizes)
    assert Queue(line).give_turns(["nas"]) == sizes.keys()
    turns = database.query("SELECT queueing_lock FROM kupload.procrastinate_jobs ORDER BY priority DESC, id")
    ends = _ends_of_lines([sizes[lesson_id] for (lesson_id,) in turns], lines=4, jobs=4)
    assert max(ends) <= 0.255 * sum(sizes.values())  # small ones first to the end take 0.280


def _ends_of_lines(sizes: Sequence[float], *, lines: int, jobs: int) -> list[float]:
    """When each line is idle, in bytes that one line carries meanwhile; its uploads share it evenly."""
    waiting = list(reversed(sizes))
    active = [[waiting.pop() for _ in range(jobs)] for _ in range(lines)]
    now, ends = 0.0, [0.0] * lines
    while any(active):
        step = min(min(left) * len(left) for left in active if left)
        now += step
        for number, left in enumerate(active):
            after = [size - step / len(left) for size in left]
            going = [size for size in after if size > 1e-3]
            active[number] = going + [waiting.pop() for _ in after[len(going) :] if waiting]
            ends[number] = now if after else ends[number]
    return ends


def test_nothing_of_the_cluster_but_its_entry_is_loaded_without_one() -> None:
    code = (
        "import sys; from kinescope_upload.cli.app import app;"
        "import kinescope_upload.commands.upload, kinescope_upload.audit.repair, kinescope_upload.commands.status;"
        "print(sorted(name for name in sys.modules if 'procrastinate' in name or 'psycopg_pool' in name"
        " or name.startswith('kinescope_upload.cluster')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['kinescope_upload.cluster', 'kinescope_upload.cluster.entry']"
