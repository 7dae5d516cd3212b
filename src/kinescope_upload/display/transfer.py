"""One lesson's bytes in a run, and what is kept of it when it is done. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kinescope_upload.display.rate import RateEstimator

if TYPE_CHECKING:
    from kinescope_upload.upload import Stage


@dataclass(slots=True, kw_only=True)
class Transfer:
    """Holds the counts of one lesson.

    Attributes:
        lesson_id: The lesson.
        course: Its course.
        path: The path of its file in the library, as the disk spells it.
        size: The file's size in bytes.
        found: Bytes that the server had before this run.
        offset: Bytes that the server acknowledged, in earlier runs too.
        stage: How far the lesson is.
        moved_at: When its last byte moved, in monotonic seconds.
        began_at: When a worker took it first; later by the times in which no byte could move.
        is_ours: Whether all bytes beyond the offset come from this run, even of a block that broke off in its middle
            and was never counted as handed over.
        handed_over: Bytes beyond the offset that are in the network now.
        unanswered: Bytes that were in the network when a transfer broke off.
        is_running: Whether a worker has the lesson.
        waits_until: When Kinescope is asked again, in monotonic seconds; None where nothing is waited for.
        speed: Measures how fast its bytes move.
        rate: Bytes per second, in a copy that `Transfers.running` gives; None while too little is known.
        wait: Seconds until Kinescope is asked again, in that copy; None where nothing is waited for.
    """

    lesson_id: str
    course: str
    path: str
    size: int
    found: int
    offset: int
    stage: Stage
    moved_at: float
    began_at: float
    is_ours: bool = False
    handed_over: int = 0
    unanswered: int = 0
    is_running: bool = True
    waits_until: float | None = None
    speed: RateEstimator = field(default_factory=RateEstimator, compare=False)
    rate: float | None = None
    wait: float | None = None

    @property
    def position(self) -> int:
        """How far the file has been sent, in bytes."""
        return min(self.size, self.offset + self.handed_over)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A file that is done: its path, its size in bytes, and the seconds from when a worker took it."""

    path: str
    size: int
    seconds: float
