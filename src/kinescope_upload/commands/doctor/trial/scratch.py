"""What marks the videos of a try, and what was made so far. Pure but for the id of a try."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from kinescope_upload.kinescope.video import Video

__all__ = ["FOLDER_NAME", "NO_PARENT_FOLDER_NAME", "Scratch", "is_of_a_try"]

FOLDER_NAME: Final = "kupload try (may be deleted)"
"""The folder that a try makes at the project's root, and that the next try uses again."""
NO_PARENT_FOLDER_NAME: Final = "kupload try, without parent_id (may be deleted)"
"""The same, made by the request that names no `parent_id`."""
_MARK: Final = re.compile(r"kupload try [0-9a-f]{8}: ")
_LARGEST: Final = 64 * 1024
"""No file of a try is larger, in bytes."""


def is_of_a_try(video: Video) -> bool:
    """Whether an earlier try made this video: its title begins with the mark, and its file is small if it is known."""
    return _MARK.match(video.title) is not None and (video.size is None or video.size <= _LARGEST)


@dataclass(slots=True, kw_only=True)
class Scratch:
    """The scratch folder, and what a try has made there.

    Attributes:
        folder_id: The folder.
        mark: What the title of each of its videos begins with.
        made: The titles of the videos that were made and are not deleted yet, by id.
        is_init_open: Whether a video may have been made whose id nobody knows: init has no answer.
    """

    folder_id: str
    mark: str
    made: dict[str, str] = field(default_factory=dict)
    is_init_open: bool = False

    @classmethod
    def of_try(cls, folder_id: str, run: str) -> Scratch:
        """The scratch folder of a try; `run` is eight hexadecimal digits."""
        return cls(folder_id=folder_id, mark=f"kupload try {run}:")

    def title(self, words: str) -> str:
        """The title of a video for this purpose."""
        return f"{self.mark} {words}".strip()

    def is_ours(self, title: str) -> bool:
        """Whether a video with this title was made here."""
        return title.startswith(self.mark)
