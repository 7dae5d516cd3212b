"""Reads and writes the lessons' table in PostgreSQL.

::

    lessons ──► update         which statement writes into a row
       │         ├──► fill          what is written into a row, and over what
       │         └──► statements    the SQL
       ├──────► together       several rows by one statement
       ├──────► spare          the connection that the next call finds open
       ├──────► connection     a connection whose answers come in time, or not at all
       ├──────► diagnosis      why the table cannot be used
       ├──────► failures       PostgreSQL's errors as kupload's
       └──────► dsn            the connection string, cleaned
    lean_psycopg               what psycopg is spared when it is imported

The names here are facts: who works without the database loads no driver for them.
"""

from kinescope_upload.database.fill import Fill, LinkOutcome, LinkResult
from kinescope_upload.database.lean_psycopg import tell_versions
from kinescope_upload.database.report import DatabaseReport

tell_versions()  # before any module here imports psycopg

__all__ = ["DatabaseReport", "Fill", "LinkOutcome", "LinkResult"]
