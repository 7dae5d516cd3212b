"""Removes what earlier attempts of a lesson began and what showed only late. Pure: it works through `Ports`."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from kinescope_upload.upload.leftovers import Remove, certain, decide_late

if TYPE_CHECKING:
    from kinescope_upload.upload.ports import Ports
    from kinescope_upload.upload.record import Record
    from kinescope_upload.upload.removal import Removal
    from kinescope_upload.upload.search import VideoSearch

_LATE: Final = 6
"""Looks' distances for which a creation may be at work after it showed nothing: half a minute by default."""
_REASON: Final = "the request that made it was not answered, and it showed late"


def remove_late_leftovers(
    record: Record, ports: Ports, search: VideoSearch, removal: Removal, *, distance: float
) -> None:
    """Waits until what earlier attempts began must have shown, and removes it.

    Args:
        record: Of a lesson that is uploaded.
        ports: What it works with.
        search: Looks for the videos of `record.lost_marks`.
        removal: Deletes them.
        distance: Seconds between two looks.

    Raises:
        LessonFailedError: What was found may not be removed.
        TryAgainError: A request failed.
    """
    attempted_at = record.attempted_at
    assert attempted_at  # noqa: S101 - it is uploaded
    passed = (ports.utc_now() - attempted_at) / timedelta(seconds=1)
    ports.wait(min(_LATE * distance, _LATE * distance - passed))  # a longer upload took that long by itself
    since = record.lost_since or attempted_at
    with ports.alone(record):
        looks = [partial(search.of_earlier, record, lost, since) for lost in record.lost_marks]
        for decision in map(certain, search.until_all_settled(looks, partial(decide_late, record))):
            if isinstance(decision, Remove):
                removal.of(decision.video.id)
                ports.removed(decision.video.id, _REASON)
