"""Holds what the four sides say about one lesson, as far as a comparison needs it: there may be many. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kinescope_upload.upload import Stage
from kinescope_upload.video_ids import video_key

if TYPE_CHECKING:
    from kinescope_upload.audit.compare.kinds import Kind
    from kinescope_upload.audit.compare.summary import RecordSummary
    from kinescope_upload.kinescope.video import Video
    from kinescope_upload.model import LessonRow, VideoFile
    from kinescope_upload.upload import OldVideo


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """One lesson: its file on disk, its progress and its row.

    Attributes:
        lesson_id: The lesson.
        course: Its course.
        title: The title that its video must have; None when no side says.
        file: Its video file as it is now; None when there is none, or it is not clear which.
        row: Its row; None when there is none, or without the database.
        summary: Its record in the progress file; None while no upload of it has begun.
        file_md5: MD5 of the file as it is now; None when it was not read.
        file_duration: How many seconds the file plays as it is now; None where nobody looked, or it does not say.
        is_explained: Whether a finding about its section already explains why it has no file.
        broken: Why no player can show its file ("is cut off"), as far as somebody looked into it; else empty.
        is_given_away: Whether a person gives the file that was sent for it to another lesson; its row is not written.
        said: The file that a person gives it, where its begun replacement is from another; else None.
        is_called_off: Whether a run calls its begun replacement off: its file is that of the row's video again.
        is_mixed_up: Whether its changed file may be another lesson's, or its own stand elsewhere.
        is_exchanged: Whether its replacement was begun under a title that another lesson of its section has by now.
        is_unclear: Whether what was uploaded for it may be another lesson's by now, which is to be settled first.
        still_at: Where the file stands that was sent for it, if it has a video and no row; else None.
    """

    lesson_id: str
    course: str
    title: str | None
    file: VideoFile | None = None
    row: LessonRow | None = None
    summary: RecordSummary | None = None
    file_md5: str | None = None
    file_duration: float | None = None
    is_explained: bool = False
    broken: str = ""
    is_given_away: bool = False
    said: VideoFile | None = None
    is_called_off: bool = False
    is_mixed_up: bool = False
    is_exchanged: bool = False
    is_unclear: bool = False
    still_at: str | None = None

    @property
    def row_id(self) -> str | None:
        """The video that the row names, if that is a Kinescope id."""
        return video_key(self.row.video_id) if self.row else None

    @property
    def own_id(self) -> str | None:
        """The video that the progress file names."""
        return self.summary.video_id if self.summary else None

    @property
    def former_ids(self) -> tuple[str, ...]:
        """The videos of kupload's earlier attempts that may exist still."""
        return self.summary.former_ids if self.summary else ()

    @property
    def old_videos(self) -> tuple[OldVideo, ...]:
        """The videos that were the lesson's before."""
        return self.summary.old_videos if self.summary else ()

    @property
    def serving(self) -> OldVideo | None:
        """The video that the row names while its replacement is made; None where the row names another."""
        return next((old for old in self.old_videos if old.left_at is None and old.video_id == self.row_id), None)

    @property
    def old_in_row(self) -> OldVideo | None:
        """The video that the row names although the lesson has another one since: the row is of a backup."""
        return next((old for old in self.old_videos if old.left_at and old.video_id == self.row_id), None)

    def as_served(self, old: OldVideo) -> Lesson:
        """The lesson as it was before its replacement began."""
        summary = self.summary and replace(
            self.summary,
            path=old.path,
            size=old.size,
            modified_ns=old.modified_ns,
            md5=old.md5,
            video_id=old.video_id,
            duration=None,
            stage=Stage.LINKED,
        )
        return replace(self, file=None, file_md5=None, file_duration=None, summary=summary)

    @property
    def ids(self) -> tuple[str, ...]:
        """The videos that row and progress file name, each once."""
        return tuple(dict.fromkeys(video_id for video_id in (self.row_id, self.own_id) if video_id))

    @property
    def size(self) -> int | None:
        """The size in bytes that the original must have."""
        if self.file:
            return self.file.size
        return self.summary.size if self.summary and (self.summary.path or self.summary.md5) else None

    @property
    def is_redated(self) -> bool:
        """Whether its file has the size of what was sent and another time: only its content tells more."""
        summary, file = self.summary, self.file
        return bool(summary and file and summary.size == file.size and not summary.is_for(file))

    @property
    def is_outdated(self) -> bool:
        """Whether its file has changed after its last byte was sent, and before its row was written.

        A file of the same size and another time counts as changed where its MD5 is known and another.
        """
        summary, file = self.summary, self.file
        if summary is None or summary.stage is not Stage.UPLOADED or self.row_id == self.own_id:
            return False
        if file is None or summary.path is None:
            return self.is_given_away
        if not self.is_redated or not file.is_at(summary.path):
            return not summary.is_for(file)
        return self.file_md5 != summary.md5 if self.file_md5 else summary.md5 is None

    @property
    def md5(self) -> str | None:
        """The MD5 that the original must have; None when it is unknown.

        The MD5 computed during the upload counts as long as the file has not changed since.
        """
        if self.file_md5:
            return self.file_md5
        return self.summary.md5 if self.summary and self._is_what_was_sent else None

    @property
    def duration(self) -> float | None:
        """How many seconds the video must last; None when that is unknown, or the file has changed since its upload."""
        if not (self.summary and self.summary.duration and self._is_what_was_sent):
            return None
        return self.file_duration or self.summary.duration

    @property
    def _is_what_was_sent(self) -> bool:
        return self.summary is not None and (self.file is None or self.summary.is_for(self.file))

    def finding(
        self, kind: Kind, reason: str, hint: str = "", *, video_id: str | None = None, other_id: str | None = None
    ) -> Finding:
        """Makes a finding about this lesson."""
        return Finding(
            kind=kind,
            course=self.course,
            reason=reason,
            hint=hint,
            lesson_id=self.lesson_id,
            path=self.file.path if self.file else None,
            video_id=video_id,
            other_id=other_id,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetFolder:
    """Where a course's videos belong.

    Attributes:
        course: The course.
        project_id: The project on Kinescope.
        folder_ids: The possible folders: exactly one when it is clear. The project's own id means its root.
    """

    course: str
    project_id: str
    folder_ids: tuple[str, ...]

    @property
    def parent_id(self) -> str | None:
        """The folder (or the project) that takes the videos; None when it is missing or not clear."""
        return self.folder_ids[0] if len(self.folder_ids) == 1 else None

    def holds(self, video: Video) -> bool:
        """Whether the video is in one of the possible folders."""
        if video.folder_id is None:
            return self.project_id in self.folder_ids and video.project_id in {None, self.project_id}
        return video.folder_id in self.folder_ids


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One disagreement.

    Attributes:
        kind: Its kind.
        course: The course it concerns.
        reason: What disagrees, naming the lesson, file or video.
        hint: What to do about it, beside `kupload repair`; empty when there is nothing else.
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
