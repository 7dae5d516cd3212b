"""The kinds of disagreement between the four sides. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """A kind of disagreement; its value is its name for people. Reports list the kinds in this order."""

    RENUMBERED = "lessons were renumbered"
    ROW_POINTS_NOWHERE = "row names a video that is not on Kinescope"
    ROW_EMPTY = "video exists, row is empty"
    ROW_STRANGE = "row holds no Kinescope video id"
    TWO_VIDEOS = "two videos for one lesson"
    SHARED_VIDEO = "one video for two lessons"
    VIDEO_GONE = "video in the progress file is gone"
    STATUS_ERROR = "video failed at Kinescope"
    STATUS_ABORTED = "video was aborted"
    STATUS_STUCK = "video is stuck in an unfinished upload"
    STATUS_SUSPENDED = "video is suspended by Kinescope"
    STATUS_UNKNOWN = "video has an unknown status"
    PROCESSING = "video is still processing"
    SIZE_DIFFERS = "size on Kinescope differs from the file"
    MD5_DIFFERS = "MD5 on Kinescope differs from the file"
    DURATION_DIFFERS = "duration on Kinescope differs from the file"
    FILE_CHANGED = "file has changed since its upload"
    FILE_BROKEN = "file that no player can show"
    FILE_UNREADABLE = "file could not be read"
    WRONG_FOLDER = "video in the wrong folder"
    PROJECT_ROOT = "video in the project root"
    TITLE_DIFFERS = "title differs from the lesson"
    NAMED_LIKE_ANOTHER = "file is named like another lesson"
    NOT_UPLOADED = "lesson without a video"
    UNFINISHED = "upload not finished"
    UNKNOWN_VIDEO = "unknown videos in course folders"
    FILE_WITHOUT_LESSON = "file without a lesson"
    LESSON_WITHOUT_FILE = "lesson without a file"
    LESSON_WITHOUT_ROW = "lesson without a row"
    MAPPING_IN_DOUBT = "files and lessons do not match"
    ROWS_HIDDEN = "rows that may be hidden"
    FOLDER_MISSING = "course without a folder"
    FOLDER_AMBIGUOUS = "course with two folders"
    NOT_COMPARED = "MD5 could not be compared"
    NO_ORIGINALS = "no originals on Kinescope"
    OLD_VIDEO = "old video of a lesson"
    NOT_RECORDED = "video not in the progress files"

    @property
    def is_note(self) -> bool:
        """Whether it is only a remark: the sides agree as far as they can be compared."""
        return self in _NOTES

    @property
    def code(self) -> str:
        """The name for programs: `row_points_nowhere`."""
        return self.name.lower()


_NOTES: Final = frozenset({Kind.NOT_COMPARED, Kind.NO_ORIGINALS, Kind.OLD_VIDEO, Kind.NOT_RECORDED})
