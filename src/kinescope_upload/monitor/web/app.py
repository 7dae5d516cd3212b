"""Answers the page's requests, for browsers that came by an address of the run; loaded when somebody first looks."""

from __future__ import annotations

import asyncio
import html
import json
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.responses import StreamingResponse as Stream
from starlette.routing import Route

from kinescope_upload.errors import KuploadError
from kinescope_upload.monitor.web.access import COOKIE_SECONDS, is_same_origin, is_this_machine
from kinescope_upload.monitor.web.view import lines_of, masthead, view_of
from kinescope_upload.monitor.wishes import Wishes
from kinescope_upload.monitor.wishes_file import add_wish, read_wishes
from kinescope_upload.policy.pacing import LONGEST_PAUSE
from kinescope_upload.text.hints import command_line

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping
    from typing import Any

    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from kinescope_upload.monitor.web.access import Access
    from kinescope_upload.monitor.web.ending import Ending
    from kinescope_upload.monitor.web.watched import Watched

_FOLDER: Final = Path(__file__).parent
_FILES: Final = {
    "/page.css": "text/css",
    "/page.js": "text/javascript",
    "/listen.js": "text/javascript",
    "/enter.js": "text/javascript",
    "/icon.svg": "image/svg+xml",
}
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_INTERVAL: Final = 1.0
_SLOW: Final = 30.0
"""Between two looks of a page that nobody sees; the end is told at once."""
_LARGEST_SHARE: Final = 0.02
"""Of one processor, for each browser that looks: the page of a thousand courses is told less often."""
_LARGEST_BODY: Final = 1000
_ENTRANCE: Final = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>kupload</title><link rel="stylesheet" href="/page.css"><link rel="icon" href="/icon.svg">
<script src="/enter.js" defer></script></head>
<body class="refusal"><main><h1>The page of a run</h1>
<form method="post" action="/"><input type="hidden" name="token" value="%s">
<p>This address lets one browser in.</p>
<p><button>Open the page in this browser</button></p></form></main></body></html>
"""
_NOT_LET_IN: Final = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>kupload</title><link rel="stylesheet" href="/page.css"><link rel="icon" href="/icon.svg"></head>
<body class="refusal"><main><h1>This browser does not know the run</h1>
<p>The address that the run printed lets one browser in, once. It was used already, or is of another run.</p>
<p><code>%s</code> on the terminal gives a further address, and so does <b>Open in another browser</b> at the
end of the page where it is still open.</p>
</main></body></html>
"""


class Controls(NamedTuple):
    """What the page's buttons act on, and when it ends.

    Attributes:
        progress: The progress folder.
        is_over: Set, in the server's loop, when the run has ended.
        ending: Who has been told so.
    """

    progress: Path
    is_over: asyncio.Event
    ending: Ending


def make_app(watched: Watched, access: Access, controls: Controls) -> ASGIApp:
    """Makes what answers the page's requests.

    Args:
        watched: The run.
        access: Who may see it.
        controls: What the buttons act on.
    """
    page = _Page(watched, access, controls)
    routes = [
        Route("/", page.root),
        Route("/", page.enter, methods=["POST"]),
        *(Route(path, partial(_file, path, kind)) for path, kind in _FILES.items()),
        Route("/events", page.events),
        *(
            Route(path, page.guarded(act), methods=["POST"])
            for path, act in (
                ("/pause", page.pause),
                ("/resume", page.resume),
                ("/stop", page.stop),
                ("/address", page.address),
            )
        ),
    ]
    return Starlette(routes=routes, middleware=[Middleware(_OnThisMachine)])


class _OnThisMachine:
    """Refuses requests that mean another host, and adds the headers that keep the page to itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request, or has it answered."""
        if is_this_machine(_header(scope, b"host")):
            await self._app(scope, receive, partial(_send_with_headers, send))
        else:
            refusal = PlainTextResponse("This page is known as 127.0.0.1 alone.\n", 421)
            await refusal(scope, receive, partial(_send_with_headers, send))


def _header(scope: Scope, name: bytes) -> str:
    found = [value for key, value in scope["headers"] if key == name]
    return found[0].decode("latin-1") if len(found) == 1 else ""


async def _send_with_headers(send: Send, message: Message) -> None:
    if message["type"] == "http.response.start":
        own = [(name.lower().encode(), value.encode()) for name, value in _HEADERS.items()]
        message["headers"] = [*message["headers"], *own]
    await send(message)


async def _file(path: str, kind: str, _request: Request) -> Response:
    return Response((_FOLDER / path[1:]).read_bytes(), media_type=kind)


class _Page:
    """The page of one run."""

    def __init__(self, watched: Watched, access: Access, controls: Controls) -> None:
        self._watched = watched
        self._access = access
        self._controls = controls

    def _is_known(self, request: Request) -> bool:
        return self._access.knows(request.cookies.get(self._access.cookie, ""))

    async def root(self, request: Request) -> Response:
        """The page; for an address that lets in one that enters by itself, since not all that looks is a browser."""
        if not self._is_known(request):
            token = request.query_params.get("token", "")
            if not self._access.admits(token, await self._asked()):
                return _refusal()
            return HTMLResponse(_ENTRANCE % html.escape(token))
        self._controls.ending.look()
        if request.query_params:
            return RedirectResponse("/", 303)
        return HTMLResponse((_FOLDER / "page.html").read_bytes())

    async def enter(self, request: Request) -> Response:
        """Gives a browser its cookie, once for each address."""
        with suppress(ValueError):
            [token] = parse_qs((await _body(request)).decode("latin-1")).get("token", [""])
            if session := self._access.enter(token, await self._asked()):
                answer = RedirectResponse("/", 303)
                name = self._access.cookie
                answer.set_cookie(name, session, max_age=COOKIE_SECONDS, httponly=True, samesite="strict")
                return answer
        return _refusal()

    async def _asked(self) -> str:
        """The digest of the token that `kupload page` gave last."""
        wishes = await asyncio.to_thread(read_wishes, self._controls.progress, self._watched.state().run)
        return wishes.page.digest if wishes.page else ""

    def guarded(self, act: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> Callable[[Request], Any]:
        """Lets a button act for the page alone: the browser has its cookie, and sends it from the page itself."""

        async def answer(request: Request) -> Response:
            host, origin = request.headers.get("host", ""), request.headers.get("origin", "")
            if not (self._is_known(request) and is_same_origin(host, origin)):
                return JSONResponse({"error": "This browser may not do that."}, 403)
            try:
                wanted = json.loads(await _body(request) or b"{}")
                return JSONResponse(await asyncio.to_thread(act, {**wanted, "host": host}))
            except KuploadError as error:
                return JSONResponse({"error": str(error)}, 409)
            except (OSError, ValueError, TypeError) as error:
                return JSONResponse({"error": str(error)}, 400)

        return answer

    def pause(self, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
        """Pauses for so many seconds, or until it is resumed."""
        seconds = float(wanted.get("seconds") or LONGEST_PAUSE)
        if not 0 < seconds <= LONGEST_PAUSE:
            raise ValueError(f"is no time: {seconds}")
        return self._wish(lambda wishes: wishes.paused(seconds))

    def resume(self, _wanted: Mapping[str, Any]) -> Mapping[str, Any]:
        """Goes on."""
        return self._wish(lambda wishes: wishes.paused(0.0))

    def stop(self, _wanted: Mapping[str, Any]) -> Mapping[str, Any]:
        """Stops this run, and no other on the same folder."""
        return self._wish(partial(Wishes.stopped, is_from_page=True))

    def _wish(self, change: Callable[[Wishes], Wishes]) -> Mapping[str, Any]:
        return {"wish": add_wish(self._controls.progress, self._watched.state().run, change)}

    def address(self, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
        """An address for another browser."""
        return {"address": self._access.new_address(wanted["host"])}

    async def events(self, request: Request) -> Response:
        """Tells what the run does for as long as the browser listens: every second, or as slow as it asks; and the end.

        Lines of the log that the page has already (`after`) are not told again.
        """
        if not self._is_known(request):
            return PlainTextResponse("", 403)
        after = request.query_params.get("after", "")
        interval = _SLOW if "slow" in request.query_params else _INTERVAL
        return Stream(self._events(int(after) if after.isdecimal() else 0, interval), media_type="text/event-stream")

    async def _events(self, last: int, interval: float) -> AsyncIterator[str]:
        watched, told = self._watched, False
        self._controls.ending.look()
        yield _event("run", masthead(watched.state(), watched.clock))
        while not told:
            told = self._controls.is_over.is_set()
            began = time.thread_time()
            state, clock = watched.state(), watched.clock
            said = watched.said(last)
            yield _event("said", lines_of(said, clock))
            last = said[-1].number if said else last
            summary = watched.summary() if state.ended else []
            yield _event("now", view_of(state, watched.samples(), summary, clock))
            if not told:
                spent = time.thread_time() - began
                try:
                    await _either(self._controls.is_over, max(interval, spent / _LARGEST_SHARE))
                finally:
                    self._controls.ending.look()
        self._controls.ending.tell()


def _refusal() -> Response:
    return HTMLResponse(_NOT_LET_IN % html.escape(command_line(("page",))), 403)


async def _body(request: Request) -> bytes:
    body = b""
    async for block in request.stream():
        body += block
        if len(body) > _LARGEST_BODY:
            raise ValueError("says too much")
    return body


async def _either(event: asyncio.Event, seconds: float) -> None:
    """Returns after so many seconds, or at once when the event is set."""
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return


def _event(name: str, fields: object) -> str:
    """An event of the stream (WHATWG HTML, "Server-sent events")."""
    return f"event: {name}\ndata: {json.dumps(fields, separators=(',', ':'))}\n\n"
