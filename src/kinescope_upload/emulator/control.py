"""What a test or a demo may do to the service behind its back: the same from Python and over HTTP."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from kinescope_upload.emulator.exchange import Service
from kinescope_upload.emulator.facts import Folder, Route, VideoFact, VideoStatus
from kinescope_upload.emulator.faults import fault_to_json
from kinescope_upload.emulator.life import Video
from kinescope_upload.emulator.readings import READINGS
from kinescope_upload.emulator.upload import Upload

__all__ = ["COMMANDS", "Control", "ForeignVideo"]

_UNFINISHED = frozenset({VideoStatus.PENDING, VideoStatus.UPLOADING, VideoStatus.ABORTED, VideoStatus.SUSPENDED})


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignVideo:
    """A video that somebody else made. `parent_id` None: in the first project; `id` empty: a new one."""

    title: str
    id: str = ""
    parent_id: str | None = None
    filename: str = "video.mp4"
    size: int = 0
    md5: str | None = None
    status: VideoStatus = VideoStatus.DONE
    description: str = ""
    duration: float | None = None
    age: float = 0.0
    """Seconds since it was made."""


class Control:
    """Changes the service's state directly; any thread may call."""

    def __init__(self, service: Service, now: Callable[[], float]) -> None:
        self._service = service
        self._store = service.store
        self._now = now

    def expire_upload(self, video_id: str) -> None:
        """Let the upload of this video be gone: its URL answers 410 (or 404, by setting); the video stays."""
        self._store.expire(self._upload_of(video_id))

    def break_upload(self, video_id: str) -> None:
        """Let the unfinished upload of this video have broken now, as if its connection had ended."""
        self._store.break_off(self._upload_of(video_id))

    def fail_processing(self, video_id: str | None = None) -> None:
        """Let this video end in `error` when its processing ends; None: the next whose upload completes."""
        if video_id is None:
            self._store.fail_next()
            return
        with self._store.video(video_id) as video:
            video.fails = True

    def set_status(self, video_id: str, status: VideoStatus | None) -> None:
        """Say this status from now on; None: again the one that follows from the video's life.

        A complete video that is `suspended` so keeps its assets and duration, as under an unpaid plan.
        """
        with self._store.video(video_id) as video:
            video.status = None if status is None else VideoStatus(status)

    def corrupt(
        self, video_id: str, *, size: int | None = None, md5: str | None = None, duration: float | None = None
    ) -> None:
        """Let the API say another size, MD5 or duration; with none of them, an MD5 of something else."""
        with self._store.video(video_id) as video:
            video.said_size = size
            video.said_md5 = md5 or ("0" * 32 if size is duration is None else None)
            video.duration = duration or video.duration

    def change_video(self, video_id: str, *, title: str | None = None, parent_id: str | None = None) -> None:
        """Give a video another title, or another place, as somebody else would."""
        with self._store.places() as places, self._store.video(video_id) as video:
            if parent_id is not None:
                place = places.find(parent_id)
                video.project_id, video.folder_id = place.project_id, place.folder_id
            if title is not None:
                video.title = title
            video.touch()

    def delete_video(self, video_id: str) -> None:
        """Delete a video, as somebody else would; the id lingers as it is set."""
        self._store.delete(video_id)

    def create_folder(self, name: str, parent_id: str | None = None) -> Folder:
        """Make a folder, also beside one of the same name; in the first project, or below `parent_id`."""
        with self._store.places() as places:
            place = places.find(parent_id or places.projects[0].id)
            return places.create_folder(name, place, unique=False)

    def delete_folder(self, folder_id: str) -> None:
        """Delete a folder, as somebody else would; what was in it names it still."""
        with self._store.places() as places:
            places.delete_folder(folder_id)

    def add_foreign_video(self, foreign: ForeignVideo) -> VideoFact:
        """Put in a video that came another way; unfinished statuses show no MD5."""
        with self._store.places() as places:
            place = places.find(foreign.parent_id or places.projects[0].id)
        unfinished = foreign.status in _UNFINISHED
        video = Video(
            id=foreign.id or str(uuid.uuid4()),
            title=foreign.title,
            project_id=place.project_id,
            folder_id=place.folder_id,
            filename=foreign.filename,
            size=foreign.size,
            received=0 if unfinished else foreign.size,
            md5=None if unfinished else foreign.md5,
            completed_at=None if unfinished else self._now(),
            status=foreign.status,
            description=foreign.description,
            duration=foreign.duration,
            described_at=self._now(),
            foreign=True,
            created_at=datetime.now(UTC) - timedelta(seconds=foreign.age),
        )
        self._store.add(video)
        return self._store.fact(video.id)

    def _upload_of(self, video_id: str) -> Upload:
        upload = self._store.upload_of(video_id)
        if upload is None:
            raise LookupError(f"no upload of video {video_id}")
        return upload

    def state(self) -> dict[str, Any]:
        """Return everything as JSON can carry it."""
        accounting, settings = self._service.accounting, self._service.settings
        requests = accounting.requests()
        with self._store.places() as places:
            folders = [asdict(folder) for folder in places.folders()]
        return {
            "readings": {name: settings.reading(name) for name in READINGS},
            "workspace_id": settings.workspace_id,
            "projects": [asdict(project) for project in settings.projects],
            "tokens": [{"value": token.value, "rights": sorted(token.rights)} for token in settings.tokens],
            "folders": folders,
            "videos": [{**asdict(fact), "created_at": fact.created_at.isoformat()} for fact in self._store.facts()],
            "faults": [fault_to_json(fault) for fault in self._service.faults.active()],
            "bytes_received": accounting.bytes_received,
            "bytes_stored": accounting.bytes_stored,
            "bytes_on_the_wire": accounting.bytes_on_the_wire,
            "connections": accounting.connections,
            "requests": {str(route): requests[route] for route in Route},
        }


def _add_foreign(control: Control, data: Mapping[str, Any]) -> object:
    fact = control.add_foreign_video(ForeignVideo(**{**data, "status": VideoStatus(data.get("status", "done"))}))
    return {"id": fact.id}


COMMANDS: Mapping[str, Callable[[Control, Mapping[str, Any]], object]] = {
    "expire_upload": lambda control, data: control.expire_upload(**data),
    "break_upload": lambda control, data: control.break_upload(**data),
    "fail_processing": lambda control, data: control.fail_processing(**data),
    "set_status": lambda control, data: control.set_status(**data),
    "corrupt": lambda control, data: control.corrupt(**data),
    "change_video": lambda control, data: control.change_video(**data),
    "delete_video": lambda control, data: control.delete_video(**data),
    "create_folder": lambda control, data: asdict(control.create_folder(**data)),
    "delete_folder": lambda control, data: control.delete_folder(**data),
    "add_foreign_video": _add_foreign,
}
"""What `POST /_emulator/<command>` does with its JSON object; the answer's `data` is what it returns."""
