"""Gathers what the history is to remember of a run that is at work. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from kinescope_upload import __version__
from kinescope_upload.events import WaitEnded, WaitKind
from kinescope_upload.monitor.past_run import Cost, Outage, PastRun, Sample
from kinescope_upload.monitor.samples import Samples

if TYPE_CHECKING:
    from datetime import datetime

    from kinescope_upload.display.collector import RunFacts
    from kinescope_upload.events import WaitStarted
    from kinescope_upload.monitor.observe import Run
    from kinescope_upload.monitor.state import RunState

_MOST_OUTAGES: Final = 200
_IS_NONE: Final = frozenset({WaitKind.PACE, WaitKind.SETTLE})
"""Waits in which bytes go on."""


class Chronicle:
    """Gathers outages and samples; one thread at a time.

    Args:
        run: Which run it is.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._samples = Samples()
        self._outages: list[Outage] = []

    def hear(self, event: WaitStarted | WaitEnded, now: datetime) -> None:
        """Notes a wait that begins or ends now."""
        if event.kind in _IS_NONE:
            return
        if isinstance(event, WaitEnded):
            self._end(event.kind, event.seconds)
            return
        if self._open(event.kind) is None:  # else the one that goes on has another end
            self._outages.append(Outage(kind=event.kind, since=now, seconds=0.0, reason=event.reason))
            del self._outages[:-_MOST_OUTAGES]

    def _end(self, kind: WaitKind, seconds: float) -> None:
        if (place := self._open(kind)) is not None:
            self._outages[place] = replace(self._outages[place], seconds=seconds)

    def _open(self, kind: WaitKind) -> int | None:
        """Where the wait of this kind stands that goes on."""
        places = range(len(self._outages) - 1, -1, -1)
        return next((at for at in places if self._outages[at].kind == kind and not self._outages[at].seconds), None)

    def sample(self, state: RunState) -> None:
        """Notes how far the run is."""
        self._samples.add(
            Sample(
                seconds=round((state.written - state.started).total_seconds(), 1),
                accepted_bytes=state.accepted_bytes,
                done=state.done,
                failed=state.failed,
                position_bytes=state.position_bytes,
            )
        )

    def samples(self) -> tuple[Sample, ...]:
        """How far the run was, at some moments."""
        return self._samples.kept()

    def past_run(self, state: RunState, facts: RunFacts) -> PastRun:
        """What is known of the run now."""
        cost, ended = facts.cost, state.ended
        run = PastRun(
            run=self._run.name,
            version=__version__,
            command=self._run.command,
            started=self._run.started,
            seen=state.written,
            ended=ended.at if ended else None,
            host=self._run.host,
            process_id=self._run.process_id,
            library=self._run.library,
            progress=self._run.progress,
            jobs=state.jobs,
            exit_code=ended.exit_code if ended else None,
            reason=ended.reason if ended else "",
            hint=ended.hint if ended else "",
            cost=Cost(
                breaks=cost.breaks,
                resumes=cost.resumes,
                retries=cost.retries,
                retry_seconds=round(cost.retry_seconds, 1),
                stalled_seconds=round(cost.stalled_seconds, 1),
                network_seconds=round(cost.network_seconds, 1),
                throttled_seconds=round(cost.throttled_seconds, 1),
                database_seconds=round(cost.database_seconds, 1),
                paused_seconds=round(cost.paused_seconds, 1),
            ),
            outages=tuple(self._outages_at(state.written)),
            samples=self.samples(),
        )
        return run.as_in(state)

    def _outages_at(self, now: datetime) -> list[Outage]:
        """The outages; one that has no end yet lasts until now."""
        return [
            outage if outage.seconds else replace(outage, seconds=max(0.0, (now - outage.since).total_seconds()))
            for outage in self._outages
        ]
