"""Watches one chunk on its way: keeps to the user's rate, counts its bytes, ends one that takes too long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kinescope_upload.errors import UnreachableError
from kinescope_upload.events import BytesSent
from kinescope_upload.policy.retry import request_deadline

if TYPE_CHECKING:
    from kinescope_upload.batch.run import Run


class ChunkProgress:
    """Watches the bytes of one chunk.

    Attributes:
        sent: Those that the network took.

    Args:
        run: The batch.
        lesson_id: The lesson that they belong to.
        length: How many there are.
        may_be_cut: Whether a pause may end the request: the server keeps what arrived.
    """

    def __init__(self, run: Run, lesson_id: str, length: int, *, may_be_cut: bool) -> None:
        self._run = run
        self._lesson_id = lesson_id
        self._may_be_cut = may_be_cut
        self.sent = 0
        self._ends_at = run.clock() + request_deadline(length)

    def allow(self, most: int) -> int:
        """Waits until bytes may be sent, and tells how many of them; the wait does not count against the deadline.

        Raises:
            InterruptedRunError: The batch ends.
            PausedError: The run is paused, and the request had its time to end.
        """
        if self._may_be_cut:
            self._run.pause.check()
        grant = self._run.pace.pass_bytes(most)
        self._ends_at += grant.wait
        return grant.count

    def take_back(self) -> None:
        """Tells that the chunk was refused: none of its bytes is under way any more."""
        self._run.emit(BytesSent(lesson_id=self._lesson_id, count=-self.sent))

    def on_sent(self, count: int) -> None:
        """Tells that the network took so many bytes.

        Raises:
            InterruptedRunError: The batch ends.
            UnreachableError: The chunk takes too long.
        """
        self.sent += count
        self._run.emit(BytesSent(lesson_id=self._lesson_id, count=count))
        self._run.stop.check()
        if self._run.clock() > self._ends_at:
            raise UnreachableError("A chunk took longer than the slowest line may.")
