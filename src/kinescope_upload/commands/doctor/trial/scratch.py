"""What marks the videos of a try, and what was made so far. Pure but for the id of a try."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from kinescope_upload.kinescope.video import Video

FOLDER_NAME: Final = "kupload try (may be deleted)"
"""The folder that a try makes at the project's root, and that the next try uses again."""
NO_PARENT_FOLDER_NAME: Final = "kupload try, without parent_id (may be deleted)"
"""The same, made by the request that names no `parent_id`."""
_MARK: Final = re.compile(r"kupload try ([0-9a-f]{8}): ")
_LARGEST: Final = 64 * 1024
"""No file of a try is larger, in bytes."""


def run_of(video: Video) -> str:
    """The try that made this video, eight hexadecimal digits; empty where none did.

    The title of such a video begins with the mark, and its file is small if it is known.
    """
    mark = _MARK.match(video.title)
    return mark[1] if mark and (video.size is None or video.size <= _LARGEST) else ""


@dataclass(slots=True, kw_only=True)
class Scratch:
    """The scratch folder, and what a try has made there.

    Attributes:
        folder_id: The folder.
        run: The try, eight hexadecimal digits.
        made: The titles of the videos that were made and are not deleted yet, by id.
        is_init_open: Whether a video may have been made whose id nobody knows: init has no answer.
    """

    folder_id: str
    run: str
    made: dict[str, str] = field(default_factory=dict)
    is_init_open: bool = False

    @classmethod
    def of_try(cls, folder_id: str, run: str) -> Scratch:
        """The scratch folder of a try; `run` is eight hexadecimal digits."""
        return cls(folder_id=folder_id, run=run)

    @property
    def mark(self) -> str:
        """What the title of each of its videos begins with."""
        return f"kupload try {self.run}:"

    def title(self, words: str) -> str:
        """The title of a video for this purpose."""
        return f"{self.mark} {words}".strip()

    def is_ours(self, title: str) -> bool:
        """Whether a video with this title was made here."""
        return title.startswith(self.mark)
