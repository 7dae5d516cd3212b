"""One course's progress, open for a run."""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from kinescope_upload.errors import BatchStoppedError
from kinescope_upload.progress.atomic import write_whole
from kinescope_upload.progress.file_system import is_held, open_to_read, remove, replace
from kinescope_upload.progress.format import course_pieces, encode_record
from kinescope_upload.progress.group_commit import GroupCommit
from kinescope_upload.progress.journal import Fingerprint, Journal, journal_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from kinescope_upload.progress.lock import CourseLock
    from kinescope_upload.progress.snapshot import CourseRecords
    from kinescope_upload.upload import Record


class CourseProgress:
    """The records of one course, on disk before anything is done because of them. Every thread may use it.

    The first step of a run writes the progress file whole, the following ones a line of the journal each; the records
    that several threads have to write at one moment are one step. When the run ends, the file is whole again and the
    journal gone. Where another program holds the file (Windows), the journal takes every record until the file can be
    written.

    Args:
        path: The progress file.
        course: The course's name.
        lock: The right to change the file.
        found: What the file and its journal hold.
        tell: Told in a sentence, once, that the file cannot be written.
        take_name: Gives a new file the progress file's name.

    Attributes:
        name: The course's name.
        lost_journal: Whether the file says that a journal goes on from it, and there is none; until somebody has looked
            for what it held. The file says so until then.
    """

    def __init__(  # noqa: PLR0913 - the last two have their usual values
        self,
        path: Path,
        course: str,
        lock: CourseLock,
        found: CourseRecords,
        *,
        tell: Callable[[str], None] = lambda _: None,
        take_name: Callable[[Path, Path], None] = replace,
    ) -> None:
        self._path = path
        self.name = course
        self._lock = lock
        self._records = dict(found.records)
        self._lines = {key: encode_record(record) for key, record in found.records.items()}
        self.lost_journal = self._says_lost = found.lost_journal
        self._tell = tell
        self._was_held = False
        self._take_name = take_name
        self._journal: Journal | None = None
        self._lock_of_records = threading.Lock()
        self._steps = GroupCommit(self._take)

    @property
    def records(self) -> Mapping[str, Record]:
        """What is on disk, by lesson id, at this moment; later changes do not show in it."""
        with self._lock_of_records:
            return self._records.copy()

    def save(self, records: Iterable[Record]) -> None:
        """Writes records down; returns when they are on the disk. What is there already is not written again.

        Threads that come while the disk is busy share the next step. After a crash, the records of a call are all
        there, or none.

        Raises:
            BatchStoppedError: They cannot be written; what is on disk is as it was.
        """
        with self._refusing():
            self._steps.write({record.lesson_id: (record, encode_record(record)) for record in records})

    def check_room(self, records: Iterable[Record]) -> None:
        """Returns when the file could be written now with these records, and a journal that takes each of them.

        Raises:
            BatchStoppedError: There is no room, or no right; what is on disk is as it was.
        """
        with self._refusing(), self._steps.alone():
            new = {record.lesson_id: encode_record(record) for record in records}
            content = (*course_pieces(self.name, (self._lines | new).values(), is_open=True), *new.values())
            write_whole(self._path, content, lambda copy, _path: remove(copy))

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        hint = "Make room on that disk or make the folder writable, then run the same command again."
        try:
            yield
        except OSError as error:
            if isinstance(error, FileNotFoundError | NotADirectoryError):
                hint = "Put the folder back in its place, then run the same command again."
            raise BatchStoppedError(
                f"{self._path} cannot be written ({error.strerror or error}), so nothing more was begun.", hint
            ) from error

    def _take(self, step: Mapping[str, tuple[Record, bytes]]) -> None:
        lines = {key: line for key, (_, line) in step.items() if self._lines.get(key) != line}
        if lines and self._journal:
            self._journal.check_in_place()
        if lines and self._journal and self._journal.has_room:
            self._journal.append(lines.values())
        elif lines:
            self._write_whole(self._lines | lines)
        self._lines |= lines
        with self._lock_of_records:
            self._records |= {key: record for key, (record, _) in step.items()}

    def close(self) -> None:
        """Makes the file whole and gives the course free for another run."""
        with self._steps.alone():
            journal, self._journal = self._journal, None
            if journal or self._says_lost != self.lost_journal:
                with suppress(OSError):  # all of it is in the journal, where the next run finds it
                    if journal:
                        self._close(journal)
                    self._write(self._lines, is_open=self.lost_journal)
                    remove(journal_of(self._path))
            self._lock.release()

    @staticmethod
    def _close(journal: Journal) -> None:
        """Closes a journal that is obsolete, unless it is no longer in its place: then nothing goes there any more."""
        try:
            journal.check_in_place()
        finally:
            journal.close()

    def _write_whole(self, lines: Mapping[str, bytes]) -> None:
        """Writes the file; or all into the journal, where another program holds the file for too long."""
        try:
            self._write_file(lines)
        except OSError as error:
            if not is_held(error) or self.lost_journal:  # beside a journal, the file would not say that one is lost
                raise
            self._journal = Journal(journal_of(self._path), self.name, self._on_disk(), lines.values())
            if not self._was_held:
                self._was_held = True
                self._tell(
                    f"{self._path} cannot be written ({error.strerror}): {journal_of(self._path).name} beside it "
                    "keeps everything until it can."
                )

    def _write_file(self, lines: Mapping[str, bytes]) -> None:
        """Once the new file is in place, the old journal is obsolete."""
        journal, self._journal = self._journal, None
        if journal:
            journal.close()
            journal = None
        if journal_of(self._path).exists():  # first what it says and no more: so a crash in between leaves no doubt
            self._write(self._lines, is_open=self.lost_journal)
            remove(journal_of(self._path))
        follows = Fingerprint.of(course_pieces(self.name, lines.values(), is_open=True))
        with suppress(OSError):  # then the next step is written whole, too
            journal = Journal(journal_of(self._path), self.name, follows)
        try:
            self._write(lines, is_open=self.lost_journal or journal is not None)
        except OSError:
            if journal:
                journal.close()
                with suppress(OSError):  # it is empty, and follows no file
                    remove(journal_of(self._path))
            raise
        self._journal = journal

    def _on_disk(self) -> Fingerprint:
        """The file as it is."""
        try:
            with open_to_read(self._path) as file:
                return Fingerprint.of_file(file)
        except FileNotFoundError:
            return Fingerprint.of(())

    def _write(self, lines: Mapping[str, bytes], *, is_open: bool) -> None:
        write_whole(self._path, course_pieces(self.name, lines.values(), is_open=is_open), self._take_name)
