"""The database: down before, down meanwhile, and rows that change under our hands."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg
import pytest

from kinescope_upload.emulator import ForeignVideo, Link, Route
from kinescope_upload.kinescope.video import embed_url
from kinescope_upload.progress import ask_to_stop
from kinescope_upload.upload import Stage
from support.concurrency import hold_line, meanwhile, once_sent, until
from support.systems import posix_only
from support.world import KIB, World, WorldMaker, through_link

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FIRST = "01_analytics_m01_start_001"
SECOND = "01_analytics_m01_start_002"
THEIRS = "0f0e0d0c-0000-4000-8000-000000000001"


def test_a_database_that_is_down_at_the_start_stops_the_run_before_any_byte(world: World) -> None:
    world.fill((10 * KIB,))
    with Link("http://127.0.0.1:9") as nobody:
        nobody.refuse()
        world.environment["DATABASE_URL"] = through_link(world.database.tcp_url, nobody)
        outcome = world.run("--json")
    assert outcome.exit_code == 3
    assert "--no-db" in outcome.text
    assert world.emulator.accounting.records() == ()


@contextmanager
def _pool_that_is_full(world: World) -> Iterator[tuple[Link, Callable[[], None]]]:
    """Gives the line to a database all of whose connections are in use, and what gives them back."""
    name, server = world.database.name, world.database.server
    visitor = f"visitor_of_{name}"
    world.database.execute(f'CREATE ROLE "{visitor}" LOGIN; GRANT ALL ON ALL TABLES IN SCHEMA public TO "{visitor}"')
    world.database.execute(f'ALTER DATABASE "{name}" CONNECTION LIMIT 0')
    try:
        with Link(f"http://127.0.0.1:{world.database.port}") as line:
            world.environment["DATABASE_URL"] = through_link(server.tcp_url(name, visitor), line)
            yield line, lambda: server.execute(f'ALTER DATABASE "{name}" CONNECTION LIMIT -1')
    finally:
        world.database.execute(f'DROP OWNED BY "{visitor}"; DROP ROLE "{visitor}"')


def test_a_database_whose_connections_are_all_in_use_at_the_start_is_waited_for(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((10 * KIB,))
    with _pool_that_is_full(world) as (line, give_back):

        def once_it_waits() -> None:
            world.output.wait_for('"wait_started"')
            until(lambda: line.connections >= 2)
            give_back()

        with meanwhile(once_it_waits):
            outcome = world.upload(retries=100)
    assert outcome.exit_code == 0, outcome.said
    [began], [ended] = outcome.events("wait_started"), outcome.events("wait_ended")
    assert (began["kind"], ended["kind"]) == ("database", "database")
    assert "too many connections" in began["reason"]
    world.assert_promise()


@posix_only("Windows sends Ctrl+C to whole consoles only")
@pytest.mark.parametrize("command", [(), ("--dry-run",)], ids=["run", "dry run"])
def test_the_wait_for_a_connection_is_shown_and_ctrl_c_ends_it(worlds: WorldMaker, command: tuple[str, ...]) -> None:
    world = worlds()
    world.fill((10 * KIB,))
    world.environment["KUPLOAD_RETRY_BASE"] = "100"
    with _pool_that_is_full(world), world.start(*command) as process:
        assert process.stdout
        assert process.stdout.readline().startswith("progress: ")
        said = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=60)
    assert "The database cannot be used since" in said
    assert "too many connections" in said
    assert process.returncode == 130
    assert "Traceback" not in rest


def test_a_run_that_waits_for_a_connection_at_the_start_is_stopped_by_kupload_stop(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((10 * KIB,))
    world.environment["KUPLOAD_RETRY_BASE"] = "100"
    with _pool_that_is_full(world), meanwhile(lambda: until(lambda: bool(ask_to_stop(world.progress)))):
        outcome = world.run()
    assert outcome.exit_code == 130
    assert "Stopped by `kupload stop`." in outcome.text


def test_without_the_database_videos_are_uploaded_and_a_later_run_links_them_without_a_byte(world: World) -> None:
    world.fill((10 * KIB, 300 * KIB))
    assert world.upload(no_db=True, trust_scan=True).exit_code == 0
    assert {record.stage for record in world.records.values()} == {Stage.UPLOADED}
    requests = world.emulator.accounting.requests()
    assert world.upload().exit_code == 0
    assert world.emulator.accounting.requests() == requests
    world.assert_promise()


@pytest.mark.parametrize("comes_back", [True, False])
def test_a_database_that_goes_down_meanwhile_stops_no_upload(world: World, comes_back: bool) -> None:
    world.fill((10 * KIB, 200 * KIB, 300 * KIB))
    with Link(f"http://127.0.0.1:{world.database.port}") as line:
        world.environment["DATABASE_URL"] = through_link(world.database.tcp_url, line)

        def go_down() -> None:
            world.output.wait_for('"run_started"')
            line.refuse()
            line.cut_now()
            world.output.wait_for('"database"')
            if comes_back:
                line.accept()

        world.link.slow_down(shared_rate=1_000_000)
        with meanwhile(go_down):
            outcome = world.upload(retries=3 if comes_back else 1)
        assert len(world.emulator.videos()) == 3
        assert all(video.complete for video in world.emulator.videos())
        assert outcome.exit_code == (0 if comes_back else 1), outcome.said
        if not comes_back:
            assert [event["kind"] for event in outcome.events("wait_started")] == ["database"]
            assert not outcome.events("wait_ended")
        world.link.heal()
        line.heal()
        requests = world.emulator.accounting.requests()
        assert world.upload().exit_code == 0
        assert world.emulator.accounting.requests() == requests
    world.assert_promise()


def test_the_rows_of_a_batch_go_over_few_connections(worlds: WorldMaker) -> None:
    world = worlds("tus")
    world.fill((KIB,) * 30)
    with Link(f"http://127.0.0.1:{world.database.port}") as line:
        world.environment["DATABASE_URL"] = through_link(world.database.tcp_url, line)
        outcome = world.upload(jobs=4)
        assert outcome.exit_code == 0, outcome.said
        assert line.connections <= 4, "the plan's and the check's, and those of the rows"
    world.assert_promise()


@contextmanager
def somebody_else(world: World, statement: str) -> Iterator[None]:
    """A transaction that a run does not see at its start, and that is committed before the run writes the row."""
    with psycopg.connect(world.database.url) as connection:
        connection.execute(statement.encode())

        def commit() -> None:
            world.output.wait_for('"stage": "uploaded"')
            connection.commit()

        with meanwhile(commit):
            yield


@pytest.mark.parametrize("column", ["videoId", "videoUrl"])
def test_a_row_that_somebody_else_fills_meanwhile_is_not_overwritten_and_the_video_is_kept(
    world: World, column: str
) -> None:
    world.fill((200 * KIB,))
    with somebody_else(world, f"""UPDATE "Lesson" SET "{column}" = '{THEIRS}'"""):
        outcome = world.upload()
    [video] = world.emulator.videos()
    [doubt] = outcome.summary["in_doubt"]
    assert outcome.exit_code == 1
    assert THEIRS in doubt["reason"]
    assert video.id in doubt["reason"]
    assert sorted(map(str, world.database.videos()[FIRST])) == sorted([THEIRS, "None"])
    assert video.complete


@pytest.mark.slow
def test_a_row_with_an_address_and_no_id_is_named_until_a_person_empties_it(world: World) -> None:
    world.fill((20 * KIB, 30 * KIB))
    rows = {FIRST: (None, "https://youtu.be/abc123"), SECOND: (None, embed_url(THEIRS))}
    for lesson_id, columns in rows.items():
        world.database.set_video(lesson_id, *columns)

    planned, outcome = world.run("--dry-run"), world.upload()

    assert (planned.exit_code, outcome.exit_code, len(world.emulator.videos())) == (1, 1, 0)
    assert world.database.videos() == rows
    assert {one["lesson_id"] for one in outcome.summary["in_doubt"]} == set(rows)
    assert all(f"kupload unlink {one['lesson_id']}" in one["hint"] for one in outcome.summary["in_doubt"])
    assert world.run("unlink", FIRST, SECOND, "--yes", "2").exit_code == 0
    assert world.upload().exit_code == 0
    assert {video_id for video_id, _ in world.database.videos().values()} == {one.id for one in world.emulator.videos()}


@pytest.mark.parametrize(
    ("order", "base"),
    [("size", "0.02"), ("mixed", "0.02"), pytest.param("size", "3", marks=pytest.mark.slow, id="by the usual clock")],
)
def test_a_lesson_that_another_machine_links_before_it_begins_costs_no_byte(
    worlds: WorldMaker, order: str, base: str
) -> None:
    world = worlds("tus")
    world.environment["KUPLOAD_RETRY_BASE"] = base
    world.fill((300 * KIB, 400 * KIB, 500 * KIB))
    hold_line(world, after=100 * KIB)

    def be_another_machine() -> None:
        once_sent(world, 100 * KIB)
        world.database.execute(f"""UPDATE "Lesson" SET "videoId" = '{THEIRS}' WHERE id <> '{FIRST}'""")
        [(changed_at,)] = world.database.query("SELECT clock_timestamp()::text")
        asked = (
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'kupload' AND state = 'idle'"
            f" AND datname = current_database() AND query_start > '{changed_at}'"
        )
        # Over the connection that the run keeps; an answer is 30 s old at most.
        until(lambda: world.database.query(asked) == [(1,)], timeout=30)
        world.link.resume()

    with meanwhile(be_another_machine):
        outcome = world.upload(jobs=1, order=order)
    assert outcome.exit_code == 0, outcome.said
    assert THEIRS in outcome.events("lesson_skipped")[0]["reason"]
    assert len(outcome.events("lesson_skipped")) == 2
    assert (outcome.summary["linked"], outcome.summary["skipped"], outcome.summary["left"]) == (1, 2, 0)
    assert len(world.emulator.videos()) == 1
    assert world.emulator.accounting.bytes_received == 300 * KIB


def test_a_row_that_vanishes_meanwhile_is_named_and_the_video_is_linked_when_it_is_back(world: World) -> None:
    world.fill((200 * KIB,))
    with somebody_else(world, 'DELETE FROM "Lesson"'):
        outcome = world.upload()
    [doubt] = outcome.summary["in_doubt"]
    assert (outcome.exit_code, "vanished" in doubt["reason"]) == (1, True)
    world.add_lessons()
    assert world.upload().exit_code == 0
    world.assert_promise()


def test_the_lost_answer_to_an_update_is_asked_for_again(world: World) -> None:
    world.fill((10 * KIB,))
    with Link(f"http://127.0.0.1:{world.database.port}") as line:
        world.environment["DATABASE_URL"] = through_link(world.database.tcp_url, line)

        def lose_the_answer() -> None:
            world.output.wait_for('"run_started"')
            world.emulator.accounting.wait_until(lambda seen: seen.requests()[Route.INIT] > 0, timeout=30)
            line.lose_answers(times=1)

        with meanwhile(lose_the_answer):
            outcome = world.upload()
    assert outcome.exit_code == 0, outcome.said
    world.assert_promise()


def test_a_lesson_whose_row_has_a_video_is_skipped_with_the_reason(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((10 * KIB, 20 * KIB))
    world.database.set_video(FIRST, THEIRS)
    waits = world.upload()
    assert (waits.exit_code, waits.summary["uploaded"]) == (1, 0), "nothing tells which file their video is of"
    world.emulator.add_foreign_video(ForeignVideo(title="Их", id=THEIRS, size=10 * KIB))
    outcome = world.upload()
    assert (outcome.exit_code, outcome.summary["uploaded"]) == (0, 1)
    assert world.database.videos()[FIRST][0] == THEIRS
    assert "has a video" in world.run("--dry-run", "--verbose").text


# What the table refuses, or does not keep.

PUTS_BACK = """
CREATE FUNCTION protect() RETURNS trigger LANGUAGE plpgsql AS
  'BEGIN NEW."videoId" := OLD."videoId"; NEW."videoUrl" := OLD."videoUrl"; RETURN NEW; END';
CREATE TRIGGER protect BEFORE UPDATE ON "Lesson" FOR EACH ROW EXECUTE FUNCTION protect()
"""
CHECK = """ALTER TABLE "Lesson" ADD CONSTRAINT narrow CHECK ("videoUrl" IS NULL OR {})"""


@pytest.mark.parametrize(
    ("refusal", "mend", "reason"),
    [
        (PUTS_BACK, 'DROP TRIGGER protect ON "Lesson"', "did not keep it"),
        (CHECK.format("false"), 'ALTER TABLE "Lesson" DROP CONSTRAINT narrow', "violates check constraint"),
    ],
    ids=["puts the columns back", "takes no address"],
)
def test_a_table_that_takes_no_row_stops_the_run_after_the_first_file(
    worlds: WorldMaker, refusal: str, mend: str, reason: str
) -> None:
    world = worlds()
    world.fill((10 * KIB, 20 * KIB, 30 * KIB))
    world.database.execute(refusal)
    outcome = world.upload(jobs=1)
    assert outcome.exit_code == 3, outcome.said
    assert reason in str(outcome.said)
    assert [record.stage for record in world.records.values()] == [Stage.UPLOADED]
    assert set(world.database.videos().values()) == {(None, None)}
    world.database.execute(mend)
    assert world.upload().exit_code == 0
    world.assert_promise()


def test_a_repair_whose_row_is_put_back_says_so(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((10 * KIB,))
    assert world.upload(no_db=True, trust_scan=True).exit_code == 0
    world.database.execute(PUTS_BACK)
    outcome = world.run("repair", "--yes")
    assert outcome.exit_code == 1, outcome.text
    assert "did not keep it" in outcome.text
    assert "Applied 1 change; 1 failed" in outcome.text


@pytest.mark.parametrize(
    ("policy", "stops_once"),
    [
        ("FOR UPDATE USING (id <> '{}')", False),
        ("FOR UPDATE USING (true) WITH CHECK (\"videoId\" IS NULL OR id <> '{}')", True),  # only its video tells
    ],
    ids=["it may not be written", "it may not have a video"],
)
def test_a_row_that_a_policy_keeps_from_us_stands_in_the_way_of_no_other(
    worlds: WorldMaker, policy: str, *, stops_once: bool
) -> None:
    world = worlds()
    world.fill((10 * KIB, 20 * KIB, 30 * KIB))
    role = f"row_reader_{world.database.name}"
    world.database.execute(
        f'CREATE ROLE {role} LOGIN; GRANT SELECT, UPDATE ON "Lesson" TO {role}; GRANT SELECT ON "Course" TO {role};'
        'ALTER TABLE "Lesson" ENABLE ROW LEVEL SECURITY; CREATE POLICY reads ON "Lesson" FOR SELECT USING (true);'
        f'CREATE POLICY writes ON "Lesson" {policy.format(FIRST)}'
    )
    world.environment["DATABASE_URL"] = world.database.server.url(world.database.name, role)
    if stops_once:
        assert world.upload(jobs=1).exit_code == 3
    outcome = world.upload(jobs=1)
    assert (outcome.exit_code, outcome.summary["linked"]) == (1, 2), outcome.said
    (failure,) = outcome.summary["failures"]
    assert (failure["lesson_id"], "row-level security" in failure["reason"]) == (FIRST, True)
    world.database.execute('DROP POLICY writes ON "Lesson"; CREATE POLICY all_ ON "Lesson" FOR UPDATE USING (true)')
    assert world.upload().exit_code == 0
    world.assert_promise()


def test_one_row_that_is_written_shows_that_the_table_takes_some(worlds: WorldMaker) -> None:
    """Where several are refused, and a run begins with one that no earlier run was refused."""
    world = worlds()
    world.fill((10 * KIB, 20 * KIB, 30 * KIB))
    assert world.upload(no_db=True, trust_scan=True).exit_code == 0
    world.database.execute(CHECK.format(f"id NOT IN ('{FIRST}', '{SECOND}')"))

    outcome = world.upload(jobs=1)

    assert (outcome.exit_code, outcome.summary["linked"]) == (1, 1), outcome.said
    assert [failure["lesson_id"] for failure in outcome.summary["failures"]] == [FIRST, SECOND]


def test_a_row_that_is_refused_for_itself_stands_in_the_way_of_no_other(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((10 * KIB, 20 * KIB, 30 * KIB))
    world.database.execute(CHECK.format(f"id <> '{FIRST}'"))
    assert world.upload(jobs=1).exit_code == 3
    outcome = world.upload(jobs=1)
    assert (outcome.exit_code, outcome.summary["linked"]) == (1, 2), outcome.said
    assert [failure["lesson_id"] for failure in outcome.summary["failures"]] == [FIRST]
    assert len(world.emulator.videos()) == 3


def test_a_row_that_is_refused_after_others_were_written_fails_alone(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((10 * KIB, 20 * KIB, 30 * KIB))
    second = FIRST.replace("001", "002")
    world.database.execute(CHECK.format(f"id <> '{second}'"))
    outcome = world.upload(jobs=1)
    assert (outcome.exit_code, outcome.summary["linked"]) == (1, 2), outcome.said
    assert [failure["lesson_id"] for failure in outcome.summary["failures"]] == [second]


# Two who do the same.


def test_after_a_row_was_found_taken_no_byte_is_sent_for_another_that_is(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((300 * KIB, 400 * KIB, 500 * KIB))
    world.environment["KUPLOAD_RETRY_BASE"] = "60"  # so that nothing is asked in the background
    hold_line(world, after=100 * KIB)

    def be_another_machine() -> None:
        once_sent(world, 100 * KIB)
        world.database.execute(f"""UPDATE "Lesson" SET "videoId" = '{THEIRS}'""")
        world.link.resume()

    with meanwhile(be_another_machine):
        outcome = world.upload(jobs=1)
    assert outcome.exit_code == 1
    assert "kupload repair" in outcome.summary["in_doubt"][0]["hint"]
    assert "Somebody else links lessons" in outcome.events("warned")[0]["message"]
    assert [skipped["lesson_id"][-3:] for skipped in outcome.events("lesson_skipped")] != []
    assert world.emulator.accounting.bytes_received == 300 * KIB


@pytest.mark.slow
def test_two_runs_in_step_drift_apart(worlds: WorldMaker) -> None:
    """In step they send every byte twice. Once a run has found a row taken, it sends no lesson that the other is at.

    So the first lesson of each worker goes up twice, a second one where the run that was faster does not know yet, and
    what both begin in one moment: 3 of 24. The bound is 9.6 of 24.
    """
    world = worlds()
    world.fill((100 * KIB,) * 24)
    world.link.slow_down(shared_rate=20_000)
    runs = [
        world.start("--jobs", "1", "--json", "--order", "lesson", "--progress", str(world.folder / name))
        for name in ("progress", "progress2")
    ]
    for run in runs:
        assert run.stdout is not None
        assert any('"lesson_started"' in line for line in run.stdout)
    world.link.slow_down(shared_rate=1_000_000)
    texts = [run.communicate(timeout=120)[0] for run in runs]
    assert all(video for video, _ in world.database.videos().values()), texts
    assert world.emulator.accounting.bytes_received <= 1.4 * world.library_bytes, texts
    assert any("Somebody else links lessons" in text for text in texts)
