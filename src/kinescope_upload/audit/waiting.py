"""Waiting until Kinescope has processed every video, or has given some of them up."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kinescope_upload.audit.compare.events import EmitAudit, Processing, Warned

if TYPE_CHECKING:
    from kinescope_upload.audit.compare import Comparison
    from kinescope_upload.kinescope.management_api import KinescopeApi

__all__ = ["Waiting", "wait_until_done"]

_SLOWER: Final = 1.5
_SLOWEST: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How long to wait.

    Attributes:
        interval: Seconds between the first two looks; later ones are up to ten times as far apart.
        longest: Seconds after which the wait ends, whatever is done by then.
    """

    interval: float
    longest: float


def wait_until_done(api: KinescopeApi, comparison: Comparison, waiting: Waiting, tell: EmitAudit) -> None:
    """Looks at the unfinished videos again and again, a hundred at a time.

    A video that is in error, or that is not there any more, is looked at twice before that is believed.
    """
    ends_at = time.monotonic() + waiting.longest
    interval = waiting.interval
    doubted: set[str] = set()
    total = len(_watched(comparison, doubted))
    while watched := _watched(comparison, doubted):
        failed = len(comparison.broken())
        done = total - len(comparison.unfinished()) - failed
        tell(Processing(done=done, unfinished=len(comparison.unfinished()), failed=failed))
        if time.monotonic() + interval > ends_at:
            tell(Warned(message=f"Waited {waiting.longest:.0f} s, and {len(watched)} videos are not done yet."))
            return
        time.sleep(interval)
        interval = min(interval * _SLOWER, waiting.interval * _SLOWEST)
        broken = set(comparison.broken())
        there = _look_again(api, comparison, watched)
        gone = set(watched) - there
        comparison.lose(gone & doubted)
        doubted |= gone | (broken & set(comparison.broken()))
    if total:
        failed = len(comparison.broken())
        tell(Processing(done=total - failed, unfinished=0, failed=failed))


def _watched(comparison: Comparison, doubted: set[str]) -> tuple[str, ...]:
    """The videos that are not done, and those in error that were looked at only once."""
    return (*comparison.unfinished(), *(one for one in comparison.broken() if one not in doubted))


def _look_again(api: KinescopeApi, comparison: Comparison, video_ids: tuple[str, ...]) -> set[str]:
    there = set()
    for video in api.videos_named(video_ids):
        comparison.see(video)
        there.add(video.id)
    return there
