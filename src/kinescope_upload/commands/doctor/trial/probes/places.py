"""Folders, and moving a video from one to another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from kinescope_upload.commands.doctor.readings.of_answers import (
    decide_folder_parent,
    decide_root_parent,
    is_success,
    words_of,
)
from kinescope_upload.commands.doctor.readings.of_videos import decide_move, text_of
from kinescope_upload.commands.doctor.readings.outcome import Found
from kinescope_upload.commands.doctor.trial.scratch import FOLDER_NAME, NO_PARENT_FOLDER_NAME
from kinescope_upload.commands.doctor.trial.session import against, good, not_told, note
from kinescope_upload.errors import KuploadError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kinescope_upload.commands.doctor.trial.session import Item, Session
    from kinescope_upload.kinescope.tus import Answer

_MOVE_WAIT: Final = 3.0
"""Seconds that a moved video may be shown in its old folder."""


def look_at_root(session: Session) -> Iterator[Item]:
    """Looks at the project's folders."""
    yield decide_root_parent(session.folders, project_id=session.project_id)


def make_a_folder(session: Session) -> Iterator[Item]:
    """Makes a folder without `parent_id`, and one at the root where that is refused; uses an earlier try's again.

    A folder cannot be deleted by any documented request, so there is never more than one.
    """
    if earlier := _named(session, NO_PARENT_FOLDER_NAME):
        session.second_folder = earlier
        session.kept.append(f'The folder "{NO_PARENT_FOLDER_NAME}" of an earlier try.')
        yield Found(name="folder-parent", value="optional", remark="by an earlier try")
        return
    answer = _make(session, NO_PARENT_FOLDER_NAME, {})
    session.wrong_answers.append(answer)
    yield decide_folder_parent(answer)
    if is_success(answer):
        yield from _made(session, NO_PARENT_FOLDER_NAME, answer)
    elif earlier := _named(session, FOLDER_NAME):
        session.second_folder = earlier
        session.kept.append(f'The folder "{FOLDER_NAME}" of an earlier try.')
        yield note("folder", "The folder that an earlier try left is used again.")
    else:
        yield from _made_at_root(session)


def _named(session: Session, name: str) -> str | None:
    ids = (text_of(folder, "id") for folder in session.folders if text_of(folder, "name") == name)
    return next(ids, None)


def _make(session: Session, name: str, parent: Mapping[str, str]) -> Answer:
    path = f"/v1/projects/{session.project_id}/folders"
    return session.sender.api("POST", path, action="make a folder", json={"name": name, **parent})


def _made_at_root(session: Session) -> Iterator[Item]:
    """Makes a folder as `--create-folders` does: the project is its parent."""
    answer = _make(session, FOLDER_NAME, {"parent_id": session.project_id})
    if is_success(answer):
        yield from _made(session, FOLDER_NAME, answer)
    else:
        yield against("folder", f"A folder at the project's root is refused with {words_of(answer)}.")


def _made(session: Session, name: str, answer: Answer) -> Iterator[Item]:
    data = answer.json.get("data") if isinstance(answer.json, Mapping) else None
    folder_id = text_of(data, "id")
    if not folder_id:
        yield against("folder", "The answer to making a folder does not name its id.")
        return
    session.second_folder = folder_id
    session.kept.append(f'The folder "{name}": there is no documented way to delete one. The next try uses it again.')
    folders = session.list_folders()
    shown = [folder for folder in folders if text_of(folder, "id") == folder_id]
    if not shown:
        yield against("folder", "A folder that was made is not among the project's folders.")
        return
    at_root = decide_root_parent(shown, project_id=session.project_id)
    if isinstance(at_root, Found):
        yield good("folder", f"A folder was made at the project's root (its parent_id: {at_root.value}).")
    else:
        yield against("folder", "A folder that was made for the project's root lies elsewhere.")


def move_a_video(session: Session) -> Iterator[Item]:
    """Moves a video by each request, and by the project's own client."""
    video_id = next((record.video_id for record in session.complete.values()), None)
    target = session.second_folder
    if video_id is None or target is None:
        missing = "no complete video" if video_id is None else "no second folder"
        yield from not_told(("move",), f"there is {missing} to move")
        return
    home = session.scratch.folder_id
    place = {"project_id": session.project_id, "folder_id": target}
    by_put = _moves(session, video_id, "PUT", "/move", place, to=target)
    here, there = (target, home) if by_put else (home, target)
    by_patch = _moves(session, video_id, "PATCH", "", {"folder_id": there}, to=there)
    yield decide_move(by_put=by_put, by_patch=by_patch)
    yield _moved_by_client(session, video_id, to=here if by_patch else there)


def _moves(  # noqa: PLR0913 - a request, and where the video is to be afterwards
    session: Session, video_id: str, method: str, path: str, body: Mapping[str, str], *, to: str
) -> bool:
    answer = session.sender.api(method, f"/v1/videos/{video_id}{path}", action="move a video", json=dict(body))
    return is_success(answer) and _lies_in(session, video_id, to)


def _lies_in(session: Session, video_id: str, folder_id: str) -> bool:
    def is_there() -> bool:
        return text_of(session.video(video_id), "folder_id") == folder_id

    return session.waits.eventually(is_there, at_most=min(_MOVE_WAIT, session.waits.total / 10))


def _moved_by_client(session: Session, video_id: str, *, to: str) -> Item:
    try:
        session.api.move_video(video_id, project_id=session.project_id, parent_id=to)
    except UnreachableError:
        raise
    except KuploadError as error:
        return against("move", error.reason)
    if _lies_in(session, video_id, to):
        return good("move", "kupload moves a video to another folder.")
    return against("move", "kupload moves a video, and it stays where it was.")
