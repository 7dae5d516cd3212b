"""The lessons' table in PostgreSQL: reading all its rows at once, and pointing one row at its video.

::

    database ──► statements     the SQL
       ├───────► failures       PostgreSQL's errors in our words
       └───────► dsn            the connection string, cleaned
"""

from kinescope_upload.lessons.database import DatabaseReport, LessonsDatabase, LinkResult
from kinescope_upload.lessons.dsn import Dsn, clean_dsn, masked

__all__ = ["DatabaseReport", "Dsn", "LessonsDatabase", "LinkResult", "clean_dsn", "masked"]
