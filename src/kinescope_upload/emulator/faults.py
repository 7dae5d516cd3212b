"""Faults of the service, switched on per route: how single requests go wrong."""

import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from typing import Any

from kinescope_upload.emulator.facts import Route

__all__ = ["Action", "Fault", "Faults", "fault_from_json", "fault_to_json"]


class Action(StrEnum):
    """What a fault does to the requests it hits."""

    ANSWER = "answer"
    """No work: answer `status`."""
    INTERCEPT = "intercept"
    """No work: somebody on the way answers `status` with `message` as an HTML page, as portals and proxies do."""
    DELAY = "delay"
    """Wait `delay` seconds, then work and answer as usual."""
    LOSE_ANSWER = "lose_answer"
    """Do the work, then close the connection without an answer."""
    REPLACE_ANSWER = "replace_answer"
    """Do the work, then answer `status` instead, as a gateway that gave up waiting does."""
    LATE_WORK = "late_work"
    """Close the connection, and do the work `delay` seconds later; none of a PATCH, whose body is gone by then."""
    DROP = "drop"
    """Close the connection; a PATCH stores `keep` bytes of its body first."""
    PARTIAL = "partial"
    """A PATCH stores `keep` bytes of its body, then answers `status` (204: with the honest offset)."""
    LIE = "lie"
    """A PATCH stores `keep` bytes of its body, then answers 204 with the offset of the whole of it."""
    EXPIRE = "expire"
    """The PATCH that would bring an upload past `keep` bytes in all stores up to there; then the upload is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One way for requests of one route to go wrong.

    `skip` matching requests pass first, then `times` are hit (None: every one). With `match`, only requests match
    whose video id or title (for folders: name) contains it. `status`, `code`, `message` and `headers` make the
    answer: with a code it has the documented error body, without one a plain text; `headers` are added, and
    replace what would stand there. `delay`, in seconds, comes before anything else (LATE_WORK: before the work).
    """

    route: Route
    action: Action = Action.ANSWER
    times: int | None = 1
    skip: int = 0
    match: str = ""
    status: int = 500
    code: int | None = None
    message: str = "switched on by a fault"
    headers: tuple[tuple[str, str], ...] = ()
    delay: float = 0.0
    keep: int = 0

    def concerns(self, route: Route, subject: tuple[str, ...], reach: int) -> bool:
        """Say whether a request is one of this fault's; `reach` is the offset it would bring its upload to."""
        if route is not self.route or (self.action is Action.EXPIRE and reach <= self.keep):
            return False
        return not self.match or any(self.match in text for text in subject)


class Faults:
    """The faults that are switched on; any thread may add, clear and read."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._active: list[Fault] = []

    def add(self, *faults: Fault) -> None:
        """Switch faults on, after those that are on already: the first that concerns a request gets it."""
        with self._lock:
            self._active.extend(faults)

    def clear(self) -> None:
        """Switch all faults off."""
        with self._lock:
            self._active.clear()

    def active(self) -> tuple[Fault, ...]:
        """Return the faults still on; their `times` and `skip` say what is left of them."""
        with self._lock:
            return tuple(self._active)

    def take(self, route: Route, subject: tuple[str, ...], reach: int = 0) -> Fault | None:
        """Return the fault that hits this request, used up by one."""
        with self._lock:
            for place, fault in enumerate(self._active):
                if not fault.concerns(route, subject, reach):
                    continue
                if fault.skip:
                    self._active[place] = replace(fault, skip=fault.skip - 1)
                    continue
                self._use(place, fault)
                return fault
        return None

    def _use(self, place: int, fault: Fault) -> None:
        if fault.times is None:
            return
        if fault.times > 1:
            self._active[place] = replace(fault, times=fault.times - 1)
        else:
            del self._active[place]


def fault_to_json(fault: Fault) -> dict[str, Any]:
    """Return the fault as JSON can carry it."""
    return {**asdict(fault), "headers": dict(fault.headers)}


def fault_from_json(data: Mapping[str, Any]) -> Fault:
    """Return the fault that JSON carried.

    Raises:
        ValueError: A key or a value is not one of a fault's.
    """
    unknown = set(data) - {known.name for known in fields(Fault)}
    if unknown or "route" not in data:
        raise ValueError(f"a fault has a route and none of: {', '.join(sorted(unknown))}")
    given = dict(data)
    given["route"] = Route(given["route"])
    given["action"] = Action(given.get("action", Action.ANSWER))
    given["headers"] = tuple((str(name), str(value)) for name, value in dict(given.get("headers", {})).items())
    return Fault(**given)
