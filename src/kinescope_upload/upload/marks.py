"""The mark by which a video is known as the one that an attempt of ours made, where the server chooses its id. Pure.

It stands in the video's description, in a line that a person can read, and in the progress file before the request.
"""

from __future__ import annotations

import re
from typing import Final

_LINE: Final = "Uploaded by kupload, upload {mark}."
_ANY: Final = re.compile(r"Uploaded by kupload, upload [0-9A-Za-z-]+\.")


def marked_description(mark: str) -> str:
    """The description that the attempt's video is made with."""
    return _LINE.format(mark=mark)


def bears_mark(description: str, mark: str | None) -> bool:
    """Whether a video with this description is the one that the attempt with this mark made."""
    return mark is not None and marked_description(mark) in description


def bears_a_mark(description: str) -> bool:
    """Whether a video with this description was made by an attempt of some kupload."""
    return _ANY.search(description) is not None
