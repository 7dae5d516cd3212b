"""Holds the lessons whose new videos Kinescope has yet to process, and proves each before it replaces the old one."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING, Final

from kinescope_upload.errors import InDoubtError, LessonFailedError, TryAgainError
from kinescope_upload.events import Warned
from kinescope_upload.policy.absence import LOOKS
from kinescope_upload.progress.old_videos import proof_against
from kinescope_upload.retries.retrier import Retrier
from kinescope_upload.text import count, format_duration
from kinescope_upload.text.hints import Hint
from kinescope_upload.video_ids import video_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from kinescope_upload.batch.run import Run
    from kinescope_upload.upload import Record, Video

_DONE: Final = "done"


class Replacements:
    """The new videos that wait for Kinescope. Any thread may add one; one thread looks.

    Args:
        run: The batch.
        take: Takes a lesson that waits no more, with what speaks against its new video; None where nothing does.
    """

    def __init__(self, run: Run, take: Callable[[Record, LessonFailedError | None], None]) -> None:
        self._run = run
        self._take = take
        self._lock = threading.Lock()
        self._waiting: dict[str, Record] = {}
        self._absent: Counter[str] = Counter()
        """Looks in a row that did not show a lesson's video."""

    def add(self, record: Record) -> None:
        """Lets a lesson wait whose new video has every byte."""
        with self._lock:
            self._waiting[record.lesson_id] = record

    def look(self) -> None:
        """Asks once for all new videos, and gives on those that are decided.

        Raises:
            InterruptedRunError: The batch ends.
            BatchStoppedError: No lesson can be done now.
        """
        waiting = self._all()
        if not waiting:
            return
        try:
            videos = Retrier(self._run.waits, tell=lambda _error, _decision: None).call(
                lambda: self._videos_of(waiting)
            )
        except (TryAgainError, LessonFailedError) as failure:
            self._run.emit(Warned(message=f"{failure} The new videos are asked for again."))
            return
        for record in waiting:
            video = videos.get(video_key(record.video_id))
            self._absent[record.lesson_id] = 0 if video else self._absent[record.lesson_id] + 1
            error = self._speaks_against(record, video)
            if error or (video and video.status == _DONE):
                self._give_on(record, error)

    def finish(self, interval: float) -> None:
        """Looks until no lesson waits any more; those whose time is up fail.

        Args:
            interval: Seconds between two looks.

        Raises:
            InterruptedRunError: The batch ends.
            BatchStoppedError: No lesson can be done now.
        """
        longest = self._run.options.replace_wait
        ends_at = self._run.clock() + longest
        self.look()
        if waiting := self._all():
            videos = count(len(waiting), "new video", "new videos")
            how_long = f"for at most {format_duration(longest)}"
            self._run.emit(Warned(message=f"Waits for Kinescope to process {videos}, {how_long}; viewers see the old."))
        while self._all() and self._run.clock() < ends_at:
            self._run.stop.pause(interval)
            self.look()
        for record in self._all():
            what = (
                f"Kinescope is not done with its new video {record.video_id} after {format_duration(longest)}; viewers "
                "see the old one."
            )
            hint = Hint(("replace", record.lesson_id), " goes on; --replace-wait TIME waits longer.")
            self._give_on(record, LessonFailedError(what, hint))

    def _all(self) -> list[Record]:
        with self._lock:
            return list(self._waiting.values())

    def _give_on(self, record: Record, error: LessonFailedError | None) -> None:
        with self._lock:
            del self._waiting[record.lesson_id]
        self._take(record, error)

    def _videos_of(self, records: list[Record]) -> dict[str | None, Video]:
        ids = [record.video_id for record in records if record.video_id]
        return {video_key(video.id): video for video in self._run.backends.kinescope.videos_named(ids)}

    def _speaks_against(self, record: Record, video: Video | None) -> LessonFailedError | None:
        again = Hint(("replace", record.lesson_id), " uploads the file once more; viewers see the old video.")
        if video is None and self._absent[record.lesson_id] >= LOOKS:
            return LessonFailedError(f"Its new video {record.video_id} is on Kinescope no more.", again)
        if video and video.has_failed:
            return LessonFailedError(f'Kinescope says "{video.status}" of its new video {video.id}.', again)
        proof = proof_against(record, video) if video and video.status == _DONE else None
        return InDoubtError(f"Its new video {record.video_id} {proof}.", again) if proof else None
