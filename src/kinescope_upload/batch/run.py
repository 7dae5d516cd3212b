"""Holds what every part of a batch works with: outside things, options, gates, locks."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kinescope_upload.batch.chunk_limits import ChunkLimits
from kinescope_upload.library.disk import Disk
from kinescope_upload.policy.pacing import UNLIMITED, Timetable
from kinescope_upload.progress import RememberedLooks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from kinescope_upload.batch.jobs import Jobs
    from kinescope_upload.database.lessons import LessonsDatabase
    from kinescope_upload.errors import LessonFailedError
    from kinescope_upload.events import Emit
    from kinescope_upload.kinescope.http_client import HttpClient
    from kinescope_upload.kinescope.management_api import KinescopeApi
    from kinescope_upload.kinescope.tus_client import TusClient
    from kinescope_upload.model import VideoFile
    from kinescope_upload.policy.retry import RetryPolicy
    from kinescope_upload.policy.sizing import Sizing
    from kinescope_upload.progress import Progress
    from kinescope_upload.retries.gates import PaceGate
    from kinescope_upload.retries.pause import PauseGate
    from kinescope_upload.retries.retrier import Waits
    from kinescope_upload.retries.stop import Stop
    from kinescope_upload.upload import Dialect, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Backends:
    """The outside things: the disk, Kinescope, the database (None goes without), the progress folder.

    `looks` knows what is in the files, and takes what the run finds in them before it sends them.
    """

    library: Path
    service: HttpClient
    uploader: TusClient
    kinescope: KinescopeApi
    database: LessonsDatabase | None
    progress: Progress
    disk: Disk = field(default_factory=Disk)
    looks: RememberedLooks = field(default_factory=RememberedLooks)


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadOptions:
    """How lessons are uploaded.

    Attributes:
        project_id: The project on Kinescope that the videos are in.
        dialect: How uploads are created.
        retry: How failed requests are tried again.
        chunks: How many bytes go in one request.
        orphan_wait: Seconds between deleting a video and creating the next, and before a second look.
        longest_wait: Seconds after which a wait for the whole batch ends.
        first_patience: Seconds to wait for a host that does not answer while nothing was ever reached.
        lock_patience: Seconds to wait for an upload that the server still holds.
        new_folder_patience: Seconds after which a folder that this run made must be known to init.
        settle: Seconds for which a file must not have changed before it is uploaded; 0 waits for none.
        replace_wait: Seconds to wait, when all is uploaded, for Kinescope to process videos that replace others.
        with_checksum: Whether the MD5 of what is sent is taken.
        bwlimit: How fast all workers together may send.
        sends_broken: Whether a file that no player could show is sent all the same.
        pause_grace: Seconds that a request on its way gets to end when the run is paused; then it is cut.
    """

    project_id: str
    dialect: Dialect
    retry: RetryPolicy
    chunks: Sizing
    orphan_wait: float
    longest_wait: float
    first_patience: float = 30.0
    lock_patience: float = 900.0
    new_folder_patience: float = 60.0
    settle: float = 10.0
    replace_wait: float = 7200.0
    with_checksum: bool = True
    bwlimit: Timetable = UNLIMITED
    sends_broken: bool = False
    pause_grace: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Randomness:
    """Where new ids and jitter come from."""

    new_id: Callable[[], str]
    jitter: Callable[[], float]


class CreationLocks:
    """Keeps creations apart whose videos could be taken for each other (JSON dialect).

    Where Kinescope drops descriptions, a video that it made for one lesson and has not told us of yet could be the
    leftover of another lesson with the same folder and title, and that one would end in doubt.
    """

    def __init__(self) -> None:
        self._locks: dict[tuple[str, str], threading.Lock] = {}
        self._lock = threading.Lock()

    def of(self, record: Record) -> threading.Lock:
        """The lock that creations and searches of such a video share."""
        key = (record.parent_id, record.title)
        with self._lock:
            return self._locks.setdefault(key, threading.Lock())


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One batch in progress; `clock` gives monotonic seconds, `new_folders` when it made a folder, by id.

    `lost_folders` tells of courses whose folders went away since it began, why nothing new is sent for them.

    `apart` gives what creations, and looks for videos, share that could be taken for each other's.

    `planned_in` gives the files of a folder of the library as they were planned.

    `jobs` says how many lessons are worked on at a time; `jobs.want` sets another number, at any time, in any thread.
    """

    backends: Backends
    options: UploadOptions
    stop: Stop
    waits: Waits
    pace: PaceGate
    pause: PauseGate
    jobs: Jobs
    emit: Emit
    randomness: Randomness
    clock: Callable[[], float] = time.monotonic
    planned_in: Callable[[str], Iterable[VideoFile]] = lambda _folder: ()
    apart: Callable[[Record], AbstractContextManager[object]] = field(default_factory=lambda: CreationLocks().of)
    new_folders: dict[str, float] = field(default_factory=dict)
    chunk_limits: ChunkLimits = field(default_factory=ChunkLimits)
    lost_folders: dict[str, LessonFailedError] = field(default_factory=dict)

    def note_new_folder(self, folder_id: str) -> None:
        """Notes that this run made a folder just now."""
        self.new_folders[folder_id] = self.clock()

    def is_new_folder(self, folder_id: str) -> bool:
        """Whether this run made the folder so recently that init need not know it yet."""
        made = self.new_folders.get(folder_id)
        return made is not None and self.clock() - made < self.options.new_folder_patience
