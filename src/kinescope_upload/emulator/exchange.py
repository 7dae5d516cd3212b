"""One request on its way through the service: counted, hit by a fault or not, authorised, answered."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import assert_never

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from kinescope_upload.emulator.accounting import Accounting, RequestRecord
from kinescope_upload.emulator.connection import CONNECTION, Connection, Hangup
from kinescope_upload.emulator.errors import ErrorCode, Refusal, error_response
from kinescope_upload.emulator.facts import Right, Route, Token
from kinescope_upload.emulator.faults import Action, Fault, Faults
from kinescope_upload.emulator.rate import RateLimiter
from kinescope_upload.emulator.settings import Settings
from kinescope_upload.emulator.store import Store

__all__ = [
    "IS_FOREIGN",
    "TUS_ROUTES",
    "Asker",
    "Exchange",
    "ForeignAnswer",
    "Handler",
    "Service",
    "Subject",
    "answer_of",
    "authorise",
    "checked_uuid",
    "conduct",
]

IS_FOREIGN = "is_foreign"
"""Where a request's state tells that somebody on the way answers it."""
TUS_ROUTES = frozenset({Route.INIT, Route.HEAD, Route.PATCH, Route.TERMINATE, Route.OPTIONS})
"""The routes of the uploader; all others are the management API's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What all requests share; `stopping` is set when the service shuts down."""

    settings: Settings
    store: Store
    faults: Faults
    accounting: Accounting
    limiter: RateLimiter
    stopping: asyncio.Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a request is about, as far as a fault's `match` cares; `reach` is the offset a PATCH would come to."""

    video_id: str | None = None
    names: tuple[str, ...] = ()
    reach: int = 0

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything a fault's `match` may be found in."""
        return (*self.names, self.video_id) if self.video_id else self.names


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request, the fault that hits it, and its place in the log."""

    service: Service
    request: Request
    record: RequestRecord
    fault: Fault | None = None

    @property
    def connection(self) -> Connection:
        """The connection that the request came over."""
        connection: Connection = self.request.scope["state"][CONNECTION]
        return connection

    def concerns(self, video_id: str) -> None:
        """Log which video this is about."""
        self.service.accounting.concern(self.record, video_id)


class ForeignAnswer(Response):
    """The answer of somebody on the way: it carries no header of the service."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, and tell those who add headers whose it is."""
        scope["state"][IS_FOREIGN] = True
        await super().__call__(scope, receive, send)


_WITHOUT_BODY = frozenset({204, 205, 304})
_LATE_WORK: set[asyncio.Task[None]] = set()
"""Work whose connection has ended: a task that nobody holds may be collected before it is done."""

Handler = Callable[[Exchange], Awaitable[Response]]
Asker = Callable[[Service, Request], Awaitable[Subject]]


async def conduct(service: Service, request: Request, route: Route, subject: Asker, handler: Handler) -> Response:
    """Bring a request to its answer, or to its end without one, and log it."""
    record = service.accounting.begin(
        route,
        method=request.method,
        path=request.url.path,
        request_id=request.scope["state"]["request_id"],
    )
    response: Response = Hangup()
    try:
        about = await subject(service, request)
        if about.video_id is not None:
            service.accounting.concern(record, about.video_id)
        throttled = _throttled(service, request, route)
        if throttled is not None:
            response = throttled
        else:
            fault = service.faults.take(route, about.texts, about.reach)
            exchange = Exchange(service=service, request=request, record=record, fault=fault)
            response = await _perform(exchange, handler)
    except Refusal as refusal:
        response = refusal.response(service.settings)
    except ClientDisconnect:
        response = Hangup()
    finally:
        service.accounting.end(record, None if isinstance(response, Hangup) else response.status_code)
    return response


def _throttled(service: Service, request: Request, route: Route) -> Response | None:
    """Return the answer to a request that comes too early; None when it may pass."""
    if route in TUS_ROUTES and service.settings.reading("rate-scope") == "api":
        return None
    seconds = service.limiter.refuse_for(request.headers.get("Authorization", ""))
    if seconds is None:
        return None
    headers = {"Retry-After": str(seconds)}
    return PlainTextResponse("too many requests\n", status_code=HTTPStatus.TOO_MANY_REQUESTS, headers=headers)


async def _perform(exchange: Exchange, handler: Handler) -> Response:
    fault = exchange.fault
    if fault is None:
        return await handler(exchange)
    if fault.action is Action.LATE_WORK:
        return await _work_late(exchange, handler, fault.delay)
    await _wait(exchange.service, fault.delay)
    match fault.action:
        case Action.ANSWER | Action.INTERCEPT:
            return answer_of(fault)
        case Action.DROP if exchange.record.route is not Route.PATCH:
            return Hangup()
        case Action.LOSE_ANSWER:
            await _settle(exchange, handler)
            return Hangup()
        case Action.REPLACE_ANSWER:
            await _settle(exchange, handler)
            return answer_of(fault)
        case Action.DELAY | Action.DROP | Action.PARTIAL | Action.LIE | Action.EXPIRE:
            return await handler(exchange)
        case _:
            assert_never(fault.action)


async def _work_late(exchange: Exchange, handler: Handler, seconds: float) -> Response:
    """Hang up, and do the work later, unless the service shuts down before."""
    if exchange.record.route is Route.PATCH:
        return Hangup()
    await exchange.request.body()  # it is read from the connection, which ends now

    async def work() -> None:
        await _wait(exchange.service, seconds)
        if not exchange.service.stopping.is_set():
            await _settle(exchange, handler)

    task = asyncio.create_task(work())
    _LATE_WORK.add(task)
    task.add_done_callback(_LATE_WORK.discard)
    return Hangup()


async def _settle(exchange: Exchange, handler: Handler) -> None:
    """Do the work; a refusal is lost like any other answer."""
    try:
        await handler(exchange)
    except Refusal:
        return


async def _wait(service: Service, seconds: float) -> None:
    if seconds <= 0:
        return
    try:
        await asyncio.wait_for(service.stopping.wait(), seconds)
    except TimeoutError:
        return


def answer_of(fault: Fault) -> Response:
    """Return the answer that a fault prescribes."""
    response: Response
    if fault.action is Action.INTERCEPT:
        response = ForeignAnswer(fault.message, fault.status, media_type="text/html")
    elif fault.status in _WITHOUT_BODY:
        response = Response(status_code=fault.status)
    elif fault.code is not None:
        response = error_response(fault.status, fault.code, fault.message)
    else:
        response = PlainTextResponse(fault.message + "\n", status_code=fault.status)
    for name, value in fault.headers:
        response.headers[name] = value
    return response


def authorise(exchange: Exchange, right: Right | None = None) -> Token:
    """Let the request pass when its token may do this, and return the token.

    Raises:
        Refusal: The token is missing, unknown, or lacks the right.
    """
    header = exchange.request.headers.get("Authorization")
    if header is None:
        raise Refusal(ErrorCode.NO_AUTHORIZATION)
    scheme, _, value = header.partition(" ")
    token = _token(exchange.service.settings, value) if scheme.lower() == "bearer" else None
    if token is None:
        raise Refusal(ErrorCode.UNAUTHORIZED)
    if right is not None and right not in token.rights:
        raise Refusal(ErrorCode.ACCESS_DENIED, f"the token may not {right}")
    return token


def _token(settings: Settings, value: str) -> Token | None:
    return next((token for token in settings.tokens if token.value == value), None)


def checked_uuid(text: str) -> str:
    """Return a UUID in its usual form.

    Raises:
        Refusal: It is none.
    """
    try:
        usual = str(uuid.UUID(text))
    except ValueError:
        raise Refusal(ErrorCode.INVALID_UUID, text) from None
    if usual != text.lower():
        raise Refusal(ErrorCode.INVALID_UUID, text)
    return usual
