"""`POST /v2/init`, in both dialects."""

import uuid
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from kinescope_upload.emulator.bodies import json_object, media_type, text_of
from kinescope_upload.emulator.errors import ErrorCode, Refusal, TusRefusal
from kinescope_upload.emulator.exchange import Exchange, Service, Subject, authorise, checked_uuid
from kinescope_upload.emulator.facts import Right
from kinescope_upload.emulator.metadata import MetadataError, parse_metadata
from kinescope_upload.emulator.store import NewVideo
from kinescope_upload.emulator.titles import kept_title
from kinescope_upload.emulator.tus_routes import check_version, whole_number
from kinescope_upload.emulator.upload import Upload

__all__ = ["about_init", "init"]

UPLOADS = "/v2/upload"


async def about_init(_service: Service, request: Request) -> Subject:
    """Return what is asked for, read leniently: faults hit wrong requests as well."""
    try:
        asked: Mapping[str, Any] = await json_object(request) if _is_json(request) else _metadata(request)
    except Refusal:
        return Subject()
    video_id, title = asked.get("init_id"), asked.get("title")
    return Subject(
        video_id=video_id if isinstance(video_id, str) else None,
        names=(title,) if isinstance(title, str) else (),
    )


async def init(exchange: Exchange) -> Response:
    """Make a video and its upload."""
    request = exchange.request
    if _is_json(request):
        return await _json_init(exchange)
    if "Tus-Resumable" in request.headers:
        return _tus_init(exchange)
    raise Refusal(ErrorCode.UNEXPECTED_VALUE, "neither Content-Type: application/json nor Tus-Resumable")


async def _json_init(exchange: Exchange) -> Response:
    authorise(exchange, Right.UPLOAD)
    asked = await json_object(exchange.request)
    size = asked.get("filesize")
    if not isinstance(size, int) or isinstance(size, bool):
        raise Refusal(ErrorCode.JSON_TYPE, "filesize must be a number")
    texts = {key: text_of(asked, key) for key in ("type", "parent_id", "title", "filename", "description")}
    upload = _create(exchange, {**texts, "init_id": ""}, size)
    exchange.concerns(upload.video_id)
    data = {"id": upload.video_id, "endpoint": _location(exchange, upload)}
    return JSONResponse({"data": data}, status_code=201, headers=_expiry(upload))


def _tus_init(exchange: Exchange) -> Response:
    check_version(exchange.request)
    authorise(exchange, Right.UPLOAD)
    _check_workspace(exchange)
    size = whole_number(exchange.request, "Upload-Length")
    if "Upload-Defer-Length" in exchange.request.headers:
        raise TusRefusal(400, "Upload-Length and Upload-Defer-Length exclude each other")
    asked = _metadata(exchange.request)
    if asked.get("filesize", str(size)) != str(size):
        raise Refusal(ErrorCode.UNEXPECTED_VALUE, "filesize is not Upload-Length")
    upload = _create(exchange, asked, size)
    return Response(status_code=201, headers={"Location": _location(exchange, upload), **_expiry(upload)})


def _expiry(upload: Upload) -> dict[str, str]:
    return {name: value for name, value in upload.headers().items() if name == "Upload-Expires"}


def _create(exchange: Exchange, asked: Mapping[str, str], size: int) -> Upload:
    """Check what both dialects say in their way, and make the upload."""
    settings = exchange.service.settings
    if asked.get("type") != "video":
        raise Refusal(ErrorCode.UNEXPECTED_VALUE, "type must be video")
    if not asked.get("parent_id"):
        raise Refusal(ErrorCode.VALIDATION, "parent_id is required")
    title = kept_title(asked.get("title", ""), settings)
    if size < 0:
        raise Refusal(ErrorCode.VALIDATION, "filesize must not be negative")
    if settings.max_size is not None and size > settings.max_size:
        raise TusRefusal(413, "file is too large for the plan")
    init_id = asked.get("init_id")
    new = NewVideo(
        id=checked_uuid(init_id) if init_id else str(uuid.uuid4()),
        parent_id=checked_uuid(asked["parent_id"]),
        title=title,
        filename=asked.get("filename", ""),
        size=size,
        description=asked.get("description", "") if settings.reading("description") == "kept" else "",
        metadata=exchange.request.headers.get("Upload-Metadata", ""),
    )
    return exchange.service.store.create(new)


def _check_workspace(exchange: Exchange) -> None:
    workspace_id = exchange.request.headers.get("X-Workspace-ID")
    if workspace_id is None:
        raise Refusal(ErrorCode.UNEXPECTED_VALUE, "X-Workspace-ID is required")
    if checked_uuid(workspace_id) != exchange.service.settings.workspace_id:
        raise Refusal(ErrorCode.ACCESS_DENIED, "not the token's workspace")


def _is_json(request: Request) -> bool:
    return media_type(request) == "application/json"


def _metadata(request: Request) -> dict[str, str]:
    try:
        return parse_metadata(request.headers.get("Upload-Metadata", ""))
    except MetadataError as error:
        raise TusRefusal(400, f"invalid Upload-Metadata: {error}") from None


def _location(exchange: Exchange, upload: Upload) -> str:
    settings, path = exchange.service.settings, f"{UPLOADS}/{upload.id}"
    if settings.upload_base is not None:
        return settings.upload_base.rstrip("/") + path
    if settings.absolute_location:
        return str(exchange.request.url.replace(path=path, query=""))
    return path
