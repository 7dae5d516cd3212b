"""Machines die, sleep, lose their database, share two disks: every lesson has one video, whole and linked."""

from __future__ import annotations

import os
import shutil
import signal
import time
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.emulator import Action, Fault, Link, Route
from support.clusters import LEASE, POLL, ClusterWorld, cluster_worlds
from support.pgbouncer import pgbouncer
from support.postgres import server
from support.world import KIB, content_of, through_link

if TYPE_CHECKING:
    from collections.abc import Callable

    Worlds = Callable[..., ClusterWorld]

__all__ = ["cluster_worlds"]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

_SOON = 3.0
"""Seconds that a process takes at most for what it does at once, on a machine with much to do."""


def _enqueued(world: ClusterWorld, *sizes: int, rate: int = 2_000_000) -> ClusterWorld:
    world.fill(sizes)
    world.link.slow_down(shared_rate=rate)
    code, said = world.at("one", "cluster", "enqueue")
    assert code == 0, said
    return world


def _in_hand(world: ClusterWorld) -> int:
    return world.count("holder IS NOT NULL AND held_until > now() AND record->>'stage' = 'created'")


def _ends(world: ClusterWorld) -> None:
    for process in world.running:
        if process.poll() is None:
            process.wait(timeout=200)
    assert {process.returncode for process in world.running if process.returncode != -signal.SIGKILL} == {0}, (
        world.said()
    )


def test_what_a_dead_machine_had_is_taken_over_within_lease_and_poll(cluster_worlds: Worlds) -> None:
    world = _enqueued(cluster_worlds(), *[2_000 * KIB] * 6, rate=600_000)
    first = world.worker("one")
    world.wait_until(lambda: _in_hand(world) == 3)
    held = {
        row[0]: row[1] for row in world.database.query("SELECT lesson_id, fence FROM kupload.lesson WHERE fence > 0")
    }
    world.worker("two")
    world.wait_until(lambda: _in_hand(world) == 6)
    first.kill()
    first.wait()
    world.link.slow_down(shared_rate=6_000_000)

    def all_taken() -> bool:
        now = dict(world.database.query("SELECT lesson_id, fence FROM kupload.lesson"))
        return all(now[lesson_id] > fence for lesson_id, fence in held.items())

    seconds = world.wait_until(all_taken)
    print(f"taken over after {seconds:.1f} s, with a lease of {LEASE:g} s")  # noqa: T201 - a figure of the report
    _ends(world)
    assert seconds <= LEASE + LEASE / 6 + POLL + _SOON
    world.everything_is_right(again=0.06)


def test_a_machine_that_slept_longer_than_its_lease_touches_nothing_more(cluster_worlds: Worlds) -> None:
    world = _enqueued(cluster_worlds(), *[1_500 * KIB] * 6, rate=700_000)
    sleeper = world.worker("one")
    world.wait_until(lambda: _in_hand(world) == 3)
    sleeper.send_signal(signal.SIGSTOP)
    world.worker("two")
    world.wait_until(lambda: world.count("fence >= 2") >= 3)  # the server may wait for the sleeper's requests yet
    sleeper.send_signal(signal.SIGCONT)
    world.link.slow_down(shared_rate=6_000_000)
    _ends(world)
    world.everything_is_right(again=0.2)  # what lay in the sleeper's buffers when it was stopped


def test_a_machine_that_is_cut_off_from_the_database_stops_before_others_begin(cluster_worlds: Worlds) -> None:
    world = _enqueued(cluster_worlds(), *[3_000 * KIB] * 4, rate=900_000)
    with Link(f"http://127.0.0.1:{world.database.port}") as line:
        world.worker("one", "--bwlimit", "400KiB", DATABASE_URL=through_link(world.database.tcp_url, line))
        world.wait_until(lambda: _in_hand(world) == 3)
        line.stall()
        time.sleep(LEASE * 0.75 + 1)  # its own clock has stopped it
        before = world.emulator.accounting.bytes_received
        time.sleep(1.0)
        assert world.emulator.accounting.bytes_received == before
        world.worker("two")
        world.wait_until(lambda: world.count("stage = 'linked'") >= 3)
        line.resume()
        world.link.slow_down(shared_rate=6_000_000)
        _ends(world)
    world.everything_is_right(again=0.3)


def test_postgresql_may_be_away_for_a_while(cluster_worlds: Worlds) -> None:
    world = cluster_worlds()
    with server() as own, own.database() as database:
        world.database = database
        world.environment["DATABASE_URL"] = database.tcp_url
        code, said = world.at("one", "cluster", "init")
        assert code == 0, said
        _enqueued(world, *[900 * KIB] * 12, rate=1_200_000)
        world.worker("one")
        world.worker("two")
        world.wait_until(lambda: world.count("stage = 'linked'") >= 2)
        own.stop()
        time.sleep(LEASE * 1.5)
        own.start()
        _ends(world)
        world.everything_is_right(again=0.02)


def test_a_pooler_that_freezes_pauses_the_work(cluster_worlds: Worlds) -> None:
    world = cluster_worlds()
    with pgbouncer(world.database.port) as pooler:
        world.environment["DATABASE_URL"] = world.database.server.tcp_url(world.database.name, port=pooler.port)
        _enqueued(world, *[900 * KIB] * 8, rate=1_200_000)
        world.worker("one")
        world.worker("two")
        world.wait_until(lambda: world.count("stage = 'linked'") >= 2)
        pooler.freeze()
        time.sleep(LEASE * 1.5)
        pooler.thaw()
        _ends(world)
    world.everything_is_right(again=0.02)


def test_each_machine_works_on_the_libraries_that_it_has(cluster_worlds: Worlds) -> None:
    world = cluster_worlds()
    disk = world.folder / "disk"
    disk.mkdir()
    for course in ("01_nas", "02_disk"):
        for number in (1, 2):
            world.add_file(f"{course}/m01_start/{number:03d}.mp4", content_of(300 * KIB, seed=f"{course} {number}"))
    world.add_lessons()
    (world.library / "02_disk").rename(disk / "02_disk")
    world.machine("one")
    world.machine("two", {"disk2": disk})
    for name in ("one", "two"):
        code, said = world.at(name, "cluster", "enqueue")
        assert code == 0, said
    world.worker("two").wait(timeout=100)
    assert world.count("library = 'disk2' AND stage = 'linked'") == 2
    assert world.count("library = 'nas' AND stage = 'linked'") == 0
    world.worker("one")
    _ends(world)
    assert world.count("stage = 'linked'") == 4
    for name, verified in (("one", 2), ("two", 4)):  # each marks the lessons whose files it sees
        code, said = world.at(name, "verify", "--wait")
        assert code == 0, said
        assert world.count("stage = 'verified'") == verified
    world.database.execute(
        "UPDATE kupload.lesson SET record = jsonb_set(record, '{stage}', '\"linked\"') #- '{verified_at}'"
    )
    (disk / "02_disk").rename(world.library / "02_disk")
    world.everything_is_right(again=0)


def test_the_same_lesson_in_two_libraries_is_one_machines_and_a_different_file_is_in_doubt(
    cluster_worlds: Worlds,
) -> None:
    world = cluster_worlds()
    world.fill((300 * KIB, 400 * KIB))
    copy = world.folder / "copy"
    shutil.copytree(world.library, copy)
    world.machine("one")
    world.machine("two", {"copy": copy})
    assert world.at("one", "cluster", "enqueue")[0] == 0
    code, said = world.at("two", "cluster", "enqueue")
    assert code == 0, said
    assert "2 lessons have their file in another library" in said
    other = copy / "01_analytics" / "m01_start" / "001_урок.mp4"
    other.write_bytes(content_of(500 * KIB, seed="another"))
    code, said = world.at("two", "cluster", "enqueue")
    assert code == 1
    assert "differ in size" in said
    world.running.clear()
    world.worker("one")
    _ends(world)
    world.everything_is_right(again=0)


def test_a_machine_that_sees_coarser_times_goes_on_with_what_another_began(cluster_worlds: Worlds) -> None:
    world = _enqueued(cluster_worlds(), 6_000 * KIB, rate=1_500_000)
    first = world.worker("one", "--bwlimit", "1500KiB")
    path = "record->>'offset'"
    world.wait_until(lambda: world.count(f"({path})::bigint > 2000000") == 1)
    first.kill()
    first.wait()
    share = world.folder / "share"
    shutil.copytree(world.library, share)
    for file in share.rglob("*.mp4"):
        seconds = file.stat().st_mtime_ns // (2 * 10**9) * 2
        os.utime(file, (seconds, seconds))
    world.machine("two", {"nas": share})
    world.worker("two")
    _ends(world)
    world.everything_is_right(again=0.15)


@pytest.mark.parametrize("dialect", ["tus", "json"])
def test_look_alikes_on_two_machines_get_a_video_each(cluster_worlds: Worlds, dialect: str) -> None:
    world = cluster_worlds(dialect)
    world.fill(tuple([400 * KIB] * 10))
    world.database.execute("UPDATE \"Lesson\" SET title = 'Урок'")
    world.emulator.faults.add(*[Fault(route=Route.INIT, action=Action.LOSE_ANSWER)] * 3)
    code, said = world.at("one", "cluster", "enqueue")
    assert code == 0, said
    world.worker("one")
    world.worker("two")
    _ends(world)
    world.everything_is_right(again=0)


def test_a_refused_token_stops_all_machines_and_enqueue_lets_them_go_on(cluster_worlds: Worlds) -> None:
    world = _enqueued(cluster_worlds(), *[900 * KIB] * 10, rate=700_000)
    workers = [world.worker("one"), world.worker("two")]
    world.wait_until(lambda: _in_hand(world) >= 4)
    world.emulator.faults.add(Fault(route=Route.INIT, times=1, status=401, code=401101))
    for worker in workers:
        worker.wait(timeout=60)
    assert {worker.returncode for worker in workers} == {3}, world.said()
    world.emulator.faults.clear()
    world.link.slow_down(shared_rate=6_000_000)
    world.running.clear()
    code, said = world.at("one")
    assert code == 0, said
    world.everything_is_right(again=0.05)


def test_stop_reaches_all_machines_and_what_they_had_is_taken_at_once(cluster_worlds: Worlds) -> None:
    world = _enqueued(cluster_worlds(), *[1_500 * KIB] * 8, rate=700_000)
    workers = [world.worker("one"), world.worker("two")]
    world.wait_until(lambda: _in_hand(world) >= 4)
    code, said = world.at("three", "stop")
    assert code == 0, said
    for worker in workers:
        worker.wait(timeout=LEASE / 6 + 20)
    assert {worker.returncode for worker in workers} == {130}, world.said()
    assert world.count("held_until > now()") == 0
    world.link.slow_down(shared_rate=6_000_000)
    world.running.clear()
    world.worker("three")
    _ends(world)
    world.everything_is_right(again=0.05)
    code, said = world.at("two", "verify", "--wait")
    assert code == 0, said
    assert world.count("stage = 'verified'") == 8


def test_repair_takes_lessons_as_a_worker_does(cluster_worlds: Worlds) -> None:
    world = cluster_worlds()
    world.fill((300 * KIB, 400 * KIB))
    code, said = world.at("one")
    assert code == 0, said
    world.database.execute('UPDATE "Lesson" SET "videoId" = NULL, "videoUrl" = NULL')
    code, said = world.at("two", "repair", "--yes")
    assert code == 0, said
    world.everything_is_right(again=0)


def test_what_another_machine_sends_is_no_unknown_video(cluster_worlds: Worlds) -> None:
    world = _enqueued(cluster_worlds(), *[900 * KIB] * 2, rate=300_000)
    worker = world.worker("one")
    world.wait_until(lambda: world.count("stage = 'created'") == 2)
    code, said = world.at("two", "repair", "--delete-unknown")
    assert code == 0, said  # with one to ask about, and no terminal, it is 2
    video = next(iter(world.records.values())).video_id
    code, said = world.at("two", "repair", "--delete-unknown", "--video", str(video))
    assert (code, f"has video {video}" in " ".join(said.split())) == (2, True), said
    world.link.slow_down(shared_rate=6_000_000)
    assert worker.wait(timeout=200) == 0, world.said()
    world.everything_is_right(again=0)


def test_what_is_wished_of_a_machine_at_work_holds_there(cluster_worlds: Worlds) -> None:
    world = _enqueued(cluster_worlds(), *[1_500 * KIB] * 8, rate=300_000)
    worker = world.worker("one")
    world.wait_until(lambda: _in_hand(world) == 3)
    for wish in (("pause",), ("jobs", "1"), ("bwlimit", "off", "--machine", "one")):
        code, said = world.at("two", *wish)
        assert code == 0, said

    def machine() -> tuple[int, bool]:
        [(jobs, is_paused)] = world.database.query("SELECT jobs, is_paused FROM kupload.machine")
        return jobs, is_paused

    world.wait_until(lambda: machine() == (1, True))
    code, said = world.at("two", "--status")
    assert "paused" in said
    world.link.slow_down(shared_rate=6_000_000)
    assert world.at("two", "resume", "--machine", "two")[0] == 1
    assert world.at("two", "resume")[0] == 0
    world.wait_until(lambda: machine() == (1, False))
    assert worker.wait(timeout=100) == 0, world.said()
    world.everything_is_right(again=0.1)
