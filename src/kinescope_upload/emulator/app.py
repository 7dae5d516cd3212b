"""The service as one ASGI application: its routes, and an X-Request-ID on every answer."""

import uuid
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route as Path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kinescope_upload.emulator import (
    init_routes,
    place_routes,
    token_routes,
    tus_routes,
    video_routes,
)
from kinescope_upload.emulator.bodies import json_object
from kinescope_upload.emulator.control import COMMANDS, Control
from kinescope_upload.emulator.errors import ErrorCode, Refusal, TusRefusal, error_response
from kinescope_upload.emulator.exchange import (
    IS_FOREIGN,
    TUS_ROUTES,
    Asker,
    Exchange,
    ForeignAnswer,
    Handler,
    Service,
    conduct,
)
from kinescope_upload.emulator.facts import Route
from kinescope_upload.emulator.faults import fault_from_json, fault_to_json

__all__ = ["make_app"]

Endpoint = Callable[[Request], Awaitable[Response]]


async def _options(exchange: Exchange) -> Response:
    """Answer OPTIONS, which the management API does not serve; somebody on the way may answer it there, too."""
    if _is_uploader(exchange.request):
        return await tus_routes.options(exchange)
    raise Refusal(ErrorCode.METHOD_NOT_ALLOWED)


_HANDLERS: Mapping[Route, tuple[Asker, Handler]] = {
    Route.INIT: (init_routes.about_init, init_routes.init),
    Route.HEAD: (tus_routes.about_upload, tus_routes.head),
    Route.PATCH: (tus_routes.about_upload, tus_routes.patch),
    Route.TERMINATE: (tus_routes.about_upload, tus_routes.terminate),
    Route.OPTIONS: (place_routes.about_nothing, _options),
    Route.VIDEO_GET: (video_routes.about_video, video_routes.video_get),
    Route.VIDEO_LIST: (video_routes.about_list, video_routes.video_list),
    Route.VIDEO_UPDATE: (video_routes.about_video, video_routes.video_update),
    Route.VIDEO_DELETE: (video_routes.about_video, video_routes.video_delete),
    Route.MOVE: (video_routes.about_video, video_routes.video_move),
    Route.PROJECTS: (place_routes.about_nothing, place_routes.projects),
    Route.FOLDERS_LIST: (place_routes.about_nothing, place_routes.folders_list),
    Route.FOLDERS_CREATE: (place_routes.about_new_folder, place_routes.folders_create),
    Route.ACCESS_TOKENS: (place_routes.about_nothing, token_routes.access_tokens),
}

_UPLOADER = "/v2/"
"""What all paths of the uploader begin with."""

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
"""What a request to the uploader may be sent by; its header may name another method."""

_PATHS: Mapping[str, Mapping[str, Route]] = {
    "/v2/init": {"POST": Route.INIT},
    init_routes.UPLOADS + "/{upload_id}": {
        "HEAD": Route.HEAD,
        "PATCH": Route.PATCH,
        "DELETE": Route.TERMINATE,
    },
    "/v1/videos": {"GET": Route.VIDEO_LIST},
    "/v1/videos/{video_id}": {
        "GET": Route.VIDEO_GET,
        "PATCH": Route.VIDEO_UPDATE,
        "DELETE": Route.VIDEO_DELETE,
    },
    "/v1/videos/{video_id}/move": {"PUT": Route.MOVE},
    "/v1/projects": {"GET": Route.PROJECTS},
    "/v1/projects/{project_id}/folders": {"GET": Route.FOLDERS_LIST, "POST": Route.FOLDERS_CREATE},
    "/v1/access-tokens": {"GET": Route.ACCESS_TOKENS},
}


def make_app(service: Service, control: Control) -> ASGIApp:
    """Return the application."""
    paths = [Path(path, _endpoint(service, routes), methods=_methods(routes)) for path, routes in _PATHS.items()]
    return _WithRequestIds(
        Starlette(
            routes=[*paths, *_control_paths(service, control)],
            exception_handlers={HTTPException: _outside_answer(service)},
        ),
    )


def _methods(routes: Mapping[str, Route]) -> list[str]:
    return [*routes, "OPTIONS"] if TUS_ROUTES.isdisjoint(routes.values()) else list(_METHODS)


def _endpoint(service: Service, routes: Mapping[str, Route]) -> Endpoint:
    """Return what answers all methods of one path."""

    async def endpoint(request: Request) -> Response:
        method = _method(request)
        route = Route.OPTIONS if method == "OPTIONS" else routes.get(method)
        if route is None:
            raise HTTPException(HTTPStatus.METHOD_NOT_ALLOWED)
        response = await conduct(service, request, route, *_HANDLERS[route])
        return response if isinstance(response, ForeignAnswer) else _with_tus_headers(request, response)

    return endpoint


def _is_uploader(request: Request) -> bool:
    return request.url.path.startswith(_UPLOADER)


def _method(request: Request) -> str:
    """Return the method; on the uploader the header X-HTTP-Method-Override replaces any (Tus 1.0.0, Headers)."""
    if not _is_uploader(request):
        return request.method
    return request.headers.get("X-HTTP-Method-Override", request.method).upper()


def _with_tus_headers(request: Request, response: Response) -> Response:
    """Add what the uploader's answers carry whatever their status (Tus 1.0.0, Tus-Resumable and HEAD)."""
    if _is_uploader(request):
        method = _method(request)
        if method != "OPTIONS":
            response.headers["Tus-Resumable"] = tus_routes.TUS_VERSION
        if method == "HEAD":
            response.headers["Cache-Control"] = "no-store"
    return response


def _outside_answer(service: Service) -> Callable[[Request, Exception], Awaitable[Response]]:
    """Return what answers to a path or method that does not exist."""

    async def answer(request: Request, error: Exception) -> Response:
        is_method = isinstance(error, HTTPException) and error.status_code == HTTPStatus.METHOD_NOT_ALLOWED
        refusal = Refusal(ErrorCode.NO_SUCH_ENTITY, "no such path")
        if is_method and _is_uploader(request):
            refusal = TusRefusal(HTTPStatus.METHOD_NOT_ALLOWED, "method not allowed")
        elif is_method:
            refusal = Refusal(ErrorCode.METHOD_NOT_ALLOWED)
        return _with_tus_headers(request, refusal.response(service.settings))

    return answer


def _control_paths(service: Service, control: Control) -> list[Path]:
    async def state(_request: Request) -> Response:
        return JSONResponse(control.state())

    async def faults(request: Request) -> Response:
        if request.method == "DELETE":
            service.faults.clear()
        if request.method == "POST":
            service.faults.add(fault_from_json(await json_object(request)))
        return JSONResponse({"data": [fault_to_json(fault) for fault in service.faults.active()]})

    async def command(request: Request) -> Response:
        perform = COMMANDS.get(request.path_params["command"])
        if perform is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        data: dict[str, Any] = await json_object(request)
        return JSONResponse({"data": perform(control, data)})

    return [
        Path("/_emulator/state", _understood(state, service), methods=["GET"]),
        Path("/_emulator/faults", _understood(faults, service), methods=["GET", "POST", "DELETE"]),
        Path("/_emulator/{command}", _understood(command, service), methods=["POST"]),
    ]


def _understood(endpoint: Endpoint, service: Service) -> Endpoint:
    """Return an endpoint that refuses what it cannot make sense of."""

    async def understood(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Refusal as refusal:
            return refusal.response(service.settings)
        except (ValueError, TypeError, LookupError) as error:
            return error_response(400, ErrorCode.UNEXPECTED_VALUE, str(error))

    return understood


class _WithRequestIds:
    """Gives every request an id, and every answer the header that tells it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = str(uuid.uuid4())
        scope["state"]["request_id"] = request_id

        async def stamped(message: Message) -> None:
            if message["type"] == "http.response.start" and IS_FOREIGN not in scope["state"]:
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        await self._app(scope, receive, stamped)
