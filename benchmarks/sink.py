"""A process that speaks just enough HTTP, Tus and management API, and throws every byte away as fast as it can.

Over plain HTTP the bytes of a body are dropped in the kernel (`MSG_TRUNC`), so that what is measured is the sender.
Run as `python -m benchmarks.sink [CERTIFICATE] [BREAK_EVERY]`, "-" for no certificate: the port is printed, and the end
of the standard input ends it. After every BREAK_EVERY bytes of all connections together, one of them is reset.
"""

from __future__ import annotations

import base64
import json
import os
import socket
import ssl
import struct
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import Any, Final

__all__ = ["PROJECT", "TOKEN", "WORKSPACE"]

TOKEN: Final = "0b0e7c1a-5d3f-4a86-9c21-7e4f6a8b9c0d"
WORKSPACE: Final = "1c1e7c1a-5d3f-4a86-9c21-7e4f6a8b9c0d"
PROJECT: Final = "2d1e7c1a-5d3f-4a86-9c21-7e4f6a8b9c0d"

_BLOCK: Final = 4 * 1024 * 1024
_RESET: Final = struct.pack("ii", 1, 0)
_TRUNCATE: Final = getattr(socket, "MSG_TRUNC", 0) if sys.platform == "linux" else 0


@dataclass(slots=True)
class Upload:
    """One video: who made it, how long it is to be, and how much of it came."""

    length: int
    folder: str
    offset: int = 0


@dataclass(slots=True)
class State:
    """What came so far; its numbers are read by `GET /stats`."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    uploads: dict[str, Upload] = field(default_factory=dict)
    folders: list[str] = field(default_factory=list)
    requests: dict[str, int] = field(default_factory=dict)
    connections: int = 0
    handshakes: int = 0
    bytes: int = 0
    began: float = 0.0
    ended: float = 0.0
    break_every: int = 0
    since_break: int = 0
    breaks: int = 0
    puts: int = 0

    def note(self, method: str) -> None:
        """Counts a request."""
        with self.lock:
            self.requests[method] = self.requests.get(method, 0) + 1
            self.began = self.began or time.monotonic()

    def took(self, count: int) -> None:
        """Counts a body's bytes."""
        with self.lock:
            self.bytes += count
            self.ended = time.monotonic()

    def is_to_break(self, count: int) -> bool:
        """Whether a connection is to be reset after these bytes."""
        if not self.break_every:
            return False
        with self.lock:
            self.since_break += count
            if self.since_break < self.break_every:
                return False
            self.since_break = 0
            self.breaks += 1
            return True

    def stats(self) -> dict[str, Any]:
        """What is asked for over HTTP; asking begins the count anew."""
        with self.lock:
            told = {
                "requests": self.requests,
                "connections": self.connections,
                "handshakes": self.handshakes,
                "bytes": self.bytes,
                "seconds": max(0.0, self.ended - self.began),
                "complete": sum(1 for one in self.uploads.values() if one.offset == one.length),
                "videos": len(self.uploads),
                "puts": self.puts,
                "breaks": self.breaks,
                "cpu": sum(os.times()[:2]),
            }
            self.requests, self.connections, self.handshakes = {}, 0, 0
            self.bytes, self.began, self.ended = 0, 0.0, 0.0
            return told


class Connection:
    """One client's connection, to its end."""

    def __init__(self, state: State, client: socket.socket) -> None:
        self._state = state
        self._client = client
        self._is_plain = not isinstance(client, ssl.SSLSocket)
        self._buffer = memoryview(bytearray(_BLOCK))
        self._rest = b""

    def serve(self) -> None:
        """Answers until the client hangs up."""
        try:
            while head := self._read_head():
                method, path, headers = _parsed(head)
                self._answer(method, path, headers)
        except OSError:
            pass
        finally:
            self._client.close()

    def _read_head(self) -> bytes:
        while b"\r\n\r\n" not in self._rest:
            piece = self._client.recv(65536)
            if not piece:
                return b""
            self._rest += piece
        head, _, self._rest = self._rest.partition(b"\r\n\r\n")
        return head

    def _answer(self, method: str, path: str, headers: dict[str, str]) -> None:
        if path == "/stats":
            self._send(200, self._state.stats())
            return
        self._state.note(method)
        length = int(headers.get("content-length", 0))
        match method, path.partition("?")[0].strip("/").split("/"):
            case "POST", ["v2", "init"]:
                self._create(headers)
            case "PATCH", ["upload", video_id]:
                self._append(self._state.uploads[video_id], length)
            case "HEAD", ["upload", video_id]:
                upload = self._state.uploads[video_id]
                self._send(200, None, f"Upload-Offset: {upload.offset}\r\nUpload-Length: {upload.length}\r\n")
            case "PUT", _:
                if headers.get("expect"):
                    self._client.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
                self._discard(length, None)
                with self._state.lock:
                    self._state.puts += 1
                self._send(200, None)
            case _:
                self._manage(method, path, self._body(length))

    def _create(self, headers: dict[str, str]) -> None:
        metadata = dict(pair.split() for pair in headers["upload-metadata"].split(","))
        video_id = base64.b64decode(metadata["init_id"]).decode()
        folder = base64.b64decode(metadata["parent_id"]).decode()
        if video_id in self._state.uploads:
            self._send(400, {"error": {"code": 400419, "message": "already exists"}})
            return
        self._state.uploads[video_id] = Upload(length=int(headers["upload-length"]), folder=folder)
        place = f"{'http' if self._is_plain else 'https'}://{headers['host']}/upload/{video_id}"
        self._send(201, None, f"Location: {place}\r\n")

    def _append(self, upload: Upload, length: int) -> None:
        self._discard(length, upload)
        self._send(204, None, f"Upload-Offset: {upload.offset}\r\n")

    def _discard(self, length: int, upload: Upload | None) -> None:
        """Every byte that came counts, whether or not the rest follows."""
        count = 0
        try:
            count = len(self._rest[:length])
            self._rest = self._rest[length:]
            while count < length:
                taken = self._take(min(_BLOCK, length - count))
                if not taken:
                    raise ConnectionError
                count += taken
                if self._state.is_to_break(taken):
                    self._client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                    raise ConnectionError
        finally:
            self._state.took(count)
            if upload is not None:
                upload.offset += count

    def _take(self, most: int) -> int:
        if self._is_plain:
            return self._client.recv_into(self._buffer, most, _TRUNCATE)
        return self._client.recv_into(self._buffer, most)

    def _body(self, length: int) -> bytes:
        while len(self._rest) < length:
            self._rest += self._client.recv(65536)
        body, self._rest = self._rest[:length], self._rest[length:]
        return body

    def _manage(self, method: str, path: str, body: bytes) -> None:
        match method, path.partition("?")[0].strip("/").split("/"):
            case "GET", ["v1", "projects", _, "folders"]:
                data = [{"id": name, "name": name, "project_id": PROJECT} for name in self._state.folders]
                pagination = {"page": 1, "per_page": 100, "total": len(data)}
                self._send(200, {"meta": {"pagination": pagination}, "data": data})
            case "POST", ["v1", "projects", _, "folders"]:
                name = json.loads(body)["name"]
                self._state.folders.append(name)
                self._send(200, {"data": {"id": name, "name": name, "project_id": PROJECT}})
            case "GET", ["v1", "videos"]:
                self._send(200, {"meta": {"pagination": {"page": 1, "per_page": 100, "total": 0}}, "data": []})
            case "GET", ["v1", "videos", video_id] if video_id in self._state.uploads:
                self._send(200, {"data": _video(video_id, self._state.uploads[video_id])})
            case "DELETE", ["v1", "videos", video_id] if self._state.uploads.pop(video_id, None):
                self._send(200, {"data": {}})
            case "OPTIONS", _:
                self._send(204, None)
            case _:
                self._send(404, {"error": {"code": 404404, "message": "no such entity"}})

    def _send(self, status: int, data: object, headers: str = "") -> None:
        body = b"" if data is None else json.dumps(data).encode()
        head = f"HTTP/1.1 {status} -\r\nTus-Resumable: 1.0.0\r\n{headers}" + (
            f"Content-Length: {len(body)}\r\n" if status != 204 else ""
        )
        self._client.sendall(f"{head}\r\n".encode() + body)


def _parsed(head: bytes) -> tuple[str, str, dict[str, str]]:
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ")
    pairs = (line.partition(":") for line in lines)
    return method, path, {name.strip().lower(): value.strip() for name, _, value in pairs}


def _video(video_id: str, upload: Upload) -> dict[str, Any]:
    original = {"quality": "original", "file_size": upload.offset}
    return {
        "id": video_id,
        "title": video_id,
        "status": "done" if upload.offset == upload.length else "uploading",
        "project_id": PROJECT,
        "folder_id": upload.folder,
        "assets": [original],
    }


def _serve(state: State, client: socket.socket, context: ssl.SSLContext | None) -> None:
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with state.lock:
        state.connections += 1
    if context is not None:
        try:
            client = context.wrap_socket(client, server_side=True)
        except OSError:
            return
        with state.lock:
            state.handshakes += 1
    Connection(state, client).serve()


def _accept(listener: socket.socket, context: ssl.SSLContext | None, state: State) -> None:
    while True:
        client, _ = listener.accept()
        threading.Thread(target=_serve, args=(state, client, context), daemon=True).start()


def main(certificate: str = "-", break_every: str = "0") -> None:
    """Serves until the standard input ends."""
    context = None
    if certificate != "-":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    threading.Thread(target=_accept, args=(listener, context, State(break_every=int(break_every))), daemon=True).start()
    print(listener.getsockname()[1], flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
