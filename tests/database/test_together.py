"""Several rows by one statement, and the connection that is kept between calls: real PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.database import Fill
from kinescope_upload.database.dsn import clean_dsn
from kinescope_upload.database.lessons import LessonsDatabase
from kinescope_upload.errors import DatabaseDownError
from kinescope_upload.model import DurationUnit, LessonTable

if TYPE_CHECKING:
    from support.postgres import Database

LESSONS = tuple(f"01_analytics_m01_start_{number:03}" for number in range(1, 5))
THEIRS = "c7149e0d-0000-4000-8000-00000000000f"
_OTHERS = "SELECT pid FROM pg_stat_activity WHERE application_name = 'kupload' AND datname = current_database()"
_COUNT_OTHERS = (
    "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'kupload' AND datname = current_database()"
)


def video_of(lesson_id: str) -> str:
    return f"c7149e0d-0000-4000-8000-000000000{lesson_id[-3:]}"


def fill_of(lesson_id: str, *, duration: float | None = None) -> Fill:
    video_id = video_of(lesson_id)
    address = f"https://kinescope.io/embed/{video_id}"
    return Fill(lesson_id=lesson_id, video_id=video_id, video_url=address, duration=duration)


FILLS = [fill_of(lesson_id) for lesson_id in LESSONS]


def lessons_at(database: Database, table: LessonTable | None = None) -> LessonsDatabase:
    return LessonsDatabase(clean_dsn(database.url), table or LessonTable())


@pytest.fixture
def filled(database: Database) -> Database:
    database.add_lessons([(lesson_id, "01_analytics", lesson_id) for lesson_id in LESSONS])
    return database


def linked(database: Database) -> set[str]:
    """The lessons whose rows hold their own videos and these' addresses."""
    own = {fill.lesson_id: (fill.video_id, fill.video_url) for fill in FILLS}
    return {lesson_id for lesson_id, row in database.videos().items() if row == own[lesson_id]}


def test_several_empty_rows_are_written_and_a_second_time_changes_nothing(filled: Database) -> None:
    lessons = lessons_at(filled)
    assert lessons.fill_together(FILLS) == set(LESSONS) == linked(filled)
    versions = filled.query('SELECT xmin::text FROM "Lesson"')
    assert lessons.fill_together(FILLS) == set(LESSONS)
    assert filled.query('SELECT xmin::text FROM "Lesson"') == versions


def test_a_row_that_is_taken_or_missing_is_left_open_and_the_others_are_written(filled: Database) -> None:
    filled.set_video(LESSONS[1], THEIRS)
    filled.execute(f"""DELETE FROM "Lesson" WHERE id = '{LESSONS[2]}'""")
    assert lessons_at(filled).fill_together(FILLS) == {LESSONS[0], LESSONS[3]} == linked(filled)
    assert filled.videos()[LESSONS[1]][0] == THEIRS


@pytest.mark.parametrize(
    "refusal",
    [
        f"""ALTER TABLE "Lesson" ADD CHECK (id <> '{LESSONS[2]}' OR "videoId" IS NULL)""",
        f"""CREATE FUNCTION refuse() RETURNS trigger AS $$ BEGIN RAISE 'no'; END $$ LANGUAGE plpgsql;
            CREATE TRIGGER t BEFORE UPDATE ON "Lesson" FOR EACH ROW WHEN (old.id = '{LESSONS[2]}')
            EXECUTE FUNCTION refuse()""",
        f"""CREATE FUNCTION undo() RETURNS trigger AS $$ BEGIN RETURN old; END $$ LANGUAGE plpgsql;
            CREATE TRIGGER t BEFORE UPDATE ON "Lesson" FOR EACH ROW WHEN (old.id = '{LESSONS[2]}')
            EXECUTE FUNCTION undo()""",
    ],
    ids=["constraint", "trigger that refuses", "trigger that puts back"],
)
def test_where_one_row_refuses_none_is_written(filled: Database, refusal: str) -> None:
    filled.execute(refusal)
    assert lessons_at(filled).fill_together(FILLS) == frozenset()
    assert linked(filled) == set()


@pytest.mark.parametrize("kind", ["int", "numeric", "double precision", "text"])
def test_columns_of_other_types_and_odd_names_take_several_videos(database: Database, kind: str) -> None:
    database.execute(f'CREATE TABLE l (id varchar PRIMARY KEY, c text, t text, "%s" uuid, url varchar, long {kind})')
    for lesson_id in LESSONS:
        database.execute(f"INSERT INTO l VALUES ('{lesson_id}', 'c', 't', NULL, NULL, NULL)")
    names = {"table": "l", "course": "c", "title": "t", "video_id": "%s", "video_url": "url", "duration": "long"}
    lessons = lessons_at(database, LessonTable(**names, duration_unit=DurationUnit.MINUTES))
    fills = [*(fill_of(lesson_id, duration=754.25) for lesson_id in LESSONS[:3]), FILLS[3]]
    assert lessons.fill_together(fills) == set(LESSONS[:3]), "the fourth has no duration"
    rows = database.query('SELECT "%%s"::text, long::text FROM l ORDER BY id')
    stored = "13" if kind == "int" else "12.57"
    assert rows == [*((video_of(lesson_id), stored) for lesson_id in LESSONS[:3]), (None, None)]


def test_every_call_uses_one_connection_while_it_is_kept_and_none_is_left(filled: Database) -> None:
    lessons = lessons_at(filled)
    with lessons.kept_open(60):
        lessons.fill(FILLS[0])
        pids = filled.query(_OTHERS)
        lessons.fill_together(FILLS[1:])
        lessons.rows()
        assert filled.query(_OTHERS) == pids
        assert len(pids) == 1
    _assert_none_is_open(filled)
    lessons.rows()
    _assert_none_is_open(filled)


def test_a_connection_is_closed_when_nobody_has_used_it_for_its_time(filled: Database) -> None:
    now = 0.0
    lessons = LessonsDatabase(clean_dsn(filled.url), LessonTable(), clock=lambda: now)
    with lessons.kept_open(10):
        lessons.rows()
        now = 9.9
        lessons.close_idle()
        assert filled.query(_COUNT_OTHERS) == [(1,)]
        now = 10.0
        lessons.close_idle()
        _assert_none_is_open(filled)


@pytest.mark.parametrize("call", [lambda one: one.fill(FILLS[0]), lambda one: one.fill_together(FILLS)])
def test_a_kept_connection_that_the_server_has_closed_is_replaced(filled: Database, call: object) -> None:
    lessons = lessons_at(filled)
    with lessons.kept_open(60):
        lessons.rows()
        filled.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        _assert_none_is_open(filled)
        assert callable(call)
        call(lessons)
    assert LESSONS[0] in linked(filled)


def test_a_database_that_is_down_is_no_row_that_refuses(filled: Database) -> None:
    lessons = lessons_at(filled)
    with filled.server.stopped(), pytest.raises(DatabaseDownError):
        lessons.fill_together(FILLS)


def _assert_none_is_open(database: Database) -> None:
    while database.query(_COUNT_OTHERS) != [(0,)]:  # the server notes the end of a connection a moment later
        pass


@pytest.mark.parametrize("duration", [None, "seconds"])
def test_a_row_that_has_another_title_by_now_is_left_out(filled: Database, duration: str | None) -> None:
    if duration:
        filled.execute(f'ALTER TABLE "Lesson" ADD COLUMN {duration} integer')
    fills = [replace(fill_of(one, duration=1.0), title=one) for one in LESSONS[:2]]
    fills += [replace(fill_of(LESSONS[2], duration=1.0), title="renamed"), fill_of(LESSONS[3], duration=1.0)]

    done = lessons_at(filled, LessonTable(duration=duration)).fill_together(fills)

    assert done == linked(filled) == {LESSONS[0], LESSONS[1], LESSONS[3]}
