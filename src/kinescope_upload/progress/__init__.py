"""The progress folder: one file per course that says what has been achieved, and a lock against a second run.

::

    store ──► course ──► atomic        whole files, written so that a crash leaves the old one or the new one
      │          └─────► format        records as JSON, one lesson a line; pure
      └─────► lock                     one run per course; who holds it; a request to stop
"""

from kinescope_upload.progress.course import CourseProgress
from kinescope_upload.progress.lock import CourseLock, ask_to_stop, stop_is_asked
from kinescope_upload.progress.store import ProgressStore, read_records

__all__ = [
    "CourseLock",
    "CourseProgress",
    "ProgressStore",
    "ask_to_stop",
    "read_records",
    "stop_is_asked",
]
