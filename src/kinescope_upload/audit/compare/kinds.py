"""The ways in which the four sides can disagree, in words. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

__all__ = ["Kind"]


class Kind(StrEnum):
    """A kind of disagreement; its value is what a person calls it. They are ordered as a person should read them."""

    ROW_POINTS_NOWHERE = "row points at no video"
    ROW_EMPTY = "video exists, row empty"
    ROW_STRANGE = "row holds what is no video id of Kinescope"
    TWO_VIDEOS = "two videos for one lesson"
    SHARED_VIDEO = "one video for two lessons"
    VIDEO_GONE = "progress file names a video that is gone"
    STATUS_ERROR = "video ended in error"
    STATUS_ABORTED = "video was aborted"
    STATUS_STUCK = "video is stuck in an unfinished upload"
    STATUS_SUSPENDED = "video is suspended by Kinescope"
    STATUS_UNKNOWN = "video has a status that kupload does not know"
    PROCESSING = "video is still being processed"
    SIZE_DIFFERS = "size of the original differs"
    MD5_DIFFERS = "MD5 of the original differs"
    FILE_CHANGED = "file has changed since it was sent"
    FILE_UNREADABLE = "file could not be read"
    WRONG_FOLDER = "video in the wrong folder"
    PROJECT_ROOT = "video in the project's root"
    TITLE_DIFFERS = "title is not the lesson's"
    NOT_UPLOADED = "lesson without a video"
    UNFINISHED = "upload not finished"
    UNKNOWN_VIDEO = "video in the folder that nobody knows"
    FILE_WITHOUT_LESSON = "file without a lesson"
    LESSON_WITHOUT_FILE = "lesson without a file"
    LESSON_WITHOUT_ROW = "lesson without a row"
    MAPPING_IN_DOUBT = "files and lessons do not match"
    FOLDER_MISSING = "course without a folder"
    FOLDER_AMBIGUOUS = "course with two folders"
    NOT_COMPARED = "MD5 could not be compared"
    NO_ORIGINALS = "course without originals on Kinescope"
    NOT_RECORDED = "not in the progress files"

    @property
    def is_note(self) -> bool:
        """Whether it is only worth knowing: the sides agree as far as they can be compared."""
        return self in _NOTES

    @property
    def code(self) -> str:
        """The name for programs: `row_points_nowhere`."""
        return self.name.lower()


_NOTES: Final = frozenset({Kind.NOT_COMPARED, Kind.NO_ORIGINALS, Kind.NOT_RECORDED})
