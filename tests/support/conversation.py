"""A client that speaks to the emulator word by word: it decides nothing and tries nothing again."""

import base64
import json
import socket
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import httpx

from kinescope_upload.emulator import Accounting, Emulator, Route, Settings

__all__ = [
    "NOBODY",
    "Caller",
    "HandClock",
    "Made",
    "Start",
    "encoded",
    "error_code",
    "metadata_header",
    "reading",
    "wait_for_end_of",
]

Clock = Callable[[], float]

NOBODY = "00000000-0000-4000-8000-000000000000"
"""A UUID that nothing has."""


def encoded(value: str) -> str:
    """Return base64 of UTF-8, as metadata has it."""
    return base64.b64encode(value.encode()).decode()


def metadata_header(pairs: Mapping[str, str]) -> str:
    """Return an Upload-Metadata header."""
    return ",".join(f"{key} {encoded(value)}" for key, value in pairs.items())


def error_code(response: httpx.Response) -> tuple[int, int]:
    """Return the status and the code in the documented error body."""
    return response.status_code, response.json()["error"]["code"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """An upload that init made."""

    video_id: str
    url: str


class Caller:
    """Speaks to one emulator, directly or through a link."""

    def __init__(self, emulator: Emulator, base_url: str | None = None) -> None:
        self.emulator = emulator
        self.base_url = base_url or emulator.url
        # no TLS anywhere: loading certificates would take longer than a test
        self.http = httpx.Client(base_url=self.base_url, trust_env=False, timeout=10, verify=False)

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.emulator.token}"}

    @property
    def tus(self) -> dict[str, str]:
        return {**self.bearer, "Tus-Resumable": "1.0.0"}

    def request(self, method: str, path: str, **arguments: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        headers = {**self.bearer, **arguments.pop("headers", {})}
        return self.http.request(method, path, headers=headers, **arguments)

    def pairs(self, size: int, **changed: str) -> dict[str, str]:
        """Return the metadata of an init."""
        usual = {
            "parent_id": self.emulator.project_id,
            "init_id": str(uuid.uuid4()),
            "type": "video",
            "title": "Введение",
            "filename": "001.mp4",
            "filesize": str(size),
        }
        return usual | changed

    def init(self, size: int, **changed: str) -> httpx.Response:
        """Ask for an upload, by the tus dialect, with other metadata than usual."""
        return self.init_with(size, {"Upload-Metadata": metadata_header(self.pairs(size, **changed))})

    def init_with(self, size: int, headers: Mapping[str, str | None]) -> httpx.Response:
        """Ask for an upload, by the tus dialect, with other headers than usual; a header of None is left out."""
        usual = {
            **self.tus,
            "X-Workspace-ID": self.emulator.workspace_id,
            "Upload-Length": str(size),
            "Upload-Metadata": metadata_header(self.pairs(size)),
        }
        merged = {**usual, **headers}
        kept = {name: value for name, value in merged.items() if value is not None}
        return self.http.post("/v2/init", headers=kept)

    def made(self, size: int, **changed: str) -> Made:
        """Make an upload."""
        video_id = changed.setdefault("init_id", str(uuid.uuid4()))
        response = self.init(size, **changed)
        assert response.status_code == 201, response.text
        return Made(video_id=video_id, url=str(response.url.join(response.headers["Location"])))

    def init_json(self, body: object) -> httpx.Response:
        """Ask for an upload, by the JSON dialect; bytes are sent as they are."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.request("POST", "/v2/init", content=content, headers={"Content-Type": "application/json"})

    def shown(self, video_id: str) -> dict[str, Any]:
        """Return a video as the API shows it."""
        response = self.request("GET", f"/v1/videos/{video_id}")
        assert response.status_code == 200, response.text
        data: dict[str, Any] = response.json()["data"]
        return data

    def listed(self, **params: str | int | list[str]) -> list[str]:
        """Return the titles of the videos that a list shows."""
        response = self.request("GET", "/v1/videos", params=params)
        assert response.status_code == 200, response.text
        return [video["title"] for video in response.json()["data"]]

    def broken(self, size: int, data: bytes = b"") -> Made:
        """Begin an upload, send some of its bytes, and break the connection; return when the service knows it."""
        made = self.made(size)
        self.begin_patch(made.url, data, size).close()
        wait_for_end_of(self.emulator, Route.PATCH)
        return made

    def head(self, url: str) -> httpx.Response:
        return self.http.head(url, headers=self.tus)

    def offset(self, url: str) -> int:
        response = self.head(url)
        assert response.status_code == 200, response.text
        return int(response.headers["Upload-Offset"])

    def patch(self, url: str, data: bytes, offset: int = 0, headers: Mapping[str, str] | None = None) -> httpx.Response:
        return self.http.patch(url, content=data, headers={**self.patch_headers(offset), **(headers or {})})

    def patch_headers(self, offset: int) -> dict[str, str]:
        content_type = "application/offset+octet-stream"
        return {**self.tus, "Upload-Offset": str(offset), "Content-Type": content_type}

    def uploaded(self, data: bytes, **changed: str) -> Made:
        """Bring a whole video up."""
        made = self.made(len(data), **changed)
        assert self.patch(made.url, data).status_code == 204
        return made

    def begin_patch(self, url: str, data: bytes, length: int, offset: int = 0) -> socket.socket:
        """Send a PATCH that declares `length` bytes and goes no further than `data`; the caller closes the socket."""
        target = httpx.URL(url)
        assert target.port is not None
        lines = [f"{name}: {value}" for name, value in self.patch_headers(offset).items()]
        head = "\r\n".join(
            [f"PATCH {target.path} HTTP/1.1", f"Host: {target.host}", f"Content-Length: {length}", *lines]
        )
        connection = socket.create_connection((target.host, target.port), timeout=10)
        connection.sendall(head.encode() + b"\r\n\r\n" + data)
        return connection

    def close(self) -> None:
        self.http.close()


class Start(Protocol):
    """Starts an emulator with these settings, and returns a caller of it."""

    def __call__(self, settings: Settings, clock: Clock = time.monotonic) -> Caller: ...


class HandClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def reading(name: str, value: str) -> Settings:
    """Return the settings that differ from the default by one reading."""
    return Settings(readings={name: value})


def wait_for_end_of(emulator: Emulator, route: Route) -> None:
    """Wait until every request of a route that has begun has ended, and one has."""

    def ended(seen: Accounting) -> bool:
        records = seen.records(route)
        return bool(records) and all(record.end is not None for record in records)

    assert emulator.accounting.wait_until(ended, 10)
