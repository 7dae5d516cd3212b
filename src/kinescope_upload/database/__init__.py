"""The lessons' table in PostgreSQL: reading all its rows at once, and pointing one row at its video.

::

    database ──► statements     the SQL
       ├───────► failures       PostgreSQL's errors in our words
       └───────► dsn            the connection string, cleaned
"""

from kinescope_upload.database.dsn import Dsn, clean_dsn, masked
from kinescope_upload.database.lessons import DatabaseReport, LessonsDatabase, LinkResult

__all__ = ["DatabaseReport", "Dsn", "LessonsDatabase", "LinkResult", "clean_dsn", "masked"]
