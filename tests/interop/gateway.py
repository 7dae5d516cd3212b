"""Kinescope in front of a foreign Tus server: the emulator serves the management API, the other server takes the bytes.

    kupload ── init, API ──> Gateway ──> Emulator
       │                        │ POST (creation)
       └── HEAD, PATCH ──> Link ──> [nginx] ──> foreign Tus server

Each init becomes an upload at the foreign server, whose URL kupload gets. Before a question about videos is answered,
what has arrived at the foreign server is passed on to the emulator, so that videos are as complete as their bytes are.
"""

from __future__ import annotations

import base64
import sys
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self
from urllib.parse import urljoin, urlsplit

import httpx

if TYPE_CHECKING:
    from interop.foreign_servers import ForeignServer

_TUS = {"Tus-Resumable": "1.0.0"}
_HOPS_OWN = frozenset({"connection", "content-length", "host", "keep-alive", "transfer-encoding", "date", "server"})


@dataclass(slots=True, kw_only=True)
class Pair:
    """One upload in both places; `passed_on` is how many of its bytes the emulator has."""

    emulator_url: str
    foreign_url: str
    passed_on: int = 0


class Gateway:
    """Serves init and the management API on a free port of 127.0.0.1, while the context lasts."""

    def __init__(self, emulator_url: str, server: ForeignServer, bytes_url: str) -> None:
        """Prepare the gateway.

        Args:
            emulator_url: The emulator's base URL.
            server: Where uploads are created.
            bytes_url: The base URL by which kupload is to reach that server.
        """
        self._emulator_url = emulator_url
        self._server = server
        self._bytes_url = bytes_url
        self._http = httpx.Client(trust_env=False, timeout=60)
        self._pairs: list[Pair] = []
        self._one_at_a_time = threading.Lock()
        self._listener = _Listener(("127.0.0.1", 0), _handler_of(self))
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        """Start to serve."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._listener.shutdown()
        self._thread.join()
        self._listener.server_close()
        self._http.close()

    @property
    def url(self) -> str:
        """The base URL of both init and the management API."""
        return f"http://127.0.0.1:{self._listener.server_port}"

    @property
    def uploads(self) -> int:
        """How many uploads were created."""
        return len(self._pairs)

    def pass_on(self) -> None:
        """Pass on to the emulator what has arrived at the foreign server since."""
        with self._one_at_a_time:
            for pair in self._pairs:
                self._pass_on(pair)

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> httpx.Response:
        """Answer a request of kupload's."""
        if path.startswith("/v1/videos"):
            self.pass_on()
        with self._one_at_a_time:
            answer = self._http.request(method, self._emulator_url + path, headers=headers, content=body)
            if method == "POST" and path == "/v2/init" and answer.status_code == httpx.codes.CREATED:
                size = int(headers["upload-length"])
                answer.headers["location"] = self._create(urljoin(self._emulator_url, answer.headers["location"]), size)
            return answer

    def _create(self, emulator_url: str, size: int) -> str:
        """Create the foreign upload, and return its URL as kupload is to have it."""
        metadata = ",".join(
            f"{key} {base64.b64encode(value).decode()}"
            for key, value in (("filename", b"lesson.mp4"), ("filetype", b"video/mp4"))
        )
        headers = {**_TUS, "Upload-Length": str(size), "Upload-Metadata": metadata}
        answer = self._http.post(self._server.url, headers=headers)
        assert answer.status_code == httpx.codes.CREATED, answer.text
        foreign_url = urljoin(self._server.url, answer.headers["Location"])
        self._pairs.append(Pair(emulator_url=emulator_url, foreign_url=foreign_url))
        return self._bytes_url + urlsplit(foreign_url).path

    def _pass_on(self, pair: Pair) -> None:
        offset = int(self._http.head(pair.foreign_url, headers=_TUS).headers.get("Upload-Offset", "0"))
        if offset <= pair.passed_on:
            return
        with self._server.bytes_of(urlsplit(pair.foreign_url).path).open("rb") as file:
            file.seek(pair.passed_on)
            new = file.read(offset - pair.passed_on)
        headers = {
            **_TUS,
            "Content-Type": "application/offset+octet-stream",
            "Upload-Offset": str(pair.passed_on),
        }
        answer = self._http.patch(pair.emulator_url, headers=headers, content=new)
        if answer.status_code == httpx.codes.NO_CONTENT:
            pair.passed_on = offset


class _Listener(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say what went wrong, but nothing about a caller who is gone."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


def _handler_of(gateway: Gateway) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items() if name.lower() not in _HOPS_OWN}
            answer = gateway.answer(self.command, self.path, headers, body)
            self.send_response(answer.status_code)
            for name, value in answer.headers.items():
                if name.lower() not in _HOPS_OWN:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
