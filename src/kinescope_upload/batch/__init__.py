"""Runs a batch: workers upload lessons in parallel and recover from failures.

::

    batch ──► workers ──► lesson                 gives `upload.driver` what it works with, for one lesson
      │          │           ├─► chunk_progress  paces and counts one chunk
      │          │           └─► retries         tries again, waits out outages
      │          └──────► linker                 rows, at once or when the database is back
      ├─────► folders                            each course's folder
      ├─────► signals                            end it with everything saved
      └─────► retries.watch                      signals, a request to stop, a sleep of the machine
                └─► control                      pause, another rate, another number of lessons at a time
    awake                                        the machine does not go to sleep meanwhile
    run                                          what they all work with
"""

from kinescope_upload.batch.awake import kept_awake
from kinescope_upload.batch.batch import Batch, upload_batch
from kinescope_upload.batch.folders import FolderOptions
from kinescope_upload.batch.run import Backends, UploadOptions
from kinescope_upload.retries.stop import Ending

__all__ = [
    "Backends",
    "Batch",
    "Ending",
    "FolderOptions",
    "UploadOptions",
    "kept_awake",
    "upload_batch",
]
