"""A signal ends a batch with everything saved."""

from __future__ import annotations

import signal

import pytest

from kinescope_upload.batch.signals import graceful_signals
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.retries.stop import Ending, Stop
from support.systems import posix_only


def _no_cut() -> None:
    """Nothing is being transferred here."""


@posix_only("a signal that a process raises itself ends it there")
@pytest.mark.parametrize(("number", "word"), [(signal.SIGINT, "Ctrl+C"), (signal.SIGTERM, "SIGTERM")])
def test_the_first_signal_ends_the_batch_and_the_handlers_are_put_back(number: signal.Signals, word: str) -> None:
    stop = Stop(_no_cut)
    before = signal.getsignal(number)

    with graceful_signals(stop):
        signal.raise_signal(number)

    assert stop.ending == Ending(
        exit_code=ExitCode.INTERRUPTED,
        reason=f"Stopped by {word}.",
        hint="Everything is saved; the same command goes on where it was.",
    )
    assert signal.getsignal(number) is before


@posix_only("Windows has no such signal")
def test_a_window_that_closes_says_so_twice_or_late_and_the_batch_still_ends_with_everything_saved() -> None:
    stop = Stop(_no_cut)
    before = signal.getsignal(signal.Signals(1))
    try:
        with graceful_signals(stop):
            signal.raise_signal(signal.Signals(1))
            signal.raise_signal(signal.Signals(1))
        assert signal.getsignal(signal.Signals(1)) is signal.SIG_IGN
    finally:
        signal.signal(signal.Signals(1), before)
    assert stop.ending is not None
    assert stop.ending.reason == "Stopped by SIGHUP."
