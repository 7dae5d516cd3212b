"""`kupload map --forget`: takes what a map file says of lessons out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.survey.pairs import take_out_pairs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kinescope_upload.config import Settings


def forget_pairs(settings: Settings, lessons: Sequence[str], tell: Callable[[str], object]) -> int:
    """Takes what is written down of lessons out of the map file of confirmed pairs, or of the one that was named.

    Args:
        settings: Where the map file is.
        lessons: The lessons.
        tell: Shows a line.

    Returns:
        0.

    Raises:
        UsageError: The map file says nothing of one of them, or cannot be read or written.
    """
    path = settings.map_file or settings.map_of_pairs()
    for written, lesson_id in take_out_pairs(path, list(dict.fromkeys(lessons))):
        tell(f'Taken out of "{path}": {written} → {lesson_id}')
    return ExitCode.DONE
