"""Emulators, and callers of theirs."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from kinescope_upload.emulator import Emulator, Link, Settings
from support.conversation import Caller, Start


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def start(tmp_path: Path, stack: ExitStack) -> Start:
    def start_with(settings: Settings, clock: Callable[[], float] = time.monotonic) -> Caller:
        emulator = stack.enter_context(Emulator(tmp_path / "bytes", settings, clock=clock))
        return stack.enter_context(closing(Caller(emulator)))

    return start_with


@pytest.fixture
def caller(start: Start) -> Caller:
    return start(Settings())


@pytest.fixture
def emulator(caller: Caller) -> Emulator:
    return caller.emulator


@pytest.fixture
def link(emulator: Emulator, stack: ExitStack) -> Link:
    return stack.enter_context(Link(emulator.url))


@pytest.fixture
def far_caller(emulator: Emulator, link: Link, stack: ExitStack) -> Caller:
    """A caller who reaches the emulator over the link."""
    return stack.enter_context(closing(Caller(emulator, link.url)))
