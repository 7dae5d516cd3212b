"""Everything goes wrong at once for a minute; then every lesson has one video, whole, and little was sent twice."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.emulator import Action, Fault, Link, Route
from support.clusters import LEASE, ClusterWorld, cluster_worlds
from support.pgbouncer import pgbouncer
from support.postgres import server
from support.world import KIB

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from support.pgbouncer import PgBouncer
    from support.postgres import Server

    Worlds = Callable[..., ClusterWorld]

__all__ = ["cluster_worlds"]

_MACHINES = ("m0", "m1", "m2", "m3")
_SECONDS = 60.0


class _Chaos:
    """Four machines with a line each to a pooler, and what goes wrong for them."""

    def __init__(self, world: ClusterWorld, own: Server, pooler: PgBouncer, stack: ExitStack, seed: int) -> None:
        self.world, self.own, self.pooler = world, own, pooler
        self.chance = random.Random(seed)
        self.lines = {name: stack.enter_context(Link(f"http://127.0.0.1:{pooler.port}")) for name in _MACHINES}
        self.workers = {name: self._begun(name) for name in _MACHINES}
        self.faults: Counter[str] = Counter()

    def _begun(self, name: str) -> subprocess.Popen[bytes]:
        url = self.own.tcp_url(self.world.database.name, port=self.lines[name].port)
        return self.world.worker(name, DATABASE_URL=url)

    def go_on(self) -> None:
        """Begins anew whoever has died."""
        for name in _MACHINES:
            if self.workers[name].poll() is not None:
                self.workers[name] = self._begun(name)

    def strike(self) -> None:
        name = self.chance.choice(_MACHINES)
        act = self.chance.choice([self.kill, self.kill, self.sleep, self.cut_off, self.lose_answers, self.expire])
        if self.faults.total() % 15 == 7:
            act = self.restart
        if self.faults.total() % 15 == 14:
            act = self.freeze
        self.faults[act.__name__] += 1
        act(name)

    def kill(self, name: str) -> None:
        self.workers[name].kill()
        self.workers[name].wait()

    def sleep(self, name: str) -> None:
        with suppress(ProcessLookupError):
            self.workers[name].send_signal(signal.SIGSTOP)
            time.sleep(self.chance.uniform(0.5, LEASE * 1.5))
            self.workers[name].send_signal(signal.SIGCONT)

    def cut_off(self, name: str) -> None:
        self.lines[name].stall()
        time.sleep(self.chance.uniform(0.5, LEASE * 1.5))
        self.lines[name].resume()

    def lose_answers(self, _name: str) -> None:
        routes = (Route.INIT, Route.PATCH, Route.HEAD)
        self.world.emulator.faults.add(Fault(route=self.chance.choice(routes), action=Action.LOSE_ANSWER))

    def expire(self, _name: str) -> None:
        self.world.emulator.faults.add(Fault(route=Route.PATCH, action=Action.EXPIRE, keep=64 * KIB))

    def restart(self, _name: str) -> None:
        self.own.stop()
        time.sleep(self.chance.uniform(0.2, LEASE))
        self.own.start()

    def freeze(self, _name: str) -> None:
        self.pooler.freeze()
        time.sleep(self.chance.uniform(0.5, LEASE * 1.5))
        self.pooler.thaw()


@pytest.mark.slow
@pytest.mark.timeout(500)
@pytest.mark.parametrize("seed", [11])
def test_a_minute_of_chaos_costs_little_and_breaks_nothing(cluster_worlds: Worlds, seed: int) -> None:
    world = cluster_worlds()
    with ExitStack() as stack:
        own = stack.enter_context(server())
        world.database = stack.enter_context(own.database())
        world.environment["DATABASE_URL"] = world.database.tcp_url
        code, said = world.at("m0", "cluster", "init")
        assert code == 0, said
        chance = random.Random(seed)
        world.fill(tuple(chance.randrange(600 * KIB, 1500 * KIB) for _ in range(150)))
        world.link.slow_down(shared_rate=1_500_000)
        code, said = world.at("m0", "cluster", "enqueue")
        assert code == 0, said
        pooler = stack.enter_context(pgbouncer(own.port))
        chaos = _Chaos(world, own, pooler, stack, seed)
        ends_at = time.monotonic() + _SECONDS
        while time.monotonic() < ends_at:
            time.sleep(chance.uniform(0.2, 1.0))
            chaos.strike()
            chaos.go_on()
        assert world.count("stage <> 'linked'"), "all was done before the chaos was over"
        world.emulator.faults.clear()
        world.link.slow_down(shared_rate=20_000_000)
        again = 0
        while left := world.count("stage <> 'linked'"):
            if world.count("wanted AND stage <> 'linked'") == 0:  # these failed: a person enqueues them again
                again += left
                world.at("m0", "cluster", "enqueue")
            chaos.go_on()
            time.sleep(0.5)
            assert time.monotonic() < ends_at + 240, world.said()
        print(f"{again} lessons had failed and were enqueued again")  # noqa: T201 - a figure of the report
        print(f"{chaos.faults.total()} faults: {dict(chaos.faults)}")  # noqa: T201 - a figure of the report
        for worker in chaos.workers.values():
            worker.wait(timeout=60)
        world.everything_is_right(again=0.02)
