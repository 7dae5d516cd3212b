"""Looks for the video of an attempt, as often as it takes to decide. Pure: it looks through `Ports`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kinescope_upload.upload.leftovers import Found, LookAgain, bearers, may_be_leftover, not_older

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from kinescope_upload.upload.leftovers import Decision, Settled
    from kinescope_upload.upload.ports import Ports
    from kinescope_upload.upload.record import Record


class VideoSearch:
    """Looks for videos of ours on Kinescope.

    Args:
        ports: What it looks with.
        wait: Seconds between two looks.
    """

    def __init__(self, ports: Ports, *, wait: float) -> None:
        self._ports = ports
        self._wait = wait

    def until_settled(self, look: Callable[[], Found], judge: Callable[[Sequence[Found]], Decision]) -> Settled:
        """Looks until what was seen is enough for a decision."""
        (decision,) = self.until_all_settled([look], judge)
        return decision

    def until_all_settled(
        self, looks: Sequence[Callable[[], Found]], judge: Callable[[Sequence[Found]], Decision]
    ) -> list[Settled]:
        """Looks for several videos by turns until each is decided on: the time between two looks passes for all."""
        seen: list[list[Found]] = [[] for _ in looks]
        settled: dict[int, Settled] = {}
        while len(settled) < len(looks):
            if any(seen):
                self._ports.wait(self._wait)
            for number in (number for number in range(len(looks)) if number not in settled):
                seen[number].append(looks[number]())
                decision = judge(seen[number])
                if not isinstance(decision, LookAgain):
                    settled[number] = decision
        return [settled[number] for number in range(len(looks))]

    def of(self, record: Record) -> Found:
        """Looks once for the record's video."""
        if record.video_id is not None:
            return self._named(record.video_id)
        assert record.attempted_at  # noqa: S101 - else there is nothing to look for
        return self._of_attempt(record, record.mark, record.attempted_at)

    def of_earlier(self, record: Record, lost: str, since: datetime) -> Found:
        """Looks once for the video of an earlier attempt.

        Args:
            record: The lesson's record.
            lost: The attempt's mark, or its video's id.
            since: When the attempt began.
        """
        by_id = self._named(lost)
        return by_id if by_id.ours else self._of_attempt(record, lost, since)

    def _named(self, video_id: str) -> Found:
        video = self._ports.video(video_id)
        return Found(ours=(video,) if video else ())

    def _of_attempt(self, record: Record, mark: str | None, since: datetime) -> Found:
        """Looks for the video of the attempt with this mark, and for one that may be its without saying so."""
        if mark and (ours := bearers(self._ports.videos_with_text(mark), mark)):
            return Found(ours=ours)
        listed = tuple(not_older(self._ports.newest_videos(record.parent_id), since))
        if ours := bearers(listed, mark):
            return Found(ours=ours)
        known = {*self._ports.known_ids(), *record.lost_marks}
        may_be = (video for video in listed if may_be_leftover(video, record, since))
        return Found(doubtful=tuple(video for video in may_be if video.id not in known))
