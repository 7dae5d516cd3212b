"""What the service saw: a log of requests and counters, readable from any thread."""

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from kinescope_upload.emulator.facts import Clock, Route, VideoFact

__all__ = ["Accounting", "RequestRecord"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRecord:
    """One request: `status` is None while it runs, and for good when it got no answer.

    `body_bytes` are the bytes of the body that the handler took; `start` and `end` are monotonic seconds.
    """

    number: int
    route: Route
    method: str
    path: str
    request_id: str
    video_id: str | None = None
    status: int | None = None
    body_bytes: int = 0
    start: float = 0.0
    end: float | None = None


class Accounting:
    """Counts and logs; every reading is a snapshot."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._records: list[RequestRecord] = []
        self._received = 0
        self._stored = 0
        self._wire = 0
        self._connections = 0
        self._deletions: list[VideoFact] = []

    @property
    def bytes_received(self) -> int:
        """Body bytes that reached the PATCH handler, whatever became of them."""
        return self._received

    @property
    def bytes_stored(self) -> int:
        """Body bytes that became part of an upload."""
        return self._stored

    @property
    def bytes_on_the_wire(self) -> int:
        """Everything that arrived at the service's sockets: heads, bodies, and bodies of refused requests."""
        return self._wire

    @property
    def connections(self) -> int:
        """Connections accepted since the start."""
        return self._connections

    def deletions(self) -> tuple[VideoFact, ...]:
        """Return the videos that requests deleted, as they were right before, oldest first."""
        with self._changed:
            return tuple(self._deletions)

    def records(self, route: Route | None = None) -> tuple[RequestRecord, ...]:
        """Return the log, oldest first; of one route when one is named."""
        with self._changed:
            return tuple(record for record in self._records if route in {None, record.route})

    def requests(self) -> Mapping[Route, int]:
        """Return how many requests each route got; 0 for those that got none."""
        counted = Counter(record.route for record in self.records())
        return {route: counted[route] for route in Route}

    def wait_until(self, condition: Callable[["Accounting"], bool], timeout: float) -> bool:
        """Block until the condition holds of these accounts; False when `timeout` seconds pass first."""
        with self._changed:
            return self._changed.wait_for(lambda: condition(self), timeout)

    def begin(self, route: Route, *, method: str, path: str, request_id: str) -> RequestRecord:
        """Log that a request has begun."""
        with self._changed:
            record = RequestRecord(
                number=len(self._records),
                route=route,
                method=method,
                path=path,
                request_id=request_id,
                start=self._clock(),
            )
            self._records.append(record)
            self._changed.notify_all()
            return record

    def concern(self, record: RequestRecord, video_id: str) -> None:
        """Log which video a request is about."""
        with self._changed:
            self._records[record.number] = replace(self._records[record.number], video_id=video_id)
            self._changed.notify_all()

    def end(self, record: RequestRecord, status: int | None) -> None:
        """Log how a request ended; None: without an answer."""
        with self._changed:
            latest = self._records[record.number]
            self._records[record.number] = replace(latest, status=status, end=self._clock())
            self._changed.notify_all()

    def delete(self, video: VideoFact) -> None:
        """Log a video that a request is about to delete."""
        with self._changed:
            self._deletions.append(video)

    def receive(self, record: RequestRecord, count: int) -> None:
        """Count body bytes that a PATCH handler took."""
        with self._changed:
            latest = self._records[record.number]
            self._records[record.number] = replace(latest, body_bytes=latest.body_bytes + count)
            self._received += count
            self._changed.notify_all()

    def store(self, count: int) -> None:
        """Count bytes that became part of an upload."""
        with self._changed:
            self._stored += count
            self._changed.notify_all()

    def connect(self) -> None:
        """Count a connection."""
        with self._changed:
            self._connections += 1
            self._changed.notify_all()

    def arrive(self, count: int) -> None:
        """Count bytes that arrived at a socket."""
        with self._changed:
            self._wire += count
