"""Where every byte of a run is: needed, handed over, accepted, lost. Pure.

A byte that was handed to the network is not a byte that the server has. What is counted as accepted is what the server
acknowledged beyond what the run found there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kinescope_upload.display.rate import RateEstimator
from kinescope_upload.upload import Stage

if TYPE_CHECKING:
    from kinescope_upload.plan import Plan, PlannedLesson

__all__ = ["RunningLesson", "Transfers"]

_COMPLETE: Final = frozenset({Stage.UPLOADED, Stage.LINKED, Stage.VERIFIED})


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningLesson:
    """A lesson that a worker has in hand.

    Attributes:
        lesson_id: The lesson.
        path: Its file's path in the library, as the disk spells it.
        size: The file's size in bytes.
        offset: Bytes that the server acknowledged, those of earlier runs included.
        handed_over: Bytes that were handed to the network beyond the offset.
    """

    lesson_id: str
    path: str
    size: int
    offset: int
    handed_over: int

    @property
    def position(self) -> int:
        """How far the file has been read out, in bytes."""
        return min(self.size, self.offset + self.handed_over)


@dataclass(slots=True, kw_only=True)
class _Transfer:
    """One lesson: of `size` bytes the server had `found` before this run and has `offset` now.

    `is_ours` says that whatever comes beyond the offset was sent by this run, although a block that broke off in its
    middle was never counted as handed over.
    """

    path: str
    size: int
    found: int
    offset: int
    stage: Stage
    moved_at: float
    is_ours: bool = False
    in_flight: int = 0
    unanswered: int = 0
    is_running: bool = True


class Transfers:
    """Follows the bytes of each lesson and adds them up as they go: no question costs more than the running lessons.

    Attributes:
        needed: Bytes that the run had to send when it began, as far as that is known by now.
        accepted: Bytes of those that the server has acknowledged.
        sent: Bytes handed to the network, those that were lost included.
        handed_over: Bytes in the network now that nobody has acknowledged.
        given_up: Bytes that failed lessons still needed.
        breaks: How often a transfer that had sent bytes broke off.
        resumes: How often an upload that was begun earlier went on.
        stalled: Seconds from the last byte that moved to the break, over all breaks.
    """

    def __init__(self) -> None:
        self.needed = 0
        self.accepted = 0
        self.sent = 0
        self.handed_over = 0
        self.given_up = 0
        self.breaks = 0
        self.resumes = 0
        self.stalled = 0.0
        self._useful = 0
        self._speed = RateEstimator()
        self._planned: dict[str, int] = {}
        self._transfers: dict[str, _Transfer] = {}
        self._done: set[str] = set()

    def plan(self, plan: Plan) -> None:
        """Counts what the whole plan needs."""
        for lesson in plan.work:
            if lesson.lesson_id not in self._transfers and lesson.lesson_id not in self._done:
                self._planned[lesson.lesson_id] = lesson.bytes_to_send
                self.needed += lesson.bytes_to_send

    def start(self, lesson: PlannedLesson, now: float) -> None:
        """A worker takes the lesson, for the first time or again."""
        if lesson.lesson_id in self._done:
            return
        if known := self._transfers.get(lesson.lesson_id):
            self._take_up(known, now)
            return
        self.needed += lesson.bytes_to_send - self._planned.pop(lesson.lesson_id, 0)
        there = lesson.file.size - lesson.bytes_to_send
        stage = lesson.record.stage if lesson.record else Stage.PLANNED
        self._transfers[lesson.lesson_id] = _Transfer(
            path=lesson.file.path,
            size=lesson.file.size,
            found=there,
            offset=there,
            stage=stage,
            moved_at=now,
        )

    def send(self, lesson_id: str, size: int, now: float) -> None:
        """The network took `size` bytes."""
        self.sent += size
        transfer = self._transfers.get(lesson_id)
        if transfer and transfer.is_running:
            transfer.in_flight += size
            transfer.moved_at = now
            self.handed_over += size
            self._useful += size
            self._speed.add(self._useful, now)

    def accept(self, lesson_id: str, offset: int, *, is_resumed: bool, now: float) -> None:
        """The server acknowledged `offset` bytes of the file in all."""
        if transfer := self._transfers.get(lesson_id):
            if is_resumed:
                self.resumes += 1
                self._note_break(transfer, now)
                is_noted = transfer.unanswered > 0
                self.breaks += transfer.is_ours and not is_noted and offset > transfer.offset
            self._acknowledge(transfer, offset, is_resumed=is_resumed, now=now)

    def retry(self, lesson_id: str, now: float) -> None:
        """A request failed: what it had sent may or may not be there."""
        if transfer := self._transfers.get(lesson_id):
            self._note_break(transfer, now)

    def reach(self, lesson_id: str, stage: Stage, now: float) -> None:
        """The lesson came to another stage."""
        transfer = self._transfers.get(lesson_id)
        if transfer is None or transfer.stage is stage:
            return
        transfer.stage = stage
        match stage:
            case Stage.PLANNED | Stage.CREATED:
                self._note_break(transfer, now)
                self._acknowledge(transfer, 0, is_resumed=True, now=now)
                transfer.is_ours = stage is Stage.CREATED
            case Stage.UPLOADED | Stage.LINKED | Stage.VERIFIED:
                self._acknowledge(transfer, transfer.size, is_resumed=True, now=now)
            case Stage.ORPHANED:
                self._note_break(transfer, now)

    def finish(self, lesson_id: str, now: float) -> None:
        """Every byte of the lesson is there."""
        self._done.add(lesson_id)
        self.needed -= self._planned.pop(lesson_id, 0)
        if transfer := self._transfers.pop(lesson_id, None):
            self._take_up(transfer, now)
            self._acknowledge(transfer, transfer.size, is_resumed=True, now=now)

    def give_up(self, lesson_id: str, now: float) -> None:
        """The lesson is left as it is, for another run."""
        transfer = self._transfers.get(lesson_id)
        if transfer is None or not transfer.is_running:
            return
        self._note_break(transfer, now)
        self._acknowledge(transfer, transfer.offset, is_resumed=True, now=now)
        transfer.is_running = False
        self.given_up += transfer.size - transfer.offset

    def running(self) -> tuple[RunningLesson, ...]:
        """The lessons in hand, in the order in which they were taken; not those that only wait for their row."""
        return tuple(
            RunningLesson(
                lesson_id=lesson_id, path=one.path, size=one.size, offset=one.offset, handed_over=one.in_flight
            )
            for lesson_id, one in self._transfers.items()
            if one.is_running and one.stage not in _COMPLETE
        )

    def rate(self, now: float) -> float | None:
        """Bytes per second that this run moves, smoothed; None while too little is known."""
        return self._speed.rate(now)

    def _take_up(self, transfer: _Transfer, now: float) -> None:
        if not transfer.is_running:
            self.given_up -= transfer.size - transfer.offset
            transfer.is_running = True
            transfer.moved_at = now

    def _note_break(self, transfer: _Transfer, now: float) -> None:
        if transfer.in_flight:
            self.breaks += 1
            self.stalled += max(0.0, now - transfer.moved_at)
            self.handed_over -= transfer.in_flight
            transfer.unanswered += transfer.in_flight
            transfer.in_flight = 0

    def _acknowledge(self, transfer: _Transfer, offset: int, *, is_resumed: bool, now: float) -> None:
        """Moves the offset; what is there beyond all that this run handed over was there before it, or broke off."""
        before = transfer.offset
        offset = min(max(0, offset), transfer.size)
        gained = max(0, offset - before)
        handed = transfer.in_flight + transfer.unanswered
        beyond = max(0, gained - handed)
        found = beyond if is_resumed and not transfer.is_ours else 0
        self.sent += beyond - found
        self._move(transfer, found=min(transfer.found + found, offset), offset=offset)
        self.handed_over -= transfer.in_flight
        transfer.in_flight = transfer.unanswered = 0
        transfer.is_ours = True
        self._useful += gained - found - handed
        if gained != found:
            transfer.moved_at = now
        self._speed.add(self._useful, now)

    def _move(self, transfer: _Transfer, *, found: int, offset: int) -> None:
        self.needed -= found - transfer.found
        self.accepted += (offset - found) - (transfer.offset - transfer.found)
        if not transfer.is_running:
            self.given_up -= offset - transfer.offset
        transfer.found, transfer.offset = found, offset
