"""Calls the management API of Kinescope: videos, folders, projects, the token's rights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypedDict, TypeVar, Unpack

from kinescope_upload.errors import AbsentError, LessonFailedError, TryAgainError, UsageError
from kinescope_upload.kinescope.access_tokens import NOTHING_TOLD, TokenFacts, token_facts
from kinescope_upload.kinescope.documented_answers import Form, is_documented, total_of
from kinescope_upload.kinescope.error_messages import error_for
from kinescope_upload.kinescope.http_client import ApiRequest
from kinescope_upload.kinescope.tus import Answer, Meaning, Request, interpret
from kinescope_upload.kinescope.video import (
    Folder,
    Project,
    Video,
    read_folder,
    read_project,
    read_video,
)
from kinescope_upload.text.hints import Hint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

T = TypeVar("T")
_Query = tuple[tuple[str, str], ...]


class _More(TypedDict, total=False):
    """What some requests hold beside method, path and action, as `ApiRequest` does."""

    params: _Query
    json: object
    form: Form


_PER_PAGE = 100
_NEWEST_FIRST = ("order", "created_at.desc")
_NO_SUCH_METHOD = 400405


class RequestSender(Protocol):
    """Sends requests: the HTTP client, or a wrapper that retries."""

    def send(self, call: ApiRequest) -> Answer:
        """Sends one request and returns the answer, whatever its status."""

    def now(self) -> datetime:
        """Gives the present time (UTC) by Kinescope's clock."""


class KinescopeApi:
    """Reads and changes videos and folders.

    Every method raises a `KuploadError` when the answer is no success or none comes.

    Args:
        service: Sends the requests.
        api_url: The address of the management API.
    """

    def __init__(self, service: RequestSender, *, api_url: str) -> None:
        self._service = service
        self.api_url = api_url

    def video(self, video_id: str) -> Video | None:
        """Asks for a video; None when there is none with this id."""
        action = f"show video {video_id}"
        answer = self._send("GET", f"/v1/videos/{video_id}", action=action, form=Form.ENTITY)
        if interpret(Request.API, answer) is Meaning.GONE:
            return None
        return self._read(read_video, answer, action)

    def videos(self, *, folder_id: str, statuses: tuple[str, ...] = ()) -> Iterator[Video]:
        """Lists the videos of a folder, newest first, one request for each hundred of them."""
        status = tuple(("status[]", status) for status in statuses)
        return self._videos((("folder_id", folder_id), _NEWEST_FIRST, *status))

    def videos_with_text(self, text: str) -> Iterator[Video]:
        """Searches for videos by a text in title or description, in all folders."""
        return self._videos((("q", text), _NEWEST_FIRST), action="search videos")

    def newest_videos(self, *, project_id: str, parent_id: str) -> Iterator[Video]:
        """Lists the videos directly in a folder, newest first; in no folder where the parent is the project itself."""
        in_folder, in_none = (("folder_id", parent_id),), (("project_id", project_id), ("without_folder", "true"))
        place = in_none if parent_id == project_id else in_folder
        for video in self._videos((*place, _NEWEST_FIRST)):
            if (video.folder_id or project_id) == parent_id:
                yield video

    def videos_in(self, *, project_id: str, folder_id: str | None) -> Iterator[Video]:
        """Lists all videos of a folder, or of the whole project, one request for each hundred of them.

        They come oldest first, so that a video that is created meanwhile moves no other to another page.
        """
        place = ("project_id", project_id) if folder_id is None else ("folder_id", folder_id)
        return self._videos((place, ("order", "created_at.asc")))

    def videos_named(self, video_ids: Sequence[str]) -> Iterator[Video]:
        """Asks which of these videos exist, in all folders, one request for each hundred ids."""
        for begin in range(0, len(video_ids), _PER_PAGE):
            ids = video_ids[begin : begin + _PER_PAGE]
            yield from self._videos(tuple(("video_ids[]", video_id) for video_id in ids), action="search videos")

    def rename_video(self, video_id: str, title: str) -> Video:
        """Gives the video another title; returns the video as it is now."""
        action = f"rename video {video_id}"
        new = {"title": title}
        answer = self._send("PATCH", f"/v1/videos/{video_id}", action=action, json=new, form=Form.ENTITY)
        return self._read(read_video, answer, action)

    def move_video(self, video_id: str, *, project_id: str, parent_id: str) -> Video:
        """Moves the video and reads it again; returns the video as it is now, wherever that is (docs/kinescope.md).

        Where Kinescope does not know this request, the folder is changed as a title is.

        Args:
            video_id: The video.
            project_id: The target project.
            parent_id: The target folder; the project's own id for the project's root.

        Raises:
            AbsentError: There is no such video.
        """
        action = f"move video {video_id}"
        folder_id = None if parent_id == project_id else parent_id
        place = {"project_id": project_id, "folder_id": folder_id}
        answer = self._send("PUT", f"/v1/videos/{video_id}/move", action=action, json=place)
        if not _lacks_route(answer):
            self._data(answer, action)
        elif self.video(video_id) is not None:
            answer = self._send("PATCH", f"/v1/videos/{video_id}", action=action, json={"folder_id": folder_id})
            if interpret(Request.API, answer) not in {Meaning.FINAL, Meaning.GONE}:
                self._data(answer, action)
        video = self.video(video_id)
        if video is None:
            raise AbsentError(f"Kinescope has no video {video_id} (asked to {action}).", request_id=answer.request_id)
        return video

    def delete_video(self, video_id: str) -> bool:
        """Deletes the video; False where Kinescope says that there is none, which once said proves nothing.

        A success in another form than the documented one (docs/kinescope.md) proves as little.

        Raises:
            LessonFailedError: The token lacks the right to delete.
        """
        action = f"delete video {video_id}"
        answer = self._send("DELETE", f"/v1/videos/{video_id}", action=action)
        match interpret(Request.API, answer):
            case (Meaning.DONE | Meaning.GONE) as meaning:
                return meaning is Meaning.DONE and is_documented(Form.DELETION, answer)
            case Meaning.RIGHT_MISSING:
                raise LessonFailedError(
                    f"The unfinished video {video_id} has to be deleted, and the token may not delete it.",
                    "Give the token the right to delete, or delete that video at Kinescope; then run again.",
                    request_id=answer.request_id,
                )
            case meaning:
                raise error_for(meaning, answer, action=action, now=self._service.now())

    def may_delete(self, unused_id: str) -> bool | None:
        """Asks whether the token may delete videos; None when the answer leaves it open.

        One request, and a second one when the first is refused: where also reading such an id is refused, the refusal
        says nothing about the right to delete.

        Args:
            unused_id: An id that no video has, so that nothing is deleted.
        """
        path, action = f"/v1/videos/{unused_id}", "check the right to delete videos"
        answer = self._send("DELETE", path, action=action)
        match interpret(Request.API, answer):
            case Meaning.GONE:
                return True
            case Meaning.DONE:
                return is_documented(Form.DELETION, answer) or None
            case Meaning.RIGHT_MISSING:
                looked = self._send("GET", path, action="show a video")
                return False if interpret(Request.API, looked) is Meaning.GONE else None
            case Meaning.FINAL:
                return None
            case meaning:
                raise error_for(meaning, answer, action=action, now=self._service.now())

    def token_facts(self) -> TokenFacts:
        """Reads from the list of access tokens what our own token may do; `NOTHING_TOLD` when the list is refused.

        Raises:
            TryAgainError: No answer now.
        """
        action, page = "list the access tokens", (("page", "1"), ("per_page", str(_PER_PAGE)))
        answer = self._send("GET", "/v1/access-tokens", action=action, params=page)
        match interpret(Request.API, answer):
            case Meaning.DONE:
                return token_facts(answer.json)
            case (Meaning.THROTTLED | Meaning.TROUBLE | Meaning.LOCKED) as meaning:
                raise error_for(meaning, answer, action=action, now=self._service.now())
            case _:
                return NOTHING_TOLD

    def projects(self) -> tuple[Project, ...]:
        """Lists the projects that the token can see."""
        items = self.items("/v1/projects", action="list the projects")
        return tuple(project for item in items if (project := read_project(item)))

    def folders(self, project_id: str) -> tuple[Folder, ...]:
        """Lists the folders of a project.

        Raises:
            UsageError: Kinescope knows no such project.
        """
        items = self.items(f"/v1/projects/{project_id}/folders", action="list the project's folders")
        try:
            return tuple(folder for item in items if (folder := read_folder(item)))
        except AbsentError as error:
            raise UsageError(
                f"Kinescope knows no project {project_id}.",
                Hint("Check KINESCOPE_PROJECT_ID; ", ("doctor",), " lists the projects."),
                request_id=error.request_id,
            ) from error

    def create_folder(self, project_id: str, name: str) -> Folder:
        """Creates a folder at the project's root.

        Raises:
            TryAgainError: Also when the name is taken: an earlier request whose answer was lost may have created the
                folder, so look for it before asking again.
        """
        action = f'create the folder "{name}"'
        new = {"name": name, "parent_id": project_id}
        answer = self._send("POST", f"/v1/projects/{project_id}/folders", action=action, json=new, form=Form.ENTITY)
        if interpret(Request.API, answer) is Meaning.NAME_TAKEN:
            raise TryAgainError(
                f'Kinescope says that a folder "{name}" exists, and does not list it.',
                request_id=answer.request_id,
            )
        return self._read(read_folder, answer, action)

    def _videos(self, query: _Query, *, action: str = "list videos") -> Iterator[Video]:
        return filter(None, map(read_video, self.items("/v1/videos", query, action=action)))

    def items(self, path: str, query: _Query = (), *, action: str) -> Iterator[object]:
        """Lists what is at this path as it comes, page by page."""
        page, seen = 1, 0
        shown: set[int] = set()
        while True:
            params = (*query, ("page", str(page)), ("per_page", str(_PER_PAGE)))
            answer = self._send("GET", path, action=action, params=params, form=Form.PAGE)
            items, total = self._data(answer, action), total_of(answer.json)
            if not isinstance(items, list):
                raise _unreadable(answer, action)
            if items and hash(repr(items)) in shown:  # there is no such page: pages that come again would have no end
                if total is None:
                    return
                what = f"Kinescope shows the same page again and tells of {total} entries"
                raise TryAgainError(f"{what} (asked to {action}).", request_id=answer.request_id)
            yield from items
            seen += len(items)
            shown.add(hash(repr(items)))
            if not items or seen == total:
                return
            page += 1

    def _send(self, method: str, path: str, *, action: str, **more: Unpack[_More]) -> Answer:
        call = ApiRequest(kind=Request.API, method=method, url=f"{self.api_url}{path}", action=action, **more)
        return self._service.send(call)

    def _read(self, read: Callable[[object], T | None], answer: Answer, action: str) -> T:
        found = read(self._data(answer, action))
        if found is None:
            raise _unreadable(answer, action)
        return found

    def _data(self, answer: Answer, action: str) -> object:
        meaning = interpret(Request.API, answer)
        if meaning is not Meaning.DONE:
            raise error_for(meaning, answer, action=action, now=self._service.now())
        match answer.json:
            case {"data": data}:
                return data
            case _:
                return None


def _unreadable(answer: Answer, action: str) -> TryAgainError:
    return TryAgainError(f"Kinescope's answer cannot be read (asked to {action}).", request_id=answer.request_id)


def _lacks_route(answer: Answer) -> bool:
    """Tells whether the request or its object is unknown."""
    return answer.status in {404, 405} or answer.error_code == _NO_SUCH_METHOD
