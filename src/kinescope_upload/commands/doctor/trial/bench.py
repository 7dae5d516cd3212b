"""Videos in a scratch folder in one dialect, by the project's own client: for a try and for the contract tests."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from kinescope_upload.errors import (
    KuploadError,
    LessonFailedError,
    LockedError,
    ThrottledError,
    UnreachableError,
)
from kinescope_upload.kinescope.tus_client import Chunk
from kinescope_upload.upload import Dialect, Record
from kinescope_upload.upload.events import (
    AlreadyExists,
    Attempted,
    Created,
    Event,
    InitUnanswered,
    LengthReached,
    OffsetAccepted,
    OffsetRefused,
    OffsetUnknown,
    UploadGone,
)
from kinescope_upload.upload.table import advance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kinescope_upload.commands.doctor.trial.scratch import Scratch
    from kinescope_upload.commands.doctor.trial.waits import WaitBudget
    from kinescope_upload.connect import Kinescope

T = TypeVar("T")

BLOCK: Final = 64 * 1024
"""Bytes that are handed to the socket at once."""
FILE_NAME: Final = "kupload-try.mp4"
_ROUNDS: Final = 20
_PAUSE: Final = 1.0


@dataclass(kw_only=True)
class Bench:
    """One dialect of the service, and the scratch folder on it.

    Attributes:
        kinescope: The service.
        scratch: The folder; every video that is made is noted there.
        dialect: How uploads are created.
        waits: The budget of the waits for a service that is busy.
        file_name: The name that each file is sent under.
    """

    kinescope: Kinescope
    scratch: Scratch
    dialect: Dialect
    waits: WaitBudget
    file_name: str = FILE_NAME

    def record(self, size: int, *, title: str = "") -> Record:
        """A video of that many bytes that is about to be created."""
        one_id = str(uuid.uuid4())
        video_id, mark = (one_id, None) if self.dialect is Dialect.TUS else (None, one_id)
        record = Record(
            lesson_id="kupload_try",
            course="kupload-try",
            path=f"kupload-try/{self.file_name}",
            size=size,
            modified_ns=0,
            parent_id=self.scratch.folder_id,
            title=self.scratch.title(title),
            dialect=self.dialect,
            video_id=video_id,
        )
        return advance(record, Attempted(at=datetime.now(UTC), mark=mark))

    def create(self, record: Record) -> Record:
        """The record after its creation.

        Raises:
            LessonFailedError: The answer does not say that a new upload was created.
            KuploadError: The answer is a refusal, or there is none.
        """
        event = self.ask_to_create(record)
        if not isinstance(event, Created):
            raise LessonFailedError(f"Kinescope does not create the upload ({type(event).__name__}).")
        return advance(record, event)

    def ask_to_create(self, record: Record) -> Created | AlreadyExists | InitUnanswered:
        """What comes of the request; the video is noted before it may exist.

        Raises:
            KuploadError: The answer is a refusal, or there is none.
        """
        if record.video_id:
            self.scratch.made[record.video_id] = record.title
        self.scratch.is_init_open = True
        try:
            event = self._patiently(lambda: self.kinescope.uploader.create(record))
        except UnreachableError:
            raise
        except KuploadError:
            self.scratch.is_init_open = False
            raise
        self.scratch.is_init_open = isinstance(event, InitUnanswered)
        if isinstance(event, Created) and event.video_id:
            self.scratch.made[event.video_id] = record.title
        return event

    def send(self, record: Record, content: bytes, *, upto: int | None = None) -> Event:
        """Sends one chunk from the record's offset to `upto`, or to the end."""
        end = record.size if upto is None else upto

        def blocks() -> Iterator[bytes]:
            return (content[start : min(start + BLOCK, end)] for start in range(record.offset, end, BLOCK))

        return self.kinescope.uploader.send(
            record, Chunk(offset=record.offset, length=end - record.offset, blocks=blocks)
        )

    def upload(self, content: bytes, *, title: str = "") -> Record:
        """A whole video, without a break."""
        return self.finish(self.create(self.record(len(content), title=title)), content)

    def cut_while_sending(self, record: Record, content: bytes, *, after: int, block: int = BLOCK) -> None:
        """Sends from the record's offset on, and cuts the connection after so many bytes.

        Raises:
            UnreachableError: As it has to.
        """

        def blocks() -> Iterator[bytes]:
            for start in range(record.offset, record.size, block):
                if start - record.offset >= after:
                    self.kinescope.service.cut()
                yield content[start : start + block]

        chunk = Chunk(offset=record.offset, length=record.size - record.offset, blocks=blocks)
        self.kinescope.uploader.send(record, chunk)

    def asked(self, record: Record) -> Record:
        """The record with the offset that the service tells.

        Raises:
            LessonFailedError: It does not tell.
        """
        event = self._asked(record)
        if not isinstance(event, OffsetAccepted):
            raise LessonFailedError(f"Kinescope does not tell the offset ({type(event).__name__}).")
        return advance(record, event)

    def resume(self, record: Record, content: bytes) -> Record:
        """The record when every byte arrived, after a break: asks for the offset, and sends the rest.

        Raises:
            LessonFailedError: The upload cannot be resumed.
        """
        event = self._asked(record)
        if isinstance(event, LengthReached):
            return _complete(record, event, content)
        return self.finish(self._after(record, event), content)

    def finish(self, record: Record, content: bytes) -> Record:
        """The record when every byte arrived.

        Raises:
            LessonFailedError: The service does not take the rest.
        """
        for _ in range(_ROUNDS):
            event = self._patiently(partial(self.send, record, content))
            if isinstance(event, LengthReached):
                return _complete(record, event, content)
            record = self._after(record, event)
        raise LessonFailedError("Kinescope does not take the rest of the file.")

    def _after(self, record: Record, event: Event) -> Record:
        match event:
            case OffsetAccepted() | OffsetRefused():
                return advance(record, event)
            case OffsetUnknown():
                return self.asked(record)
            case UploadGone():
                raise LessonFailedError("The upload is gone.")
            case _:
                raise LessonFailedError(f"Kinescope does not tell the offset ({type(event).__name__}).")

    def _asked(self, record: Record) -> Event:
        for _ in range(_ROUNDS):
            try:
                return self._patiently(lambda: self.kinescope.uploader.ask_offset(record))
            except UnreachableError:  # a connection that the cut ended
                if not self.waits.pause(self.waits.tick):
                    raise
        return self.kinescope.uploader.ask_offset(record)

    def _patiently(self, request: Callable[[], T]) -> T:
        """What the request gives; waits while the service is busy or still holds the upload for an earlier request."""
        for _ in range(_ROUNDS):
            try:
                return request()
            except (LockedError, ThrottledError) as error:
                if not self.waits.pause(error.retry_after or _PAUSE):
                    raise
        return request()


def _complete(record: Record, event: LengthReached, content: bytes) -> Record:
    md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
    return advance(record, replace(event, md5=md5))
