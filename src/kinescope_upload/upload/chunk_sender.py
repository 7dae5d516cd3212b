"""Sends chunks to the upload URL and asks for the offset; judges answers that one alone does not prove. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kinescope_upload.errors import UnreachableError
from kinescope_upload.policy.absence import LOOKS, is_proven_absent
from kinescope_upload.upload.events import ChunkRefused, OffsetAccepted, OffsetRefused, OffsetUnknown, UploadGone

if TYPE_CHECKING:
    from collections.abc import Callable

    from kinescope_upload.upload.events import Event
    from kinescope_upload.upload.ports import Ports
    from kinescope_upload.upload.record import Record
    from kinescope_upload.upload.steps import SendChunk


class ChunkSender:
    """Talks to one upload URL after the other.

    Args:
        ports: What it talks with.
        wait: Seconds before an upload that is said to be gone is asked for again.
        look: Looks for the record's video; raises where Kinescope does not answer.
    """

    def __init__(self, ports: Ports, *, wait: float, look: Callable[[Record], object]) -> None:
        self._ports = ports
        self._wait = wait
        self._look = look
        self._shown: list[bool] = []
        """For each answer in a row that tells, whether it showed the upload."""
        self._broken: SendChunk | None = None
        """The last chunk, when its connection broke."""

    def forget(self) -> None:
        """Forgets the upload: the next one is another."""
        self._shown.clear()
        self._broken = None

    def send(self, record: Record, step: SendChunk) -> Event:
        """Sends a chunk; where that is said to meet no upload, looks until it is proven, which is no retry.

        Raises:
            TooLargeError: Somebody on the way refuses even the smallest chunk.
            KuploadError: Any error of the port.
        """
        event = self._send(record, step)
        while isinstance(event, OffsetUnknown) and self._shown:
            event = self.ask_offset(record)
            if isinstance(event, OffsetRefused):  # only a chunk can show then whether there is an upload
                event = self._send(record, step)
        return event

    def _send(self, record: Record, step: SendChunk) -> Event:
        self._broken = None
        try:
            event = self._ports.send(record, step)
        except UnreachableError as error:
            self._broken = step if error.was_sent else None
            raise
        if isinstance(event, ChunkRefused) and not self._ports.shrink(record, step):
            raise self._ports.too_large(record, step)
        return self._confirmed(event, record)

    def ask_offset(self, record: Record) -> Event:
        """Asks for the offset; makes chunks smaller where nothing of one that broke arrived, or nobody can tell."""
        event = self._ports.ask_offset(record)
        if self._broken and _arrived_in_vain(event, self._broken):
            if self._ports.shrink(record, self._broken):
                self._ports.progressed()  # retries are for chunks of one size
            self._broken = None
        return self._confirmed(event, record)

    def _confirmed(self, event: Event, record: Record) -> Event:
        """The event; of an upload that is said to be gone, only when that was said often enough in a row.

        Whoever stands between may say 404 or 410 (docs/kinescope.md), and a portal says it of everything: before it is
        said for the last time, Kinescope itself has to answer at both of its doors. Where HEAD is refused it says
        nothing.
        """
        if isinstance(event, UploadGone):
            self._shown.append(False)
            if is_proven_absent(reversed(self._shown)):
                return event
            if len(self._shown) == LOOKS - 1:
                self._hear_kinescope(record)
            self._ports.wait(self._wait)
            return OffsetUnknown()
        if not isinstance(event, OffsetRefused):
            self._shown.clear()
        return event

    def _hear_kinescope(self, record: Record) -> None:
        """Returns when Kinescope's uploader and its API answer; else what was said of the upload does not count."""
        try:
            self._ports.hear(None)
            self._look(record)
        except BaseException:
            self._shown.clear()
            raise


def _arrived_in_vain(event: Event, broken: SendChunk) -> bool:
    """Whether nothing of the chunk arrived, or nobody tells."""
    match event:
        case OffsetAccepted(offset=offset):
            return offset <= broken.offset
        case _:
            return isinstance(event, OffsetRefused)
