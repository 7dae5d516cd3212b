"""Reads the runs that are remembered, those that did not say how they ended with their newest figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from kinescope_upload.monitor.history import read_runs
from kinescope_upload.monitor.state_file import Life, read_states

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kinescope_upload.monitor.past_run import PastRun
    from kinescope_upload.monitor.state_file import SeenRun


def runs_until_now(history: Path, limit: int) -> tuple[PastRun, ...]:
    """The last runs, the latest first; what runs at work do now is read from their progress folders.

    Args:
        history: The history.
        limit: How many at most.

    Raises:
        KuploadError: The history cannot be read.
    """
    runs = read_runs(history, limit)
    return with_present(runs, {run.progress for run in runs if run.ended is None}, datetime.now(UTC))


def with_present(runs: Iterable[PastRun], folders: Iterable[str], now: datetime) -> tuple[PastRun, ...]:
    """The runs, those without an end as their states tell.

    Args:
        runs: The runs as they are remembered.
        folders: The progress folders to look into.
        now: The time of day (UTC).
    """
    seen = (one for folder in folders for one in read_states(Path(folder), now))
    states = {one.state.run: one for one in seen if one.life is not Life.ENDED}
    return tuple(_newest(run, states[run.run]) if run.run in states and not run.ended else run for run in runs)


def _newest(run: PastRun, one: SeenRun) -> PastRun:
    """The run as its state tells, which is written each second; the history knows it as it was within a minute."""
    return replace(run.as_in(one.state), is_at_work=one.life is Life.AT_WORK)
