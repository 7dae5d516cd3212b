"""A holder has stopped by its own clocks before the database lets anybody else take the lesson."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from kinescope_upload.cluster.hold import Hold, Lease, Moment

LEASE = Lease(seconds=60)
FASTEST = 1.02
"""No clock of a machine goes faster or slower than by that factor against the database's."""


@dataclass
class Row:
    """The lesson's row, and the database's clock."""

    now: float = 0.0
    fence: int = 0
    holder: int | None = None
    held_until: float = -1.0

    def take(self, machine: int) -> int | None:
        if self.held_until >= self.now and self.holder != machine:
            return None
        self.fence, self.holder, self.held_until = self.fence + 1, machine, self.now + LEASE.seconds
        return self.fence

    def is_of(self, machine: int, fence: int) -> bool:
        return (self.holder, self.fence) == (machine, fence)


@dataclass
class Machine:
    """A machine with three clocks: one stands still while it sleeps, one is set by people, one does its work."""

    number: int
    rate: float
    monotonic: float = 1000.0
    wall: float = 5000.0
    counting: float = 9000.0
    hold: Hold | None = None
    fence: int = 0
    saved: list[int] = field(default_factory=list)

    def clocks(self) -> Moment:
        return self.monotonic, self.wall, self.counting

    def may_act(self) -> bool:
        return self.hold is not None and self.hold.is_sure(self.clocks())


def _take(row: Row, machine: Machine, _seconds: float) -> None:
    asked_at = machine.clocks()
    if (fence := row.take(machine.number)) is not None:
        machine.hold, machine.fence = Hold(fence, asked_at, LEASE), fence


def _beat(row: Row, machine: Machine, _seconds: float) -> None:
    if machine.hold is None:
        return
    if row.is_of(machine.number, machine.fence):
        row.held_until = row.now + LEASE.seconds
        machine.hold.renew(machine.clocks())
    else:
        machine.hold.lose()


def _give(row: Row, machine: Machine, _seconds: float) -> None:
    if machine.hold and row.is_of(machine.number, machine.fence):
        row.holder, row.held_until = None, -1.0
    machine.hold = None


def _pass(row: Row, _machine: Machine, seconds: float) -> None:
    row.now += seconds


def _set_clock_back(_row: Row, machine: Machine, seconds: float) -> None:
    machine.wall -= seconds * 100


_STEPS = st.tuples(
    st.sampled_from([_take, _beat, _give, _pass, _pass, _pass, _set_clock_back]),
    st.integers(0, 2),
    st.floats(0, 100, allow_nan=False),
    st.booleans(),
)


@given(
    rates=st.lists(st.floats(1 / FASTEST, FASTEST), min_size=3, max_size=3),
    steps=st.lists(_STEPS, min_size=5, max_size=60),
)
def test_no_two_machines_may_ever_act_on_one_lesson(
    rates: list[float], steps: list[tuple[object, int, float, bool]]
) -> None:
    row, machines = Row(), [Machine(number, rate) for number, rate in enumerate(rates)]
    for act, number, seconds, sleeps in steps:
        act(row, machines[number], seconds)  # type: ignore[operator] # one of the functions above
        if act is _pass:
            for machine in machines:
                machine.monotonic += 0.0 if sleeps and machine.number == number else seconds * machine.rate
                machine.wall += seconds * machine.rate
                machine.counting += seconds * machine.rate
        acting = [machine.number for machine in machines if machine.may_act()]
        assert len(acting) <= 1, (act, acting)
        assert all(row.is_of(machine.number, machine.fence) for machine in machines if machine.may_act())


def test_a_hold_is_counted_from_before_it_was_asked_for() -> None:
    hold = Hold(1, (0.0, 0.0), LEASE)
    assert hold.is_sure((44.9, 44.9))
    assert not hold.is_sure((45.0, 45.0))
    hold.renew((40.0, 40.0))
    assert hold.is_sure((84.9, 84.9))
    hold.renew((20.0, 20.0))  # an older question that was answered late
    assert hold.is_sure((84.9, 84.9))


def test_the_clock_that_counts_a_sleep_ends_the_hold() -> None:
    hold = Hold(1, (0.0, 0.0), LEASE)
    assert not hold.is_sure((1.0, 300.0))


def test_what_is_lost_stays_lost() -> None:
    hold = Hold(1, (0.0, 0.0), LEASE)
    hold.lose()
    hold.renew((1.0, 1.0))
    assert not hold.is_sure((1.0, 1.0))
