"""The progress folder as a whole."""

from __future__ import annotations

import re
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from kinescope_upload.errors import BatchStoppedError
from kinescope_upload.library_paths import nfc
from kinescope_upload.progress.course import CourseProgress
from kinescope_upload.progress.course_file import file_of
from kinescope_upload.progress.deleted import note_deletion
from kinescope_upload.progress.file_system import check_writable, open_to_read
from kinescope_upload.progress.format import says_open
from kinescope_upload.progress.journal import journal_of
from kinescope_upload.progress.lock import LOCKS, CourseLock, stop_is_asked
from kinescope_upload.progress.names import HEAD_BYTES, SUFFIXES, IgnoredProgress, course_of, why_ignored
from kinescope_upload.progress.snapshot import load_course
from kinescope_upload.video_ids import video_key

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from kinescope_upload.upload import Record


class ProgressStore:
    """The progress files of the courses that a run works on, locked for as long as it does.

    Args:
        folder: The progress folder; it is made when it is missing.
        courses: The courses that are locked and opened.

    Raises:
        UsageError: Another run holds a course, or a file cannot be parsed.
        BatchStoppedError: The folder cannot be written.
    """

    def __init__(self, folder: Path, courses: Iterable[str]) -> None:
        self.folder = folder
        self._courses: dict[str, CourseProgress] = {}
        self._notes: list[str] = []
        self._tell: Callable[[str], None] | None = None
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for course in sorted({nfc(course): course for course in courses}.values()):
                self._courses[nfc(course)] = self._opened(course)
        except OSError as error:
            self.close()
            raise _unwritable(folder, error) from error
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        """The store itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Gives the courses free."""
        self.close()

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences for a person: which files are not the ones that their journals follow, or cannot be written now."""
        return tuple(self._notes)

    def listen(self, tell: Callable[[str], None]) -> None:
        """From now on tells at once, in a sentence for a person, which file another program holds."""
        self._tell = tell

    def note(self, sentence: str) -> None:
        """Takes a sentence for a person about one of its files."""
        if self._tell is None:
            self._notes.append(sentence)
        else:
            self._tell(sentence)

    @property
    def courses_without_journal(self) -> frozenset[str]:
        """The courses whose journal is lost: videos may exist that no record knows."""
        return frozenset(course.name for course in self._courses.values() if course.lost_journal)

    def forget_lost_journals(self) -> None:
        """Notes that somebody has looked for what lost journals held."""
        for course in self._courses.values():
            course.lost_journal = False

    @property
    def courses(self) -> tuple[str, ...]:
        """The courses that this run holds."""
        return tuple(course.name for course in self._courses.values())

    @property
    def records(self) -> dict[str, Record]:
        """What is on disk for these courses, by lesson id."""
        return {key: record for course in self._courses.values() for key, record in course.records.items()}

    def known_ids(self) -> set[str]:
        """The ids of all videos that records name, and the marks of attempts whose id is unknown."""
        records = self.records.values()
        ids = (video_id for record in records for video_id in (record.video_id, *record.lost_marks))
        return {video_key(video_id) or video_id for video_id in ids if video_id}

    @contextmanager
    def hold(self, lesson_id: str) -> Iterator[Record | None]:
        """Gives the lesson's record; whoever holds the course holds its lessons."""
        yield self.records.get(lesson_id)

    def confirm(self, lesson_id: str) -> None:
        """Returns: whoever holds the course holds its lessons."""

    def note_deletion(self, facts: Mapping[str, object]) -> None:
        """Writes down what is about to be deleted; returns when it is on the disk.

        Raises:
            BatchStoppedError: It cannot be written, so nothing may be deleted.
        """
        note_deletion(self.folder, facts)

    def stop_is_asked(self) -> bool:
        """Whether a run on these courses was asked to stop."""
        return stop_is_asked(self.folder, self.courses)

    def save(self, record: Record) -> None:
        """Writes the record into its course's file; returns when it is on the disk.

        Raises:
            BatchStoppedError: It cannot be written; the file is as it was.
        """
        self._courses[nfc(record.course)].save([record])

    def save_all(self, records: Iterable[Record]) -> None:
        """Writes several records, those of a course at once; returns when they are on the disk.

        Raises:
            BatchStoppedError: Those of a course cannot be written; its file is as it was.
        """
        for course, several in _by_course(records).items():
            self._courses[course].save(several)

    def check_room(self, records: Iterable[Record]) -> None:
        """Returns when these records could be written now; whoever changes a row before its record asks first.

        Raises:
            BatchStoppedError: They could not: the disk is full, or the folder read-only.
        """
        for course, several in _by_course(records).items():
            self._courses[course].check_room(several)

    def close(self) -> None:
        """Gives the courses free for another run."""
        for course in self._courses.values():
            course.close()
        self._courses.clear()

    def _opened(self, course: str) -> CourseProgress:
        lock = CourseLock.acquire(self.folder, course)
        try:
            path = file_of(self.folder, course)
            _remove_torn_files(path)
            found = load_course(path, course)
        except BaseException:
            lock.release()
            raise
        if found.note:
            self._notes.append(found.note)
        return CourseProgress(path, course, lock, found, tell=self.note)


def _by_course(records: Iterable[Record]) -> dict[str, list[Record]]:
    """The records by the course whose file holds them, composed."""
    found: dict[str, list[Record]] = {}
    for record in records:
        found.setdefault(nfc(record.course), []).append(record)
    return found


def check_folder(folder: Path) -> None:
    """Returns when a run could write its progress there; makes no folder, and leaves no file.

    Raises:
        BatchStoppedError: It could not.
    """
    try:
        check_writable(nearest_existing(folder))
        check_writable(nearest_existing(folder / LOCKS))
    except OSError as error:
        raise _unwritable(folder, error) from error


def nearest_existing(path: Path) -> Path:
    """The path itself, or the nearest one above it that exists."""
    return next((parent for parent in (path, *path.parents) if parent.exists()), path)


def _unwritable(folder: Path, error: OSError) -> BatchStoppedError:
    return BatchStoppedError(
        f"The progress folder {folder} cannot be written ({error.strerror or error}).",
        "Nothing was begun. Make it writable or name another with --progress.",
    )


def _remove_torn_files(path: Path) -> None:
    """Removes what a crash in mid-write left beside the file and its journal."""
    names = "|".join(re.escape(one.name) for one in (path, journal_of(path)))
    its_names = re.compile(rf"\.({names})\.[^.]+\.tmp")
    for torn in path.parent.iterdir():
        if its_names.fullmatch(torn.name):
            with suppress(OSError):
                torn.unlink()


def courses_in(folder: Path) -> tuple[str, ...]:
    """The courses, composed, that the folder has a progress file of, or a journal that lost its file, sorted."""
    named = _named_in(folder)
    return tuple(sorted({course_of(path.stem) for path, reason in named if reason is None and path.suffix != ".tmp"}))


def ignored_in(folder: Path) -> tuple[IgnoredProgress, ...]:
    """The files of the folder that look like a course's progress and are none, by name."""
    named = _named_in(folder)
    return tuple(IgnoredProgress(path=str(path), reason=reason) for path, reason in sorted(named) if reason)


def _named_in(folder: Path) -> list[tuple[Path, str | None]]:
    """The files that may be a course's progress, and why one is none."""
    paths = [path for suffix in SUFFIXES for path in folder.glob(f"*{suffix}")]
    return [(path, why_ignored(path.name, _head_of(path))) for path in paths]


def _head_of(path: Path) -> str:
    """How the file's text begins; empty where it cannot be read, which whoever reads it whole says."""
    try:
        with open_to_read(path) as file:
            return file.read(HEAD_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""


def read_records(folder: Path, courses: Collection[str] = ()) -> dict[str, Record]:
    """What is on disk, by lesson id, without a lock, for those who only look; nothing when there is no folder.

    Args:
        folder: The progress folder.
        courses: The courses that matter; empty means all.

    Raises:
        UsageError: A file cannot be read or parsed.
    """
    records: dict[str, Record] = {}
    for course in courses or courses_in(folder):
        records |= load_course(file_of(folder, course), course).records
    return records


def notes_in(folder: Path) -> tuple[str, ...]:
    """Sentences for a person about each file that is not the one that its journal follows.

    Raises:
        UsageError: A file cannot be read or parsed.
    """
    paths = {course: file_of(folder, course) for course in courses_in(folder)}
    named = {course: path for course, path in paths.items() if journal_of(path).exists() or says_open(_head_of(path))}
    notes = [load_course(path, course).note for course, path in named.items()]
    return tuple(filter(None, notes))
