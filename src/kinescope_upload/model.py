"""The facts that kupload reasons about: files, lessons, and what joins them. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from kinescope_upload.file_times import is_rounded, is_shifted
from kinescope_upload.library_paths import nfc
from kinescope_upload.video_ids import is_named_in, named_videos

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoFile:
    """A video file of the library, as it was when it was looked at.

    Attributes:
        path: Relative to the library root, parts joined by "/", exactly as the disk spells it.
        size: In bytes.
        modified_ns: Time of the last change, in nanoseconds since the epoch (UTC).
        changed_ns: When the system last changed anything of it, which no program can set (ctime); 0 where it does not
            say (Windows). It tells no file from another: a move changes it.
    """

    path: str
    size: int
    modified_ns: int
    changed_ns: int = field(default=0, compare=False, repr=False)

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]

    def is_at(self, path: str) -> bool:
        """Whether this is its path, however the letters are composed."""
        return self.path == path or nfc(self.path) == nfc(path)

    def may_be(self, path: str | None, *, size: int, modified_ns: int) -> bool:
        """Whether it may be the file of this path, size and time of change, as far as these can tell.

        At the same path, or where the path is not known, it may be one of whose time only the file system has made
        another. At another path nothing but the time speaks for it: it must be the same, or the same rounded.
        """
        if self.size != size or self.modified_ns == modified_ns:
            return self.size == size
        may_be = is_shifted if path is None or self.is_at(path) else is_rounded
        return may_be(self.modified_ns, modified_ns)

    @property
    def stem(self) -> str:
        """The name without its last suffix."""
        return self.name.rpartition(".")[0] or self.name


class FilePart(NamedTuple):
    """A file's first bytes, or all of it where `length` (in bytes) is None; the path is below the library root."""

    path: str
    length: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoredFile:
    """A file that looks like a video and is left alone, or a folder that is.

    Attributes:
        path: Its path in the library.
        reason: Why, in words that follow the path ("is empty").
        is_unread_folder: Whether it is a folder that cannot be listed: lessons' files may be in it.
    """

    path: str
    reason: str
    is_unread_folder: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What a walk through the library found, each part ordered by path."""

    files: tuple[VideoFile, ...]
    ignored: tuple[IgnoredFile, ...] = ()


class MappingSource(StrEnum):
    """Where it was read that a file belongs to a lesson."""

    MAP_FILE = "map file"
    MANIFEST = "manifest"
    SCAN_RULE = "scan rule"
    RECORD = "record"
    ORIGINAL = "original"
    NAMED = "command"
    """The command that is at work names the file."""

    @property
    def is_written(self) -> bool:
        """Whether a person says so."""
        return self in _WRITTEN


_WRITTEN: Final = frozenset({MappingSource.MAP_FILE, MappingSource.MANIFEST, MappingSource.NAMED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One video file belongs to one lesson.

    Attributes:
        lesson_id: The lesson's id in the database.
        course: Its `courseId`, which is also the Kinescope folder's name.
        file: The video file.
        source: Where this was read.
        title: The title that the map file or the manifest gives; None when they give none.
        is_as_confirmed: Whether a person confirmed it, and the file has the size and time that it had then.
    """

    lesson_id: str
    course: str
    file: VideoFile
    source: MappingSource
    title: str | None = None
    is_as_confirmed: bool = field(default=False, compare=False)

    @property
    def is_meant(self) -> bool:
        """Whether a person says so of the file as it is now, not only of what stood at its path some time."""
        return self.is_as_confirmed or self.source is MappingSource.NAMED


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """Why something of the library is not uploaded although it is there (or is not there although it should be).

    Attributes:
        course: The course it concerns; None when that cannot be told.
        subject: The lesson, file or section in question.
        reason: What is wrong, in words.
        hint: What a person can do about it; empty when nothing needs doing.
        lesson_ids: The lessons that stay undone because of it.
        paths: The files that were named and do not count: their paths in the library, or as they were written.
        blocking: Whether the run is incomplete because of it (exit code 1); otherwise it is only worth knowing.
    """

    course: str | None
    subject: str
    reason: str
    hint: str = ""
    lesson_ids: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    blocking: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A file that nothing proves to be a lesson's, and the lesson that it may be of; a person decides.

    Attributes:
        file: The file.
        course: The course whose folder holds it.
        section: Its section.
        lesson_id: The lesson that it may belong to; None where none is left, or titles speak against the one in order.
        title: That lesson's title; empty where the database is not asked.
        is_open: Whether a lesson is left against which titles speak.
        was_sent: Whether the file is the one that was sent for that lesson, under another name.
    """

    file: VideoFile
    course: str
    section: str
    lesson_id: str | None = None
    title: str = ""
    is_open: bool = False
    was_sent: bool = False

    @property
    def question(self) -> str:
        """What is asked: `007.mp4 → c_s_009 "Title"?`."""
        if self.lesson_id is None:
            return f"{self.file.name} → {'which lesson?' if self.is_open else 'no lesson is left'}"
        return f"{self.file.name} → {self.lesson_id}" + (f' "{self.title}"?' if self.title else "?")


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedLibrary:
    """Which file belongs to which lesson, and what could not be told.

    Attributes:
        assignments: What is sure.
        doubts: What could not be told, and why.
        ignored: Files that are left alone.
        proposals: Files that wait for a person to say whose they are.
        recorded: Lessons that keep the file that they were uploaded from, wherever it stands now.
        uncompared: Videos whose originals would tell more, by their keys, as far as they are not known.
        unread: Files, or their first bytes, whose MD5s would tell more.
        called: What lessons were called when somebody wrote down their files, by lesson id.
    """

    assignments: tuple[Assignment, ...]
    doubts: tuple[Doubt, ...] = ()
    ignored: tuple[IgnoredFile, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    recorded: AbstractSet[str] = frozenset()
    uncompared: tuple[str, ...] = ()
    unread: tuple[FilePart, ...] = ()
    called: Mapping[str, str] = field(default_factory=dict)

    def proof_of(self, assignment: Assignment) -> MappingSource:
        """What proves the assignment; `SCAN_RULE` is the file's position alone."""
        is_said = assignment.source in {MappingSource.MAP_FILE, MappingSource.MANIFEST}
        return MappingSource.RECORD if not is_said and assignment.lesson_id in self.recorded else assignment.source


class DurationUnit(StrEnum):
    """What a column of durations counts."""

    SECONDS = "seconds"
    MINUTES = "minutes"


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonTable:
    """The names of the lessons' table and of its columns; the defaults are those that Prisma makes.

    Attributes:
        schema: The schema; None leaves it to the connection's search path.
        table: The table of lessons.
        lesson_id: The column of the lesson's id.
        course: The column of the course's id.
        title: The column of the title that viewers see.
        video_id: The column that takes the video's id.
        video_url: The column that takes the address of the player.
        duration: The column that takes how long the video lasts; None leaves that out.
        duration_unit: What that column counts.
    """

    schema: str | None = None
    table: str = "Lesson"
    lesson_id: str = "id"
    course: str = "courseId"
    title: str = "title"
    video_id: str = "videoId"
    video_url: str = "videoUrl"
    duration: str | None = None
    duration_unit: DurationUnit = DurationUnit.SECONDS

    def in_unit(self, seconds: float) -> float:
        """A duration as its column counts it, to the hundredth; a column of whole numbers rounds it."""
        return round(seconds if self.duration_unit is DurationUnit.SECONDS else seconds / 60, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonRow:
    """A lesson as the database has it.

    Attributes:
        lesson_id: The lesson.
        course: Its course.
        title: Its title.
        video_id: What names its video: the id, else the player's address; None where both columns are NULL or empty.
        address: The player's address where it does not name the video that the id names; else None.
    """

    lesson_id: str
    course: str
    title: str
    video_id: str | None
    address: str | None = None

    @classmethod
    def of(cls, lesson_id: str, course: str, title: str, columns: tuple[str | None, str | None]) -> LessonRow:
        """The row of a lesson by what its two columns hold: the video's id and the player's address."""
        video_id, address = columns[0] or None, columns[1] or None
        if video_id and address and is_named_in(video_id, address):
            address = None
        return cls(lesson_id=lesson_id, course=course, title=title, video_id=video_id or address, address=address)

    @property
    def has_address_only(self) -> bool:
        """Whether the column of the id is empty, and the player's address is not."""
        return self.video_id is not None and self.video_id == self.address

    @property
    def named(self) -> frozenset[str]:
        """The videos that the row names in any column and spelling, each id as the API spells it."""
        return named_videos(self.video_id) | named_videos(self.address)


def lessons_of_videos(rows: Iterable[LessonRow]) -> dict[str, str]:
    """A lesson whose row names the video, by the video's id as the API spells it: no such video is ever deleted."""
    return {key: row.lesson_id for row in rows for key in row.named}
