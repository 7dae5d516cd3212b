"""What the four sides say of one lesson: no more of it than a comparison needs, for there may be many. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kinescope_upload.upload import Stage
from kinescope_upload.video_ids import video_key

if TYPE_CHECKING:
    from kinescope_upload.audit.compare.kinds import Kind
    from kinescope_upload.kinescope.video import Video
    from kinescope_upload.model import LessonRow, VideoFile
    from kinescope_upload.upload import Record

__all__ = ["Finding", "Lesson", "RecordSummary", "TargetFolder", "summary_of"]

_HAS_ALL_BYTES: Final = frozenset({Stage.UPLOADED, Stage.LINKED, Stage.VERIFIED})


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSummary:
    """What the progress file says of a lesson's video.

    Attributes:
        course: The course whose progress file it stands in.
        path: The file that was sent, relative to the library root.
        size: Its size in bytes then.
        modified_ns: Its time of change then, in nanoseconds since the epoch.
        stage: What was achieved.
        video_id: The video, as Kinescope spells its id; None when no creation was attempted or nobody knows its id.
        md5: Of the bytes that were sent; None when none was taken.
        title: The video's title then.
    """

    course: str
    path: str
    size: int
    modified_ns: int
    stage: Stage
    video_id: str | None
    md5: str | None
    title: str

    @property
    def is_begun(self) -> bool:
        """Whether a video of ours may exist."""
        return self.video_id is not None or self.stage is not Stage.PLANNED

    @property
    def names_file(self) -> bool:
        """Whether it is known which file was sent; not so of a lesson that was taken over without its file."""
        return not self.path.endswith("/")

    @property
    def has_all_bytes(self) -> bool:
        """Whether Kinescope had acknowledged every byte."""
        return self.stage in _HAS_ALL_BYTES

    def is_for(self, file: VideoFile) -> bool:
        """Whether the file is still the one that was sent: the same size and time of change."""
        return (self.size, self.modified_ns) == (file.size, file.modified_ns)


def summary_of(record: Record, course: str) -> RecordSummary:
    """The record, as far as a comparison needs it."""
    is_begun = record.attempted_at is not None or record.stage is not Stage.PLANNED
    return RecordSummary(
        course=course,
        path=record.path,
        size=record.size,
        modified_ns=record.modified_ns,
        stage=record.stage,
        video_id=video_key(record.video_id) if is_begun else None,
        md5=record.md5,
        title=record.title,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """One lesson as the disk, the progress file and the database have it.

    Attributes:
        lesson_id: The lesson.
        course: Its course.
        title: What its video has to be called; None when nobody says.
        file: Its video file as it is now; None when there is none, or it cannot be told which.
        row: Its row; None when there is none, or the database is not asked.
        summary: What the progress file says; None when it says nothing.
        file_md5: Of the file as it is now; None when it was not read.
        is_explained: Whether a finding about its section says already why it has no file.
    """

    lesson_id: str
    course: str
    title: str | None
    file: VideoFile | None = None
    row: LessonRow | None = None
    summary: RecordSummary | None = None
    file_md5: str | None = None
    is_explained: bool = False

    @property
    def row_id(self) -> str | None:
        """The video that the row names, if it is an id of Kinescope's."""
        return video_key(self.row.video_id) if self.row else None

    @property
    def own_id(self) -> str | None:
        """The video that the progress file names."""
        return self.summary.video_id if self.summary else None

    @property
    def ids(self) -> tuple[str, ...]:
        """Every video that is named for the lesson, each once."""
        return tuple({one: None for one in (self.row_id, self.own_id) if one})

    @property
    def size(self) -> int | None:
        """The size in bytes that the original must have."""
        if self.file:
            return self.file.size
        return self.summary.size if self.summary and self.summary.is_begun and self.summary.names_file else None

    @property
    def md5(self) -> str | None:
        """The MD5 that the original must have; None when nobody knows it.

        The sum that was taken while sending counts as long as the file was not written to since.
        """
        if self.file_md5:
            return self.file_md5
        is_same = self.summary is not None and (self.file is None or self.summary.is_for(self.file))
        return self.summary.md5 if self.summary and is_same else None


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetFolder:
    """Where a course's videos belong.

    Attributes:
        course: The course.
        project_id: The project on Kinescope.
        folder_ids: The folders that it could be: one when all is well. The project's own id stands for its root.
    """

    course: str
    project_id: str
    folder_ids: tuple[str, ...]

    @property
    def parent_id(self) -> str | None:
        """The folder (or the project) that takes the videos; None when it is missing or cannot be told."""
        return self.folder_ids[0] if len(self.folder_ids) == 1 else None

    def holds(self, video: Video) -> bool:
        """Whether the video lies where the course's videos lie, or could lie while that cannot be told."""
        if video.folder_id is None:
            return self.project_id in self.folder_ids and video.project_id in {None, self.project_id}
        return video.folder_id in self.folder_ids


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One disagreement.

    Attributes:
        kind: What kind it is.
        course: The course it concerns.
        reason: What disagrees, in words that name the lesson, file or video.
        hint: What to do about it; empty when nothing needs doing.
        lesson_id: The lesson; None when it concerns none.
        path: The file; None when it concerns none.
        video_id: The video; None when it concerns none.
        other_id: The other video, where two are concerned.
    """

    kind: Kind
    course: str
    reason: str
    hint: str = ""
    lesson_id: str | None = None
    path: str | None = None
    video_id: str | None = None
    other_id: str | None = None
