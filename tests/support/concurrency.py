"""Something that happens while a run is on."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from support.world import World


@contextmanager
def meanwhile(action: Callable[[], None]) -> Iterator[None]:
    """Does something in another thread while the block runs; what it raises is raised here."""
    failures: list[BaseException] = []

    def act() -> None:
        try:
            action()
        except BaseException as error:  # noqa: BLE001 - raised again below
            failures.append(error)

    thread = threading.Thread(target=act)
    thread.start()
    try:
        yield
    finally:
        thread.join()
    if failures:
        raise failures[0]


def until(condition: Callable[[], bool], timeout: float = 30) -> None:
    """Returns when the condition holds, where nothing tells of the change."""
    nobody = threading.Event()
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that"
        nobody.wait(0.005)


def once_sent(world: World, count: int) -> None:
    """Returns when so many bytes went over the line."""
    assert world.link.wait_until(lambda link: link.bytes_up >= count, timeout=90)


def hold_line(world: World, *, after: int) -> None:
    """Lets the line fall silent after so many bytes; the next run waits for it and cannot end before it is let go."""
    world.environment["KUPLOAD_STALL"] = "60"
    world.link.stall(after=world.link.bytes_up + after)


def let_go(world: World) -> None:
    """Lets a line that was held crawl: bytes move, and a run of a few MB needs most of a minute."""
    world.link.slow_down(shared_rate=100_000)
    world.link.resume()
