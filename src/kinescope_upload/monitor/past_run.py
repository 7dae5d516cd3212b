"""Holds what the history remembers of a run. Pure.

Sizes are bytes, times seconds, moments UTC. No secret and no upload URL is among it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime  # noqa: TC003 - `facts_json` reads the types

from kinescope_upload.monitor.state import CourseState, FailureState, RunState  # noqa: TC001 - as above


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """How far a run was.

    Attributes:
        seconds: Seconds since its beginning.
        accepted_bytes: Bytes of this run that the server had acknowledged.
        done: Lessons that were finished.
        failed: Lessons that had failed.
        position_bytes: Bytes of this run that were acknowledged or on their way.
    """

    seconds: float
    accepted_bytes: int
    done: int
    failed: int
    position_bytes: int = 0

    @property
    def sent_bytes(self) -> int:
        """Bytes that were acknowledged, or on their way where that was written down."""
        return max(self.accepted_bytes, self.position_bytes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A wait of the whole batch.

    Attributes:
        kind: A `WaitKind`, or what later versions wait for.
        since: When it began.
        seconds: How long it was, or has been.
        reason: Why.
    """

    kind: str
    since: datetime
    seconds: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a run cost beside its bytes: seconds of all waits of a kind, and what broke.

    Attributes:
        breaks: Transfers that broke off after bytes had been sent.
        resumes: Earlier uploads that went on.
        retries: Requests that were tried again.
        retry_seconds: Waits before those, added up over all workers.
        stalled_seconds: From the last byte that moved to the break, added up over all breaks.
        network_seconds: The batch waited for the network.
        throttled_seconds: The batch waited because Kinescope asked for it.
        database_seconds: The batch waited for the database.
        paused_seconds: Somebody had paused the batch.
    """

    breaks: int = 0
    resumes: int = 0
    retries: int = 0
    retry_seconds: float = 0.0
    stalled_seconds: float = 0.0
    network_seconds: float = 0.0
    throttled_seconds: float = 0.0
    database_seconds: float = 0.0
    paused_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRun:
    """One run, as far as it is known: a run that was killed has no end.

    Attributes:
        run: Its own name, as in its log.
        version: The version of kupload.
        command: What was done: "upload" or "replace".
        started: When it began.
        seen: When this was written last.
        ended: When it ended; None while it is at work, and where it could not say so.
        host: The machine that it was on.
        process_id: Its process.
        library: The library root.
        progress: The progress folder.
        jobs: Lessons that were worked on at a time.
        lessons: Lessons that it set out to do.
        done: Those that it brought as far as it could.
        failed: Those that failed or turned out to be in doubt.
        needed_bytes: Bytes that it had to send.
        accepted_bytes: Bytes of those that the server acknowledged.
        sent_bytes: Bytes that reached Kinescope, lost ones included.
        exit_code: The exit code; None where none is known.
        reason: Why it ended early; empty when it ran to its end.
        hint: What to do about that.
        cost: What it cost beside its bytes.
        courses: Each course that it had work in.
        outages: What the whole batch waited for, the last ones; `cost` has the sums.
        failures: The first lessons that failed; `failed` counts all.
        samples: How far it was over time: a few hundred at most, the first and the last always.
        is_at_work: Whether it goes on, as far as its progress folder tells; never so in the history itself.
    """

    run: str
    version: str
    command: str
    started: datetime
    seen: datetime
    ended: datetime | None = None
    host: str
    process_id: int
    library: str
    progress: str
    jobs: int
    lessons: int = 0
    done: int = 0
    failed: int = 0
    needed_bytes: int = 0
    accepted_bytes: int = 0
    sent_bytes: int = 0
    exit_code: int | None = None
    reason: str = ""
    hint: str = ""
    cost: Cost = Cost()
    courses: tuple[CourseState, ...] = ()
    outages: tuple[Outage, ...] = ()
    failures: tuple[FailureState, ...] = ()
    samples: tuple[Sample, ...] = ()
    is_at_work: bool = False

    def as_in(self, state: RunState) -> PastRun:
        """The run with the figures of its state."""
        return replace(
            self,
            seen=state.written,
            jobs=state.jobs,
            lessons=state.lessons,
            done=state.done,
            failed=state.failed,
            needed_bytes=state.needed_bytes,
            accepted_bytes=state.accepted_bytes,
            sent_bytes=state.sent_bytes,
            courses=state.courses,
            failures=state.failures,
        )

    @property
    def handed_bytes(self) -> int:
        """Bytes that it handed over and Kinescope may have: those acknowledged, and those on their way at its end."""
        return max(self.accepted_bytes, sum(one.position_bytes for one in self.courses))

    @property
    def seconds(self) -> float:
        """How long it took, as far as is known."""
        return max(0.0, ((self.ended or self.seen) - self.started).total_seconds())
