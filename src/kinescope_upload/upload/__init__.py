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

Here are the facts, which most commands need. What moves an upload on is imported from its module (`events`, `table`,
`driver`, `ports`, `steps`, `next_upload`), so that a command that moves none starts sooner.
"""

from kinescope_upload.upload.marks import marked_description
from kinescope_upload.upload.old_video import LONGEST_KEEP, LeftBecause, OldVideo
from kinescope_upload.upload.record import HEAD_BYTES, Dialect, Failure, Record, Stage
from kinescope_upload.upload.same_file import SentPart
from kinescope_upload.upload.video import SUSPENDED, Video, VideoState, embed_url

__all__ = [
    "HEAD_BYTES",
    "LONGEST_KEEP",
    "SUSPENDED",
    "Dialect",
    "Failure",
    "LeftBecause",
    "OldVideo",
    "Record",
    "SentPart",
    "Stage",
    "Video",
    "VideoState",
    "embed_url",
    "marked_description",
]
