"""Everything the service knows: places, videos, uploads. Any thread may ask and change, under one lock."""

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kinescope_upload.emulator.durations import duration_of_mp4
from kinescope_upload.emulator.errors import ErrorCode, Refusal
from kinescope_upload.emulator.facts import Clock, VideoFact, VideoStatus
from kinescope_upload.emulator.life import Video, broke_long_ago, fact_of, status_of
from kinescope_upload.emulator.places import Place, Places
from kinescope_upload.emulator.received import ReceivedBytes
from kinescope_upload.emulator.settings import Settings
from kinescope_upload.emulator.upload import Upload

__all__ = ["NewVideo", "Store"]

_DAY = 86_400.0
_SUSPENDED_GONE = 404


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVideo:
    """What init asks for: a video with that id, of `size` bytes, in that folder or project."""

    id: str
    parent_id: str
    title: str
    filename: str
    size: int
    description: str = ""
    metadata: str = ""


class Store:
    """The service's state. A video's bytes are in `<folder>/<video id>.bytes`."""

    def __init__(self, folder: Path, settings: Settings, clock: Clock) -> None:
        self.folder = folder
        self._settings = settings
        self._clock = clock
        self._lock = threading.RLock()
        self._places = Places(settings.projects, unique_names=settings.unique_folder_names)
        self._videos: dict[str, Video] = {}
        self._uploads: dict[str, Upload] = {}
        self._deleted: dict[str, float] = {}
        self._failing_next = 0

    @contextmanager
    def places(self) -> Iterator[Places]:
        """Hold the places for reading or changing."""
        with self._lock:
            yield self._places

    def path_of(self, video_id: str) -> Path:
        """Return the file that the bytes of this video go to."""
        return self.folder / f"{video_id}.bytes"

    def create(self, new: NewVideo) -> Upload:
        """Make a video and its upload.

        Raises:
            Refusal: The parent does not exist, or the id is taken.
        """
        with self._lock:
            place = self._places.find(new.parent_id)
            self._refuse_taken(new.id)
            upload = self._upload(new)
            self._videos[new.id] = _video(new, place, upload.deadline, self._clock())
            self._uploads[upload.id] = upload
            self.account(upload)
            return upload

    def add(self, video: Video) -> None:
        """Put in a video that came another way."""
        with self._lock:
            self._videos[video.id] = video

    def account(self, upload: Upload) -> None:
        """Bring the video up to date with what its upload has received."""
        with self._lock:
            video = self._videos.get(upload.video_id)
            if video is None or upload.gone:
                return
            video.received = upload.offset
            video.touch()
            if upload.is_complete and video.completed_at is None:
                video.completed_at = self._clock()
                video.md5 = upload.bytes.md5
                video.duration = duration_of_mp4(upload.bytes.head, upload.bytes.path)
                video.fails = video.fails or self._failing_next > 0
                self._failing_next = max(0, self._failing_next - 1)

    def upload(self, upload_id: str) -> Upload | None:
        """Return the upload with this id, also when it is gone; one that expired, or is suspended, may be so now."""
        with self._lock:
            upload = self._uploads.get(upload_id)
            if upload is None or upload.gone or upload.is_complete:
                return upload
            if upload.deadline is not None and self._clock() >= upload.deadline:
                upload.gone = True
            elif self._settings.reading("suspended-upload") == "gone" and self._broke_long_ago(upload):
                upload.gone, upload.gone_status = True, _SUSPENDED_GONE
            return upload

    def carry(self, upload: Upload, connection: object) -> None:
        """Note that bytes of an upload come over this connection from now on."""
        with self._lock:
            upload.carrier = connection
            self._set_broken(upload, None)

    def break_off(self, upload: Upload, connection: object = None) -> None:
        """Note that this connection ended; its upload broke, unless another one carries it. None: it broke."""
        with self._lock:
            if connection is None or upload.carrier is connection:
                self._set_broken(upload, self._clock())

    def expire(self, upload: Upload) -> None:
        """Let an upload be gone, as if its time had passed; its video stays, as one whose upload broke."""
        with self._lock:
            upload.gone = True
            self._set_broken(upload, self._clock())

    def upload_of(self, video_id: str) -> Upload | None:
        """Return the upload that made this video; the latest, when the id was used again."""
        with self._lock:
            return next((upload for upload in reversed(self._uploads.values()) if upload.video_id == video_id), None)

    @contextmanager
    def video(self, video_id: str) -> Iterator[Video]:
        """Hold a video for reading or changing.

        Raises:
            Refusal: There is none with this id.
        """
        with self._lock:
            if video_id not in self._videos:
                raise Refusal(ErrorCode.NO_SUCH_ENTITY, f"no video {video_id}")
            yield self._videos[video_id]

    def title_of(self, video_id: str) -> str:
        """Return a video's title; empty when there is no such video."""
        with self._lock:
            video = self._videos.get(video_id)
            return video.title if video is not None else ""

    @contextmanager
    def videos(self) -> Iterator[tuple[Video, ...]]:
        """Hold all videos, in the order of their making."""
        with self._lock:
            yield tuple(self._videos.values())

    def facts(self) -> tuple[VideoFact, ...]:
        """Return what is true of every video, in the order of their making."""
        with self.videos() as videos:
            now = self._clock()
            return tuple(fact_of(video, now, self._settings) for video in videos)

    def fact(self, video_id: str) -> VideoFact:
        """Return what is true of one video.

        Raises:
            Refusal: There is none with this id.
        """
        with self.video(video_id) as video:
            return fact_of(video, self._clock(), self._settings)

    def status(self, video: Video) -> tuple[VideoStatus, int]:
        """Return a video's status now, and its processing per cent."""
        return status_of(video, self._clock(), self._settings)

    @property
    def now(self) -> float:
        """The monotonic time by which videos live."""
        return self._clock()

    def terminate(self, upload: Upload) -> None:
        """End an upload for good; its video is aborted, unless it was complete."""
        with self._lock:
            upload.gone = True
            video = self._videos.get(upload.video_id)
            if video is not None and video.completed_at is None:
                video.aborted = True
                video.touch()
                upload.bytes.discard()

    def delete(self, video_id: str) -> None:
        """Delete a video, its bytes and its upload; the id may linger.

        Raises:
            Refusal: There is none with this id.
        """
        with self.video(video_id):
            del self._videos[video_id]
            self._deleted[video_id] = self._clock()
            upload = self.upload_of(video_id)
            if upload is None:
                return
            upload.gone = True
            upload.bytes.discard()

    def fail_next(self) -> None:
        """Let the next upload that completes end in `error`."""
        with self._lock:
            self._failing_next += 1

    def _refuse_taken(self, video_id: str) -> None:
        if video_id in self._videos or self._lingers(video_id):
            raise Refusal(ErrorCode.ALREADY_EXISTS, f"video {video_id}")

    def _lingers(self, video_id: str) -> bool:
        deleted_at = self._deleted.get(video_id)
        if deleted_at is None or self._settings.reading("deleted-id") == "free":
            return False
        if self._settings.reading("deleted-id") == "taken":
            return True
        return self._clock() - deleted_at < self._settings.deleted_id_lingers

    def _broke_long_ago(self, upload: Upload) -> bool:
        video = self._videos.get(upload.video_id)
        return video is not None and broke_long_ago(video, self._clock(), self._settings)

    def _set_broken(self, upload: Upload, moment: float | None) -> None:
        video = self._videos.get(upload.video_id)
        if video is not None and video.completed_at is None and upload is self.upload_of(upload.video_id):
            video.broken_at = moment
            video.touch()

    def _upload(self, new: NewVideo) -> Upload:
        path = self.path_of(new.id) if self._settings.keep_bytes else None
        upload = Upload(
            id=str(uuid.uuid4()),
            video_id=new.id,
            length=new.size,
            metadata=new.metadata,
            bytes=ReceivedBytes(path, hashed=self._settings.hash_bytes),
        )
        is_told, lifetime = self._settings.reading("expires") == "present", self._settings.expires_after
        if lifetime is None and is_told:
            lifetime = _DAY
        if lifetime is not None:
            upload.deadline = self._clock() + lifetime
            upload.expires_at = datetime.now(UTC) + timedelta(seconds=lifetime) if is_told else None
        return upload


def _video(new: NewVideo, place: Place, deadline: float | None, now: float) -> Video:
    return Video(
        id=new.id,
        title=new.title,
        description=new.description,
        project_id=place.project_id,
        folder_id=place.folder_id,
        filename=new.filename,
        size=new.size,
        deadline=deadline,
        described_at=now,
    )
