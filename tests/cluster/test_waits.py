"""What machines wait for as one alone does: Kinescope when work is written down or begun, and the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kinescope_upload.emulator import Action, Fault, Route
from support.clusters import ClusterWorld, cluster_worlds
from support.postgres import server
from support.world import KIB, content_of

if TYPE_CHECKING:
    from collections.abc import Callable

    Worlds = Callable[..., ClusterWorld]

__all__ = ["cluster_worlds"]

pytestmark = pytest.mark.timeout(300)

_SLOWER = (("Retry-After", "1"),)
_ASKED = (Route.FOLDERS_LIST, Route.VIDEO_LIST, Route.FOLDERS_CREATE)
_TROUBLES = {
    "slowed down": [Fault(route=route, status=429, headers=_SLOWER, times=2) for route in _ASKED],
    "in trouble": [Fault(route=route, status=status) for route in _ASKED for status in (500, 503)],
    "cut off": [Fault(route=route, action=Action.DROP) for route in _ASKED],
    "unheard": [Fault(route=route, action=Action.LOSE_ANSWER) for route in _ASKED],
}


@pytest.mark.parametrize("trouble", _TROUBLES)
def test_who_writes_lessons_down_waits_for_kinescope_and_makes_each_folder_once(
    cluster_worlds: Worlds, trouble: str
) -> None:
    world = cluster_worlds()
    for course in ("01_known", "02_new"):
        world.add_file(f"{course}/m01_start/001.mp4", content_of(100 * KIB, seed=course))
    world.add_lessons()
    world.emulator.delete_folder(world.emulator.folder_named("02_new").id)
    world.emulator.faults.add(*_TROUBLES[trouble])
    code, said = world.at("one", "cluster", "enqueue", "--create-folders")
    assert code == 0, said
    assert world.count("wanted") == 2
    assert sorted(folder.name for folder in world.emulator.folders()) == ["01_known", "02_new"]
    assert world.emulator.faults.active() == ()


def test_four_machines_that_begin_at_once_share_the_work_although_kinescope_slows_them_down(
    cluster_worlds: Worlds,
) -> None:
    world = cluster_worlds()
    world.fill((100 * KIB,) * 8)
    slow = [Fault(route=route, status=429, headers=_SLOWER, times=6) for route in (*_ASKED, Route.INIT)]
    world.emulator.faults.add(*slow, Fault(route=Route.ACCESS_TOKENS, status=429, headers=_SLOWER, times=6))
    machines = [world.begin(name) for name in ("one", "two", "three", "four")]
    for process in machines:
        said, _ = process.communicate(timeout=200)
        assert process.returncode == 0, said.decode()
    world.everything_is_right(again=0)


def test_who_begins_while_all_connections_of_the_database_are_in_use_waits_for_one(cluster_worlds: Worlds) -> None:
    world = cluster_worlds()
    world.fill((100 * KIB,))
    name, server = world.database.name, world.database.server
    guest = f"guest_{name}"
    world.database.execute(
        f"CREATE ROLE {guest} LOGIN; GRANT ALL ON ALL TABLES IN SCHEMA public, kupload TO {guest};"
        f"GRANT USAGE ON SCHEMA kupload TO {guest}; GRANT USAGE ON ALL SEQUENCES IN SCHEMA kupload TO {guest}"
    )
    world.environment["DATABASE_URL"] = server.tcp_url(name, guest)
    try:
        world.database.execute(f'ALTER DATABASE "{name}" CONNECTION LIMIT 0')
        process = world.begin("one", KUPLOAD_RETRY_BASE="0.2")
        assert process.stdout is not None
        first = process.stdout.readline().decode()
        server.execute(f'ALTER DATABASE "{name}" CONNECTION LIMIT -1')
        said, _ = process.communicate(timeout=100)
        assert "too many connections" in first
        assert process.returncode == 0, said.decode()
    finally:
        world.database.execute(f"DROP OWNED BY {guest}; DROP ROLE {guest}")


def _said(world: ClusterWorld, words: str) -> None:
    world.wait_until(lambda: words in world.said())


@pytest.mark.slow
@pytest.mark.parametrize("longest", ["1h", "1s"])
def test_a_machine_says_that_the_database_is_away_that_it_waits_and_that_it_is_back_or_how_it_ends(
    cluster_worlds: Worlds, longest: str
) -> None:
    world = cluster_worlds()
    with server() as own, own.database() as database:
        world.database = database
        world.environment["DATABASE_URL"] = database.tcp_url
        assert world.at("one", "cluster", "init")[0] == 0
        world.fill((900 * KIB,) * 2)
        assert world.at("one", "cluster", "enqueue")[0] == 0
        world.link.slow_down(shared_rate=100_000)
        worker = world.worker("one", KUPLOAD_MAX_OUTAGE=longest)
        world.wait_until(lambda: world.count("stage = 'created'") == 2)
        own.stop()
        _said(world, "Transfers go on for 3 s at most, then they pause until it is back.")
        _said(world, "The database cannot be used since")
        world.link.slow_down(shared_rate=6_000_000)
        if longest == "1s":
            assert worker.wait(timeout=60) == 3
            assert "The database could not be used for 1 s." in world.said()
        own.start()
        if longest == "1h":
            _said(world, "The database answers again after")
            assert worker.wait(timeout=60) == 0, world.said()
            assert "Uploaded        2 videos, 1.8 MB\n" in world.said()
