"""Says that this machine lives, renews what it holds, and hears what it is asked: one thread, a beat at a time."""

from __future__ import annotations

import json
import os
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from kinescope_upload import __version__
from kinescope_upload.cluster import statements
from kinescope_upload.errors import BatchStoppedError, DatabaseDownError
from kinescope_upload.monitor.facts_json import from_json
from kinescope_upload.monitor.wishes import Wishes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kinescope_upload.cluster.outage import Outage
    from kinescope_upload.cluster.queue import Queue
    from kinescope_upload.cluster.store import ClusterProgress

STOPPED: Final = "stopped"
"""Under that key stands why all machines have stopped, until a person starts them again."""
DRAIN: Final = "drain"
NOW: Final = "now"
_SOON: Final = 0.5
"""Seconds before the next try where the database did not answer."""
_LOOK: Final = 0.5
"""Seconds between two looks whether there is news of this machine."""
_FORGET_EVERY: Final = 60
"""Beats after which machines are forgotten that died long ago."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """What a machine is asked: to stop (now, or after what it has in hand), what people want, why all have stopped."""

    stop: str | None = None
    wishes: Wishes = field(default_factory=Wishes)
    stopped: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What a machine tells of itself: its name, its libraries, how many lessons at a time, whether it is paused."""

    name: str
    libraries: Sequence[str]
    jobs: Callable[[], int]
    is_paused: Callable[[], bool] = lambda: False


class Heart:
    """Beats until it is stopped.

    Args:
        progress: What this machine holds.
        queue: The engine, which wants to hear of its workers, too; None for a command that is no worker.
        body: What is told of this machine; None tells nothing.
        hear: Takes the orders after each beat; raises nothing.
        outage: Takes whether the database answers.
    """

    def __init__(
        self,
        progress: ClusterProgress,
        queue: Queue | None = None,
        body: Body | None = None,
        hear: Callable[[Orders], None] = lambda _orders: None,
        outage: Outage | None = None,
    ) -> None:
        self._progress = progress
        self._queue = queue
        self._body = body
        self._hear = hear
        self._outage = outage
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat_on, name="kupload-heart", daemon=True)
        self._beats = 0
        self._told_paused = False

    def start(self) -> None:
        """Beats from now on."""
        self._thread.start()

    def end(self) -> None:
        """Beats no more, and takes this machine off the list."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(_SOON * 4)
        holds = self._progress.holds
        for hold in list(holds.of.values()):
            hold.lose()  # a thread that still works on it must not go on
        with suppress(DatabaseDownError, BatchStoppedError):  # what it leaves ends by itself
            holds.line.ask(statements.GIVE_ALL, me=holds.me)
            holds.line.ask(statements.GONE, me=holds.me)
            if self._queue is not None:
                self._queue.leave()

    def beat(self) -> None:
        """Beats once.

        Raises:
            DatabaseDownError: The database does not answer.
        """
        holds = self._progress.holds
        self._progress.beat()
        lease = holds.lease.seconds
        holds.line.ask(statements.RENEW_LOCKS, me=holds.me, lease=lease)
        if self._body is not None:
            self._hear(self._said())
        if self._queue is not None:
            self._queue.beat()
            self._queue.sweep(lease, set(holds.of))
        self._beats += 1
        if self._beats % _FORGET_EVERY == 0:
            holds.line.ask(statements.FORGET_DEAD, lease=lease)

    def _said(self) -> Orders:
        assert self._body is not None  # noqa: S101 - the caller looked
        holds, self._told_paused = self._progress.holds, self._body.is_paused()
        [(stop, wishes, stopped)] = holds.line.ask(
            statements.ALIVE,
            me=holds.me,
            name=self._body.name,
            host=socket.gethostname(),
            pid=os.getpid(),
            version=__version__,
            libraries=list(self._body.libraries),
            jobs=self._body.jobs(),
            in_hand=json.dumps(self._progress.in_hand()),
            is_paused=self._told_paused,
        )
        return Orders(stop=stop, wishes=from_json(Wishes, wishes), stopped=stopped)

    def _rest(self, seconds: float) -> bool:
        """Waits that long, or until there is news of this machine for others to see; whether all is over."""
        while seconds > 0 and not self._ended.wait(min(seconds, _LOOK)):
            seconds -= _LOOK
            if self._body is not None and self._body.is_paused() != self._told_paused:
                break
        return self._ended.is_set()

    def _beat_on(self) -> None:
        wait = 0.0
        while not self._rest(wait):
            try:
                self.beat()
            except DatabaseDownError as error:
                wait = _SOON
                if self._outage is not None:
                    self._outage.down(error)
            except Exception as error:  # noqa: BLE001 - without a beat the work must end, and say why
                self._hear(Orders(stopped=str(error) or repr(error)))
                return
            else:
                wait = self._progress.holds.lease.beat
                if self._outage is not None:
                    self._outage.up()
