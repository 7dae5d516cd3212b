"""Tells of a cluster's database that is away, and ends a batch that has waited for it too long."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from kinescope_upload.events import WaitEnded, WaitKind, WaitStarted, Warned
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.retries.stop import Ending
from kinescope_upload.text import format_duration

if TYPE_CHECKING:
    from kinescope_upload.batch.run import Run
    from kinescope_upload.cluster.holds import Holds
    from kinescope_upload.errors import DatabaseDownError


class Outage:
    """One machine's view of the database; threads may share it.

    Transfers go on while their lessons are surely this machine's; then the whole batch waits, as for the network.

    Args:
        run: The batch.
        holds: The lessons in its hands.
    """

    def __init__(self, run: Run, holds: Holds) -> None:
        self._run = run
        self._holds = holds
        self._lock = threading.Lock()
        self._is_told = False
        self._since: float | None = None

    def down(self, error: DatabaseDownError) -> None:
        """Takes that the database did not answer."""
        with self._lock:
            if self._since is not None:
                self._look_how_long(error, self._run.clock() - self._since)
            elif not self._goes_on():
                self._since = self._run.clock()
                longest = self._run.options.longest_wait
                self._run.emit(WaitStarted(kind=WaitKind.DATABASE, reason=error.what, longest=longest))
            elif not self._is_told:
                sure = format_duration(self._holds.lease.sure)
                words = f"Transfers go on for {sure} at most, then they pause until it is back."
                self._run.emit(Warned(message=f"{error} {words}"))
            self._is_told = True

    def up(self) -> None:
        """Takes that it answered."""
        with self._lock:
            if self._since is not None:
                self._run.emit(WaitEnded(kind=WaitKind.DATABASE, seconds=self._run.clock() - self._since))
            elif self._is_told:
                self._run.emit(Warned(message="The database answers again."))
            self._since, self._is_told = None, False

    def _goes_on(self) -> bool:
        """Whether a lesson is surely in this machine's hands."""
        now = self._holds.clocks()
        return any(hold.is_sure(now) for hold in list(self._holds.of.values()))

    def _look_how_long(self, error: DatabaseDownError, seconds: float) -> None:
        longest = self._run.options.longest_wait
        if seconds > longest and self._run.stop.ending is None:
            reason = f"The database could not be used for {format_duration(longest)}. {error.what}"
            hint = "Everything is saved: run the same command again when it is back."
            self._run.stop.request(Ending(exit_code=ExitCode.STOPPED, reason=reason, hint=hint))
