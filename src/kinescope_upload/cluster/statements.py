"""Writes the statements about lessons, machines and locks of a cluster; `{s}` is the schema. Pure."""

from __future__ import annotations

from typing import Final

from psycopg.sql import SQL

from kinescope_upload.file_times import COARSE_NS, HOUR_NS

_LEASE: Final = "now() + %(lease)s * interval '1 second'"
_IS_FREE: Final = "(held_until IS NULL OR held_until < now() OR holder = %(me)s)"
_DONE: Final = "stage IN ('linked', 'verified')"
_LIVES: Final = "beat_at > now() - %(lease)s * interval '1 second'"

TAKE: Final = SQL(
    f"UPDATE {{s}}.lesson AS l SET fence = fence + 1, holder = %(me)s, held_until = {_LEASE}"
    f" WHERE lesson_id = %(lesson_id)s AND {_IS_FREE}"
    " RETURNING fence, course, library, path, size, modified_ns, title, pair_is_written, record::text,"
    " (SELECT folder_id FROM {s}.course AS c WHERE c.course = l.course), wanted, written_by, row_title"
)
"""Takes a lesson that nobody holds; the row counts up, so that what an earlier holder still writes is refused."""

_STARTS_OVER: Final = "(%(record)s::jsonb->>'stage' = 'planned' AND stage IN ('uploaded', 'linked', 'verified'))"

SAVE: Final = SQL(
    "UPDATE {s}.lesson SET record = %(record)s::jsonb, course = %(course)s, changed_at = now(),"
    f" wanted = wanted AND NOT {_STARTS_OVER}, written_by = CASE WHEN {_STARTS_OVER} THEN '' ELSE written_by END,"
    f" held_until = {_LEASE}"
    " WHERE lesson_id = %(lesson_id)s AND fence = %(fence)s AND holder = %(me)s RETURNING lesson_id"
)
"""Writes a record and renews the hold; no row says that the lesson is somebody else's.

A lesson of which all was achieved, and that starts over, waits until somebody writes it down with the file of now.
"""

BEAT: Final = SQL(
    f"UPDATE {{s}}.lesson AS l SET held_until = {_LEASE}"
    " FROM unnest(%(ids)s::text[], %(fences)s::bigint[]) AS held (lesson_id, fence)"
    " WHERE l.lesson_id = held.lesson_id AND l.fence = held.fence AND l.holder = %(me)s RETURNING l.lesson_id"
)
"""Renews all holds of a machine; what is missing in the answer is somebody else's."""

GIVE: Final = SQL(
    "UPDATE {s}.lesson SET holder = NULL, held_until = NULL, wanted = wanted AND %(wanted)s"
    " WHERE lesson_id = %(lesson_id)s AND fence = %(fence)s AND holder = %(me)s"
)
"""Gives a lesson back; one that is not wanted any more waits for the next `enqueue`."""

GIVE_ALL: Final = SQL("UPDATE {s}.lesson SET holder = NULL, held_until = NULL WHERE holder = %(me)s")

HELD_FOR: Final = SQL(
    "SELECT EXTRACT(EPOCH FROM held_until - now())::float FROM {s}.lesson"
    " WHERE lesson_id = %(lesson_id)s AND held_until > now() AND holder <> %(me)s"
)
"""Selects for how many seconds somebody else holds the lesson."""

HELD: Final = SQL("SELECT lesson_id FROM {s}.lesson WHERE lesson_id = ANY(%(ids)s::text[]) AND held_until > now()")

ADD_UNKNOWN: Final = SQL(
    "INSERT INTO {s}.lesson (lesson_id, course, library, path, size, modified_ns, title, wanted)"
    " VALUES (%(lesson_id)s, '', %(library)s, '', 0, 0, '', false) ON CONFLICT DO NOTHING"
)
"""Makes a row for a lesson that was never enqueued, so that it can be held."""

_MAY_REWRITE: Final = "l.written_by IN ('', %(machine)s)"
_APART: Final = "abs(l.modified_ns - other.modified_ns)"
_IS_SAME_FILE: Final = (
    f"(l.size = other.size AND least({_APART}, abs({_APART} - {HOUR_NS})) <= {COARSE_NS})"  # as `is_shifted`
)

ADD: Final = SQL(
    "INSERT INTO {s}.lesson AS l"
    " (lesson_id, course, library, path, size, modified_ns, title, row_title, pair_is_written, written_by)"
    " SELECT lesson_id, course, %(library)s, path, size, modified_ns, title, row_title, pair_is_written, %(machine)s"
    " FROM json_to_recordset(%(lessons)s::json) AS other (lesson_id text, course text, path text, size bigint,"
    " modified_ns bigint, title text, row_title text, pair_is_written boolean)"
    " WHERE NOT EXISTS (SELECT FROM {s}.lesson AS l WHERE l.lesson_id = other.lesson_id"
    f" AND (l.library <> %(library)s OR NOT ({_MAY_REWRITE} OR {_IS_SAME_FILE})"
    " OR (l.wanted AND l.title = other.title AND l.pair_is_written = other.pair_is_written"
    " AND (other.row_title IS NULL OR l.row_title IS NOT DISTINCT FROM other.row_title)"
    " AND l.path = other.path AND (l.record IS NOT NULL OR l.course = other.course) AND l.written_by <> ''"
    " AND (l.written_by <> %(machine)s OR (l.size, l.modified_ns) = (other.size, other.modified_ns)))))"
    " ORDER BY lesson_id"
    " ON CONFLICT (lesson_id) DO UPDATE SET wanted = true,"
    " path = excluded.path,"
    " course = CASE WHEN l.record IS NULL THEN excluded.course ELSE l.course END,"
    f" size = CASE WHEN {_MAY_REWRITE} THEN excluded.size ELSE l.size END,"
    f" modified_ns = CASE WHEN {_MAY_REWRITE} THEN excluded.modified_ns ELSE l.modified_ns END,"
    f" written_by = CASE WHEN {_MAY_REWRITE} THEN excluded.written_by ELSE l.written_by END,"
    " title = excluded.title, pair_is_written = excluded.pair_is_written,"
    " row_title = coalesce(excluded.row_title, l.row_title)"
    " WHERE l.library = excluded.library"
    f" AND ({_MAY_REWRITE} OR {_IS_SAME_FILE.replace('other.', 'excluded.')}) RETURNING lesson_id"
)
"""Writes down what is to be done, in one order on all machines, so that they wait for each other and never in a circle.

A lesson that another library has stays there; one that is there as it is costs nothing.
What a lesson's file is, its size and time, only that machine writes anew that wrote it down first: one with another
file may have an old copy. Returns what it wrote.
"""

WRITTEN_BY_OTHERS: Final = SQL(
    "SELECT lesson_id, size, modified_ns, written_by FROM {s}.lesson"
    f" WHERE library = %(library)s AND written_by NOT IN ('', %(machine)s) AND NOT {_DONE}"
)
"""Selects the files that other machines wrote down."""

WRITE_ANEW: Final = SQL(
    "UPDATE {s}.lesson SET size = %(size)s, modified_ns = %(modified_ns)s"
    " WHERE lesson_id = %(lesson_id)s AND holder = %(me)s"
)
"""Writes down what the file is by now."""

RELEASE: Final = SQL(
    f"UPDATE {{s}}.lesson SET written_by = '' WHERE NOT {_DONE} AND written_by <> ''"
    " AND (%(courses)s::text[] IS NULL OR course = ANY(%(courses)s::text[]))"
)
"""Lets any machine write down what these lessons' files are."""

OF_OTHER_LIBRARIES: Final = SQL("SELECT lesson_id, library, size FROM {s}.lesson WHERE library <> %(library)s")

_HAS_NO_TURN: Final = (
    " NOT EXISTS (SELECT FROM {s}.procrastinate_jobs AS job"
    " WHERE job.queueing_lock = l.lesson_id AND job.status = 'todo')"
    " AND lesson_id <> ALL (ARRAY(SELECT queueing_lock FROM {s}.procrastinate_jobs AS job"
    " WHERE job.status = 'doing' AND job.worker_id IS NOT NULL))"
)
"""In the form that the engine's partial indexes serve."""

LIBRARIES: Final = SQL("SELECT lesson_id, library, path FROM {s}.lesson")

GIVE_TURNS: Final = SQL(
    "INSERT INTO {s}.procrastinate_jobs (queue_name, task_name, queueing_lock, priority)"
    " SELECT l.library, %(task)s, l.lesson_id, CASE WHEN stage <> 'planned' THEN %(begun)s"
    " WHEN l.size <= small.size THEN %(begun)s - 1 - least(l.size / 1024, 1000000000)"
    " ELSE least(l.size / 1024, 1000000000) END"
    " FROM unnest(%(libraries)s::text[]) AS here (library) CROSS JOIN LATERAL (SELECT max(size) AS size"
    f" FROM (SELECT size FROM {{s}}.lesson WHERE library = here.library AND wanted AND NOT {_DONE}"
    " ORDER BY size LIMIT %(few)s) AS smallest) AS small"
    f" JOIN {{s}}.lesson AS l ON l.library = here.library WHERE wanted AND NOT {_DONE} AND {_HAS_NO_TURN}"
    " ORDER BY l.lesson_id ON CONFLICT DO NOTHING RETURNING queueing_lock"
)
"""Gives lessons their turns that are to be done and have none: begun ones first, then the few smallest, then by size,
large ones first."""

LEFT: Final = SQL(
    f"SELECT count(*), count(*) FILTER (WHERE held_until > now() AND holder <> %(me)s) FROM {{s}}.lesson"
    f" WHERE wanted AND NOT {_DONE} AND library = ANY(%(libraries)s::text[])"
    " AND lesson_id <> ALL (ARRAY(SELECT queueing_lock FROM {s}.procrastinate_jobs"
    " WHERE queue_name = ANY(%(refused)s::text[]) AND status = 'todo'))"
)
"""Counts lessons but those in queues that this machine refuses, and those of them that others have in hand."""

OFF_QUEUE: Final = SQL(
    f"SELECT lesson_id, course, record::text, written_by = '' FROM {{s}}.lesson WHERE NOT wanted AND NOT {_DONE}"
    " AND path <> '' AND library = ANY(%(libraries)s::text[])"
)
"""Selects lessons that failed, are in doubt or were taken over, and those that a person took off: nobody says of them
what their files are."""

WAITING: Final = SQL(
    f"SELECT lesson_id FROM {{s}}.lesson WHERE wanted AND NOT {_DONE} AND library = ANY(%(libraries)s::text[])"
)

PLANNED: Final = SQL(
    "SELECT lesson_id, course, library, path, size, modified_ns, title, pair_is_written, record::text"
    f" FROM {{s}}.lesson WHERE wanted AND NOT {_DONE} AND library = ANY(%(libraries)s::text[])"
    " ORDER BY size, lesson_id"
)

DONE_OF: Final = SQL(f"SELECT lesson_id FROM {{s}}.lesson WHERE lesson_id = ANY(%(ids)s::text[]) AND {_DONE}")

CANCEL: Final = SQL(
    "UPDATE {s}.lesson SET wanted = false WHERE wanted AND (held_until IS NULL OR held_until < now())"
    f" AND NOT {_DONE} AND (%(courses)s::text[] IS NULL OR course = ANY(%(courses)s::text[])) RETURNING lesson_id"
)

RECORDS: Final = SQL(
    "SELECT lesson_id, course, library, record::text FROM {s}.lesson WHERE record IS NOT NULL"
    " AND (%(courses)s::text[] IS NULL OR course = ANY(%(courses)s::text[])) ORDER BY lesson_id"
)

ALL_COURSES: Final = SQL("SELECT DISTINCT course FROM {s}.lesson")
COURSES: Final = SQL("SELECT DISTINCT course FROM {s}.lesson WHERE record IS NOT NULL ORDER BY 1")

KNOWN_IDS: Final = SQL(
    "SELECT record->>'video_id' FROM {s}.lesson WHERE record ? 'video_id' UNION"
    " SELECT jsonb_array_elements_text(record->'lost_marks') FROM {s}.lesson WHERE record ? 'lost_marks'"
)

CHANGE: Final = SQL(
    "UPDATE {s}.lesson AS l SET record = given.after::jsonb, fence = fence + 1, changed_at = now()"
    " FROM unnest(%(ids)s::text[], %(before)s::text[], %(after)s::text[]) AS given (lesson_id, before, after)"
    " WHERE l.lesson_id = given.lesson_id AND l.record = given.before::jsonb"
    " AND (held_until IS NULL OR held_until < now()) RETURNING l.lesson_id"
)
"""Changes records that nobody holds and that are still what was read."""

IMPORT: Final = SQL(
    "INSERT INTO {s}.lesson AS l"
    " (lesson_id, course, library, path, size, modified_ns, title, record, wanted, written_by)"
    " SELECT *, false, %(machine)s"
    " FROM unnest(%(ids)s::text[], %(courses)s::text[], %(libraries)s::text[], %(paths)s::text[],"
    " %(sizes)s::bigint[], %(times)s::bigint[], %(titles)s::text[], %(records)s::jsonb[])"
    " ON CONFLICT (lesson_id) DO UPDATE SET record = excluded.record, path = excluded.path, size = excluded.size,"
    " modified_ns = excluded.modified_ns, title = excluded.title, course = excluded.course, library = excluded.library,"
    " written_by = excluded.written_by"
    " WHERE l.record IS NULL AND (l.held_until IS NULL OR l.held_until < now()) RETURNING lesson_id"
)
"""Takes records over; one that the cluster has already stays."""

RECORDS_OF: Final = SQL(
    "SELECT lesson_id, course, record::text FROM {s}.lesson"
    " WHERE lesson_id = ANY(%(ids)s::text[]) AND record IS NOT NULL"
)

ANALYZE: Final = SQL("ANALYZE {s}.lesson, {s}.procrastinate_jobs")
"""Tells PostgreSQL how many rows there are now: it would sort a hundred thousand of them for every turn."""

RECORD: Final = SQL("SELECT course, record::text FROM {s}.lesson WHERE lesson_id = %(lesson_id)s")

DELETED: Final = SQL("INSERT INTO {s}.deleted (at, facts) VALUES (now(), %(facts)s::jsonb)")
DELETIONS: Final = SQL("SELECT facts::text FROM {s}.deleted ORDER BY at")

ALIVE: Final = SQL(
    "INSERT INTO {s}.machine AS m (id, name, host, pid, version, libraries, jobs, in_hand, is_paused)"
    " VALUES (%(me)s, %(name)s, %(host)s, %(pid)s, %(version)s, %(libraries)s, %(jobs)s, %(in_hand)s::jsonb,"
    " %(is_paused)s) ON CONFLICT (id) DO UPDATE SET beat_at = now(), jobs = excluded.jobs,"
    " in_hand = excluded.in_hand, is_paused = excluded.is_paused"
    " RETURNING m.stop_asked, m.wishes, (SELECT value FROM {s}.meta WHERE key = 'stopped')"
)
"""Says that this process lives, and learns what it is asked."""

RENEW_LOCKS: Final = SQL(f"UPDATE {{s}}.creation SET held_until = {_LEASE} WHERE holder = %(me)s")

GONE: Final = SQL("DELETE FROM {s}.machine WHERE id = %(me)s")

FORGET_DEAD: Final = SQL("DELETE FROM {s}.machine WHERE beat_at < now() - %(lease)s * interval '10 seconds'")

ASK_TO_STOP: Final = SQL(
    "UPDATE {s}.machine SET stop_asked = %(how)s"
    f" WHERE {_LIVES} AND (%(name)s::text IS NULL OR name = %(name)s) RETURNING name"
)

WISHES: Final = SQL(
    f"SELECT id, name, wishes FROM {{s}}.machine WHERE {_LIVES} AND (%(name)s::text IS NULL OR name = %(name)s)"
    " ORDER BY id FOR UPDATE"
)
"""Selects what people want of these machines, and keeps others from adding to it meanwhile."""
SET_WISHES: Final = SQL("UPDATE {s}.machine SET wishes = %(wishes)s::jsonb WHERE id = %(id)s")

MACHINES: Final = SQL(
    "SELECT name, host, pid, version, libraries, jobs, started_at, EXTRACT(EPOCH FROM now() - beat_at)::float,"
    f" in_hand, stop_asked, is_paused, {_LIVES} FROM {{s}}.machine ORDER BY name, pid"
)

COUNTS: Final = SQL(
    "SELECT library, course, stage, count(*), sum(size)::bigint,"
    " sum(CASE WHEN stage = 'created' THEN coalesce(\"offset\", 0)"
    " WHEN stage IN ('uploaded', 'linked', 'verified') THEN size ELSE 0 END)::bigint,"
    " count(*) FILTER (WHERE record ? 'failure'), count(*) FILTER (WHERE wanted)"
    " FROM {s}.lesson GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
)

FAILURES: Final = SQL(
    "SELECT lesson_id, record->'failure'->>'reason' FROM {s}.lesson WHERE record ? 'failure'"
    " AND stage NOT IN ('linked', 'verified') ORDER BY 1 LIMIT %(most)s"
)

WITHOUT_JOB: Final = SQL(f"SELECT count(*) FROM {{s}}.lesson AS l WHERE wanted AND NOT {_DONE} AND {_HAS_NO_TURN}")

FORGET_ALL: Final = SQL(
    "WITH lessons AS (DELETE FROM {s}.lesson), deletions AS (DELETE FROM {s}.deleted)"
    " DELETE FROM {s}.procrastinate_jobs"
)

GET_META: Final = SQL("SELECT value FROM {s}.meta WHERE key = %(key)s")
SET_META: Final = SQL(
    "INSERT INTO {s}.meta (key, value) VALUES (%(key)s, %(value)s)"
    " ON CONFLICT (key) DO UPDATE SET value = excluded.value"
)
SET_META_ONCE: Final = SQL("INSERT INTO {s}.meta (key, value) VALUES (%(key)s, %(value)s) ON CONFLICT DO NOTHING")
CLEAR_META: Final = SQL("DELETE FROM {s}.meta WHERE key = %(key)s")

LOCK: Final = SQL(
    f"INSERT INTO {{s}}.creation AS c (key, holder, held_until) VALUES (%(key)s, %(me)s, {_LEASE})"
    f" ON CONFLICT (key) DO UPDATE SET holder = %(me)s, held_until = {_LEASE}"
    " WHERE c.held_until < now() OR c.holder = %(me)s RETURNING key"
)
"""Takes a lock that nobody holds; no row says that somebody does."""
UNLOCK: Final = SQL("DELETE FROM {s}.creation WHERE key = %(key)s AND holder = %(me)s")

FOLDER: Final = SQL("SELECT folder_id FROM {s}.course WHERE course = %(course)s")
SET_FOLDER: Final = SQL(
    "INSERT INTO {s}.course (course, folder_id) VALUES (%(course)s, %(folder_id)s)"
    " ON CONFLICT (course) DO UPDATE SET folder_id = excluded.folder_id"
)
