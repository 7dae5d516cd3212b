"""Signals during a try end what may be ended, once for a burst of them, and nothing else."""

from __future__ import annotations

import signal

import pytest

from kinescope_upload.commands.doctor.trial.interrupts import Interrupts


class Stopwatch:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def interrupt(times: int = 1) -> None:
    for _ in range(times):
        signal.raise_signal(signal.SIGINT)


def test_a_signal_ends_the_work_and_is_passed_over_elsewhere() -> None:
    interrupts, done = Interrupts(Stopwatch()), []
    with interrupts.heard():
        interrupt()
        with pytest.raises(KeyboardInterrupt):
            interrupts.run(interrupt)
        interrupt(3)
        done.append("told")
    interrupt(3)  # the process is about to end: nothing of that is cut off either
    assert done == ["told"]


def test_without_a_signal_they_are_heard_as_before() -> None:
    before = signal.getsignal(signal.SIGINT)
    interrupts = Interrupts()
    with interrupts.heard():
        assert interrupts.run(lambda: 7) == 7
        assert signal.getsignal(signal.SIGINT) != before
    assert signal.getsignal(signal.SIGINT) == before


def test_several_within_a_moment_end_one_piece_of_work_and_not_the_next() -> None:
    clock = Stopwatch()
    interrupts = Interrupts(clock)
    with interrupts.heard():
        with pytest.raises(KeyboardInterrupt):
            interrupts.run(interrupt)
        clock.seconds = 0.2
        assert interrupts.run(lambda: interrupt(2)) is None
        clock.seconds = 2
        with pytest.raises(KeyboardInterrupt):
            interrupts.run(interrupt)
    signal.signal(signal.SIGINT, signal.default_int_handler)
