"""What the driver of an upload works on and with. Pure.

Whatever happens outside is a callable of `Ports`; each raises the errors of `kinescope_upload.errors`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from contextlib import AbstractContextManager
    from datetime import datetime

    from kinescope_upload.errors import TryAgainError
    from kinescope_upload.model import VideoFile
    from kinescope_upload.upload.events import Event
    from kinescope_upload.upload.record import Dialect, Record
    from kinescope_upload.upload.same_file import SentPart
    from kinescope_upload.upload.steps import SendChunk
    from kinescope_upload.upload.video import Video


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadTask:
    """The lesson whose video is uploaded.

    Attributes:
        lesson_id: The lesson.
        course: Its course.
        file: Its file as it is now.
        parent_id: Where a new video goes on Kinescope: the id of a folder or a project.
        title: Its title; a new video is called as `fit_title` makes of it.
        pair_is_written: Whether a map file or manifest said that the file is the lesson's.
        record: What earlier runs achieved; None when there was none.
    """

    lesson_id: str
    course: str
    file: VideoFile
    parent_id: str
    title: str
    pair_is_written: bool = False
    record: Record | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverOptions:
    """How the driver works.

    Attributes:
        dialect: How uploads are created.
        orphan_wait: Seconds between deleting a video and creating the next, and before a second look.
        retries: Steps without progress after the first, before the lesson is given up.
    """

    dialect: Dialect
    orphan_wait: float
    retries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What the driver works with.

    Attributes:
        create: Asks for an upload URL.
        ask_offset: Asks how many bytes the server holds.
        send: Sends one chunk; the driver adds the MD5 to `LengthReached`.
        terminate: Ends the upload on the server.
        video: The video with this id; None when there is none.
        videos_with_text: The videos whose description holds the text.
        newest_videos: The videos of this folder, newest first.
        move: Moves the video with this id into the folder with that id.
        hear: Raises where somebody else answers instead of Kinescope at this address, or at the uploader for None.
        delete: Deletes a video; False where Kinescope says that there is none.
        removed: Is told which video was deleted, and why.
        known_ids: The ids of all videos that records name.
        part: The part of the open file that may have been sent, and the file as it is now.
        md5_of_first: The MD5 of the open file's first so many bytes; None where no checksums are taken.
        head_md5: The MD5 of the open file's head, with or without checksums.
        md5: The MD5 of the file; None where no checksums are taken.
        duration: How long the open file's video lasts in seconds; None where it does not say.
        chunk_size: The most bytes of the record's next chunk.
        shrink: Makes later chunks smaller than this one, of which nothing arrived; False when they cannot be smaller.
        too_large: The error of a chunk that was refused for its size and cannot be smaller.
        save: Writes the record to disk.
        tell: Is told of each event: the record before, the event, the record after.
        open_file: Opens the file for as long as bytes may be sent.
        alone: Locks out other creations of, and looks for, videos that could be taken for this one.
        call: Calls it again while it raises `TryAgainError` and retries are left.
        progressed: Is told that the server holds more bytes than ever before.
        check: Called before each step; waits while everybody is held back, raises when the run ends.
        wait: Waits so many seconds.
        utc_now: The time (UTC) by Kinescope's clock.
        new_id: Makes a new UUID.
    """

    create: Callable[[Record], Event]
    ask_offset: Callable[[Record], Event]
    send: Callable[[Record, SendChunk], Event]
    terminate: Callable[[Record], None]
    video: Callable[[str], Video | None]
    videos_with_text: Callable[[str], Iterable[Video]]
    newest_videos: Callable[[str], Iterable[Video]]
    move: Callable[[str, str], None]
    hear: Callable[[str | None], None]
    delete: Callable[[str], bool]
    removed: Callable[[str, str], None]
    known_ids: Callable[[], Collection[str | None]]
    part: Callable[[], SentPart]
    md5_of_first: Callable[[int], str | None]
    head_md5: Callable[[], str]
    md5: Callable[[], str | None]
    duration: Callable[[], float | None]
    chunk_size: Callable[[Record], int]
    shrink: Callable[[Record, SendChunk], bool]
    too_large: Callable[[Record, SendChunk], TryAgainError]
    save: Callable[[Record], None]
    tell: Callable[[Record, Event, Record], None]
    open_file: Callable[[], AbstractContextManager[object]]
    alone: Callable[[Record], AbstractContextManager[object]]
    call: Callable[[Callable[[], None]], None]
    progressed: Callable[[], None]
    check: Callable[[], None]
    wait: Callable[[float], None]
    utc_now: Callable[[], datetime]
    new_id: Callable[[], str]
