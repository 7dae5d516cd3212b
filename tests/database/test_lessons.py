from __future__ import annotations

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import psycopg
import pytest

from kinescope_upload.database import Fill, LinkOutcome, LinkResult
from kinescope_upload.database.dsn import clean_dsn
from kinescope_upload.database.lessons import LessonsDatabase
from kinescope_upload.errors import DatabaseDownError
from kinescope_upload.model import DurationUnit, LessonRow, LessonTable
from kinescope_upload.video_ids import short_id
from support.postgres import Database, Relay

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LESSON = "01_analytics_m01_start_001"
OTHER = "02_ads_m01_intro_001"
VIDEO = "c7149e0d-0000-4000-8000-000000000001"
ANOTHER = "c7149e0d-0000-4000-8000-000000000002"
SHORT = short_id(VIDEO)
LINKED = LinkResult(outcome=LinkOutcome.LINKED)


def embed(video_id: str) -> str:
    return f"https://kinescope.io/embed/{video_id}"


def lessons_at(url: str, table: LessonTable | None = None, *, answer_timeout: float = 60.0) -> LessonsDatabase:
    return LessonsDatabase(clean_dsn(url), table or LessonTable(), answer_timeout=answer_timeout)


@pytest.fixture
def filled(database: Database) -> Database:
    database.add_lessons([(OTHER, "02_ads", "Введение 🎬"), (LESSON, "01_analytics", "День 1")])
    return database


def link(lessons: LessonsDatabase, video_id: str = VIDEO, lesson_id: str = LESSON) -> LinkResult:
    return lessons.fill(Fill(lesson_id=lesson_id, video_id=video_id, video_url=embed(video_id)))


# Reading.


@pytest.mark.parametrize("by", ["url", "tcp_url"])
def test_all_rows_come_ordered_by_id(filled: Database, by: str) -> None:
    assert lessons_at(getattr(filled, by)).rows() == (
        LessonRow(lesson_id=LESSON, course="01_analytics", title="День 1", video_id=None),
        LessonRow(lesson_id=OTHER, course="02_ads", title="Введение 🎬", video_id=None),
    )


@pytest.mark.parametrize(
    ("courses", "expected"),
    [
        (None, [LESSON, OTHER]),
        (frozenset(), [LESSON, OTHER]),
        ({"02_ads"}, [OTHER]),
        (["01_analytics", "02_ads", "03_ai"], [LESSON, OTHER]),
        (("03_ai",), []),
        (["01_analytics' OR true --"], []),
    ],
)
def test_rows_can_be_those_of_some_courses(filled: Database, courses: list[str] | None, expected: list[str]) -> None:
    assert [row.lesson_id for row in lessons_at(filled.url).rows(courses)] == expected


@pytest.mark.parametrize(("stored", "expected"), [(None, None), ("", None), (VIDEO, VIDEO)])
def test_an_empty_video_id_counts_as_none(filled: Database, stored: str | None, expected: str | None) -> None:
    filled.set_video(LESSON, stored)
    assert lessons_at(filled.url).rows()[0].video_id == expected


def test_the_rows_are_asked_for_once(filled: Database) -> None:
    with Relay(filled.port) as line:
        lessons_at(through(filled, line)).rows()
        assert line.said.count(b"SELECT") == 1


# Switching.


@pytest.mark.parametrize("stored", [VIDEO, SHORT, VIDEO.upper(), f"https://kinescope.io/{SHORT}"])
def test_switch_writes_the_new_video_over_the_old_one_however_that_is_spelt(filled: Database, stored: str) -> None:
    filled.set_video(LESSON, stored, embed(VIDEO))
    lessons = lessons_at(filled.url)
    for _ in range(2):  # a second time changes nothing
        assert lessons.fill(Fill(lesson_id=LESSON, video_id=ANOTHER, video_url=embed(ANOTHER), old_id=VIDEO)) == LINKED
        assert filled.videos() == {LESSON: (ANOTHER, embed(ANOTHER)), OTHER: (None, None)}


@pytest.mark.parametrize(
    ("stored", "found"), [(None, "url"), ("", "url"), ("c7149e0d-0000-4000-8000-000000000003",) * 2, ("nothing",) * 2]
)
def test_switch_leaves_a_row_that_does_not_hold_the_old_video(
    filled: Database, stored: str | None, found: str | None
) -> None:
    filled.set_video(LESSON, stored, "url")
    taken = LinkResult(outcome=LinkOutcome.ROW_TAKEN, found=found)
    assert (
        lessons_at(filled.url).fill(Fill(lesson_id=LESSON, video_id=ANOTHER, video_url=embed(ANOTHER), old_id=VIDEO))
        == taken
    )
    assert filled.videos()[LESSON] == (stored, "url")


def test_switch_says_when_there_is_no_row(filled: Database) -> None:
    missing = LinkResult(outcome=LinkOutcome.ROW_MISSING)
    assert (
        lessons_at(filled.url).fill(
            Fill(lesson_id="nobody_001", video_id=ANOTHER, video_url=embed(ANOTHER), old_id=VIDEO)
        )
        == missing
    )


def test_switch_writes_the_duration_of_the_new_video(filled: Database) -> None:
    filled.execute('ALTER TABLE "Lesson" ADD COLUMN minutes double precision')
    filled.set_video(LESSON, SHORT, embed(VIDEO))
    lessons = lessons_at(filled.url, LessonTable(duration="minutes", duration_unit=DurationUnit.MINUTES))
    assert (
        lessons.fill(Fill(lesson_id=LESSON, video_id=ANOTHER, video_url=embed(ANOTHER), duration=754.25, old_id=VIDEO))
        == LINKED
    )
    assert filled.query('SELECT minutes FROM "Lesson" ORDER BY id') == [(12.57,), (None,)]
    assert (
        lessons.fill(Fill(lesson_id=LESSON, video_id=ANOTHER, video_url=embed(ANOTHER), duration=9, old_id=VIDEO))
        == LINKED
    )
    assert filled.query('SELECT minutes FROM "Lesson" ORDER BY id') == [(12.57,), (None,)]


# Linking.


@pytest.mark.parametrize("stored", [None, "", VIDEO])
def test_link_writes_id_and_address_together(filled: Database, stored: str | None) -> None:
    filled.set_video(LESSON, stored)
    assert link(lessons_at(filled.url)) == LINKED
    assert filled.videos() == {LESSON: (VIDEO, embed(VIDEO)), OTHER: (None, None)}


def test_link_done_again_changes_nothing(filled: Database) -> None:
    lessons = lessons_at(filled.url)
    assert link(lessons) == LINKED
    before = filled.videos()
    assert link(lessons) == LINKED
    assert filled.videos() == before


@pytest.mark.parametrize("stored", [SHORT, VIDEO, VIDEO.upper(), f"https://kinescope.io/{SHORT}?t=5"])
@pytest.mark.parametrize("address", [f"https://kinescope.io/{SHORT}", f"https://kinescope.io/embed/{VIDEO.upper()}"])
def test_a_row_that_names_the_video_in_another_spelling_is_linked_and_left_as_it_is(
    filled: Database, stored: str, address: str
) -> None:
    filled.set_video(LESSON, stored, address)
    assert link(lessons_at(filled.url)) == LINKED
    assert filled.videos()[LESSON] == (stored, address)


@pytest.mark.parametrize("address", [None, "", f"https://kinescope.io/embed/{ANOTHER}"])
def test_a_row_that_names_the_video_in_another_spelling_gets_the_address_that_it_lacks(
    filled: Database, address: str | None
) -> None:
    filled.set_video(LESSON, SHORT, address)
    assert link(lessons_at(filled.url)) == LINKED
    assert filled.videos()[LESSON] == (SHORT, embed(VIDEO))


def test_link_refuses_to_overwrite_and_tells_what_is_there(filled: Database) -> None:
    filled.set_video(LESSON, ANOTHER, "https://example.org/theirs")
    assert link(lessons_at(filled.url)) == LinkResult(outcome=LinkOutcome.ROW_TAKEN, found=ANOTHER)
    assert filled.videos()[LESSON] == (ANOTHER, "https://example.org/theirs")


@pytest.mark.parametrize("old_id", [None, ANOTHER])
def test_a_row_that_has_another_title_by_now_is_not_written(filled: Database, old_id: str | None) -> None:
    filled.set_video(LESSON, old_id)
    fill = Fill(lesson_id=LESSON, video_id=VIDEO, video_url=embed(VIDEO), old_id=old_id, title="День 0")

    assert lessons_at(filled.url).fill(fill) == LinkResult(outcome=LinkOutcome.ROW_RENAMED, found="День 1")
    assert filled.videos()[LESSON] == (old_id, None)
    assert lessons_at(filled.url).fill(replace(fill, title="День 1")) == LINKED
    assert lessons_at(filled.url).fill(fill) == LINKED  # it holds the video already


def test_link_tells_that_the_row_is_missing(filled: Database) -> None:
    assert link(lessons_at(filled.url), lesson_id="no_such_lesson") == LinkResult(outcome=LinkOutcome.ROW_MISSING)


def test_of_two_that_link_one_row_at_once_exactly_one_wins(filled: Database) -> None:
    lessons = lessons_at(filled.tcp_url)
    for _ in range(15):
        filled.set_video(LESSON, None)
        start = threading.Barrier(2)

        def race(video_id: str, start: threading.Barrier = start) -> LinkResult:
            start.wait()
            return link(lessons, video_id)

        with ThreadPoolExecutor(2) as pool:
            results = dict(zip((VIDEO, ANOTHER), pool.map(race, (VIDEO, ANOTHER)), strict=True))
        (winner,) = (video_id for video_id, result in results.items() if result == LINKED)
        (loser,) = results.keys() - {winner}
        assert results[loser] == LinkResult(outcome=LinkOutcome.ROW_TAKEN, found=winner)
        assert filled.videos()[LESSON] == (winner, embed(winner))


def test_link_waits_for_somebody_who_is_writing_the_row_and_then_refuses(filled: Database) -> None:
    with psycopg.connect(filled.url) as theirs, ThreadPoolExecutor(1) as pool:
        theirs.execute('UPDATE "Lesson" SET "videoId" = %s WHERE id = %s', [ANOTHER, LESSON])
        ours = pool.submit(link, lessons_at(filled.url))
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        while filled.query(waiting) != [(1,)]:
            pass
        theirs.commit()
        assert ours.result() == LinkResult(outcome=LinkOutcome.ROW_TAKEN, found=ANOTHER)


@pytest.mark.parametrize("name", ["\udcff", "a\0b", "x" * 100_000])
def test_names_that_no_row_can_have_are_just_not_there(filled: Database, name: str) -> None:
    lessons = lessons_at(filled.url)
    assert link(lessons, lesson_id=name) == LinkResult(outcome=LinkOutcome.ROW_MISSING)
    assert lessons.rows([name]) == ()


# Durations.


@pytest.mark.parametrize(
    ("kind", "unit", "stored"),
    [
        ("int", DurationUnit.SECONDS, 754),
        ("int", DurationUnit.MINUTES, 13),
        ("double precision", DurationUnit.SECONDS, 754.25),
        ("double precision", DurationUnit.MINUTES, 12.57),
        ("text", DurationUnit.SECONDS, "754.25"),
    ],
)
def test_link_writes_the_duration_with_the_id(filled: Database, kind: str, unit: DurationUnit, stored: object) -> None:
    filled.execute(f'ALTER TABLE "Lesson" ADD COLUMN "100%% long" {kind}')
    lessons = lessons_at(filled.url, LessonTable(duration="100%% long", duration_unit=unit))
    assert lessons.probe().problem is None
    assert lessons.fill(Fill(lesson_id=LESSON, video_id=VIDEO, video_url=embed(VIDEO), duration=754.25)) == LINKED
    assert filled.videos()[LESSON] == (VIDEO, embed(VIDEO))
    assert filled.query('SELECT "100%%%% long" FROM "Lesson" ORDER BY id') == [(stored,), (None,)]


def test_a_duration_changes_no_row_that_is_taken_and_one_that_is_unknown_leaves_what_is_there(
    filled: Database,
) -> None:
    filled.execute('ALTER TABLE "Lesson" ADD COLUMN seconds int NOT NULL DEFAULT 5')
    lessons = lessons_at(filled.url, LessonTable(duration="seconds"))
    filled.set_video(LESSON, ANOTHER)
    assert (
        lessons.fill(Fill(lesson_id=LESSON, video_id=VIDEO, video_url=embed(VIDEO), duration=9)).outcome
        is LinkOutcome.ROW_TAKEN
    )
    assert lessons.fill(Fill(lesson_id=OTHER, video_id=VIDEO, video_url=embed(VIDEO))) == LINKED
    assert filled.query('SELECT seconds FROM "Lesson"') == [(5,), (5,)]


# Names.

_COLUMNS = ("lesson_id", "course", "title", "video_id", "video_url", "duration")


@pytest.mark.parametrize(
    "table",
    [
        LessonTable(table="lesson", lesson_id="lesson_id", course="course", title="name", video_id="v", video_url="u"),
        LessonTable(
            table='odd "name"; DROP TABLE "Lesson"; --', title="100%s", video_id="%(courses)s", video_url="a.b"
        ),
        LessonTable(schema="My Schema %", table="Уроки 🎬", duration='%s "long"'),
    ],
)
def test_names_may_be_made_of_anything(database: Database, table: LessonTable) -> None:
    names = {
        key: '"' + getattr(table, key).replace('"', '""') + '"'
        for key in table.__dataclass_fields__
        if getattr(table, key)
    }
    schema = names.get("schema", "public")
    place = f"{schema}.{names['table']}"
    columns = ", ".join(f"{names[key]} text" for key in _COLUMNS if key in names)
    database.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}; CREATE TABLE {place} ({columns})")
    database.execute(f"INSERT INTO {place} VALUES ('{LESSON}', 'c', 't', NULL, NULL)")
    lessons = lessons_at(database.url, table)
    assert lessons.probe().problem is None
    assert lessons.fill(Fill(lesson_id=LESSON, video_id=VIDEO, video_url=embed(VIDEO), duration=9)) == LINKED
    assert lessons.rows(["c"]) == (LessonRow(lesson_id=LESSON, course="c", title="t", video_id=VIDEO),)


def test_columns_may_be_of_other_types(database: Database) -> None:
    columns = "id uuid PRIMARY KEY, course varchar, title varchar, video uuid, url varchar"
    database.execute(f"CREATE TABLE lesson ({columns})")
    lesson_id = "0f0e0d0c-0000-4000-8000-000000000009"
    database.execute(f"INSERT INTO lesson VALUES ('{lesson_id}', NULL, NULL, NULL, NULL)")
    table = LessonTable(table="lesson", course="course", video_id="video", video_url="url")
    lessons = lessons_at(database.url, table)
    assert link(lessons, lesson_id=lesson_id) == LINKED
    assert link(lessons, ANOTHER, lesson_id) == LinkResult(outcome=LinkOutcome.ROW_TAKEN, found=VIDEO)
    assert lessons.rows() == (LessonRow(lesson_id=lesson_id, course="", title="", video_id=VIDEO),)


def test_the_schema_of_the_connection_string_is_where_the_table_is_looked_for(filled: Database) -> None:
    filled.execute('CREATE SCHEMA app; CREATE TABLE app."Lesson" (LIKE public."Lesson")')
    assert lessons_at(f"{filled.url}&schema=app").rows() == ()
    assert len(lessons_at(f"{filled.url}&schema=public").rows()) == 2


def test_the_schema_of_the_settings_goes_before_that_of_the_connection_string(filled: Database) -> None:
    assert len(lessons_at(f"{filled.url}&schema=app", LessonTable(schema="public")).rows()) == 2


# Behind a pooler in transaction mode.


def through(database: Database, line: Relay) -> str:
    return database.server.tcp_url(database.name, port=line.port)


def frontend_messages(said: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(type, body) of what one client said after its start-up messages, which have no type."""
    rest = said
    while rest[:1] == b"\0":
        rest = rest[int.from_bytes(rest[:4], "big") :]
    while rest:
        length = int.from_bytes(rest[1:5], "big")
        yield rest[:1], rest[5 : 1 + length]
        rest = rest[1 + length :]


@pytest.mark.parametrize(
    ("call", "begun"), [(lambda one: one.rows(), []), (link, [b"BEGIN\0", b"COMMIT\0"])], ids=["rows", "link"]
)
def test_nothing_is_prepared_or_set_and_only_an_update_begins_a_transaction(
    filled: Database, call: Callable[[LessonsDatabase], object], begun: list[bytes]
) -> None:
    with Relay(filled.port) as line:
        call(lessons_at(through(filled, line)))
    *messages, last = frontend_messages(bytes(line.said))
    assert last == (b"X", b"")
    assert {kind for kind, _ in messages} <= {b"Q", b"P", b"B", b"D", b"E", b"S"}
    assert [body for kind, body in messages if kind == b"Q"] == begun
    parsed = [body for kind, body in messages if kind == b"P"]
    assert parsed
    assert all(body.startswith((b"\0SELECT", b"\0\nSELECT", b"\0UPDATE")) for body in parsed), "all without a name"
    assert all(body.startswith(b"\0\0") for kind, body in messages if kind == b"B"), "and bound without a name"


def test_looking_at_the_rights_begins_one_transaction_and_takes_it_back(filled: Database) -> None:
    with Relay(filled.port) as line:
        lessons_at(through(filled, line)).probe()
    messages = list(frontend_messages(bytes(line.said)))
    said = [body.removeprefix(b"\0").partition(b"\0")[0] for kind, body in messages if kind == b"P"]
    assert [body for body in said if not body.strip().startswith((b"SELECT", b"UPDATE"))] == [
        b"BEGIN",
        b"SET LOCAL lock_timeout = '1s'",
        b"ROLLBACK",
    ]
    assert sum(kind == b"S" for kind, _ in messages) == 3, "three round trips: the catalogue, some lessons, and a write"


def test_a_row_that_can_be_written_costs_one_round_trip_and_stays_as_it_is(filled: Database) -> None:
    version = filled.query('SELECT xmin::text FROM "Lesson" ORDER BY id')
    with Relay(filled.port) as line:
        report = lessons_at(through(filled, line)).probe([LESSON])
    assert (report.problem, report.may_update) == (None, True)
    assert sum(kind == b"S" for kind, _ in frontend_messages(bytes(line.said))) == 1
    assert filled.query('SELECT xmin::text FROM "Lesson" ORDER BY id') == version


def test_several_rows_are_written_in_one_round_trip(filled: Database) -> None:
    with Relay(filled.port) as line:
        assert lessons_at(through(filled, line)).fill_together(
            [Fill(lesson_id=LESSON, video_id=VIDEO, video_url=embed(VIDEO))]
        ) == {LESSON}
    messages = list(frontend_messages(bytes(line.said)))
    assert {kind for kind, _ in messages} == {b"P", b"B", b"D", b"E", b"H", b"S", b"X"}, (
        "no transaction is asked for first"
    )
    assert sum(kind == b"S" for kind, _ in messages) == 1
    assert all(body.startswith(b"\0") for kind, body in messages if kind == b"P"), "all without a name"


def test_no_connection_stays_open(filled: Database) -> None:
    lessons = lessons_at(filled.url)
    lessons.rows()
    link(lessons)
    ours = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'kupload' AND datname = current_database()"
    while filled.query(ours) != [(0,)]:  # the server takes a moment to see that we have left
        pass


# What may pass by itself.


def test_a_stopped_server_is_down_and_afterwards_it_is_not(filled: Database) -> None:
    for url in (filled.url, filled.tcp_url):
        lessons = lessons_at(url)
        with filled.server.stopped():
            for call in (lessons.rows, lambda lessons=lessons: link(lessons)):
                with pytest.raises(DatabaseDownError, match=r"is not available: (Connection refused|No such file)"):
                    call()
        assert link(lessons) == LINKED


@pytest.mark.parametrize("host", ["no-such-host.invalid", "no-such-host.invalid,another.invalid"])
def test_a_name_that_is_not_found_may_be_found_later(host: str) -> None:
    with pytest.raises(DatabaseDownError, match=r"such-host\.invalid:5432.*/d is not available: failed to resolve"):
        lessons_at(f"postgresql://u@{host}/d").rows()


def test_a_lost_answer_to_the_update_is_asked_for_again_and_does_no_harm(filled: Database) -> None:
    with Relay(filled.port, at=b"COMMIT") as line, pytest.raises(DatabaseDownError, match="is not available"):
        link(lessons_at(through(filled, line)))
    assert filled.videos()[LESSON] == (VIDEO, embed(VIDEO)), "it was written, only the answer was lost"
    assert link(lessons_at(filled.tcp_url)) == LINKED


def test_a_connection_that_breaks_before_the_update_leaves_the_row_alone(filled: Database) -> None:
    with Relay(filled.port, at=b"user", loses_answer=True) as line, pytest.raises(DatabaseDownError):
        link(lessons_at(through(filled, line)))
    assert filled.videos()[LESSON] == (None, None)


@pytest.mark.parametrize("at", [b"UPDATE", b"SELECT"])
def test_an_answer_that_never_comes_is_not_waited_for_longer_than_the_bound(filled: Database, at: bytes) -> None:
    with Relay(filled.port, at=at, loses_answer=False) as line:
        lessons = lessons_at(through(filled, line), answer_timeout=0.2)
        with pytest.raises(DatabaseDownError, match=r"no answer within 0\.2 s"):
            link(lessons) if at == b"UPDATE" else lessons.rows()
    assert filled.videos()[LESSON] == (None, None)


def test_a_server_that_accepts_and_says_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        lessons = lessons_at(f"postgresql://u@127.0.0.1:{silent.getsockname()[1]}/d?connect_timeout=1")
        with pytest.raises(DatabaseDownError, match="timeout expired"):
            lessons.rows()


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("ALTER DATABASE {} SET default_transaction_read_only = on", "read-only transaction"),
        ("ALTER DATABASE {} SET statement_timeout = '250ms'", "canceling statement due to statement timeout"),
        ("ALTER DATABASE {} SET lock_timeout = '250ms'", "canceling statement due to lock timeout"),
        ("ALTER DATABASE {0} CONNECTION LIMIT 0; CREATE ROLE guest_{0} LOGIN", "too many connections"),
    ],
)
def test_what_the_server_cannot_do_now_is_done_later(filled: Database, setting: str, sentence: str) -> None:
    # A time that runs out between two messages instead of in the wait is told by the server as a "user request".
    guest = f"guest_{filled.name}" if "guest" in setting else "postgres"
    with psycopg.connect(filled.url) as theirs:
        theirs.execute('SELECT FROM "Lesson" FOR UPDATE')  # our UPDATE has to wait
        filled.execute(setting.format(filled.name))
        try:
            with pytest.raises(DatabaseDownError, match=f"(is not available|has no free connection): .*{sentence}"):
                link(lessons_at(filled.server.url(filled.name, guest)))
        finally:
            filled.server.execute(f"DROP ROLE IF EXISTS guest_{filled.name}")


def test_a_server_that_shuts_down_in_the_middle_is_down(filled: Database) -> None:
    with psycopg.connect(filled.url) as theirs, ThreadPoolExecutor(1) as pool:
        theirs.execute('SELECT FROM "Lesson" FOR UPDATE')
        ours = pool.submit(link, lessons_at(filled.url))
        waiting = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        while not (found := filled.query(waiting)):
            pass
        filled.query("SELECT pg_terminate_backend(%s)", found[0][0])
        with pytest.raises(DatabaseDownError, match="terminating connection"):
            ours.result()


# Rows that hold an address and no id, or an address that names another video.

THEIR_ADDRESS = "https://youtu.be/dQw4w9WgXcQ"


@pytest.mark.parametrize("stored", [None, ""])
@pytest.mark.parametrize("address", [THEIR_ADDRESS, embed(ANOTHER), " "])
@pytest.mark.parametrize("names", ["Prisma's", "own"])
def test_an_address_without_an_id_is_not_written_over(
    filled: Database, stored: str | None, address: str, names: str
) -> None:
    lessons, taken = lessons_at(filled.url), LinkResult(outcome=LinkOutcome.ROW_TAKEN, found=address)
    filled.set_video(LESSON, stored, address)
    if names == "own":
        filled.execute('ALTER TABLE "Lesson" RENAME "videoUrl" TO "their address"')
        lessons = lessons_at(filled.url, LessonTable(video_url="their address"))
    fill = Fill(lesson_id=LESSON, video_id=VIDEO, video_url=embed(VIDEO))
    assert link(lessons) == taken
    assert lessons.fill_together([fill]) == frozenset()
    [row] = lessons.rows(lessons=[LESSON])
    assert (row.video_id, row.has_address_only) == (address, True)
    column = "videoUrl" if names == "Prisma's" else "their address"
    assert filled.query(f"""SELECT "{column}", "videoId" FROM "Lesson" WHERE id = '{LESSON}'""") == [(address, stored)]


@pytest.mark.parametrize("address", [embed(VIDEO), f"https://kinescope.io/{SHORT}", embed(VIDEO.upper())])
def test_an_address_of_our_video_gets_its_id(filled: Database, address: str) -> None:
    filled.set_video(LESSON, None, address)
    assert link(lessons_at(filled.url)) == LINKED
    assert filled.videos()[LESSON] == (VIDEO, embed(VIDEO))


@pytest.mark.parametrize("address", [THEIR_ADDRESS, embed("c7149e0d-0000-4000-8000-000000000003")])
def test_switch_leaves_an_address_that_somebody_put_there(filled: Database, address: str) -> None:
    filled.set_video(LESSON, VIDEO, address)
    fill = Fill(lesson_id=LESSON, video_id=ANOTHER, video_url=embed(ANOTHER), old_id=VIDEO)
    assert lessons_at(filled.url).fill(fill) == LinkResult(outcome=LinkOutcome.ROW_TAKEN, found=address)
    assert filled.videos()[LESSON] == (VIDEO, address)


@pytest.mark.parametrize(
    "address", [None, "", f"https://kinescope.io/{SHORT}", f"//a.example/{VIDEO}/x", embed(ANOTHER)]
)
def test_switch_writes_over_any_address_of_the_old_video(filled: Database, address: str | None) -> None:
    filled.set_video(LESSON, VIDEO, address)
    fill = Fill(lesson_id=LESSON, video_id=ANOTHER, video_url=embed(ANOTHER), old_id=VIDEO)
    assert lessons_at(filled.url).fill(fill) == LINKED
    assert filled.videos()[LESSON] == (ANOTHER, embed(ANOTHER))


@pytest.mark.parametrize(
    "columns", [(VIDEO, None), (VIDEO, embed(VIDEO)), (VIDEO, THEIR_ADDRESS), (None, THEIR_ADDRESS), ("", embed(VIDEO))]
)
def test_a_row_is_emptied_of_what_was_seen_in_both_columns(
    filled: Database, columns: tuple[str | None, str | None]
) -> None:
    lessons = lessons_at(filled.url)
    filled.set_video(LESSON, *columns)
    [row] = lessons.rows(lessons=[LESSON])
    seen = LESSON, row.video_id or "", row.address
    for changed in ((VIDEO, embed(ANOTHER)), (None, embed(ANOTHER)), (ANOTHER, columns[1])):
        filled.set_video(LESSON, *changed)
        assert not lessons.clear(*seen)
        assert filled.videos()[LESSON] == changed
    filled.set_video(LESSON, *columns)
    assert lessons.clear(*seen)
    assert lessons.clear(*seen), "done again, it changes nothing"
    assert filled.videos()[LESSON] == (None, None)
