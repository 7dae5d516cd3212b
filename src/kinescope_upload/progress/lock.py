"""One run per course: a lock that dies with its process, who holds it, and the request to stop."""

from __future__ import annotations

import errno
import json
import os
import socket
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kinescope_upload.errors import UsageError
from kinescope_upload.output.terminal_output import SYSTEM_CLOCK
from kinescope_upload.progress.names import course_of, stem_of
from kinescope_upload.text.hints import Hint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from filelock import FileLock

LOCKS: Final = ".run"
"""The folder of the locks, in the progress folder."""
_LOOKING: Final = "looking"
"""The lock of those who look which courses are held; every other name in the folder has a dot."""
_NO_LOCKS: Final = frozenset({errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP})
"""What file systems answer that know no locks."""
_LONGEST_LOOK: Final = 5.0
"""Seconds; a look takes milliseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who holds a course: its process, the machine, and since when, as ISO 8601."""

    process_id: int
    host: str
    since: str


@dataclass(frozen=True, slots=True)
class CourseLock:
    """The right to change a course's progress file; it ends with `release` or with the process."""

    lock: FileLock
    holder: Path

    @classmethod
    def acquire(cls, progress: Path, course: str) -> CourseLock:
        """Takes the lock or refuses; waits for nothing but `kupload stop`, which looks at the locks.

        Raises:
            UsageError: Another run holds it; says which.
            OSError: The progress folder cannot be written.
        """
        folder = progress / LOCKS
        folder.mkdir(mode=0o700, exist_ok=True)
        lock = _lock_at(folder / f"{stem_of(course)}.lock", timeout=0)
        holder = folder / f"{stem_of(course)}.holder"
        if not (_take(lock) or _take_while_nobody_looks(lock, folder)):
            raise UsageError(
                f'Another run is at work on course "{course}" ({_name_of(_read_holder(holder))}).',
                Hint("Wait for it, or end it with ", ("stop",), "."),
            )
        _stop_file(progress, course).unlink(missing_ok=True)
        holder.write_text(_describe_this_run(), encoding="utf-8")
        return cls(lock=lock, holder=holder)

    def release(self) -> None:
        """Gives the lock back."""
        with suppress(OSError):
            self.holder.unlink(missing_ok=True)
        self.lock.release()


def ask_to_stop(progress: Path) -> tuple[str, ...]:
    """Asks every run on this progress folder to stop as after Ctrl+C.

    Raises:
        UsageError: Its locks cannot be looked at.

    Returns:
        The courses of the runs that were asked; empty when none is at work.
    """
    folder = progress / LOCKS
    if not folder.is_dir():
        return ()
    try:
        running = _held_courses(folder)
        ask_holder_to_stop(progress, running)
    except OSError as error:
        raise UsageError(
            f'No run on "{progress}" can be asked to stop ({error.strerror}).',
            "Ask as the user who runs it, or end it with Ctrl+C in its terminal.",
        ) from error
    return running


def ask_holder_to_stop(progress: Path, courses: Iterable[str]) -> None:
    """Asks the run that holds these courses to stop as after Ctrl+C, and no other.

    Raises:
        OSError: The progress folder cannot be written.
    """
    for course in courses:
        _stop_file(progress, course).touch()


def holder_of(progress: Path, course: str) -> Holder | None:
    """Who holds the course now; None where nobody does, or it does not say who.

    Raises:
        OSError: The lock cannot be looked at.
        UsageError: The file system knows no locks.
    """
    folder = progress / LOCKS
    lock = folder / f"{stem_of(course)}.lock"
    if not lock.exists():
        return None
    with _look(folder):
        return _read_holder(lock.with_suffix(".holder")) if _is_held(lock) else None


def held_courses(progress: Path) -> tuple[str, ...]:
    """The courses that somebody is at work on.

    Raises:
        OSError: A lock cannot be looked at.
        UsageError: The file system knows no locks.
    """
    folder = progress / LOCKS
    return _held_courses(folder) if folder.is_dir() else ()


@contextmanager
def one_at_a_time(progress: Path) -> Iterator[None]:
    """Keeps commands that change what a run reads apart, for a moment; a run that begins waits for them, too.

    Raises:
        OSError: There is no such folder, or no lock can be made in it.
        UsageError: The file system knows no locks.
    """
    with _look(progress / LOCKS):
        yield


def _held_courses(folder: Path) -> tuple[str, ...]:
    with _look(folder):
        return tuple(course_of(path.stem) for path in sorted(folder.glob("*.lock")) if _is_held(path))


@contextmanager
def _look(folder: Path) -> Iterator[None]:
    from filelock import Timeout  # noqa: PLC0415 - it takes a fiftieth of a second, and most who look need no lock

    looking = _lock_at(folder / _LOOKING, timeout=_LONGEST_LOOK)
    with suppress(Timeout), _sentences(folder):
        looking.acquire()
    try:
        yield
    finally:
        looking.release()


def stop_is_asked(progress: Path, courses: tuple[str, ...]) -> bool:
    """Whether a run on these courses was asked to stop."""
    return any(_stop_file(progress, course).exists() for course in courses)


def _lock_at(path: Path, timeout: float) -> FileLock:
    from filelock import FileLock  # noqa: PLC0415 - as above

    return FileLock(path, timeout=timeout, thread_local=False)


def _take(lock: FileLock) -> bool:
    from filelock import Timeout  # noqa: PLC0415 - as above

    with _sentences(Path(lock.lock_file).parent):
        try:
            lock.acquire()
        except Timeout:
            return False
    return True


@contextmanager
def _sentences(folder: Path) -> Iterator[None]:
    """Words what a file system without locks answers.

    Raises:
        UsageError: It did.
    """
    try:
        yield
    except (OSError, NotImplementedError) as error:
        if isinstance(error, OSError) and error.errno not in _NO_LOCKS:
            raise
        why = getattr(error, "strerror", None) or "the file system knows no locks"
        raise UsageError(
            f'No file in "{folder}" can be locked ({why}).',
            "Keep progress where files can be written and locked, on a disk of this machine: --progress DIR.",
        ) from error


def _take_while_nobody_looks(lock: FileLock, folder: Path) -> bool:
    """A lock tells that it is held only to those who try to take it, so a look may hold it for a moment."""
    from filelock import Timeout  # noqa: PLC0415 - as above

    try:
        with _sentences(folder), _lock_at(folder / _LOOKING, timeout=_LONGEST_LOOK):
            return _take(lock)
    except Timeout:
        return False


def _is_held(path: Path) -> bool:
    lock = _lock_at(path, timeout=0)
    if not _take(lock):
        return True
    lock.release()
    return False


def _stop_file(progress: Path, course: str) -> Path:
    return progress / LOCKS / f"{stem_of(course)}.stop"


def _describe_this_run() -> str:
    since = datetime.now(UTC).isoformat(timespec="seconds")
    return json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": since})


def _read_holder(path: Path) -> Holder | None:
    with suppress(OSError, ValueError):
        match json.loads(path.read_text(encoding="utf-8")):
            case {"pid": int(pid), "host": str(host), "since": str(since)}:
                return Holder(process_id=pid, host=host, since=since)
    return None


def _name_of(holder: Holder | None) -> str:
    if holder is None:
        return "it does not say which"
    try:
        since = SYSTEM_CLOCK.local(datetime.fromisoformat(holder.since))
    except ValueError:  # of a later version
        since = holder.since
    return f"process {holder.process_id} on {holder.host}, since {since}"
