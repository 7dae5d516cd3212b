"""Waits until Kinescope has processed every video, or has given some of them up."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from kinescope_upload.audit.compare.events import Processing
from kinescope_upload.events import Warned
from kinescope_upload.text import count, format_duration

if TYPE_CHECKING:
    from kinescope_upload.audit.compare import Comparison
    from kinescope_upload.audit.inspection import Tools

_SLOWER: Final = 1.5
_SLOWEST: Final = 10


def wait_until_done(tools: Tools, comparison: Comparison, *, longest: float) -> None:
    """Lists the unfinished videos again and again, a hundred in one request.

    The first interval is the wait before a retry; later ones are up to ten times as long. A video that failed or is
    gone is checked twice before that counts.

    Args:
        tools: Kinescope, and who takes the events.
        comparison: Takes the videos as they are now.
        longest: Seconds after which the wait ends in any case.
    """
    ends_at = time.monotonic() + longest
    interval = tools.settings.retry_base
    doubted: set[str] = set()
    total = len(_watched(comparison, doubted))
    while watched := _watched(comparison, doubted):
        _emit_state(tools, comparison, total)
        if time.monotonic() + interval > ends_at:
            videos = count(len(watched), "video is", "videos are")
            tools.emit(Warned(message=f"Waited {format_duration(longest)}; {videos} not done yet."))
            return
        time.sleep(interval)
        interval = min(interval * _SLOWER, tools.settings.retry_base * _SLOWEST)
        broken = set(comparison.broken())
        found = set()
        for video in tools.api.videos_named(watched):
            comparison.see(video)
            found.add(video.id)
        gone = set(watched) - found
        comparison.lose(gone & doubted)
        doubted |= gone | (broken & set(comparison.broken()))
    if total:
        _emit_state(tools, comparison, total)


def _watched(comparison: Comparison, doubted: set[str]) -> tuple[str, ...]:
    """The videos that are not done, and the failed ones that were checked only once."""
    return (*comparison.unfinished(), *(video_id for video_id in comparison.broken() if video_id not in doubted))


def _emit_state(tools: Tools, comparison: Comparison, total: int) -> None:
    unfinished, failed = len(comparison.unfinished()), len(comparison.broken())
    tools.emit(Processing(done=total - unfinished - failed, unfinished=unfinished, failed=failed))
