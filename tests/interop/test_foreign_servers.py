"""Uploads to Tus servers that others wrote, directly and through nginx, over a line that breaks time and again."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from interop.foreign_servers import ForeignServer, nginx, tus_node_server, tuspyserver
from interop.gateway import Gateway
from kinescope_upload.emulator import Link
from support.world import content_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from support.world import World, WorldMaker

pytestmark = [pytest.mark.interop, pytest.mark.timeout(300)]

MIB = 1024 * 1024
SIZES = (48 * MIB, 40 * MIB, 24 * MIB, 13 * MIB + 1, 3 * MIB, 1)
CUT_EVERY = 3 * MIB
JOBS = 2
"""Behind nginx that buffers, each worker finds the chunk that gets through for itself, halving from what a connection
carries: it loses about twice that. With more workers the library would have to be larger for the same bound."""

MOST_SENT = 1.2
"""Bytes on the line for each byte of the library, headers among them."""


@dataclass(frozen=True, kw_only=True)
class Front:
    """What stands between kupload and the server: nothing, or nginx."""

    buffering: bool | None = None
    body_limit: str = "0"

    @contextmanager
    def before(self, server: ForeignServer, folder: Path) -> Iterator[str]:
        """Return the base URL by which the server is reached."""
        base = server.url.partition("/files")[0]
        if self.buffering is None:
            yield base
            return
        with nginx(folder, base, buffering=self.buffering, body_limit=self.body_limit) as url:
            yield url


@dataclass(frozen=True, kw_only=True)
class Setup:
    """A world whose bytes go over `link` to a foreign server."""

    world: World
    link: Link
    gateway: Gateway

    def assert_all_arrived(self) -> None:
        """Fail unless every file arrived whole and is linked, and hardly a byte was sent twice."""
        self.gateway.pass_on()
        self.world.assert_promise()
        needed = self.world.library_bytes
        assert self.link.bytes_up <= MOST_SENT * needed, f"{self.link.bytes_up} bytes sent for {needed}"


@pytest.fixture(params=[tus_node_server, tuspyserver], ids=lambda start: start.__name__)
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ForeignServer]:
    start: Callable[[Path], AbstractContextManager[ForeignServer]] = request.param
    with start(tmp_path / "server") as running:
        yield running


@pytest.fixture
def set_up(server: ForeignServer, tmp_path: Path, worlds: WorldMaker) -> Iterator[Callable[[Front], Setup]]:
    with ExitStack() as stack:

        def make(front: Front) -> Setup:
            world = worlds()
            base = stack.enter_context(front.before(server, tmp_path / "nginx"))
            link = stack.enter_context(Link(base))
            gateway = stack.enter_context(Gateway(world.emulator.url, server, link.url))
            world.environment |= {
                "KINESCOPE_UPLOADER_URL": gateway.url,
                "KINESCOPE_API_URL": gateway.url,
                "KUPLOAD_STALL": "10",
            }
            world.options = {"jobs": JOBS}
            return Setup(world=world, link=link, gateway=gateway)

        yield make


FRONTS = {
    "directly": Front(),
    "nginx_buffers": Front(buffering=True),
    "nginx_streams": Front(buffering=False),
    "nginx_buffers_8m": Front(buffering=True, body_limit="8m"),
    "nginx_streams_8m": Front(buffering=False, body_limit="8m"),
}


@pytest.mark.parametrize("front", FRONTS.values(), ids=FRONTS)
def test_every_lesson_arrives_over_a_line_that_breaks_every_3_mib(
    front: Front, set_up: Callable[[Front], Setup]
) -> None:
    setup = set_up(front)
    setup.world.fill(SIZES)
    setup.link.cut(after=CUT_EVERY)
    outcome = setup.world.upload()
    assert outcome.exit_code == 0, outcome.said[-1]
    assert setup.link.cuts >= sum(SIZES) // CUT_EVERY // 2
    assert setup.gateway.uploads == len(SIZES)
    setup.assert_all_arrived()


@pytest.mark.parametrize("front", ["directly", "nginx_streams"])
def test_a_run_goes_on_where_one_that_was_killed_stopped(front: str, set_up: Callable[[Front], Setup]) -> None:
    setup = set_up(FRONTS[front])
    setup.world.fill(SIZES)
    setup.link.slow_down(shared_rate=40 * MIB)
    with setup.world.start("--json") as process:
        is_halfway = setup.link.wait_until(lambda link: link.bytes_up >= sum(SIZES) // 2, timeout=60)
        process.kill()
    assert is_halfway
    outcome = setup.world.upload()
    assert outcome.exit_code == 0, outcome.said[-1]
    setup.assert_all_arrived()


def test_a_file_that_no_chunk_gets_through_for_is_left_undone(set_up: Callable[[Front], Setup]) -> None:
    setup = set_up(Front(buffering=False, body_limit="100k"))
    setup.world.fill((3 * MIB, 50_000))
    outcome = setup.world.upload()
    [failure] = outcome.summary["failures"]
    assert (outcome.exit_code, outcome.summary["uploaded"]) == (1, 1)
    assert failure["lesson_id"] == "01_analytics_m01_start_001"
    assert "413" in failure["reason"]
    setup.gateway.pass_on()
    rows = setup.world.database.videos()
    assert rows["01_analytics_m01_start_001"] == (None, None)
    [small] = [video for video in setup.world.emulator.videos() if video.complete]
    assert rows["01_analytics_m01_start_002"][0] == small.id
    assert setup.world.emulator.bytes_of(small.id).read_bytes() == content_of(50_000, seed="01_analytics/2")
