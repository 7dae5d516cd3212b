"""`/v1/projects` and the folders below."""

from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from kinescope_upload.emulator.bodies import json_object, page_of, text_of
from kinescope_upload.emulator.errors import ErrorCode, Refusal
from kinescope_upload.emulator.exchange import Exchange, Service, Subject, authorise, checked_uuid
from kinescope_upload.emulator.facts import Folder
from kinescope_upload.emulator.places import Place, Places
from kinescope_upload.emulator.settings import Settings

__all__ = ["about_new_folder", "about_nothing", "folders_create", "folders_list", "projects"]


async def about_nothing(_service: Service, _request: Request) -> Subject:
    """Return that the request is about no thing that has a name."""
    return Subject()


async def about_new_folder(_service: Service, request: Request) -> Subject:
    """Return the name of the folder that is asked for, read leniently."""
    try:
        return Subject(names=(text_of(await json_object(request), "name"),))
    except Refusal:
        return Subject()


async def projects(exchange: Exchange) -> Response:
    """Answer with a page of the projects."""
    authorise(exchange)
    with exchange.service.store.places() as places:
        return page_of(exchange.request, places.projects, asdict)


async def folders_list(exchange: Exchange) -> Response:
    """Answer with a page of the folders of a project, of all depths in one list."""
    authorise(exchange)
    with exchange.service.store.places() as places:
        place = _project(exchange, places)
        found = [folder for folder in places.folders() if folder.project_id == place.project_id]
        return page_of(exchange.request, found, lambda folder: _render(folder, exchange.service.settings))


async def folders_create(exchange: Exchange) -> Response:
    """Make a folder, in the project or in one of its folders (reading `folder-parent`)."""
    authorise(exchange)
    asked = await json_object(exchange.request)
    name, parent_id = text_of(asked, "name"), text_of(asked, "parent_id")
    if not name:
        raise Refusal(ErrorCode.VALIDATION, "name is required")
    if not parent_id and exchange.service.settings.reading("folder-parent") == "required":
        raise Refusal(ErrorCode.VALIDATION, "parent_id is required")
    with exchange.service.store.places() as places:
        place = _project(exchange, places)
        if parent_id:
            place = places.find_in(place.project_id, checked_uuid(parent_id))
        folder = places.create_folder(name, place)
    return JSONResponse({"data": {"id": folder.id, "name": folder.name, "project_id": folder.project_id}})


def _project(exchange: Exchange, places: Places) -> Place:
    place = places.find(checked_uuid(exchange.request.path_params["project_id"]))
    if place.folder_id is not None:
        raise Refusal(ErrorCode.NO_SUCH_ENTITY, "that is a folder")
    return place


def _render(folder: Folder, settings: Settings) -> dict[str, Any]:
    """Return a folder as lists show it (reading `root-parent`)."""
    shown = asdict(folder)
    if folder.parent_id is not None or settings.reading("root-parent") == "null":
        return shown
    if settings.reading("root-parent") == "absent":
        del shown["parent_id"]
        return shown
    return {**shown, "parent_id": folder.project_id}
