"""What a machine holds is written under its fence; what it holds no more is refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kinescope_upload.cluster.hold import Lease
from kinescope_upload.cluster.holds import Holds
from kinescope_upload.cluster.line import Line
from kinescope_upload.cluster.queue import Queue
from kinescope_upload.cluster.schema import check_only_cluster, check_version, install, script_of
from kinescope_upload.cluster.store import ClusterProgress
from kinescope_upload.database.dsn import clean_dsn
from kinescope_upload.errors import BatchStoppedError, DatabaseDownError, LessonFailedError, LessonLostError, UsageError
from kinescope_upload.upload import Stage
from support.clusters import a_machine, enqueue, line, line_to, pass_lease
from support.progress_cases import a_record

if TYPE_CHECKING:
    from support.postgres import Database, Server

__all__ = ["line"]

RECORD = a_record("a_lesson")
LESSON = RECORD.lesson_id


def test_what_is_saved_is_read_by_every_machine(line: Line) -> None:
    enqueue(line, LESSON)
    first, second = a_machine(line), a_machine(line)
    taken = first.holds.take(LESSON)
    assert taken is not None
    assert taken.record is None
    first.save(RECORD)
    assert second.records == {LESSON: RECORD}
    assert RECORD.video_id in second.known_ids()
    first.give(LESSON)
    again = second.holds.take(LESSON)
    assert again is not None
    assert again.record == RECORD


def test_only_one_machine_has_a_lesson(line: Line, database: Database) -> None:
    enqueue(line, LESSON)
    first, second = a_machine(line), a_machine(line)
    assert first.holds.take(LESSON)
    assert second.holds.take(LESSON) is None
    pass_lease(database, LESSON)
    assert second.holds.take(LESSON)
    assert first.holds.take(LESSON) is None


def test_whoever_was_overtaken_writes_nothing_more(line: Line, database: Database) -> None:
    enqueue(line, LESSON)
    first, second = a_machine(line), a_machine(line)
    assert first.holds.take(LESSON)
    pass_lease(database, LESSON)
    assert second.holds.take(LESSON)
    second.save(RECORD)
    with pytest.raises(LessonLostError):
        first.save(replace(RECORD, title="stale"))
    with pytest.raises(LessonLostError):
        first.confirm(LESSON)
    with pytest.raises(LessonLostError):
        first.holds.sure(LESSON)
    first.save_all([replace(RECORD, title="stale")])
    first.give(LESSON)
    assert second.records[LESSON].title == RECORD.title
    second.confirm(LESSON)


def test_a_beat_renews_what_is_held_and_tells_what_is_lost(line: Line, database: Database) -> None:
    enqueue(line, "a", "b")
    first, second = a_machine(line), a_machine(line)
    assert first.holds.take("a")
    assert first.holds.take("b")
    pass_lease(database, "a")
    pass_lease(database, "b")
    assert second.holds.take("b")
    first.beat()
    assert second.holds.take("a") is None
    assert [first.holds.of[one].is_lost for one in ("a", "b")] == [False, True]


def test_a_hold_that_ran_out_goes_on_where_nobody_took_the_lesson(line: Line, database: Database) -> None:
    enqueue(line, LESSON)
    machine = a_machine(line)
    assert machine.holds.take(LESSON)
    pass_lease(database, LESSON)
    machine.save(RECORD)
    assert a_machine(line).holds.take(LESSON) is None


def test_an_offset_waits_for_a_database_that_is_away_and_a_stage_does_not(line: Line) -> None:
    enqueue(line, LESSON)
    machine = a_machine(line)
    assert machine.holds.take(LESSON)
    machine.save(RECORD)
    there, waits = machine.holds.line, list[float]()

    def back(seconds: float) -> None:
        waits.append(seconds)
        machine.holds.line = there

    machine.holds.pause = back
    machine.holds.line = _Away()  # type: ignore[assignment] # it answers nothing
    further = replace(RECORD, offset=RECORD.offset + 1)
    machine.save(further)
    assert not waits
    machine.holds.line = there
    machine.beat()
    assert machine.records[LESSON] == further
    machine.holds.line = _Away()  # type: ignore[assignment] # as above
    machine.save(replace(further, stage=Stage.ORPHANED, reason="gone"))
    assert waits
    assert machine.records[LESSON].stage is Stage.ORPHANED


class _Away:
    def ask(self, *_: object, **__: object) -> None:
        raise DatabaseDownError("away")


def test_a_lesson_that_nobody_enqueued_can_be_held_for_a_moment(line: Line) -> None:
    machine, other = a_machine(line), a_machine(line)
    with machine.hold(LESSON) as record:
        assert record is None
        machine.save(RECORD)
        with pytest.raises(LessonFailedError, match="Another machine"), other.hold(LESSON):
            pass
    with other.hold(LESSON) as record:
        assert record == RECORD


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["take", "save", "beat", "give", "clock"]), st.integers(0, 2)), max_size=25
    )
)
def test_whatever_happens_one_machine_at_most_may_save(
    line: Line, database: Database, steps: list[tuple[str, int]]
) -> None:
    database.execute("TRUNCATE kupload.lesson")
    enqueue(line, LESSON)
    machines = [a_machine(line) for _ in range(3)]
    for number, (step, who) in enumerate(steps):
        machine = machines[who]
        match step:
            case "take":
                machine.holds.take(LESSON)
            case "save" if LESSON in machine.holds.of:
                _try(machine, number)
            case "beat":
                machine.beat()
            case "give":
                machine.give(LESSON)
            case "clock":
                pass_lease(database, LESSON)
    for _ in range(2):
        saved = [who for who, machine in enumerate(machines) if LESSON in machine.holds.of and _try(machine, who)]
        assert len(saved) <= 1


def _try(machine: ClusterProgress, number: int) -> bool:
    try:
        machine.save(replace(RECORD, title=f"step {number}"))
    except LessonLostError:
        return False
    return True


def test_init_makes_everything_once_and_nothing_in_public(database: Database) -> None:
    before = database.query("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace")
    with closing(line_to(database)) as line:
        with pytest.raises(BatchStoppedError, match="kupload cluster init"):
            check_version(line)
        assert install(line) is True
        assert install(line) is False
        check_version(line)
    assert database.query("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace") == before
    assert database.query(
        "SELECT count(*) FROM pg_type WHERE typname LIKE 'procrastinate%%' AND typnamespace = 'public'::regnamespace"
    ) == [(0,)]


def test_the_printed_script_makes_the_same(postgres: Server) -> None:
    with postgres.database() as by_hand, closing(line_to(by_hand)) as line:
        by_hand.execute(script_of(line))
        check_version(line)
        silent = "tgrelid = 'kupload.procrastinate_jobs'::regclass AND NOT tgisinternal AND tgenabled <> 'D'"
        assert by_hand.query(f"SELECT tgname FROM pg_trigger WHERE {silent}") == []


def test_tables_of_the_first_version_are_brought_up_to_date_and_keep_what_they_hold(
    line: Line, database: Database
) -> None:
    enqueue(line, "a")
    database.execute("ALTER TABLE kupload.lesson DROP COLUMN row_title")
    database.execute("UPDATE kupload.meta SET value = '1' WHERE key = 'schema'")
    with pytest.raises(BatchStoppedError, match=r"older version .*kupload cluster init"):
        check_version(line)
    assert install(line) is True
    check_version(line)
    taken = a_machine(line).holds.take("a")
    assert taken is not None
    assert (taken.path, taken.row_title) == ("c/a.mp4", None)


@pytest.mark.parametrize("key", ["schema", "engine"])
def test_tables_of_a_newer_version_are_left_as_they_are(line: Line, database: Database, key: str) -> None:
    database.execute(f"UPDATE kupload.meta SET value = '99' WHERE key = '{key}'")
    with pytest.raises(BatchStoppedError, match="newer"):
        check_version(line)
    with pytest.raises(UsageError, match="newer"):
        install(line)
    assert database.query(f"SELECT value FROM kupload.meta WHERE key = '{key}'") == [("99",)]


def test_machines_that_make_the_tables_at_once_make_them_once(database: Database) -> None:
    with closing(line_to(database)) as line, ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(lambda _: install(line), range(4))) == [False, False, False, True]


@pytest.mark.usefixtures("line")
def test_a_role_that_may_make_nothing_uses_what_an_administrator_made(database: Database) -> None:
    database.execute("DROP ROLE IF EXISTS cluster_guest")
    database.execute("CREATE ROLE cluster_guest")
    connect = f"{database.url}{'&' if '?' in database.url else '?'}options=-c%20role%3Dcluster_guest"
    with closing(line_to(database, connect)) as guest:
        with pytest.raises(BatchStoppedError, match="--print-sql"):
            install(guest)
        rights = [text[3:] for text in script_of(guest).splitlines() if text.startswith("-- GRANT")]
        database.execute("".join(rights).replace("ROLE", "cluster_guest"))
        assert install(guest) is False
        enqueue(guest, "a")
        queue = Queue(guest)
        queue.register()
        assert queue.give_turns(["nas"]) == {"a"}
        turn = queue.next(["nas"])
        assert turn is not None
        queue.finish(turn)
        assert check_only_cluster(guest, is_named=False) == ()
    database.execute("DROP OWNED BY cluster_guest")
    database.execute("DROP ROLE cluster_guest")


def test_a_second_cluster_is_made_only_where_its_schema_is_named(line: Line, database: Database) -> None:
    dsn = clean_dsn(database.url)
    with closing(Line(dsn.conninfo, dsn.place, "other")) as other:
        with pytest.raises(UsageError, match='schema "kupload" already'):
            check_only_cluster(other, is_named=False)
        assert check_only_cluster(other, is_named=True) == ("kupload",)
        install(other)
        assert check_only_cluster(other, is_named=False) == ("kupload",)
    assert check_only_cluster(line, is_named=False) == ("other",)


def test_tables_of_an_older_version_are_refused(line: Line, database: Database) -> None:
    database.execute("UPDATE kupload.meta SET value = '3.1.0' WHERE key = 'engine'")
    with pytest.raises(BatchStoppedError, match="older"):
        check_version(line)


def test_a_machine_waits_where_the_database_has_not_renewed_its_hold(line: Line) -> None:
    enqueue(line, LESSON)
    now = [0.0]
    machine = ClusterProgress(holds=Holds(line=line, lease=Lease(seconds=60), clocks=lambda: (now[0],)))
    assert machine.holds.take(LESSON)
    now[0] = 50.0
    waits = list[float]()

    def beat(seconds: float) -> None:
        waits.append(seconds)
        machine.beat()

    machine.holds.pause = beat
    machine.holds.sure(LESSON)
    assert len(waits) == 1
