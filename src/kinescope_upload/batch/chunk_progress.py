"""Watches one chunk on its way: keeps to the user's rate, counts its bytes, ends one that takes too long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kinescope_upload.errors import UnreachableError
from kinescope_upload.events import BytesSent
from kinescope_upload.policy.retry import request_deadline

if TYPE_CHECKING:
    from kinescope_upload.batch.run import Run

_TOLD_EVERY: Final = 0.05
"""Seconds: everybody who counts the bytes takes 20 microseconds for each time, and a display draws 5 times a second."""


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
        self._length = length
        self._told = 0
        self._told_at = float("-inf")
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
        self._run.emit(BytesSent(lesson_id=self._lesson_id, count=-self._told))

    def on_sent(self, count: int) -> None:
        """Tells, of the first block, the last one and from time to time, how many bytes the network took.

        Raises:
            InterruptedRunError: The batch ends.
            UnreachableError: The chunk takes too long.
        """
        self.sent += count
        now = self._run.clock()
        if now - self._told_at >= _TOLD_EVERY or self.sent == self._length:
            self._run.emit(BytesSent(lesson_id=self._lesson_id, count=self.sent - self._told))
            self._told, self._told_at = self.sent, now
        self._run.stop.check()
        if now > self._ends_at:
            raise UnreachableError("A chunk took longer than the slowest line may.")
