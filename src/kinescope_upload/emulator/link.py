"""A small TCP relay in front of a server, whose line can be cut, stalled, refused and slowed down while it runs.

What is in flight stays small. Besides what the client's own system holds back, the link keeps at most one block of
64 KiB each way and two socket buffers of `BUFFER` bytes, which Linux doubles for its own bookkeeping: about 0.6 MiB.
With latency, up to 16 blocks (1 MiB) more are on their way, as on a long line.
"""

import asyncio
import inspect
import threading
from collections.abc import Awaitable, Callable
from typing import Self
from urllib.parse import urlsplit

from kinescope_upload.emulator.line import Break, Cut, Direction, Line
from kinescope_upload.emulator.relay import BUFFER, Relay

__all__ = ["BUFFER", "Link"]

_COMMAND_TIMEOUT = 10.0


class Link:
    """A line to a server, on a free port of 127.0.0.1, while the context lasts.

    Every switch takes effect before it returns, for open connections as well; any thread may use it.
    """

    def __init__(self, target: str, *, port: int = 0) -> None:
        """Prepare the line.

        Args:
            target: The server's base URL ("http://127.0.0.1:8000").
            port: Where to listen; 0: a free port.
        """
        parts = urlsplit(target)
        self._target = (parts.hostname or "127.0.0.1", parts.port or 80)
        self._port = port
        self._line = Line()
        self._relay: Relay | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended = asyncio.Event()
        self._ready = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Start to relay."""
        self._relay = Relay(self._target, self._port, self._line)
        self._port = self._relay.port
        self._thread = threading.Thread(target=self._run, args=(self._relay,), name="link", daemon=True)
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        """Break every connection, and stop."""
        if self._thread is not None:
            self._do(self._ended.set)
            self._thread.join()
            self._thread = self._loop = None

    @property
    def url(self) -> str:
        """The base URL by which the server is reached over this line."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def port(self) -> int:
        """Where the link listens."""
        return self._port

    @property
    def bytes_up(self) -> int:
        """Bytes relayed from clients to the server so far."""
        return self._line.relayed(Direction.UP)

    @property
    def bytes_down(self) -> int:
        """Bytes relayed from the server to clients so far."""
        return self._line.relayed(Direction.DOWN)

    @property
    def bytes_relayed(self) -> int:
        """Bytes relayed so far, both ways together."""
        return self.bytes_up + self.bytes_down

    @property
    def connections(self) -> int:
        """Connections accepted so far."""
        return self._relay.accepted if self._relay is not None else 0

    @property
    def open_connections(self) -> int:
        """Connections open now."""
        return self._relay.open_connections if self._relay is not None else 0

    @property
    def cuts(self) -> int:
        """Connections broken by a cut so far."""
        return self._line.cuts

    def wait_until(self, condition: Callable[["Link"], bool], timeout: float) -> bool:
        """Block until the condition holds of this link, asked after every block relayed; False: too late.

        The condition must not switch anything.
        """
        return self._line.wait_until(lambda: condition(self), timeout)

    def cut(
        self,
        *,
        after: int,
        by: Break = Break.RST,
        direction: Direction = Direction.UP,
        times: int | None = None,
    ) -> None:
        """Break connections after so many bytes each, in place of the cut before; see `Cut`."""
        cut = Cut(after=after, by=by, direction=direction, times=times)
        self._do(lambda: self._line.set_cut(cut))

    def lose_answers(self, *, by: Break = Break.RST, times: int | None = None) -> None:
        """Break connections when the server begins to answer; in place of the cut before."""
        self.cut(after=0, by=by, direction=Direction.DOWN, times=times)

    def cut_now(self, by: Break = Break.RST) -> None:
        """Break every connection that is open."""
        self._do(lambda: self._working().break_all(by))

    def stall(self, *, after: int = 0) -> None:
        """Relay nothing any more, close nothing; new connections are accepted and stay silent.

        Args:
            after: Only as soon as `bytes_up` is so much: whoever sends more cannot end before the line is resumed.
        """
        self._do(lambda: self._line.stall(after))

    def resume(self) -> None:
        """Relay again, beginning with what was held."""
        self._do(self._line.resume)

    def refuse(self) -> None:
        """Refuse new connections; those that are open stay. The port is kept."""
        self._do(lambda: self._working().refuse())

    def accept(self) -> None:
        """Accept new connections again, on the same port."""
        self._do(lambda: self._working().accept())

    def slow_down(
        self,
        *,
        latency: float = 0.0,
        rate: float | None = None,
        shared_rate: float | None = None,
    ) -> None:
        """Make the line as slow as this, each way.

        Args:
            latency: Seconds that every byte takes.
            rate: Bytes per second of each connection; None: no limit.
            shared_rate: Bytes per second of all connections together; None: no limit.
        """
        self._do(lambda: self._line.slow_down(latency, rate, shared_rate))

    def heal(self) -> None:
        """Switch every fault off."""
        self._do(lambda: self._line.set_cut(None))
        self.slow_down()
        self.resume()
        self.accept()

    def _working(self) -> Relay:
        if self._relay is None:
            raise RuntimeError("the link has not been started")
        return self._relay

    def _do(self, action: Callable[[], Awaitable[None] | None]) -> None:
        """Perform an action in the loop's thread, and wait for it; before the start and after the end, in this one."""

        async def perform() -> None:
            outcome = action()
            if inspect.isawaitable(outcome):
                await outcome

        if self._loop is None:
            asyncio.run(perform())
        else:
            asyncio.run_coroutine_threadsafe(perform(), self._loop).result(_COMMAND_TIMEOUT)

    def _run(self, relay: Relay) -> None:
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:  # Windows' own cannot watch sockets
            runner.run(self._main(relay))

    async def _main(self, relay: Relay) -> None:
        self._loop = asyncio.get_running_loop()
        await relay.accept()
        self._ready.set()
        await self._ended.wait()
        await relay.close()
