"""A batch: workers bring lessons to their end, and whatever breaks on the way is survived.

::

    batch ──► workers ──► lesson ──► orphans     one lesson: next step, perform, advance, save
      │          │           ├─────► passage     a chunk on its way
      │          │           └─────► persistence ──► patience    trying again, and what a failure costs
      │          └──────► linker                 rows, at once or when the database is back
      ├─────► folders                            each course's folder
      └─────► watch                              signals, a request to stop, a machine that slept
    run · stop · gates                           what they all work with
"""

from kinescope_upload.batch.batch import Batch, upload_batch
from kinescope_upload.batch.folders import FolderOptions
from kinescope_upload.batch.run import Backends, UploadOptions
from kinescope_upload.batch.stop import (
    Ending,
)

__all__ = [
    "Backends",
    "Batch",
    "Ending",
    "FolderOptions",
    "UploadOptions",
    "upload_batch",
]
