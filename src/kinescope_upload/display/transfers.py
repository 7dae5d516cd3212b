"""Counts the bytes of a run: needed, handed over, accepted, lost. Pure.

The server need not have a byte that was handed to the network: only acknowledged bytes count as accepted, without those
that the server had before the run.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from kinescope_upload.display.rate import RateEstimator
from kinescope_upload.display.tally import CourseTally
from kinescope_upload.display.transfer import Finished, Transfer
from kinescope_upload.upload import Stage

if TYPE_CHECKING:
    from kinescope_upload.plan import Plan, PlannedLesson


_FINISHED: Final = 5


class Transfers:
    """Counts the bytes of each lesson and keeps their sums, so that a drawing costs no more than the running lessons.

    Attributes:
        lost: Bytes that the server acknowledged in this run and then had no longer.
        given_up: Bytes that failed lessons still need.
        breaks: The number of transfers that broke off after they had sent bytes.
        resumes: The number of earlier uploads that were resumed.
        stalled: Seconds from the last byte that moved to the break, summed over all breaks.
        courses: What is needed, accepted and on its way, per course, by its name.
        finished: The files that were finished last.
    """

    def __init__(self) -> None:
        self.lost = 0
        self.given_up = 0
        self.breaks = 0
        self.resumes = 0
        self.stalled = 0.0
        self._of_others = 0
        self._useful = 0
        self._speed = RateEstimator()
        self.courses: dict[str, CourseTally] = {}
        self.finished: deque[Finished] = deque(maxlen=_FINISHED)
        self._planned: dict[str, PlannedLesson] = {}
        self._transfers: dict[str, Transfer] = {}
        self._done: set[str] = set()
        self._left_out: set[str] = set()
        """Lessons that failed before they were begun."""

    @property
    def sent(self) -> int:
        """Bytes that reached the server in this run, as far as its offsets show it, those included that it lost."""
        return sum(one.accepted for one in self.courses.values()) + self.lost

    @property
    def unfinished(self) -> int:
        """Bytes of those that the server acknowledged, of videos that are not complete."""
        begun = (one for one in self._transfers.values() if not one.stage.has_all_bytes)
        return self._of_others + sum(one.offset - one.found for one in begun)

    def plan(self, plan: Plan) -> None:
        """Counts the bytes that the plan needs."""
        for lesson in plan.work:
            if lesson.lesson_id not in self._transfers and lesson.lesson_id not in self._done:
                self._planned[lesson.lesson_id] = lesson
                tally = self._tally(lesson.course)
                tally.lessons += 1
                tally.needed += lesson.bytes_to_send
                tally.planned += lesson.bytes_to_send

    def tally_of(self, lesson_id: str) -> CourseTally:
        """The counts of the lesson's course, while the lesson is not finished; else of no course."""
        lesson = self._transfers.get(lesson_id) or self._planned.get(lesson_id)
        return self._tally(lesson.course) if lesson else CourseTally()

    def start(self, lesson: PlannedLesson, now: float) -> None:
        """Notes that a worker takes the lesson, for the first time or again."""
        if lesson.lesson_id in self._done:
            return
        if known := self._transfers.get(lesson.lesson_id):
            self._take_up(known, now)
            return
        planned = self._unplanned(lesson.lesson_id)
        more = lesson.bytes_to_send - (planned.bytes_to_send if planned else 0)
        tally = self._tally(lesson.course)
        tally.lessons += planned is None
        tally.needed += more
        tally.planned += more
        there = lesson.file.size - lesson.bytes_to_send
        stage = lesson.record.stage if lesson.record else Stage.PLANNED
        self._transfers[lesson.lesson_id] = Transfer(
            lesson_id=lesson.lesson_id,
            course=lesson.course,
            path=lesson.file.path,
            size=lesson.file.size,
            found=there,
            offset=there,
            stage=stage,
            moved_at=now,
            began_at=now,
        )

    def send(self, lesson_id: str, size: int, now: float) -> None:
        """Notes that the network took `size` bytes."""
        transfer = self._transfers.get(lesson_id)
        if transfer and transfer.is_running:
            self._hand_over(transfer, size)
            transfer.moved_at = now
            transfer.waits_until = None
            self._useful += size
            self._speed.add(self._useful, now)
            transfer.speed.add(transfer.position, now)

    def accept(self, lesson_id: str, offset: int, *, is_resumed: bool, now: float) -> None:
        """Notes that the server acknowledged `offset` bytes of the file in all."""
        if transfer := self._transfers.get(lesson_id):
            if is_resumed:
                self.resumes += 1
                self._note_break(transfer, now)
                is_noted = transfer.unanswered > 0
                self.breaks += transfer.is_ours and not is_noted and offset > transfer.offset
            self._acknowledge(transfer, offset, is_resumed=is_resumed, now=now)

    def retry(self, lesson_id: str, now: float) -> None:
        """Notes that a request failed; the server may or may not have its bytes."""
        if transfer := self._transfers.get(lesson_id):
            self._note_break(transfer, now)

    def wait(self, lesson_id: str, until: float) -> None:
        """Notes that the lesson waits until then, or until one of its bytes moves."""
        if transfer := self._transfers.get(lesson_id):
            transfer.waits_until = until

    def go_on(self) -> None:
        """Notes that a pause is over: requests that it cut did not break, and are no longer on their way."""
        for transfer in self._transfers.values():
            self._take_back(transfer)

    def leave_out(self, since: float, now: float) -> None:
        """Leaves a time in which no byte could move out of rates and durations."""
        self.measure_anew()
        for transfer in self._transfers.values():
            transfer.began_at += now - max(since, transfer.moved_at)
            transfer.moved_at = now

    def measure_anew(self) -> None:
        """Forgets how fast bytes moved up to now."""
        self._speed.restart()
        for transfer in self._transfers.values():
            transfer.speed.restart()

    def reach(self, lesson_id: str, stage: Stage, now: float) -> None:
        """Notes that the lesson reached another stage."""
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

    def finish(self, lesson_id: str, now: float, *, is_ours: bool = True) -> None:
        """Notes that the server has every byte of the lesson, whose video others may have made."""
        self._done.add(lesson_id)
        if planned := self._unplanned(lesson_id):
            self._tally(planned.course).needed -= planned.bytes_to_send
        if transfer := self._transfers.pop(lesson_id, None):
            if not (is_ours or transfer.stage.has_all_bytes):
                self._of_others += transfer.offset - transfer.found
                transfer.is_ours = False
            self._take_up(transfer, now)
            self._acknowledge(transfer, transfer.size, is_resumed=True, now=now)
            self.finished.append(Finished(path=transfer.path, size=transfer.size, seconds=now - transfer.began_at))

    def give_up(self, lesson_id: str, now: float) -> None:
        """Notes that the lesson failed and is left for another run."""
        if (planned := self._planned.get(lesson_id)) and lesson_id not in self._left_out:
            self._left_out.add(lesson_id)
            self.given_up += planned.bytes_to_send
        transfer = self._transfers.get(lesson_id)
        if transfer is None or not transfer.is_running:
            return
        self._note_break(transfer, now)
        self._acknowledge(transfer, transfer.offset, is_resumed=True, now=now)
        transfer.is_running = False
        self.given_up += transfer.size - transfer.offset

    def running(self, now: float) -> tuple[Transfer, ...]:
        """Copies of what workers upload now, in the order of their start; not of those that only wait for their row."""
        running = (transfer for transfer in self._transfers.values() if transfer.is_running)
        return tuple(
            replace(transfer, rate=transfer.speed.rate(now), wait=_left(transfer.waits_until, now))
            for transfer in running
            if not transfer.stage.has_all_bytes
        )

    def rate(self, now: float) -> float | None:
        """The speed in bytes per second, smoothed; None while too little is known."""
        return self._speed.rate(now)

    def _unplanned(self, lesson_id: str) -> PlannedLesson | None:
        """Takes a lesson from those that are yet to begin."""
        planned = self._planned.pop(lesson_id, None)
        if planned and lesson_id in self._left_out:
            self._left_out.discard(lesson_id)
            self.given_up -= planned.bytes_to_send
        return planned

    def _tally(self, course: str) -> CourseTally:
        return self.courses.setdefault(course, CourseTally())

    def _hand_over(self, transfer: Transfer, size: int) -> None:
        transfer.handed_over += size
        self._tally(transfer.course).handed_over += size

    def _take_back(self, transfer: Transfer) -> None:
        """Counts what was on its way as lost, until the server says that it has it."""
        transfer.unanswered += transfer.handed_over
        self._hand_over(transfer, -transfer.handed_over)

    def _take_up(self, transfer: Transfer, now: float) -> None:
        if not transfer.is_running:
            self.given_up -= transfer.size - transfer.offset
            transfer.is_running = True
            transfer.moved_at = now

    def _note_break(self, transfer: Transfer, now: float) -> None:
        if transfer.handed_over:
            self.breaks += 1
            self.stalled += max(0.0, now - transfer.moved_at)
            self._take_back(transfer)

    def _acknowledge(self, transfer: Transfer, offset: int, *, is_resumed: bool, now: float) -> None:
        """Moves the offset. Bytes beyond all that this run handed over were there before it, or broke off."""
        before = transfer.offset
        offset = min(max(0, offset), transfer.size)
        gained = max(0, offset - before)
        handed = transfer.handed_over + transfer.unanswered
        beyond = max(0, gained - handed)
        found = beyond if is_resumed and not transfer.is_ours else 0
        self._move(transfer, found=min(transfer.found + found, offset), offset=offset)
        self._hand_over(transfer, -transfer.handed_over)
        transfer.unanswered = 0
        transfer.is_ours = True
        self._useful += gained - found - handed
        if gained != found:
            transfer.moved_at = now
        self._speed.add(self._useful, now)

    def _move(self, transfer: Transfer, *, found: int, offset: int) -> None:
        arrived = (offset - found) - (transfer.offset - transfer.found)
        tally = self._tally(transfer.course)
        tally.needed += transfer.found - found
        tally.accepted += arrived
        self.lost += max(0, -arrived)
        if not transfer.is_running:
            self.given_up -= offset - transfer.offset
        transfer.found, transfer.offset = found, offset


def _left(until: float | None, now: float) -> float | None:
    """Seconds until then; None where it is over, or never was."""
    return until - now if until is not None and until > now else None
