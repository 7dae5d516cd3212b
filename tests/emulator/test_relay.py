"""The inside of a link: no connection is lost when it stops accepting, at whatever step of an accept that is."""

import asyncio
import gc
import socket

import pytest

from kinescope_upload.emulator.line import Line
from kinescope_upload.emulator.relay import Relay

STEPS = 6
"""Turns of the loop, more than an accept takes."""


async def turns(number: int) -> None:
    for _ in range(number):
        await asyncio.sleep(0)


async def refuse_after(steps: int) -> None:
    """Refuse so many turns of the loop after somebody connected."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        relay = Relay(server.getsockname()[:2], 0, Line())
        await relay.accept()
        await turns(STEPS)
        with socket.create_connection(("127.0.0.1", relay.port)):
            await turns(steps)
            await relay.refuse()
            await relay.close()


@pytest.mark.parametrize("steps", range(STEPS))
def test_a_connection_that_comes_while_it_stops_accepting_is_closed(steps: int) -> None:
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        runner.run(refuse_after(steps))
    gc.collect()  # a socket that nobody closed warns, and a warning fails the test
