"""`/v1/videos`: look at, find, change, move and delete videos."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from kinescope_upload.emulator.bodies import json_object, page_of, text_of
from kinescope_upload.emulator.errors import ErrorCode, Refusal
from kinescope_upload.emulator.exchange import Exchange, Service, Subject, authorise, checked_uuid
from kinescope_upload.emulator.facts import Right
from kinescope_upload.emulator.life import Video
from kinescope_upload.emulator.places import Place
from kinescope_upload.emulator.titles import kept_title
from kinescope_upload.emulator.video_search import parse_search
from kinescope_upload.emulator.video_view import render_video

__all__ = ["about_list", "about_video", "video_delete", "video_get", "video_list", "video_move", "video_update"]


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
    """Change a video's texts; its place, too, where the reading `move` has it. Other keys change nothing."""
    authorise(exchange)
    service, changes = exchange.service, await json_object(exchange.request)
    with service.store.video(_video_id(exchange)) as video:
        if service.settings.reading("move") != "put":
            _move_to_parent(service, video, text_of(changes, "folder_id") or text_of(changes, "parent_id"))
        if "title" in changes:
            video.title = kept_title(text_of(changes, "title"), service.settings)
        if "description" in changes:
            video.description, video.described_at = text_of(changes, "description"), service.store.now
        video.touch()
        return _answer(service, video)


async def video_move(exchange: Exchange) -> Response:
    """Bring a video into a folder, or to a project's root; does not show it (reading `move`).

    Where videos move by PATCH alone, this path does not exist: 404, like every other such path.
    """
    if exchange.service.settings.reading("move") == "patch":
        raise Refusal(ErrorCode.NO_SUCH_ENTITY, "no such path")
    authorise(exchange)
    asked = await json_object(exchange.request)
    with exchange.service.store.video(_video_id(exchange)) as video:
        _put(video, _target(exchange.service, asked))
    return JSONResponse({"data": {"success": True}})


async def video_delete(exchange: Exchange) -> Response:
    """Delete a video with all it has."""
    service, video_id = exchange.service, exchange.request.path_params["video_id"]
    try:
        authorise(exchange, Right.DELETE)
    except Refusal as refusal:
        if refusal.code is ErrorCode.ACCESS_DENIED and service.settings.reading("delete-unknown") == "404":
            service.store.fact(checked_uuid(video_id))  # an unknown video is told before the missing right
        raise
    service.store.delete(checked_uuid(video_id))
    return JSONResponse({"data": {"success": True}})


async def video_list(exchange: Exchange) -> Response:
    """Answer with a page of the videos that are looked for."""
    authorise(exchange)
    service = exchange.service
    search = parse_search(exchange.request.query_params)
    with service.store.videos() as videos:
        return page_of(exchange.request, search.among(videos, service), lambda video: render_video(service, video))


def _video_id(exchange: Exchange) -> str:
    return checked_uuid(exchange.request.path_params["video_id"])


def _target(service: Service, asked: Mapping[str, Any]) -> Place:
    """Return where a video shall be moved; without `folder_id`, to the project's root."""
    project_id, folder_id = text_of(asked, "project_id"), text_of(asked, "folder_id")
    if not project_id:
        raise Refusal(ErrorCode.VALIDATION, "project_id is required")
    with service.store.places() as places:
        root = places.find(checked_uuid(project_id))
        if root.folder_id is not None:
            raise Refusal(ErrorCode.NO_SUCH_ENTITY, f"no project {project_id}")
        if not folder_id:
            return root
        place = places.find_in(root.project_id, checked_uuid(folder_id))
        if place.folder_id is None:
            raise Refusal(ErrorCode.NO_SUCH_ENTITY, f"no folder {folder_id}")
        return place


def _move_to_parent(service: Service, video: Video, parent_id: str) -> None:
    if not parent_id:
        return
    with service.store.places() as places:
        _put(video, places.find(checked_uuid(parent_id)))


def _put(video: Video, place: Place) -> None:
    video.project_id, video.folder_id = place.project_id, place.folder_id
    video.touch()


def _answer(service: Service, video: Video) -> Response:
    return JSONResponse({"data": render_video(service, video)})
