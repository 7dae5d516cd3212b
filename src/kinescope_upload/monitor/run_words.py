"""Words the parts of a run's state for people: for `kupload --status` and for the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kinescope_upload.display.messages import wait_sentence
from kinescope_upload.events import WaitKind, WaitStarted
from kinescope_upload.text import format_rate

if TYPE_CHECKING:
    from kinescope_upload.monitor.state import DoubtState, RunState, WaitState
    from kinescope_upload.output.terminal_output import Clock


def doubt_name(doubt: DoubtState) -> str:
    """Names what is in doubt: the first one, and how many more."""
    return doubt.subject + (f" and {doubt.count - 1:,} more" if doubt.count > 1 else "")


def limit_words(state: RunState, clock: Clock) -> str:
    """Words how fast a run may send, and until when; empty where there is never a limit."""
    limit, until = state.bwlimit_bytes_per_second, state.bwlimit_until
    words = f"at most {format_rate(limit)}" if limit else "without a limit" if until else ""
    return words + (f" until {clock.local(until)}" if until else "")


def wait_words(wait: WaitState, clock: Clock) -> str:
    """Words what the whole batch waits for, without a full stop."""
    longest = (wait.until - wait.since).total_seconds()
    try:
        kind = WaitKind(wait.kind)
    except ValueError:  # of a later version
        return f"{wait.reason.rstrip('.')}. Waiting until {clock.local(wait.until)}"
    started = WaitStarted(kind=kind, reason=wait.reason, longest=longest, instead=wait.instead)
    since = clock.monotonic() - (clock.now() - wait.since).total_seconds()
    return wait_sentence(started, since, clock)
