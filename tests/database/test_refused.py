"""What only a person can put right: connection strings, names, rights, row-level security; and what `probe` says."""

from __future__ import annotations

import logging
import re
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from kinescope_upload.database import Fill, LinkOutcome, LinkResult
from kinescope_upload.database.dsn import clean_dsn
from kinescope_upload.database.failures import error_of
from kinescope_upload.database.lessons import LessonsDatabase
from kinescope_upload.errors import BatchStoppedError, KuploadError, LessonFailedError
from kinescope_upload.model import LessonTable
from support.postgres import PASSWORD, WITH_PASSWORD, Database, Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LESSON = "01_analytics_m01_start_001"
VIDEO = "c7149e0d-0000-4000-8000-000000000001"
ANOTHER = "c7149e0d-0000-4000-8000-000000000002"


def lessons_at(url: str, table: LessonTable | None = None) -> LessonsDatabase:
    return LessonsDatabase(clean_dsn(url), table or LessonTable())


def link(lessons: LessonsDatabase) -> LinkResult:
    return lessons.fill(Fill(lesson_id=LESSON, video_id=VIDEO, video_url=f"https://kinescope.io/embed/{VIDEO}"))


@pytest.fixture
def filled(database: Database) -> Database:
    database.add_lessons([(LESSON, "01_analytics", "День 1"), ("02_ads_m01_intro_001", "02_ads", "Введение")])
    return database


@pytest.fixture
def role(filled: Database) -> Iterator[str]:
    """A role that may log in and nothing else."""
    name = f"reader_{filled.name}"
    filled.execute(f"CREATE ROLE {name} LOGIN")
    yield name
    filled.execute(f"DROP OWNED BY {name}; DROP ROLE {name}")


@pytest.mark.parametrize(
    ("make_url", "sentence", "hint"),
    [
        (lambda s: s.url("no_such"), 'cannot be opened: database "no_such" does not exist', "name at the end"),
        (lambda s: s.url("postgres", "nobody"), 'refuses the login: role "nobody" does not exist', "user"),
        (lambda s: s.url("postgres", "pg_monitor"), 'role "pg_monitor" is not permitted to log in', "user"),
        (lambda s: s.tcp_url("postgres", WITH_PASSWORD, "wr0ng"), "password authentication failed", "password"),
        (lambda s: s.tcp_url("postgres", WITH_PASSWORD), "no password supplied", "password"),
        (lambda s: f"{s.tcp_url('postgres')}?sslmode=require", "server does not support SSL", "sslmode"),
        (lambda s: f"{s.tcp_url('postgres')}?sslmode=wr0ng", "invalid sslmode value", "parameter"),
        (lambda s: f"{s.tcp_url('postgres')}?keepalives_idle=wr0ng", "invalid integer value", "parameter"),
        (lambda s: f"{s.tcp_url('postgres')}?options=-c%20nosuch%3D1", "unrecognized configuration", "parameter"),
    ],
)
def test_a_connection_that_a_person_must_put_right_stops_the_batch(
    postgres: Server, make_url: Callable[[Server], str], sentence: str, hint: str
) -> None:
    with pytest.raises(BatchStoppedError, match=sentence) as caught:
        lessons_at(make_url(postgres)).rows()
    assert hint in caught.value.hint
    assert "DATABASE_URL" in caught.value.hint


def test_the_right_password_is_let_in_whatever_it_is_made_of(filled: Database) -> None:
    filled.execute(f'GRANT SELECT ON "Lesson" TO {WITH_PASSWORD}')
    assert len(lessons_at(filled.server.tcp_url(filled.name, WITH_PASSWORD, PASSWORD)).rows()) == 2


WRONG_NAMES = [
    (LessonTable(table="Lessons"), 'no table "Lessons"', "Set table and schema .* nearest that exist: public.Lesson"),
    (LessonTable(schema="app"), 'no table "app"."Lesson"', "nearest that exist: public.Lesson"),
    (LessonTable(table="zzz"), 'no table "zzz"', r"under \[database\]\.$"),
    (LessonTable(video_id="video_id"), 'no column "video_id"', "Set video_id .* nearest that exist: videoId"),
    (
        LessonTable(lesson_id="xyz", video_url="video_url", video_id="videoid"),
        'no column "xyz", "videoid", "video_url"',
        "Set lesson_id, video_id, video_url in kupload.toml",
    ),
    (LessonTable(lesson_id="qqq", video_id="qqq"), 'no column "qqq"', "that exist: id, courseId, title"),
]
CALLS: dict[str, Callable[[LessonsDatabase], object]] = {"rows": lambda one: one.rows(), "link": link}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(("table", "sentence", "hint"), WRONG_NAMES)
def test_a_wrong_name_is_told_with_its_setting_and_the_nearest(
    filled: Database, call: str, table: LessonTable, sentence: str, hint: str
) -> None:
    lessons = lessons_at(filled.url, table)
    with pytest.raises(BatchStoppedError) as caught:
        CALLS[call](lessons)
    assert sentence in caught.value.what
    assert re.search(hint, caught.value.hint)
    report = lessons.probe()
    assert (report.problem, report.hint) == (caught.value.what, caught.value.hint)


GRANTS = [
    ("SELECT", ["link"], 'lacks the right to UPDATE ("videoId", "videoUrl") in "Lesson"'),
    ('SELECT, UPDATE ("videoId")', ["link"], 'lacks the right to UPDATE ("videoUrl") in "Lesson"'),
    ("UPDATE", ["rows", "link"], 'lacks the right to SELECT ("id", "courseId", "title", "videoId", "videoUrl")'),
    ("INSERT", ["rows", "link"], 'and UPDATE ("videoId", "videoUrl") in "Lesson"'),
]


@pytest.mark.parametrize(("grant", "refused", "sentence"), GRANTS)
def test_a_missing_right_is_told_with_the_grant_that_gives_it(
    filled: Database, role: str, grant: str, refused: list[str], sentence: str
) -> None:
    filled.execute(f'GRANT {grant} ON "Lesson" TO {role}')
    lessons = lessons_at(filled.server.url(filled.name, role))
    for call in refused:
        with pytest.raises(BatchStoppedError) as caught:
            CALLS[call](lessons)
        assert f'Role "{role}" lacks the right' in caught.value.what
        assert sentence in caught.value.what
    report = lessons.probe()
    assert report.may_update is (grant == "UPDATE")
    (remedy,) = re.findall(r"GRANT .*?;", report.hint)
    filled.execute(remedy)
    assert lessons.probe().problem is None
    assert link(lessons).outcome is LinkOutcome.LINKED


def test_the_right_to_write_the_duration_is_asked_for_where_it_has_a_column(filled: Database, role: str) -> None:
    filled.execute('ALTER TABLE "Lesson" ADD COLUMN seconds int')
    filled.execute(f'GRANT SELECT, UPDATE ("videoId", "videoUrl") ON "Lesson" TO {role}')
    url = filled.server.url(filled.name, role)
    assert lessons_at(url).probe().problem is None
    report = lessons_at(url, LessonTable(duration="seconds")).probe()
    assert (report.may_update, 'UPDATE ("seconds")' in str(report.problem)) == (False, True)
    absent = lessons_at(url, LessonTable(duration="lasts")).probe()
    assert ('no column "lasts"' in str(absent.problem), "Set duration in kupload.toml" in absent.hint) == (True, True)
    (remedy,) = re.findall(r"GRANT .*?;", report.hint)
    filled.execute(remedy)
    assert lessons_at(url, LessonTable(duration="seconds")).probe().may_update


def test_a_schema_that_may_not_be_used_is_told(filled: Database, role: str) -> None:
    filled.execute('CREATE SCHEMA app; CREATE TABLE app."Lesson" (LIKE public."Lesson")')
    lessons = lessons_at(filled.server.url(filled.name, role), LessonTable(schema="app"))
    with pytest.raises(BatchStoppedError, match="permission denied for schema app"):
        lessons.rows()
    assert "permission denied for schema app" in str(lessons.probe().problem)


# Row-level security and triggers.

READS = 'CREATE POLICY reads ON "Lesson" FOR SELECT USING (true)'
TRIGGER = (
    "CREATE FUNCTION triggered() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN {} END';"
    'CREATE TRIGGER triggered BEFORE UPDATE ON "Lesson" FOR EACH ROW EXECUTE FUNCTION triggered()'
)


@pytest.mark.parametrize(
    ("policy", "call"),
    [
        ("", "rows"),
        (READS, "link"),
        (f'{READS}; CREATE POLICY writes ON "Lesson" FOR UPDATE USING (true) WITH CHECK (false)', "link"),
    ],
)
def test_row_level_security_that_keeps_rows_from_us_is_told(
    filled: Database, role: str, policy: str, call: str
) -> None:
    filled.execute(
        f'GRANT SELECT, UPDATE ON "Lesson" TO {role}; ALTER TABLE "Lesson" ENABLE ROW LEVEL SECURITY; {policy}'
    )
    lessons = lessons_at(filled.server.url(filled.name, role))
    with pytest.raises(
        LessonFailedError if call == "link" else BatchStoppedError, match="row-level security"
    ) as caught:
        CALLS[call](lessons)
    assert "BYPASSRLS" in caught.value.hint
    report = lessons.probe()
    assert report.hides_rows
    assert ("row-level security" in (report.problem or "")) is (call == "link")
    assert lessons.probe([LESSON]).problem == report.problem
    assert not lessons_at(filled.url).probe().hides_rows


@pytest.mark.parametrize(
    ("count", "writable", "is_found"), [(3, 2, True), (100, 95, True), (100, 94, False), (20, 19, True), (1, 0, True)]
)
def test_rows_are_tried_until_one_can_be_written_evenly_spread(
    database: Database, role: str, count: int, writable: int, *, is_found: bool
) -> None:
    ids = [f"{number:03d}" for number in range(count)]
    database.add_lessons((lesson_id, "02_ads", "x") for lesson_id in ids)
    database.execute(
        f'GRANT SELECT, UPDATE ON "Lesson" TO {role}; ALTER TABLE "Lesson" ENABLE ROW LEVEL SECURITY; {READS};'
        f"CREATE POLICY writes ON \"Lesson\" FOR UPDATE USING (id = '{writable:03d}')"
    )
    lessons = lessons_at(database.server.url(database.name, role))
    assert (lessons.probe(ids).problem is None) is is_found


def test_a_trigger_that_swallows_the_update_is_no_success(filled: Database) -> None:
    filled.execute(TRIGGER.format("RETURN NULL;"))
    assert "trigger" in (lessons_at(filled.url).probe([LESSON]).problem or "")
    with pytest.raises(LessonFailedError, match="trigger"):
        link(lessons_at(filled.url))


BACK = 'NEW."videoId" := OLD."videoId"; NEW."videoUrl" := OLD."videoUrl"; RETURN NEW;'
AFTERWARDS = TRIGGER.replace("BEFORE", "AFTER").replace("ROW EXECUTE", "ROW WHEN (pg_trigger_depth() = 0) EXECUTE")


@pytest.mark.parametrize(
    "protection",
    [
        TRIGGER.format(BACK),
        TRIGGER.format('NEW."videoUrl" := OLD."videoUrl"; RETURN NEW;'),
        AFTERWARDS.format('UPDATE "Lesson" SET "videoUrl" = NULL WHERE id = NEW.id; RETURN NULL;'),
    ],
    ids=["both columns", "the address", "after the update"],
)
@pytest.mark.parametrize("held", [None, VIDEO], ids=["empty", "without its address"])
def test_a_trigger_that_puts_the_columns_back_is_no_success_and_named(
    filled: Database, protection: str, held: str | None
) -> None:
    filled.set_video(LESSON, held)
    filled.execute(protection)
    with pytest.raises(
        LessonFailedError, match=f'update of lesson {LESSON} and did not keep it: .*"triggered"'
    ) as caught:
        link(lessons_at(filled.url))
    assert 'Let role "postgres" change "videoId" and "videoUrl"' in caught.value.hint
    assert filled.videos()[LESSON] == (held, None), "it was taken back"


def test_a_row_that_a_trigger_does_not_let_be_emptied_is_told(filled: Database) -> None:
    filled.set_video(LESSON, VIDEO, f"https://kinescope.io/embed/{VIDEO}")
    filled.execute(TRIGGER.format(BACK))
    with pytest.raises(LessonFailedError, match="did not keep it"):
        lessons_at(filled.url).clear(LESSON, VIDEO)


def test_a_trigger_that_keeps_the_old_video_in_its_row_is_told(filled: Database) -> None:
    filled.set_video(LESSON, VIDEO, f"https://kinescope.io/embed/{VIDEO}")
    filled.execute(TRIGGER.format(BACK))
    with pytest.raises(LessonFailedError, match="did not keep it"):
        lessons_at(filled.url).fill(
            Fill(lesson_id=LESSON, video_id=ANOTHER, video_url="https://kinescope.io/embed/y", old_id=VIDEO)
        )
    assert filled.videos()[LESSON] == (VIDEO, f"https://kinescope.io/embed/{VIDEO}")


@pytest.mark.parametrize("calls", ["link", "probe"])
def test_a_right_that_a_trigger_lacks_is_told_in_the_databases_own_words(
    filled: Database, role: str, calls: str
) -> None:
    filled.execute(
        f'GRANT SELECT, UPDATE ON "Lesson" TO {role}; CREATE TABLE audit (id text);'
        + TRIGGER.format("INSERT INTO audit VALUES (NEW.id); RETURN NEW;")
    )
    lessons = lessons_at(filled.server.url(filled.name, role))
    if calls == "link":
        with pytest.raises(LessonFailedError) as caught:
            link(lessons)
        said, hint = caught.value.what, caught.value.hint
    else:
        report = lessons.probe([LESSON])
        said, hint = str(report.problem), report.hint
    assert f'does not let role "{role}" write rows of "Lesson": permission denied for table audit.' in said
    assert "row-level" not in said + hint
    assert "SELECT" not in hint


def test_a_constraint_that_is_checked_at_the_end_refuses_as_any_other(filled: Database) -> None:
    filled.execute(
        'CREATE TABLE "Video" (id text PRIMARY KEY); ALTER TABLE "Lesson" '
        'ADD FOREIGN KEY ("videoId") REFERENCES "Video" DEFERRABLE INITIALLY DEFERRED'
    )
    with pytest.raises(LessonFailedError, match="violates foreign key"):
        link(lessons_at(filled.url))
    assert filled.videos()[LESSON] == (None, None)


def test_a_read_only_database_is_told(filled: Database) -> None:
    filled.execute(f'ALTER DATABASE "{filled.name}" SET default_transaction_read_only = on')
    report = lessons_at(filled.url).probe()
    assert "is read-only" in (report.problem or "")
    assert "primary" in report.hint
    assert report.reachable


def test_looking_at_the_rights_changes_no_row_and_waits_for_nobody(filled: Database) -> None:
    before = filled.videos()
    with psycopg.connect(filled.url) as theirs:
        theirs.execute('SELECT FROM "Lesson" FOR UPDATE')
        assert lessons_at(filled.url).probe([LESSON]).problem is None
    assert lessons_at(filled.url).probe([LESSON]).problem is None
    assert filled.videos() == before


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ('ALTER TABLE "Lesson" ADD CHECK ("videoUrl" LIKE \'https://other/%\')', "violates check constraint"),
        ('ALTER TABLE "Lesson" ALTER "videoId" TYPE int USING 0', "invalid input syntax"),
        ('ALTER TABLE "Lesson" ALTER "videoUrl" TYPE varchar(5)', "value too long"),
        (TRIGGER.format("RAISE EXCEPTION $$never$$;"), "never"),
    ],
)
def test_values_that_the_table_refuses_fail_the_lesson_and_not_the_batch(
    filled: Database, statement: str, sentence: str
) -> None:
    filled.execute(statement)
    with pytest.raises(LessonFailedError, match=f"refuses video {VIDEO} for lesson {LESSON}: .*({sentence})"):
        link(lessons_at(filled.url))


# What cannot be made to happen here: the sentences of poolers.


@pytest.mark.parametrize(
    ("sentence", "kind", "hint"),
    [
        ("FATAL:  Tenant or user not found", "DatabaseDownError", "paused project in Supabase"),
        ("FATAL:  (ENOTFOUND) tenant/user postgres.abc not found", "DatabaseDownError", "paused project in Supabase"),
        ("FATAL:  Max client connections reached", "DatabaseDownError", ""),
        ("FATAL:  server login has been failing, try again later (server_login_retry)", "DatabaseDownError", ""),
        ("FATAL:  query_wait_timeout", "DatabaseDownError", ""),
        ("FATAL:  the database system is starting up", "DatabaseDownError", ""),
        ("server closed the connection unexpectedly\n\tThis probably means", "DatabaseDownError", ""),
        ("", "DatabaseDownError", "the connection was lost"),
        ("FATAL:  SASL authentication failed", "BatchStoppedError", "password"),
        ("FATAL:  Wrong password", "BatchStoppedError", "password"),
        ("FATAL:  no such user", "BatchStoppedError", "password"),
        ("FATAL:  no such database: postgre", "BatchStoppedError", "name"),
        ("FATAL:  unsupported startup parameter: options", "BatchStoppedError", "parameter"),
        ("SSL error: certificate verify failed", "BatchStoppedError", "sslrootcert"),
    ],
)
def test_what_poolers_say_while_connecting_is_understood(sentence: str, kind: str, hint: str) -> None:
    said = f'connection failed: connection to server at "10.0.0.1", port 6543 failed: {sentence}' if sentence else ""
    error = error_of(psycopg.OperationalError(said), "h:6543/d")
    assert type(error).__name__ == kind
    assert hint in str(error)
    assert "connection to server" not in str(error)


# What probe says.


def test_probe_says_that_all_is_well(filled: Database) -> None:
    ticks = iter([10.0, 10.25])
    report = LessonsDatabase(clean_dsn(filled.tcp_url), LessonTable(), clock=lambda: next(ticks)).probe()
    assert report.reachable
    assert report.problem is None
    assert report.seconds == 0.25
    assert report.place == f"127.0.0.1:{filled.port}/{filled.name}"
    assert re.fullmatch(r"18\.\d+", report.server_version)
    assert report.columns == ("id", "courseId", "title", "videoUrl", "videoId", "order", "isHidden")
    assert report.may_update
    assert not report.hides_rows


def test_probe_changes_nothing(filled: Database) -> None:
    before = filled.query('SELECT xmin::text, * FROM "Lesson" ORDER BY id')
    lessons_at(filled.url).probe()
    assert filled.query('SELECT xmin::text, * FROM "Lesson" ORDER BY id') == before


def test_probe_says_that_nobody_answers(filled: Database) -> None:
    with filled.server.stopped():
        report = lessons_at(filled.tcp_url).probe()
    assert not report.reachable
    assert report.seconds is None
    assert "Connection refused" in str(report.problem)


# Secrets.


@pytest.mark.parametrize("user", [WITH_PASSWORD, "nobody_here"])
@pytest.mark.parametrize("name", ["", "_x"])
@pytest.mark.parametrize("query", ["", "?sslmode=require", "?sslmode=wr0ng"])
def test_no_error_and_no_log_holds_the_password(
    postgres: Server, caplog: pytest.LogCaptureFixture, user: str, name: str, query: str
) -> None:
    secret = "wr0ng-s3cret"
    caplog.set_level(logging.DEBUG)
    with pytest.raises(KuploadError) as caught:
        lessons_at(f"{postgres.tcp_url(f'postgres{name}', user, secret)}{query}").rows()
    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    ours = [line for line in shown.format() if Path(__file__).name not in line and "postgres.py" not in line]
    assert secret not in "".join(ours)
    assert secret not in caplog.text
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None
