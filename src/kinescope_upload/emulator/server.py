"""Running the service: in a thread for tests and demos, or in the foreground for people."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Self

import uvicorn

from kinescope_upload.emulator.accounting import Accounting
from kinescope_upload.emulator.app import make_app
from kinescope_upload.emulator.connection import Connection, connections_counted_by
from kinescope_upload.emulator.control import Control
from kinescope_upload.emulator.exchange import Service
from kinescope_upload.emulator.facts import Clock, Folder, VideoFact
from kinescope_upload.emulator.faults import Faults
from kinescope_upload.emulator.rate import RateLimiter
from kinescope_upload.emulator.settings import Settings
from kinescope_upload.emulator.store import Store

__all__ = ["Emulator", "serve"]

_HOST = "127.0.0.1"
_BACKLOG = 512
_TICK = 0.1
_KEEP_ALIVE = 60


class Emulator(Control):
    """The service on this machine, on a free port, while the context lasts.

    Besides what is here, everything of `Control` may be done to it.
    """

    def __init__(
        self,
        folder: Path,
        settings: Settings | None = None,
        *,
        port: int = 0,
        clock: Clock = time.monotonic,
    ) -> None:
        """Prepare the service.

        Args:
            folder: Where the bytes of the videos go.
            settings: How it behaves.
            port: Where it listens; 0: a free one.
            clock: What the lives of videos and uploads, and the rate of requests, are measured by.
        """
        self.settings = settings or Settings()
        self.faults = Faults()
        self.accounting = Accounting(time.monotonic)
        self._store = Store(folder, self.settings, clock)
        folder.mkdir(parents=True, exist_ok=True)
        service = Service(
            settings=self.settings,
            store=self._store,
            faults=self.faults,
            accounting=self.accounting,
            limiter=RateLimiter(self.settings.rate, clock),
            stopping=asyncio.Event(),
        )
        super().__init__(service, clock)
        self._port = port
        self._listener: socket.socket | None = None
        self._server = _Server(_config(service, self), service.stopping)
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Start to serve; the URL is good from here on."""
        self._listener = socket.create_server((_HOST, self._port), backlog=_BACKLOG)
        self._port = self._listener.getsockname()[1]
        self._thread = threading.Thread(
            target=self._server.run,
            kwargs={"sockets": [self._listener]},
            name="kinescope-emulator",
            daemon=True,
        )
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop at once: cut all connections, keep all bytes."""
        self._server.stop()
        if self._thread is not None:
            self._thread.join()

    def run(self, ready: Callable[["Emulator"], None]) -> None:
        """Serve in this thread until Ctrl+C (or, in the main thread, a request to terminate).

        Args:
            ready: Called when the URL is good.
        """
        with socket.create_server((_HOST, self._port), backlog=_BACKLOG) as listener:
            self._port = listener.getsockname()[1]
            ready(self)
            with suppress(KeyboardInterrupt):
                self._server.run(sockets=[listener])

    @property
    def port(self) -> int:
        """Where it listens on 127.0.0.1."""
        return self._port

    @property
    def url(self) -> str:
        """The base URL of both the management API and the uploader."""
        return f"http://{_HOST}:{self._port}"

    @property
    def token(self) -> str:
        """The first token's value."""
        return self.settings.tokens[0].value

    @property
    def workspace_id(self) -> str:
        """The workspace that the tokens belong to."""
        return self.settings.workspace_id

    @property
    def project_id(self) -> str:
        """The first project's id."""
        return self.settings.projects[0].id

    def videos(self) -> tuple[VideoFact, ...]:
        """Return what is true of every video, in the order of their making."""
        return self._store.facts()

    def video(self, video_id: str) -> VideoFact:
        """Return what is true of one video; a LookupError when there is none."""
        for fact in self.videos():
            if fact.id == video_id:
                return fact
        raise LookupError(f"no video {video_id}")

    def folders(self) -> tuple[Folder, ...]:
        """Return all folders, in the order of their making."""
        with self._store.places() as places:
            return places.folders()

    def folder_named(self, name: str) -> Folder:
        """Return the first folder with this name; a LookupError when there is none."""
        for folder in self.folders():
            if folder.name == name:
                return folder
        raise LookupError(f"no folder {name}")

    def bytes_of(self, video_id: str) -> Path:
        """Return the file with the bytes received of this video."""
        return self._store.path_of(video_id)


def serve(
    folder: Path,
    settings: Settings | None = None,
    *,
    port: int = 0,
    ready: Callable[[Emulator], None],
) -> None:
    """Run the service in the foreground until Ctrl+C.

    Args:
        folder: Where the bytes of the videos go.
        settings: How it behaves.
        port: Where it listens on 127.0.0.1; 0: a free one.
        ready: Called with the emulator, whose `url` is good by then.

    Raises:
        OSError: The port is taken.
    """
    Emulator(folder, settings, port=port).run(ready)


def _config(service: Service, control: Control) -> uvicorn.Config:
    return uvicorn.Config(
        make_app(service, control),
        loop="asyncio",
        http=connections_counted_by(service.accounting),
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="error",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE,
    )


class _Server(uvicorn.Server):
    """uvicorn's server, which stops at once instead of waiting for connections that may be stalled."""

    def __init__(self, config: uvicorn.Config, stopping: asyncio.Event) -> None:
        super().__init__(config)
        self._stopping = stopping
        self._wake_up: Callable[[], object] | None = None

    def stop(self) -> None:
        """Ask for the end, from any thread."""
        self.should_exit = True
        if self._wake_up is not None:
            with suppress(RuntimeError):  # the loop has ended already
                self._wake_up()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take a signal for the wish to end."""
        super().handle_exit(sig, frame)
        self.stop()

    async def main_loop(self) -> None:
        """Tick until the end is asked for."""
        loop = asyncio.get_running_loop()
        self._wake_up = lambda: loop.call_soon_threadsafe(self._stopping.set)
        tick = 0
        while not await self.on_tick(tick):
            tick += 1
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), _TICK)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening, cut every connection, and wait for the handlers, which notice it."""
        self._stopping.set()
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        while self.server_state.connections or self.server_state.tasks:
            for connection in tuple(self.server_state.connections):
                if isinstance(connection, Connection):
                    connection.abort()
            if self.server_state.tasks:
                await asyncio.wait(self.server_state.tasks, timeout=_TICK)
            await asyncio.sleep(0)
