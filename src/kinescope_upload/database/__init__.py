"""Reads and writes the lessons' table in PostgreSQL.

::

    lessons ──► fill           what is written into a row, and over what
       │         └──► statements    the SQL
       ├──────► together       several rows by one statement
       ├──────► spare          the connection that the next call finds open
       ├──────► connection     a connection whose answers come in time, or not at all
       ├──────► diagnosis      why the table cannot be used
       ├──────► failures       PostgreSQL's errors as kupload's
       └──────► dsn            the connection string, cleaned
"""

from kinescope_upload.database.dsn import Dsn, clean_dsn, masked
from kinescope_upload.database.fill import Fill, LinkOutcome, LinkResult
from kinescope_upload.database.lessons import LessonsDatabase
from kinescope_upload.database.report import DatabaseReport

__all__ = ["DatabaseReport", "Dsn", "Fill", "LessonsDatabase", "LinkOutcome", "LinkResult", "clean_dsn", "masked"]
