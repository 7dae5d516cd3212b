"""Several machines share one library: real processes, real sockets, real PostgreSQL."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.emulator import ForeignVideo, VideoStatus
from support.clusters import ClusterWorld, cluster_worlds
from support.pgbouncer import pgbouncer
from support.world import KIB, content_of

if TYPE_CHECKING:
    from collections.abc import Callable

    Worlds = Callable[..., ClusterWorld]

__all__ = ["cluster_worlds"]


def test_one_machine_enqueues_and_works_and_a_second_time_nothing_is_left(cluster_worlds: Worlds) -> None:
    world = cluster_worlds()
    world.fill((300 * KIB, 200 * KIB, 250 * KIB))
    code, said = world.at("one", "--json")
    assert code == 0, said
    world.everything_is_right(again=0)
    code, said = world.at("one", "cluster", "enqueue", "--json")
    assert (code, '"added": 0' in said) == (0, True)


def test_what_looks_at_files_looks_at_each_library_that_is_here(cluster_worlds: Worlds) -> None:
    world = cluster_worlds()
    for path in ("01_nas/m01_start/001.mp4", "02_disk/m01_start/001.mp4"):
        world.add_file(path, content_of(100 * KIB, seed=path))
    world.add_lessons()
    disk = world.folder / "disk"
    disk.mkdir()
    (world.library / "02_disk").rename(disk / "02_disk")
    world.machine("one", {"nas": world.library, "disk2": disk})
    for command in ("map", "check"):
        code, said = world.at("one", command)
        assert code == 0, said
        assert "Library nas;" in said
        assert "Library disk2;" in said
    assert "02_disk_m01_start_001" in world.at("one", "map")[1]
    code, said = world.at("one", "map", "--write", "pairs.json")
    assert (code, "a map file of its own" in said) == (2, True)
    code, said = world.at("one", "map", "--library", "nas", "--write", "pairs.json")
    assert (code, "Library disk2;" in said) == (0, False)
    assert "02_disk" not in (world.folder / "one" / "pairs.json").read_text("utf-8")
    assert "this machine's alone" in world.at("one", "report")[1]
    assert "these are this machine's runs" in world.at("one", "history")[1]


@pytest.mark.slow
def test_what_is_begun_and_nothing_is_recorded_of_is_not_begun_a_second_time(cluster_worlds: Worlds) -> None:
    world = cluster_worlds()
    world.fill((10 * KIB,))
    parent_id = world.emulator.folder_named("01_analytics").id
    begun = ForeignVideo(title="Урок 001_урок", parent_id=parent_id, size=5, status=VideoStatus.UPLOADING)
    video = world.emulator.add_foreign_video(begun)
    code, said = world.at("one", "cluster", "enqueue")
    assert (code, "holds 1 unfinished video" in said, video.id in said) == (2, True, True), said
    assert "kupload cluster init" in said
    assert world.count("true") == 0
    code, said = world.at("one", "--new-progress")
    assert code == 0, said


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_every_command_works_with_two_libraries_and_no_other_setting(cluster_worlds: Worlds) -> None:
    world = cluster_worlds()
    for path in ("01_nas/m01_start/001.mp4", "02_disk/m01_start/001.mp4"):
        world.add_file(path, content_of(100 * KIB, seed=path))
    world.add_lessons()
    (world.folder / "disk").mkdir()
    (world.library / "02_disk").rename(world.folder / "disk" / "02_disk")
    world.machine("one", {"nas": world.library, "disk2": world.folder / "disk"})
    commands = (
        "cluster init|cluster init --print-sql|doctor|--dry-run|cluster enqueue|--status|cluster cancel"
        "|cluster enqueue|cluster worker --until-empty --library disk2|--status"
    )
    for command in commands.split("|"):
        code, said = world.at("one", *command.split())
        assert code in {0, int(command == "--dry-run")}, f"{command}: {said}"  # which finds no files of the other one
        assert "KUPLOAD_LIBRARY" not in said, command


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_storm_of_kills_costs_nothing(cluster_worlds: Worlds, seed: int) -> None:
    _storm(cluster_worlds(), random.Random(seed))


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_same_storm_through_a_pooler_of_transactions_costs_nothing_either(cluster_worlds: Worlds) -> None:
    world = cluster_worlds()
    with pgbouncer(world.database.port) as pooler:
        world.environment["DATABASE_URL"] = world.database.server.tcp_url(world.database.name, port=pooler.port)
        _storm(world, random.Random(7))


def _storm(world: ClusterWorld, chance: random.Random, *, kills: int = 20, files: int = 80) -> None:
    world.fill(tuple(chance.randrange(600 * KIB, 1400 * KIB) for _ in range(files)))
    world.link.slow_down(shared_rate=3_000_000)
    code, said = world.at("m0", "cluster", "enqueue")
    assert code == 0, said
    workers = {name: world.worker(name) for name in ("m0", "m1", "m2", "m3")}
    for number in range(kills):
        goal = world.link.bytes_up + chance.randrange(1, 1500 * KIB)
        world.wait_until(lambda goal=goal: world.link.bytes_up >= goal)  # type: ignore[misc] # its own
        name = chance.choice(sorted(workers))
        workers[name].kill()
        workers[name].wait()
        assert world.count("stage <> 'linked'"), f"all was done before kill {number}"
        workers[name] = world.worker(name)
    world.wait_until(lambda: all(worker.poll() is not None for worker in workers.values()), longest=240)
    assert {worker.returncode for worker in workers.values()} == {0}, world.said()
    world.everything_is_right()
