"""Counts one course of a run. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class CourseTally:
    """Counts one course of a run. The whole run is the sum of its courses, so that all figures of a screen agree.

    Attributes:
        lessons: Lessons to do.
        done: Lessons that are finished.
        failed: Lessons that failed.
        needed: Bytes that the run had to send for it when it began, as far as is known now.
        planned: What was thought of them before the server said what it has.
        accepted: Bytes of those that the server acknowledged.
        handed_over: Bytes in the network now, not yet acknowledged.
    """

    lessons: int = 0
    done: int = 0
    failed: int = 0
    needed: int = 0
    planned: int = 0
    accepted: int = 0
    handed_over: int = 0

    @property
    def position(self) -> int:
        """Bytes of the needed ones that were sent, those on their way included."""
        return min(self.needed, self.accepted + self.handed_over)

    @property
    def found(self) -> int:
        """Bytes that the server turned out to have, of those that were to be sent when the run began."""
        return max(0, self.planned - self.needed)
