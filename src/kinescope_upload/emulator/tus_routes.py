"""The upload URL: Tus 1.0.0 core, creation's answers, termination (https://tus.io/protocols/resumable-upload)."""

import asyncio
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from kinescope_upload.emulator.bodies import media_type
from kinescope_upload.emulator.connection import Hangup
from kinescope_upload.emulator.errors import Refusal, TusRefusal
from kinescope_upload.emulator.exchange import Exchange, Service, Subject, answer_of, authorise
from kinescope_upload.emulator.facts import Right
from kinescope_upload.emulator.faults import Action, Fault
from kinescope_upload.emulator.intake import take_body
from kinescope_upload.emulator.settings import Settings
from kinescope_upload.emulator.upload import Upload

__all__ = [
    "TUS_VERSION",
    "about_upload",
    "check_version",
    "head",
    "options",
    "patch",
    "terminate",
    "whole_number",
]

TUS_VERSION = "1.0.0"
_OFFSET_STREAM = "application/offset+octet-stream"
_TERMINATED = 204


async def options(exchange: Exchange) -> Response:
    """Say what this server can do, to anybody (reading `options`)."""
    settings = exchange.service.settings
    if settings.reading("options") == "tus":
        return Response(status_code=204, headers=dict(_offered(settings)))
    raise TusRefusal(int(settings.reading("options")), "OPTIONS is not served")


def _offered(settings: Settings) -> Mapping[str, str]:
    extensions = "creation"
    if settings.reading("terminate") == "204":
        extensions += ",termination"
    if settings.reading("expires") == "present":
        extensions += ",expiration"
    headers = {"Tus-Resumable": TUS_VERSION, "Tus-Version": TUS_VERSION, "Tus-Extension": extensions}
    if settings.max_size is not None:
        headers["Tus-Max-Size"] = str(settings.max_size)
    return headers


def check_version(request: Request) -> None:
    """Let a request of this protocol version pass.

    Raises:
        TusRefusal: It is of another one, or does not say.
    """
    if request.headers.get("Tus-Resumable") != TUS_VERSION:
        raise TusRefusal(412, "unsupported version", {"Tus-Version": TUS_VERSION})


def whole_number(request: Request, header: str) -> int:
    """Return a header that must be a number of bytes.

    Raises:
        TusRefusal: It is missing, or no such number.
    """
    text = request.headers.get(header, "")
    if not (text.isascii() and text.isdigit()):
        raise TusRefusal(400, f"missing or invalid {header} header")
    return int(text)


async def about_upload(service: Service, request: Request) -> Subject:
    """Return the video that a request to an upload URL is about."""
    upload = service.store.upload(request.path_params["upload_id"])
    if upload is None:
        return Subject()
    title = service.store.title_of(upload.video_id)
    size = request.headers.get("Content-Length", "0")
    reach = upload.offset + (int(size) if size.isdigit() else 0)
    return Subject(video_id=upload.video_id, names=(title,), reach=reach)


async def head(exchange: Exchange) -> Response:
    """Say how many bytes of the upload are here (reading `head`)."""
    if exchange.service.settings.reading("head") != "works":
        raise TusRefusal(int(exchange.service.settings.reading("head")), "HEAD is not served")
    upload = _upload(exchange, None)
    async with upload.held(exchange.service.settings.lock_patience):
        _refuse_gone(exchange, upload)
        headers = {**upload.headers(), "Upload-Length": str(upload.length)}
        if upload.metadata:
            headers["Upload-Metadata"] = upload.metadata
        return Response(headers=headers)


async def terminate(exchange: Exchange) -> Response:
    """End the upload, and free what it holds (reading `terminate`)."""
    status = int(exchange.service.settings.reading("terminate"))
    if status != _TERMINATED:
        raise TusRefusal(status, "DELETE is not served")
    upload = _upload(exchange, Right.UPLOAD)
    async with upload.held(exchange.service.settings.lock_patience):
        _refuse_gone(exchange, upload)
        exchange.service.store.terminate(upload)
        return Response(status_code=status)


async def patch(exchange: Exchange) -> Response:
    """Take bytes at the upload's offset."""
    settings = exchange.service.settings
    try:
        upload = _upload(exchange, Right.UPLOAD)
        if media_type(exchange.request) != _OFFSET_STREAM:
            raise TusRefusal(415, f"content type must be {_OFFSET_STREAM}")
        _refuse_long(exchange)
        offset = whole_number(exchange.request, "Upload-Offset")
        async with upload.held(settings.lock_patience):
            _refuse_gone(exchange, upload)
            _refuse_misfit(exchange, upload, offset)
            return await _receive(exchange, upload)
    except Refusal as refusal:
        if exchange.fault is not None and exchange.fault.action is Action.DROP:
            return Hangup()
        response = refusal.response(settings)
        if settings.close_on_refusal:
            response.headers["Connection"] = "close"
        return response


def _upload(exchange: Exchange, right: Right | None) -> Upload:
    check_version(exchange.request)
    if exchange.service.settings.reading("upload-token") == "needed":
        authorise(exchange, right)
    upload = exchange.service.store.upload(exchange.request.path_params["upload_id"])
    if upload is None:
        raise TusRefusal(404, "upload not found")
    _refuse_gone(exchange, upload)
    return upload


def _refuse_gone(exchange: Exchange, upload: Upload) -> None:
    if upload.gone:
        raise TusRefusal(upload.gone_status or exchange.service.settings.gone_status, "upload is gone")


def _refuse_long(exchange: Exchange) -> None:
    most = exchange.service.settings.max_request
    if most is not None and whole_number(exchange.request, "Content-Length") > most:
        raise TusRefusal(413, "<html>Request Entity Too Large</html>")


def _refuse_misfit(exchange: Exchange, upload: Upload, offset: int) -> None:
    if offset != upload.offset:
        headers = upload.headers() if exchange.service.settings.offset_in_conflict else {}
        raise TusRefusal(409, "mismatched offset", headers)
    if "Content-Length" in exchange.request.headers:
        length = whole_number(exchange.request, "Content-Length")
        if offset + length > upload.length:
            raise TusRefusal(413, "bytes beyond the upload's length")


async def _receive(exchange: Exchange, upload: Upload) -> Response:
    """Take the body; the upload's lock is held."""
    begun_at = upload.offset
    _watch(exchange, upload)
    limit = _limit(upload, exchange.fault)
    there_was_more = await take_body(exchange, upload, limit)
    if (rate := exchange.service.settings.passing_rate) is not None:
        await asyncio.sleep((upload.offset - begun_at) / rate)
    _refuse_gone(exchange, upload)
    if exchange.fault is not None and exchange.fault.action in _HALFWAY:
        return _faulty_answer(exchange, upload, begun_at)
    if there_was_more:
        raise TusRefusal(413, "bytes beyond the upload's length", upload.headers())
    return Response(status_code=204, headers=upload.headers())


def _watch(exchange: Exchange, upload: Upload) -> None:
    """Note which connection carries the upload: when that ends before the last byte, the upload broke."""
    store, connection = exchange.service.store, exchange.connection
    store.carry(upload, connection)
    connection.when_lost(upload.id, lambda: store.break_off(upload, connection))


_HALFWAY = frozenset({Action.DROP, Action.PARTIAL, Action.LIE, Action.EXPIRE})


def _limit(upload: Upload, fault: Fault | None) -> int:
    """Return how many bytes of the body may be stored."""
    room = upload.length - upload.offset
    if fault is None or fault.action not in _HALFWAY:
        return room
    if fault.action is Action.EXPIRE:
        return max(0, fault.keep - upload.offset)
    return min(room, fault.keep)


def _faulty_answer(exchange: Exchange, upload: Upload, begun_at: int) -> Response:
    fault = exchange.fault
    if fault is None or fault.action is Action.DROP:
        return Hangup()
    if fault.action is Action.EXPIRE:
        exchange.service.store.expire(upload)
        _refuse_gone(exchange, upload)
    answer = answer_of(fault)
    if fault.action is Action.LIE:
        claimed = begun_at + whole_number(exchange.request, "Content-Length")
        answer = Response(status_code=204, headers={"Upload-Offset": str(claimed)})
    elif fault.status == 204:  # noqa: PLR2004 - the status of a PATCH that went well
        answer.headers.setdefault("Upload-Offset", str(upload.offset))
    return answer
