"""The life of a video, as a function of the time since its last byte came."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from kinescope_upload.emulator.facts import Settings, VideoFact, VideoStatus

__all__ = ["Video", "fact_of", "status_of"]

_ALL = 100


@dataclass(slots=True, kw_only=True)
class Video:
    """A video as the service holds it; changed only under the store's lock.

    `completed_at` is the monotonic time of completion; `said_size` and `said_md5` are what the API says instead
    of the truth; `status` overrides the one that follows from the time.
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
    completed_at: float | None = None
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
        return (VideoStatus.UPLOADING if video.received else VideoStatus.PENDING), 0
    age = now - video.completed_at
    if age < settings.pre_processing:
        return VideoStatus.PRE_PROCESSING, 0
    worked = age - settings.pre_processing
    if worked < settings.processing:
        return VideoStatus.PROCESSING, int(_ALL * worked / settings.processing)
    return (VideoStatus.ERROR, 0) if video.fails else (VideoStatus.DONE, _ALL)


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
        foreign=video.foreign,
    )
