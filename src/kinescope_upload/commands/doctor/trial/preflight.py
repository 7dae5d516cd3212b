"""May a try begin: the project, the scratch folder, and what lies in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from kinescope_upload.commands.doctor.readings.of_answers import decide_tokens, is_success
from kinescope_upload.commands.doctor.readings.of_videos import text_of
from kinescope_upload.commands.doctor.trial.scratch import is_of_a_try
from kinescope_upload.errors import UsageError
from kinescope_upload.kinescope.access_tokens import NOTHING_TOLD, token_facts
from kinescope_upload.kinescope.video import read_video

if TYPE_CHECKING:
    from kinescope_upload.commands.doctor.readings import Outcome
    from kinescope_upload.commands.doctor.trial.sender import Sender
    from kinescope_upload.kinescope.access_tokens import TokenFacts
    from kinescope_upload.kinescope.video import Video

__all__ = ["ask_for_tokens", "checked_folder", "checked_folder_id", "earlier_videos"]

_NAMED: Final = 3
_MAKE_ONE: Final = "Make a folder at Kinescope that is there for nothing else, and name its id."


def checked_folder_id(text: str) -> str:
    """The folder's id as it was typed, a lower-case UUID.

    Raises:
        UsageError: It is none.
    """
    try:
        return str(UUID(text.strip()))
    except ValueError:
        raise UsageError(f'--try: "{text}" is not a UUID.', "`kupload folders` lists the folders' ids.") from None


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
            f"--try: the project {project_id} has no folder {folder_id}. Nothing was touched.",
            "`kupload folders` lists them; KINESCOPE_PROJECT_ID says which project is meant.",
        )
    inside = [text_of(folder, "name") for folder in folders if text_of(folder, "parent_id").lower() == folder_id]
    if inside:
        raise UsageError(f'--try: the folder has a folder "{inside[0]}" in it. Nothing was touched.', _MAKE_ONE)
    return text_of(named, "name")


def earlier_videos(items: tuple[object, ...]) -> tuple[Video, ...]:
    """The videos that an earlier try left in the scratch folder.

    Raises:
        UsageError: There are others.
    """
    videos = tuple(video for item in items if (video := read_video(item)))
    others = [f'"{video.title}"' for video in videos if not is_of_a_try(video)]
    if others:
        named = ", ".join(others[:_NAMED]) + (f" and {len(others) - _NAMED} more" if len(others) > _NAMED else "")
        raise UsageError(f"--try: the folder holds videos that no try made: {named}. Nothing was touched.", _MAKE_ONE)
    return videos


def ask_for_tokens(sender: Sender) -> tuple[Outcome, TokenFacts]:
    """`tokens`, and what the list tells of our own token."""
    answer = sender.api("GET", "/v1/access-tokens", action="list the access tokens")
    return decide_tokens(answer), token_facts(answer.json) if is_success(answer) else NOTHING_TOLD
