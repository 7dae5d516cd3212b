"""Keeps progress in the cluster's database: what this machine holds is written under its fence, and nothing else."""

from __future__ import annotations

import json
import random
import sys
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from kinescope_upload.cluster import statements
from kinescope_upload.cluster.hold import Lease
from kinescope_upload.cluster.holds import Holds
from kinescope_upload.cluster.line import first, line_of
from kinescope_upload.cluster.records import lost_error, record_of, records_of, text_of
from kinescope_upload.cluster.schema import check_version
from kinescope_upload.cluster.settings import cluster_of
from kinescope_upload.errors import BatchStoppedError, DatabaseDownError, LessonFailedError, LessonLostError
from kinescope_upload.policy.retry import RetryPolicy
from kinescope_upload.text import format_duration
from kinescope_upload.video_ids import video_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from kinescope_upload.cluster.hold import Hold
    from kinescope_upload.cluster.line import Line
    from kinescope_upload.config import Settings
    from kinescope_upload.upload import Record


@dataclass(slots=True, kw_only=True)
class ClusterProgress:
    """The progress of a cluster, in the hands of one process; its threads share it.

    Attributes:
        holds: The lessons in its hands.
        library: The library of lessons that this process adds.
        names: The courses in question; empty means all.
        stop_asked: Whether somebody asked this machine to stop, as the last beat told.
    """

    holds: Holds
    library: str = ""
    names: tuple[str, ...] = ()
    stop_asked: bool = False
    _unsaved: dict[str, Record] = field(default_factory=dict)
    """Offsets that could not be written while the database was away: they are hints, the server is asked."""
    _saved: dict[str, Record] = field(default_factory=dict)
    """What was written last."""
    _writing: threading.Lock = field(default_factory=threading.Lock)
    """Keeps what is written late in its order."""

    @property
    def courses(self) -> tuple[str, ...]:
        """The courses in question."""
        return self.names or tuple(course for (course,) in self.holds.line.ask(statements.COURSES))

    @property
    def notes(self) -> tuple[str, ...]:
        """Nothing: a record of the database is whole."""
        return ()

    @property
    def courses_without_journal(self) -> frozenset[str]:
        """None: a record of the database is whole."""
        return frozenset()

    def forget_lost_journals(self) -> None:
        """Does nothing: there are none."""

    def listen(self, tell: Callable[[str], None]) -> None:
        """Does nothing: a database that is away is waited for, and told of by whoever waits."""

    @property
    def records(self) -> dict[str, Record]:
        """All records of these courses; asked for anew each time."""
        rows = self.holds.line.ask(statements.RECORDS, courses=list(self.names) or None, patience=120)
        return records_of((lesson_id, course, text) for lesson_id, course, _, text in rows)

    def known_ids(self) -> set[str]:
        """The ids of all videos that records name, and the marks of attempts whose id is unknown."""
        rows = self.holds.patiently(lambda: self.holds.line.ask(statements.KNOWN_IDS, patience=60))
        return {video_key(text) or text for (text,) in rows if text}

    def give(self, lesson_id: str, *, wanted: bool = True) -> None:
        """Gives a lesson back; see `Holds.give`."""
        self._unsaved.pop(lesson_id, None)
        self._saved.pop(lesson_id, None)
        self.holds.give(lesson_id, wanted=wanted)

    def beat(self) -> None:
        """Renews all holds, and writes what could not be written before.

        Raises:
            DatabaseDownError: The database does not answer.
        """
        for record in list(self._unsaved.values()):
            self._save_once(record, is_late=True)
        self.holds.renew()

    def confirm(self, lesson_id: str) -> None:
        """Asks the database now whether the lesson is still ours."""
        self.holds.confirm(lesson_id)

    def save(self, record: Record) -> None:
        """Writes a record of a lesson that we hold, or take for that moment.

        Where the database is away, it waits; an offset alone is written later, as long as the lesson is surely ours.
        """
        hold = self.holds.of.get(record.lesson_id)
        if hold is None:
            with self.hold(record.lesson_id):
                self.save(record)
            return
        before = self._saved.get(record.lesson_id)
        is_hint = before is not None and before.stage is record.stage and hold.is_sure(self.holds.clocks())
        try:
            is_ours = self._save_once(record)
        except DatabaseDownError:
            if is_hint:
                self._unsaved[record.lesson_id] = record
                return
            is_ours = self.holds.patiently(lambda: self._save_once(record))
        if not is_ours:
            raise lost_error(record.lesson_id)

    def save_all(self, records: Iterable[Record]) -> None:
        """Writes several records; leaves out those that are another machine's by now."""
        for record in records:
            if record.lesson_id in self.holds.of:
                self.holds.patiently(partial(self._save_once, record))
                continue
            with suppress(LessonFailedError, LessonLostError):
                self.save(record)

    def _save_once(self, record: Record, *, is_late: bool = False) -> bool:
        """Writes the record once, a late one unless a newer one was written; whether the lesson is still ours."""
        hold = self.holds.of.get(record.lesson_id)
        if hold is None or hold.is_lost:
            self._unsaved.pop(record.lesson_id, None)
            return False
        if not is_late and record.lesson_id not in self._unsaved:
            return self._write(record, hold)
        with self._writing:
            if is_late and self._unsaved.get(record.lesson_id) is not record:
                return True
            return self._write(record, hold)

    def _write(self, record: Record, hold: Hold) -> bool:
        asked_at = self.holds.clocks()
        rows = self.holds.line.ask(
            statements.SAVE,
            record=text_of(record),
            course=record.course,
            lesson_id=record.lesson_id,
            fence=hold.fence,
            me=self.holds.me,
            lease=self.holds.lease.seconds,
        )
        self._unsaved.pop(record.lesson_id, None)
        if not rows:
            hold.lose()
            return False
        hold.renew(asked_at)
        self._saved[record.lesson_id] = record
        return True

    @contextmanager
    def hold(self, lesson_id: str) -> Iterator[Record | None]:
        """Takes the lesson for as long as the block runs, adds it where it was never enqueued; gives its record."""
        if lesson_id in self.holds.of:
            [(course, text)] = self.holds.line.ask(statements.RECORD, lesson_id=lesson_id)
            yield record_of(lesson_id, course, text) if text else None
            return
        self.holds.line.ask(statements.ADD_UNKNOWN, lesson_id=lesson_id, library=self.library)
        taken = self.holds.take(lesson_id)
        if taken is None:
            left = first(self.holds.line.ask(statements.HELD_FOR, lesson_id=lesson_id, me=self.holds.me)) or 0.0
            raise LessonFailedError(
                f"Another machine has {lesson_id} in hand, for {format_duration(max(1.0, left))} at least.",
                "Run the same command again later.",
            )
        try:
            yield taken.record
        finally:
            self.give(lesson_id)

    def check_room(self, records: Iterable[Record]) -> None:
        """Returns when the database answers: it says by itself when it is full."""
        del records
        self.holds.line.ask(statements.GET_META, key="schema")

    def note_deletion(self, facts: Mapping[str, object]) -> None:
        """Writes down what is about to be deleted."""
        self.holds.patiently(lambda: self.holds.line.ask(statements.DELETED, facts=json.dumps(facts)))

    def saved(self, lesson_id: str) -> Record | None:
        """What this process wrote last of a lesson in its hands; None where it wrote nothing."""
        return self._saved.get(lesson_id)

    def in_hand(self) -> list[dict[str, object]]:
        """What it has in hand, for others to see: lesson, file, and how far it is in bytes."""
        known = [(lesson_id, self._saved.get(lesson_id)) for lesson_id in list(self.holds.of)]
        return [
            {"lesson_id": lesson_id}
            if record is None
            else {"lesson_id": lesson_id, "path": record.path, "size": record.size, "offset": record.offset}
            for lesson_id, record in known
        ]

    def stop_is_asked(self) -> bool:
        """Whether somebody asked this machine to stop, as the last beat told."""
        return self.stop_asked


def _once_there_is_room(settings: Settings, line: Line) -> None:
    """Asks for the tables' version, again while all connections of the database are in use: others give theirs back."""
    policy, is_told = RetryPolicy(retries=settings.retries, base=settings.retry_base), False
    for wait in policy.waits(random.random):
        try:
            return check_version(line)
        except DatabaseDownError as error:
            if not error.is_full:
                raise
            if not is_told:
                sys.stderr.write(f"{error.what} Waiting for a connection.\n")
                sys.stderr.flush()
            is_told = True
        time.sleep(wait)
    return check_version(line)


@contextmanager
def opened(settings: Settings) -> Iterator[ClusterProgress]:
    """The cluster's progress, for this process.

    Raises:
        BatchStoppedError: The database has no cluster, one of another version, or does not answer.
    """
    line = line_of(settings)
    try:
        _once_there_is_room(settings, line)
        cluster = cluster_of(settings)
        holds = Holds(line=line, lease=Lease(seconds=cluster.lease), machine=cluster.machine)
        yield ClusterProgress(holds=holds, names=settings.courses)
    except DatabaseDownError as error:
        raise BatchStoppedError(error.what, f"{error.remedy}, then run the same command again.") from error
    finally:
        line.close()
