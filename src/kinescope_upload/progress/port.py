"""What others need of the place where progress is kept. The progress folder is one such place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from kinescope_upload.model import Doubt, LessonRow, VideoFile
    from kinescope_upload.plan import Plan
    from kinescope_upload.upload import Record


class Progress(Protocol):
    """The progress of the courses that somebody works on, until it is closed. Every thread may use it."""

    @property
    def courses(self) -> tuple[str, ...]:
        """The courses."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of how the records were found, in sentences."""

    @property
    def courses_without_journal(self) -> frozenset[str]:
        """The courses of which records may be lost."""

    def forget_lost_journals(self) -> None:
        """Notes that somebody has looked for what lost records held."""

    @property
    def records(self) -> Mapping[str, Record]:
        """What is recorded of these courses, by lesson id."""

    def known_ids(self) -> set[str]:
        """The ids of all videos that records of these courses name, and the marks of attempts whose id is unknown."""

    def hold(self, lesson_id: str) -> AbstractContextManager[Record | None]:
        """Keeps everybody else from the lesson while the block runs; gives its record, None where there is none.

        Raises:
            LessonFailedError: Somebody else works on the lesson now.
        """

    def confirm(self, lesson_id: str) -> None:
        """Returns when nobody else can have the lesson now; is asked right before something is deleted.

        Raises:
            LessonLostError: Somebody else has it, or may have it.
        """

    def save(self, record: Record) -> None:
        """Writes a record; returns when it is safe.

        Raises:
            BatchStoppedError: It cannot be written.
            LessonLostError: The lesson is another machine's by now.
        """

    def save_all(self, records: Iterable[Record]) -> None:
        """Writes several records; returns when they are safe. Leaves out those that are another machine's by now.

        Raises:
            BatchStoppedError: They cannot be written.
        """

    def check_room(self, records: Iterable[Record]) -> None:
        """Returns when these records could be written now.

        Raises:
            BatchStoppedError: They could not.
        """

    def note_deletion(self, facts: Mapping[str, object]) -> None:
        """Writes down what is about to be deleted at Kinescope; returns when that is safe.

        Raises:
            BatchStoppedError: It cannot be written, so nothing may be deleted.
        """

    def stop_is_asked(self) -> bool:
        """Whether somebody asked the work on these courses to stop; is asked several times a second."""

    def listen(self, tell: Callable[[str], None]) -> None:
        """From now on tells at once, in a sentence for a person, what keeps records from being written."""


class AllProgress(Protocol):
    """The progress of all courses, held by nobody; of a library beside which there is no other, unless it says more."""

    def courses(self) -> tuple[str, ...]:
        """The courses that something is recorded of, composed and sorted."""

    def elsewhere(self, rows: Collection[LessonRow], files: Collection[VideoFile]) -> frozenset[str]:
        """The lessons of these rows that other libraries have, where this one has these files."""
        del rows, files
        return frozenset()

    def told_here(self, doubts: tuple[Doubt, ...], courses: Collection[str]) -> tuple[Doubt, ...]:
        """The doubts that are this library's, which has these courses."""
        del courses
        return doubts

    def planned_here(self, plan: Plan, _courses: Collection[str]) -> Plan:
        """The plan for this library, which has these courses."""
        return plan

    def stream(self, course: str) -> Iterator[Record]:
        """The course's records, one after the other.

        Raises:
            UsageError: They cannot be read.
        """

    def change(self, course: str, change: Callable[[Record], Record]) -> int:
        """Changes the course's records where nobody else works on them; returns how many, when that is safe.

        Raises:
            UsageError: Somebody works on the course.
            BatchStoppedError: It cannot be written.
        """

    def nothing_known(self) -> tuple[str, str]:
        """Says that nothing is recorded of a course that somebody has begun, and what to do about it."""

    def open(self, courses: Iterable[str]) -> AbstractContextManager[Progress]:
        """Opens the progress of these courses for work on them.

        Raises:
            UsageError: Somebody else works on one of them.
            BatchStoppedError: Nothing can be written there.
        """
