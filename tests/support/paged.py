"""Runs that have a page: the server on a real socket, with a run that does what it is told to."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

from kinescope_upload.display.collector import Collector
from kinescope_upload.monitor.monitor import Monitor, Places
from kinescope_upload.monitor.web.server import PageServer
from kinescope_upload.monitor.web.watched import Watched
from support.display_cases import FakeTime, scenario
from support.monitored import a_run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kinescope_upload.events import Emit, RunEvent

TIMEOUT = 30.0


@dataclass(frozen=True, kw_only=True)
class Paged:
    """A run with its page."""

    progress: Path
    page: PageServer
    emit: Emit
    monitor: Monitor
    fake: FakeTime

    @property
    def url(self) -> str:
        return self.page.address.partition("/?")[0]

    def play(self, events: list[tuple[float, RunEvent]]) -> None:
        for seconds, event in events:
            self.fake.pass_by(seconds)
            self.emit(event)
            self.monitor.tick()

    def browser(self, **headers: str) -> httpx.Client:
        """A browser that has not been let in yet."""
        return httpx.Client(
            base_url=self.url, timeout=TIMEOUT, headers={"Origin": self.url, **headers}, trust_env=False
        )

    def enter(self, browser: httpx.Client, address: str) -> httpx.Response:
        """What the page of an address sends to let the browser in."""
        return browser.post("/", data={"token": address.partition("token=")[2]})

    @contextmanager
    def visitor(self) -> Iterator[httpx.Client]:
        """One that has."""
        with self.browser() as browser:
            assert self.enter(browser, self.page.address).status_code == 303
            yield browser

    @contextmanager
    def looking(self) -> Iterator[Iterator[tuple[str, Any]]]:
        """The events of the page's stream, for as long as somebody looks."""
        with self.visitor() as browser, browser.stream("GET", "/events") as stream:
            yield events_of(stream)


@contextmanager
def a_paged_run(folder: Path, *, linger: float = 0.0) -> Iterator[Paged]:
    """A run of `scenario` that has not begun; nothing is told but to its page."""
    fake = FakeTime()
    collector = Collector(fake.clock)
    run = a_run(folder)
    (folder / ".run").mkdir(exist_ok=True)
    watched = Watched(run, collector, fake.clock)
    with (
        PageServer(0, watched, folder, linger=linger) as page,
        watched,
        Monitor(run, Places(), collector, lambda _event: None, fake.clock, interval=None) as monitor,
    ):
        watched.follow(run, collector, monitor.samples, ("--web",))

        def note(event: RunEvent, /) -> None:
            collector.note(event)

        yield Paged(
            progress=folder, page=page, emit=watched.listening(monitor.listening(note)), monitor=monitor, fake=fake
        )


def told(browser: httpx.Client, *names: str) -> dict[str, Any]:
    """The first events of these names that the page's stream tells."""
    found: dict[str, Any] = {}
    with browser.stream("GET", "/events") as stream:
        assert stream.status_code == 200
        for name, fields in events_of(stream):
            found.setdefault(name, fields)
            if found.keys() >= set(names):
                break
    return found


def events_of(stream: httpx.Response) -> Iterator[tuple[str, Any]]:
    """What a stream of server-sent events tells, to its end."""
    name = ""
    for line in stream.iter_lines():
        key, _, value = line.partition(": ")
        if key == "event":
            name = value
        elif key == "data":
            yield name, json.loads(value)


BEFORE_THE_END = scenario()[:21]
"""The scenario up to where files are in hand, one has failed and the network is away."""
THE_REST = scenario()[21:]
