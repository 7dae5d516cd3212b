"""Decides about one lesson's upload: stages, events, and the table that joins them. Pure.

The loop that drives it is: take the next step, perform it, advance the record by the event that came of it, save the
record. Bytes that were handed to the network count for nothing here; only what the server acknowledged is an event.

::

    record ──► table ──► events            what happened, and what that makes of the record
       └─────► steps                       what to do next
    driver ──► ports · leftovers           the loop; what to do about a video that an attempt may have left
    removal · search · late_leftovers      finds and deletes them, also those that show late
    same_file · old_video          whether the file is still the one that was sent; videos that were the lesson's before
    marks · titles · video                 what a video of ours is known by, and what Kinescope tells of it
"""

from kinescope_upload.upload.driver import Driver
from kinescope_upload.upload.events import (
    Adopted,
    AlreadyExists,
    Attempted,
    ChunkRefused,
    Created,
    CreationRefused,
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
    OldVideoGone,
    OrphanGone,
    ReplacementBegun,
    RowEmptied,
    Unlinked,
    UploadGone,
    Verified,
    VideoComplete,
    VideoGone,
)
from kinescope_upload.upload.marks import marked_description
from kinescope_upload.upload.next_upload import fresh_upload
from kinescope_upload.upload.old_video import LONGEST_KEEP, LeftBecause, OldVideo
from kinescope_upload.upload.ports import DriverOptions, Ports, UploadTask
from kinescope_upload.upload.record import Dialect, Failure, Record, Stage
from kinescope_upload.upload.same_file import SentPart
from kinescope_upload.upload.steps import SendChunk
from kinescope_upload.upload.table import TRANSITIONS, advance
from kinescope_upload.upload.video import SUSPENDED, Video, VideoState, embed_url

__all__ = [
    "LONGEST_KEEP",
    "SUSPENDED",
    "TRANSITIONS",
    "Adopted",
    "AlreadyExists",
    "Attempted",
    "ChunkRefused",
    "Created",
    "CreationRefused",
    "Dialect",
    "Driver",
    "DriverOptions",
    "Event",
    "Failure",
    "FileReplaced",
    "FreshUpload",
    "InitUnanswered",
    "LeftBecause",
    "LengthReached",
    "Linked",
    "OffsetAccepted",
    "OffsetLost",
    "OffsetRefused",
    "OffsetUnknown",
    "OldVideo",
    "OldVideoGone",
    "OrphanGone",
    "Ports",
    "Record",
    "ReplacementBegun",
    "RowEmptied",
    "SendChunk",
    "SentPart",
    "Stage",
    "Unlinked",
    "UploadGone",
    "UploadTask",
    "Verified",
    "Video",
    "VideoComplete",
    "VideoGone",
    "VideoState",
    "advance",
    "embed_url",
    "fresh_upload",
    "marked_description",
]
