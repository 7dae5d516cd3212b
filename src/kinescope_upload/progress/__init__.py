"""The progress folder: one file per course that says what has been achieved, and a lock against a second run.

::

    store ──► course ──► journal       one line a step, beside the file that it follows
      │                     ├──► atomic    whole files, written so that a crash leaves the old one or the new one
      │                     │      └──► file_system   how each system makes, replaces and flushes files
      │                     └──► format    records as JSON, one lesson a line; pure
      ├─────► snapshot                 file and journal as they were at one moment, while a run may be at work
      └─────► lock                     one run per course; who holds it; a request to stop
    merge                              two records of a lesson, where the file is not the one of its journal; pure
    sides                              goes by the file or by its journal, as a person chose
    set_aside                          goes on without a file that cannot be read, which is kept beside it
    names                              how a course's file is named, and why others are none; pure
    course_file                        finds the file of a course, whatever system named it
    stream                             the same record by record, for courses that are long
    deleted                            the journal of what was deleted at Kinescope
    old_videos                         deletes what was replaced or unlinked, when its time has come
    looks                              what was found in video files, so that each is looked at once
    md5s                               the MD5s of files that were read for them
    others_rows                        what a run found in the database: done by somebody else, in doubt, no lesson
    file_lines                         how these are kept, a line each
    last_rate                          how fast the last run sent
    written                            whether somebody wrote a course's files between two moments
    port                               what others need of the place where progress is kept
    folder                             a progress folder as such a place
"""

from kinescope_upload.progress.course import CourseProgress
from kinescope_upload.progress.deleted import DELETED_FILE, deletion_facts, note_deletion
from kinescope_upload.progress.folder import ProgressFolder, records_of
from kinescope_upload.progress.lock import (
    CourseLock,
    Holder,
    ask_holder_to_stop,
    ask_to_stop,
    holder_of,
    stop_is_asked,
)
from kinescope_upload.progress.looks import LOOKS_FILE, RememberedLooks, read_looks, remember_looks
from kinescope_upload.progress.md5s import read_md5s, remember_md5s
from kinescope_upload.progress.names import IgnoredProgress
from kinescope_upload.progress.others_rows import (
    Found,
    Standing,
    forget_others_rows,
    read_doubts,
    read_found,
    read_others_rows,
    remember_doubts,
    remember_gone,
    remember_others_rows,
    row_key,
)
from kinescope_upload.progress.port import AllProgress, Progress
from kinescope_upload.progress.store import (
    ProgressStore,
    check_folder,
    courses_in,
    ignored_in,
    nearest_existing,
    notes_in,
    read_records,
)
from kinescope_upload.progress.stream import change_records, stream_records

__all__ = [
    "DELETED_FILE",
    "LOOKS_FILE",
    "AllProgress",
    "CourseLock",
    "CourseProgress",
    "Found",
    "Holder",
    "IgnoredProgress",
    "Progress",
    "ProgressFolder",
    "ProgressStore",
    "RememberedLooks",
    "Standing",
    "ask_holder_to_stop",
    "ask_to_stop",
    "change_records",
    "check_folder",
    "courses_in",
    "deletion_facts",
    "forget_others_rows",
    "holder_of",
    "ignored_in",
    "nearest_existing",
    "note_deletion",
    "notes_in",
    "read_doubts",
    "read_found",
    "read_looks",
    "read_md5s",
    "read_others_rows",
    "read_records",
    "records_of",
    "remember_doubts",
    "remember_gone",
    "remember_looks",
    "remember_md5s",
    "remember_others_rows",
    "row_key",
    "stop_is_asked",
    "stream_records",
]
