"""Deletes videos of ours. Pure: it deletes and looks through callables.

A 404 to the deletion is no proof, nor is a success that may be somebody else's: a gateway, or a replica that is behind,
may say it of what is there, and the video would stay. It counts once the next looks show nothing
either (`policy/absence.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from kinescope_upload.errors import TryAgainError
from kinescope_upload.policy.absence import LOOKS
from kinescope_upload.upload.leftovers import certain, decide_deleted

if TYPE_CHECKING:
    from collections.abc import Callable

    from kinescope_upload.upload.ports import Ports
    from kinescope_upload.upload.video import Video


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """Deletes videos, each until it is certainly gone.

    Attributes:
        delete: Deletes the video with this id; False where that may not be so: Kinescope says that there is none, or
            nothing shows that the answer is Kinescope's.
        look: Shows the video with this id; None when there is none.
        wait: Waits before the next look.
        check: Raises when the video, as it is now, must not be deleted.
    """

    delete: Callable[[str], bool]
    look: Callable[[str], Video | None]
    wait: Callable[[], object]
    check: Callable[[Video], object]

    def of(self, video_id: str) -> bool:
        """Deletes the video; False where looks had to show that it is gone.

        Raises:
            TryAgainError: Kinescope shows the video after each deletion.
            KuploadError: Any error of the callables.
        """
        for _ in range(LOOKS):
            if self.delete(video_id):
                return True
            video = self.seen_again(video_id)
            if video is None:
                return False
            self.check(video)
        raise TryAgainError(f"Kinescope shows video {video_id} after each of {LOOKS} requests to delete it.")

    def seen_again(self, video_id: str) -> Video | None:
        """The video, which one look did not show; None when no other look shows it either."""
        for _ in range(LOOKS - 1):
            self.wait()
            if video := self.look(video_id):
                return video
        return None


def removal_by(ports: Ports, *, wait: float) -> Removal:
    """Deletes incomplete videos through the ports of a driver, with `wait` seconds before each further look."""
    return Removal(
        delete=ports.delete,
        look=ports.video,
        wait=partial(ports.wait, wait),
        check=lambda video: certain(decide_deleted(video)),
    )
