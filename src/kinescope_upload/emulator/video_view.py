"""A video as the management API shows it."""

from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from kinescope_upload.emulator.exchange import Service
from kinescope_upload.emulator.life import Video, is_processed
from kinescope_upload.emulator.settings import Settings
from kinescope_upload.emulator.short_ids import short_id

__all__ = ["duration_of", "render_video"]

_SITE = "https://kinescope.io"
_DURATION = 60.0
"""Seconds that a processed video is said to last whose bytes do not say."""


def render_video(service: Service, video: Video) -> dict[str, Any]:
    """Return a video as JSON can carry it."""
    status, progress = service.store.status(video)
    link = f"{_SITE}/{short_id(video.id)}"
    return {
        "id": video.id,
        "project_id": video.project_id,
        "folder_id": video.folder_id,
        "title": video.title,
        "description": video.description,
        "status": status,
        "progress": progress,
        "duration": duration_of(service, video),
        "assets": _assets(service, video),
        "embed_link": f"{_SITE}/embed/{short_id(video.id)}",
        "play_link": link,
        "hls_link": f"{link}/master.m3u8",
        "created_at": _stamp(video.created_at),
        "updated_at": _stamp(video.updated_at),
    }


def duration_of(service: Service, video: Video) -> float:
    """Return the seconds that a video lasts; 0 until it is processed."""
    return (video.duration or _DURATION) if is_processed(video, service.store.now, service.settings) else 0


def _assets(service: Service, video: Video) -> list[dict[str, Any]]:
    """Return the original and, once it is processed, a version made of it (readings on assets and originals)."""
    settings = service.settings
    original = [_original(video, settings)] if settings.reading("originals") == "kept" else []
    if video.completed_at is None:
        return [_declared(asset) for asset in original] if settings.reading("pending-assets") == "told" else []
    if not is_processed(video, service.store.now, settings):
        return original
    return [*original, _transcoded(video)]


def _original(video: Video, settings: Settings) -> dict[str, Any]:
    name = settings.reading("original-name")
    return {
        "quality": "original",
        "original_name": video.filename if name == "file" else name,
        "file_size": _size(video),
        "md5": video.said_md5 or video.md5,
        "resolution": "1920x1080",
        "filetype": PurePosixPath(video.filename).suffix.lstrip(".") or "mp4",
    }


def _declared(original: dict[str, Any]) -> dict[str, Any]:
    """Return what is known of the original before it is there."""
    return {key: original[key] for key in ("quality", "original_name", "file_size", "filetype")}


def _transcoded(video: Video) -> dict[str, Any]:
    return {
        "quality": "1080p",
        "original_name": "1080p.mp4",
        "file_size": _size(video) * 9 // 10,
        "resolution": "1920x1080",
        "filetype": "mp4",
    }


def _size(video: Video) -> int:
    return video.size if video.said_size is None else video.said_size


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
