"""Looks at everything that takes time, all at once, until it is told or its time is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kinescope_upload.commands.doctor.readings.outcome import Outcome, Step
    from kinescope_upload.commands.doctor.trial.session import Watch
    from kinescope_upload.commands.doctor.trial.waits import WaitBudget


def watch_all(
    watches: Sequence[Watch], waits: WaitBudget, announce: Callable[[str, float], None]
) -> Iterator[Outcome | Step]:
    """Gives what each watch finds, as soon as it does; Ctrl+C ends it at once.

    Args:
        watches: What is watched.
        waits: The budget; each look and each pause counts.
        announce: Hears what is waited for, and for how many seconds at most, whenever that changes.
    """
    start, budget, announced = waits.now(), waits.left, ""
    ends = {id(watch): min(watch.begun + watch.at_most, start + budget) for watch in watches}
    waiting = list(watches)
    while waiting:
        still = []
        for watch in waiting:
            is_last = waits.now() >= ends[id(watch)]
            found = watch.look(is_last=is_last)
            yield from found
            if not found and not is_last:
                still.append(watch)
        waiting = still
        if not waiting:
            return
        left = [max(0.0, ends[id(watch)] - waits.now()) for watch in waiting]
        what = ", ".join(watch.what for watch in waiting)
        if what != announced:
            announce(what, max(left))
            announced = what
        waits.pause(min(waits.tick, waits.left, *left))
