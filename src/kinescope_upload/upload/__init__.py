"""Decides about one lesson's upload: stages, events, and the table that joins them. Pure.

The loop that drives it is: take the next step, perform it, advance the record by the event that came of it, save the
record. Bytes that were handed to the network count for nothing here; only what the server acknowledged is an event.

::

    record ──► table ──► events            what happened, and what that makes of the record
       └─────► steps                       what to do next
    marks                                  whose a video is, where the server chooses its id
"""

from kinescope_upload.upload.events import (
    Adopted,
    AlreadyExists,
    Attempted,
    Created,
    Event,
    FileReplaced,
    FreshUpload,
    InitUnanswered,
    LengthReached,
    Linked,
    OffsetAccepted,
    OffsetLost,
    OffsetRefused,
    OffsetUnknown,
    OrphanGone,
    UploadGone,
    Verified,
    VideoComplete,
    VideoGone,
)
from kinescope_upload.upload.marks import bears_a_mark, bears_mark, marked_description
from kinescope_upload.upload.record import Dialect, Failure, Record, Stage
from kinescope_upload.upload.steps import (
    AskOffset,
    CreateUpload,
    LookForVideo,
    SendChunk,
    Step,
    WriteRow,
    next_step,
)
from kinescope_upload.upload.table import TRANSITIONS, IllegalEventError, advance, reopened

__all__ = [
    "TRANSITIONS",
    "Adopted",
    "AlreadyExists",
    "AskOffset",
    "Attempted",
    "CreateUpload",
    "Created",
    "Dialect",
    "Event",
    "Failure",
    "FileReplaced",
    "FreshUpload",
    "IllegalEventError",
    "InitUnanswered",
    "LengthReached",
    "Linked",
    "LookForVideo",
    "OffsetAccepted",
    "OffsetLost",
    "OffsetRefused",
    "OffsetUnknown",
    "OrphanGone",
    "Record",
    "SendChunk",
    "Stage",
    "Step",
    "UploadGone",
    "Verified",
    "VideoComplete",
    "VideoGone",
    "WriteRow",
    "advance",
    "bears_a_mark",
    "bears_mark",
    "marked_description",
    "next_step",
    "reopened",
]
