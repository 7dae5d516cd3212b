"""`/v1/videos`: look at, find, change, move and delete videos."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from kinescope_upload.emulator.bodies import json_object, page_of, text_of
from kinescope_upload.emulator.errors import ErrorCode, Refusal
from kinescope_upload.emulator.exchange import Exchange, Service, Subject, authorise, checked_uuid
from kinescope_upload.emulator.facts import Right, VideoStatus
from kinescope_upload.emulator.life import Video
from kinescope_upload.emulator.store import Store

__all__ = ["about_list", "about_video", "video_delete", "video_get", "video_list", "video_update"]

_SITE = "https://kinescope.io"
_DURATION = 60.0
"""Seconds that every finished video is said to last."""


async def about_video(service: Service, request: Request) -> Subject:
    """Return the video that the path names."""
    video_id = request.path_params["video_id"]
    return Subject(video_id=video_id, names=(service.store.title_of(video_id),))


async def about_list(_service: Service, request: Request) -> Subject:
    """Return what is looked for, by words and by ids."""
    return Subject(names=(request.query_params.get("q", ""), *request.query_params.getlist("video_ids[]")))


async def video_get(exchange: Exchange) -> Response:
    """Answer with one video."""
    authorise(exchange)
    with exchange.service.store.video(_video_id(exchange)) as video:
        return _answer(exchange.service, video)


async def video_update(exchange: Exchange) -> Response:
    """Change a video's texts, or its place."""
    authorise(exchange)
    store = exchange.service.store
    changes = await json_object(exchange.request)
    with store.video(_video_id(exchange)) as video:
        _move(store, video, text_of(changes, "folder_id") or text_of(changes, "parent_id"))
        for name in ("title", "description"):
            if name in changes:
                setattr(video, name, _text(changes, name))
        video.touch()
        return _answer(exchange.service, video)


async def video_delete(exchange: Exchange) -> Response:
    """Delete a video with all it has."""
    authorise(exchange, Right.DELETE)
    exchange.service.store.delete(_video_id(exchange))
    return JSONResponse({"data": {"success": True}})


async def video_list(exchange: Exchange) -> Response:
    """Answer with a page of the videos that are looked for."""
    authorise(exchange)
    service = exchange.service
    search = _search(exchange.request.query_params)
    with service.store.videos() as videos:
        found = [video for video in videos if search.finds(video, service.store)]
        return page_of(exchange.request, search.ordered(found), lambda video: render_video(service, video))


def _video_id(exchange: Exchange) -> str:
    return checked_uuid(exchange.request.path_params["video_id"])


def _text(changes: dict[str, Any], name: str) -> str:
    text = text_of(changes, name)
    if name == "title" and not text:
        raise Refusal(ErrorCode.VALIDATION, "title must not be empty")
    return text


def _move(store: Store, video: Video, parent_id: str) -> None:
    if not parent_id:
        return
    with store.places() as places:
        place = places.find(checked_uuid(parent_id))
    video.project_id, video.folder_id = place.project_id, place.folder_id


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """Which videos are looked for (None: any), and in which order."""

    project_id: str | None
    folder_id: str | None
    statuses: frozenset[VideoStatus] | None
    ids: frozenset[str] | None
    words: str
    key: Callable[[Video], Any]
    descending: bool

    def finds(self, video: Video, store: Store) -> bool:
        return (
            self.folder_id in {None, video.folder_id}
            and self.project_id in {None, video.project_id}
            and (self.ids is None or video.id in self.ids)
            and (not self.words or self.words in video.title.casefold())
            and (self.statuses is None or store.status(video)[0] in self.statuses)
        )

    def ordered(self, videos: list[Video]) -> Sequence[Video]:
        return sorted(videos, key=self.key, reverse=self.descending)


_ORDERS: dict[str, Callable[[Video], Any]] = {
    "created_at": lambda video: video.created_at,
    "title": lambda video: video.title.casefold(),
}


def _search(query: QueryParams) -> _Search:
    statuses, ids = query.getlist("status[]"), query.getlist("video_ids[]")
    field, _, direction = query.get("order", "created_at.desc").partition(".")
    if field not in _ORDERS or direction not in {"", "asc", "desc"}:
        raise Refusal(ErrorCode.UNEXPECTED_VALUE, "order")
    return _Search(
        project_id=_id_of(query, "project_id"),
        folder_id=_id_of(query, "folder_id"),
        statuses=frozenset(map(_status, statuses)) if statuses else None,
        ids=frozenset(map(checked_uuid, ids)) if ids else None,
        words=query.get("q", "").casefold(),
        key=_ORDERS[field],
        descending=direction == "desc",
    )


def _id_of(query: QueryParams, name: str) -> str | None:
    text = query.get(name)
    return checked_uuid(text) if text else None


def _status(text: str) -> VideoStatus:
    try:
        return VideoStatus(text)
    except ValueError:
        raise Refusal(ErrorCode.UNEXPECTED_VALUE, f"status {text}") from None


def _answer(service: Service, video: Video) -> Response:
    return JSONResponse({"data": render_video(service, video)})


def render_video(service: Service, video: Video) -> dict[str, Any]:
    """Return a video as the management API shows it."""
    status, progress = service.store.status(video)
    return {
        "id": video.id,
        "workspace_id": service.settings.workspace_id,
        "project_id": video.project_id,
        "folder_id": video.folder_id,
        "title": video.title,
        "description": video.description,
        "status": status,
        "progress": progress,
        "duration": _DURATION if status is VideoStatus.DONE else 0,
        "assets": _assets(video, status),
        "embed_link": f"{_SITE}/embed/{video.id}",
        "play_link": f"{_SITE}/{video.id}",
        "hls_link": f"{_SITE}/{video.id}/master.m3u8",
        "created_at": _stamp(video.created_at),
        "updated_at": _stamp(video.updated_at),
    }


def _assets(video: Video, status: VideoStatus) -> list[dict[str, Any]]:
    size = video.size if video.said_size is None else video.said_size
    original: dict[str, Any] = {
        "quality": "original",
        "original_name": video.filename,
        "file_size": size,
        "md5": video.said_md5 or video.md5,
        "resolution": "1920x1080",
        "filetype": PurePosixPath(video.filename).suffix.lstrip(".") or "mp4",
    }
    if video.completed_at is None:  # the declared facts stand there from the start: a leftover is known by them
        return [{key: original[key] for key in ("quality", "original_name", "file_size", "filetype")}]
    if status is not VideoStatus.DONE:
        return [original]
    transcoded = {**original, "quality": "1080p", "file_size": size * 9 // 10, "filetype": "mp4"}
    del transcoded["md5"]
    return [original, transcoded]


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
