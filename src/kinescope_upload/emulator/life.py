"""The life of a video, as a function of the time since its last byte came."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from kinescope_upload.emulator.facts import VideoFact, VideoStatus
from kinescope_upload.emulator.settings import Settings

__all__ = ["Video", "broke_long_ago", "fact_of", "is_processed", "status_of"]

_ALL = 100


@dataclass(slots=True, kw_only=True)
class Video:
    """A video as the service holds it; changed only under the store's lock.

    `completed_at`, `broken_at` and `deadline` are monotonic times: when it was complete, when its unfinished upload
    broke (None: it did not, or goes on), until when its upload lives. `described_at` is when its description was
    set. `duration` is what its bytes say, in seconds. `said_size` and `said_md5` are what the API says instead of the
    truth; `status` overrides the one that follows from the time.
    """

    id: str
    title: str
    project_id: str
    folder_id: str | None
    filename: str
    size: int
    description: str = ""
    received: int = 0
    md5: str | None = None
    duration: float | None = None
    completed_at: float | None = None
    broken_at: float | None = None
    deadline: float | None = None
    described_at: float = 0.0
    status: VideoStatus | None = None
    aborted: bool = False
    fails: bool = False
    foreign: bool = False
    said_size: int | None = None
    said_md5: str | None = None
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    updated_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def touch(self) -> None:
        """Note that it was changed now."""
        self.updated_at = datetime.now(UTC)


def status_of(video: Video, now: float, settings: Settings) -> tuple[VideoStatus, int]:
    """Return a video's status and its processing per cent at monotonic time `now`."""
    status, progress = _status_by_time(video, now, settings)
    if video.status is None:
        return status, progress
    return video.status, _ALL if video.status is VideoStatus.DONE else progress


def _status_by_time(video: Video, now: float, settings: Settings) -> tuple[VideoStatus, int]:
    if video.aborted:
        return VideoStatus.ABORTED, 0
    if video.completed_at is None:
        return _unfinished(video, now, settings), 0
    age = now - video.completed_at
    if age < settings.pre_processing:
        return VideoStatus.PRE_PROCESSING, 0
    worked = age - settings.pre_processing
    if worked < settings.processing:
        return VideoStatus.PROCESSING, int(_ALL * worked / settings.processing)
    return (VideoStatus.ERROR, 0) if video.fails else (VideoStatus.DONE, _ALL)


def _unfinished(video: Video, now: float, settings: Settings) -> VideoStatus:
    if settings.reading("broken-upload") != "uploading" and broke_long_ago(video, now, settings):
        return VideoStatus(settings.reading("broken-upload"))
    return VideoStatus.UPLOADING if video.received else VideoStatus.PENDING


def broke_long_ago(video: Video, now: float, settings: Settings) -> bool:
    """Say whether an unfinished video's upload broke or expired, and long enough ago for the video to show it."""
    moments = (video.broken_at, video.deadline)
    return any(moment is not None and now - moment >= settings.suspends_after for moment in moments)


def is_processed(video: Video, now: float, settings: Settings) -> bool:
    """Say whether a video can be watched; it stays so when it is suspended afterwards."""
    lived = _status_by_time(video, now, settings)[0] is VideoStatus.DONE
    return video.status is VideoStatus.DONE or (lived and video.status in {None, VideoStatus.SUSPENDED})


def fact_of(video: Video, now: float, settings: Settings) -> VideoFact:
    """Return what is true of a video at monotonic time `now`."""
    status, progress = status_of(video, now, settings)
    return VideoFact(
        id=video.id,
        title=video.title,
        description=video.description,
        project_id=video.project_id,
        folder_id=video.folder_id,
        filename=video.filename,
        size=video.size,
        received=video.received,
        md5=video.md5,
        complete=video.completed_at is not None,
        status=status,
        progress=progress,
        created_at=video.created_at,
        duration=video.duration,
        foreign=video.foreign,
    )
