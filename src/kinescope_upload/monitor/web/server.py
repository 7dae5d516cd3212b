"""Serves a run's page in a thread, which sleeps until somebody looks."""

from __future__ import annotations

import asyncio
import errno
import selectors
import socket
import threading
from contextlib import suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from kinescope_upload.errors import UsageError
from kinescope_upload.extras import install_hint
from kinescope_upload.monitor.web.access import HOST, Access
from kinescope_upload.text.hints import Hint

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from kinescope_upload.monitor.web.watched import Watched

_BACKLOG: Final = 32
_LAST_MOMENT: Final = 3.0
"""Seconds in which open pages are told of the end."""
_LINGER: Final = 1.5
_OTHERS: Final = (
    "1 7 9 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 103 104 109 110 111 113 115 117 119 123 "
    "135 137 139 143 161 179 389 427 465 512 513 514 515 526 530 531 532 540 548 554 556 563 587 601 636 989 990 993 "
    "995 1719 1720 1723 2049 3659 4045 4190 5060 5061 6000 6566 6665 6666 6667 6668 6669 6679 6697 10080"
)
_BLOCKED: Final = frozenset(map(int, _OTHERS.split()))
"""Ports of other protocols, which browsers refuse (WHATWG Fetch, "port blocking")."""


class PageServer:
    """The page of a run, for as long as the context lasts; its address is good from the beginning on.

    Args:
        port: Where it listens on 127.0.0.1; 0 takes a free port.
        watched: The run.
        progress: The progress folder, for what the buttons tell the run.
        linger: Seconds for which the end is held back for a page that is just being opened.

    Attributes:
        is_over: Whether the run has ended.

    Raises:
        UsageError: The libraries are not installed, or the port cannot be had.
    """

    def __init__(self, port: int, watched: Watched, progress: Path, *, linger: float = _LINGER) -> None:
        check_installed()
        self._listener = _listener(port)
        self._watched = watched
        self._progress = progress
        self._linger = linger
        self.port: int = self._listener.getsockname()[1]
        self._access = Access(self.port)
        self.address = self._access.new_address()
        self._bell, self._ringer = socket.socketpair()
        self._end: _End | None = None
        self._lock = threading.Lock()
        self.is_over = False
        self._thread = threading.Thread(target=self._work, name="kupload-page", daemon=True)

    def __enter__(self) -> Self:
        """Begins to listen."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Tells open pages how the run ended, then closes them."""
        with self._lock:
            self.is_over = True
            end = self._end
        self._ringer.close()
        if end:
            end.come()
        self._thread.join(self._linger + _LAST_MOMENT)

    def _work(self) -> None:
        with self._listener, self._bell, selectors.DefaultSelector() as looking:
            looking.register(self._listener, selectors.EVENT_READ)
            looking.register(self._bell, selectors.EVENT_READ)
            if any(key.fileobj is self._bell for key, _ in looking.select()):
                return  # nobody ever looked
            asyncio.run(self._serve())

    async def _serve(self) -> None:
        from kinescope_upload.monitor.web.app import Controls, make_app  # noqa: PLC0415 - nobody may ever look
        from kinescope_upload.monitor.web.ending import Ending  # noqa: PLC0415 - as above
        from kinescope_upload.monitor.web.quiet_server import serve  # noqa: PLC0415 - as above

        with self._lock:
            self._end = _End()
            if self.is_over:
                self._end.event.set()
        controls, is_over = Controls(self._progress, self._end.event, Ending(self._linger)), self._end.event

        async def end() -> None:
            await is_over.wait()
            await controls.ending.wait()

        await serve(make_app(self._watched, self._access, controls), self._listener, end)


class _End:
    """The end of the run, told to the server's loop by another thread."""

    def __init__(self) -> None:
        self.event = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def come(self) -> None:
        """Sets the event."""
        with suppress(RuntimeError):  # the loop has ended already
            self._loop.call_soon_threadsafe(self.event.set)


def check_installed() -> None:
    """Returns where this installation can serve a page.

    Raises:
        UsageError: It cannot; the hint says what installs that.
    """
    for name in ("starlette", "uvicorn"):
        if find_spec(name) is None:
            raise UsageError(f"The page (--web) needs {name}.", install_hint("web"))


def _listener(port: int) -> socket.socket:
    free = Hint("Name another one; ", ("--web",), " without a number takes a free one.")
    if port in _BLOCKED:
        raise UsageError(f"Browsers open no page on port {port}.", free)
    try:
        return socket.create_server((HOST, port), backlog=_BACKLOG)
    except OSError as error:
        why = "another program has it" if error.errno == errno.EADDRINUSE else error.strerror or str(error)
        raise UsageError(f"The page cannot have port {port} on this machine: {why}.", free) from error
