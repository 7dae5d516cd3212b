"""The bytes of a chunk are told of often enough for every display, and not for each block."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kinescope_upload.batch.chunk_progress import ChunkProgress
from kinescope_upload.batch.run import Run, UploadOptions
from kinescope_upload.events import BytesSent
from kinescope_upload.policy.retry import RetryPolicy
from kinescope_upload.policy.sizing import Sizing
from kinescope_upload.retries.stop import Stop
from kinescope_upload.upload import Dialect

if TYPE_CHECKING:
    from kinescope_upload.events import RunEvent

_OPTIONS = UploadOptions(
    project_id="p",
    dialect=Dialect.TUS,
    retry=RetryPolicy(),
    chunks=Sizing.fixed(1),
    orphan_wait=5.0,
    longest_wait=3600.0,
)


class _Line:
    """A chunk of ten bytes on its way, and what was told of it."""

    def __init__(self) -> None:
        self.now = 100.0
        self.events: list[RunEvent] = []
        nobody: Any = None  # nothing is asked
        run = Run(
            backends=nobody,
            options=_OPTIONS,
            stop=Stop(lambda: None),
            waits=nobody,
            pace=nobody,
            pause=nobody,
            jobs=nobody,
            emit=self.events.append,
            randomness=nobody,
            clock=lambda: self.now,
        )
        self.progress = ChunkProgress(run, "a", 10, may_be_cut=False)

    def send(self, *waits: float) -> list[int]:
        """Sends a byte after each wait, and gives the counts that were told."""
        self.events.clear()
        for seconds in waits:
            self.now += seconds
            self.progress.on_sent(1)
        return [event.count for event in self.events if isinstance(event, BytesSent)]


def test_a_fast_chunk_is_told_of_with_its_first_block_and_its_last_and_from_time_to_time() -> None:
    line = _Line()

    assert line.send(*[0.01] * 9) == [1, 5]
    assert line.send(0.01) == [4]


def test_each_block_of_a_slow_line_is_told_of_at_once() -> None:
    assert _Line().send(*[0.1] * 9) == [1] * 9


def test_of_a_refused_chunk_what_was_told_is_taken_back() -> None:
    line = _Line()
    told = line.send(*[0.01] * 9)
    line.events.clear()

    line.progress.take_back()

    assert line.events == [BytesSent(lesson_id="a", count=-sum(told))]
