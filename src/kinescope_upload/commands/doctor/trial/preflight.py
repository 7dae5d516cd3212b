"""Whether a try may use a folder: the project, the folder, and what lies in it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from kinescope_upload.commands.doctor.readings.of_videos import text_of
from kinescope_upload.commands.doctor.trial.scratch import run_of
from kinescope_upload.errors import UsageError
from kinescope_upload.kinescope.video import read_video
from kinescope_upload.text import first_few, format_duration
from kinescope_upload.text.hints import Hint

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from kinescope_upload.kinescope.video import Video

LONGEST_TRY: Final = 900.0
"""Seconds after which no try goes on: all its waits together, the deleting, and its requests."""
_MAKE_ONE: Final = "Make a folder at Kinescope that is there for nothing else, and name its id."


def checked_folder_id(text: str) -> str:
    """The folder's id as it was typed, a lower-case UUID.

    Raises:
        UsageError: It is none.
    """
    try:
        return str(UUID(text.strip()))
    except ValueError:
        raise UsageError(f'--try: "{text}" is not a UUID.', Hint(("folders",), " lists the folders' ids.")) from None


def checked_folder(folders: tuple[object, ...], folder_id: str, *, project_id: str) -> str:
    """The name of the scratch folder.

    Raises:
        UsageError: The project has no such folder, or the folder has others in it.
    """
    if folder_id == project_id:
        raise UsageError("--try: that is the project itself, not a folder in it.", _MAKE_ONE)
    named = next((folder for folder in folders if text_of(folder, "id").lower() == folder_id), None)
    if named is None:
        raise UsageError(
            f"--try: the project {project_id} has no folder {folder_id}.",
            Hint(("folders",), " lists them; KINESCOPE_PROJECT_ID says which project is meant."),
        )
    inside = [text_of(folder, "name") for folder in folders if text_of(folder, "parent_id").lower() == folder_id]
    if inside:
        raise UsageError(f'--try: the folder has a folder "{inside[0]}" in it.', _MAKE_ONE)
    return text_of(named, "name")


def earlier_videos(items: tuple[object, ...]) -> tuple[Video, ...]:
    """The videos that an earlier try left in the scratch folder.

    Raises:
        UsageError: There are others.
    """
    videos = tuple(video for item in items if (video := read_video(item)))
    others = [f'"{video.title}"' for video in videos if not run_of(video)]
    if others:
        raise UsageError(f"--try: the folder holds videos that no try made: {first_few(others)}.", _MAKE_ONE)
    return videos


def check_no_try_is_at_work(videos: Iterable[Video], *, ended: frozenset[str], now: datetime) -> None:
    """Returns when no video can be of a try that goes on: its videos would be deleted under its hands.

    Args:
        videos: Videos of earlier tries.
        ended: The tries that are known to have ended.
        now: The present time by Kinescope's clock (UTC).

    Raises:
        UsageError: One is younger than the longest try, or Kinescope does not say how old it is.
    """
    for video in videos:
        age = None if video.created_at is None else (now - video.created_at).total_seconds()
        if run_of(video) in ended or (age is not None and age >= LONGEST_TRY):
            continue
        if age is None:
            when, hint = "at a time that Kinescope does not tell", "If no try goes on, delete it at Kinescope."
        else:
            when, rest = f"{format_duration(age)} ago", format_duration(LONGEST_TRY - age)
            hint = f"Wait until it ends. If it was killed, wait {rest}, or delete its videos at Kinescope."
        raise UsageError(f'--try: another try may go on in this folder: it made "{video.title}" {when}.', hint)
