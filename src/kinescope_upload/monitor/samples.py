"""Keeps few samples of a long run: their distance doubles whenever there would be too many. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from kinescope_upload.monitor.past_run import Sample

_MOST: Final = 300
_FIRST_STEP: Final = 1.0


class Samples:
    """Takes as many samples as come, and keeps the first, the last, and some at even distances.

    Args:
        most: How many are kept.
    """

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._step = _FIRST_STEP
        self._kept: list[Sample] = []
        self._last: Sample | None = None

    def add(self, sample: Sample) -> None:
        """Takes a sample that is later than all before."""
        self._last = sample
        self._keep(sample)
        while len(self._kept) >= self._most:
            self._step *= 2
            kept, self._kept = self._kept, []
            for one in kept:
                self._keep(one)

    def _keep(self, sample: Sample) -> None:
        """Keeps it if it is the first of its step."""
        if not self._kept or sample.seconds // self._step > self._kept[-1].seconds // self._step:
            self._kept.append(sample)

    def kept(self) -> tuple[Sample, ...]:
        """The samples, the first and the last among them, by their time."""
        last = [self._last] if self._last and self._last is not self._kept[-1] else []
        return (*self._kept, *last)
