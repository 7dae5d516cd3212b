"""The management API of Kinescope: videos and folders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from kinescope_upload.access_tokens import NOTHING_TOLD, TokenFacts, token_facts
from kinescope_upload.errors import AbsentError, LessonFailedError, TryAgainError, UsageError
from kinescope_upload.refusals import error_for
from kinescope_upload.service import Call
from kinescope_upload.tus import Answer, Meaning, Request, interpret
from kinescope_upload.video import Folder, Project, Video, read_folder, read_project, read_video

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

__all__ = ["Asker", "KinescopeApi"]

_PER_PAGE = 100
_NO_SUCH_METHOD = 400405


class Asker(Protocol):
    """Sends requests: the HTTP client itself, or one that tries again by itself."""

    def ask(self, call: Call) -> Answer:
        """The answer to one request, whatever its status."""

    def now(self) -> datetime:
        """The present time (UTC) by Kinescope's clock."""


class KinescopeApi:
    """Asks and changes videos and folders.

    Every method raises a `KuploadError` where the answer is no success or there is none.

    Args:
        service: Sends the requests.
        api_url: The management API's address.
    """

    def __init__(self, service: Asker, *, api_url: str) -> None:
        self._service = service
        self._api_url = api_url

    def video(self, video_id: str) -> Video | None:
        """The video, or None when there is none with this id."""
        doing = f"tell of video {video_id}"
        answer = self._ask("GET", f"/v1/videos/{video_id}", doing=doing)
        if _is_absent(answer):
            return None
        video = read_video(self._data(answer, doing))
        if video is None:
            raise TryAgainError(f"Kinescope's answer cannot be read (asked to {doing}).", request_id=answer.request_id)
        return video

    def videos(self, *, folder_id: str, statuses: tuple[str, ...] = ()) -> Iterator[Video]:
        """The videos of a folder, newest first, one request for each hundred of them."""
        query = [("folder_id", folder_id), ("order", "created_at.desc")]
        query += [("status[]", status) for status in statuses]
        for item in self._pages("/v1/videos", tuple(query), doing="list videos"):
            if video := read_video(item):
                yield video

    def videos_with_text(self, text: str) -> Iterator[Video]:
        """The videos that Kinescope finds by a text in title or description, wherever they lie."""
        for item in self._pages("/v1/videos", (("q", text), ("order", "created_at.desc")), doing="look for videos"):
            if video := read_video(item):
                yield video

    def newest_videos(self, *, project_id: str, parent_id: str) -> Iterator[Video]:
        """The videos right below a folder or, where the parent is the project itself, in no folder; newest first."""
        in_folder, in_none = (("folder_id", parent_id),), (("project_id", project_id), ("without_folder", "true"))
        place = in_none if parent_id == project_id else in_folder
        for item in self._pages("/v1/videos", (*place, ("order", "created_at.desc")), doing="list videos"):
            if (video := read_video(item)) and (video.folder_id or project_id) == parent_id:
                yield video

    def videos_in(self, *, project_id: str, folder_id: str | None) -> Iterator[Video]:
        """All videos of a folder, or of the whole project, one request for each hundred of them.

        They come oldest first, so that one that is made meanwhile moves none to another page.
        """
        place = ("project_id", project_id) if folder_id is None else ("folder_id", folder_id)
        for item in self._pages("/v1/videos", (place, ("order", "created_at.asc")), doing="list videos"):
            if video := read_video(item):
                yield video

    def videos_named(self, video_ids: Sequence[str]) -> Iterator[Video]:
        """Those of these videos that exist, wherever they lie, one request for each hundred that are asked for."""
        for begin in range(0, len(video_ids), _PER_PAGE):
            named = tuple(("video_ids[]", one) for one in video_ids[begin : begin + _PER_PAGE])
            for item in self._pages("/v1/videos", named, doing="look for videos"):
                if video := read_video(item):
                    yield video

    def rename_video(self, video_id: str, title: str) -> Video:
        """Gives the video another title; tells it as it is now."""
        return self._change(video_id, {"title": title}, doing=f"rename video {video_id}")

    def move_video(self, video_id: str, *, project_id: str, parent_id: str) -> Video:
        """Moves the video, and reads it again: tells it as it is now, wherever that is (docs/kinescope.md).

        Where Kinescope knows no such request, it is changed like a title.

        Args:
            video_id: The video.
            project_id: The project that it comes into.
            parent_id: The folder that it comes into; the project's own id for the project's root.

        Raises:
            AbsentError: There is no such video.
        """
        doing = f"move video {video_id}"
        folder_id = None if parent_id == project_id else parent_id
        place = {"project_id": project_id, "folder_id": folder_id}
        answer = self._ask("PUT", f"/v1/videos/{video_id}/move", doing=doing, json=place)
        if not _lacks_route(answer):
            self._data(answer, doing)
        elif self.video(video_id) is not None:
            answer = self._ask("PATCH", f"/v1/videos/{video_id}", doing=doing, json={"folder_id": folder_id})
            if interpret(Request.API, answer) not in {Meaning.FINAL, Meaning.GONE}:
                self._data(answer, doing)
        video = self.video(video_id)
        if video is None:
            raise AbsentError(f"Kinescope has no video {video_id} (asked to {doing}).", request_id=answer.request_id)
        return video

    def _change(self, video_id: str, changes: Mapping[str, str], *, doing: str) -> Video:
        answer = self._ask("PATCH", f"/v1/videos/{video_id}", doing=doing, json=dict(changes))
        video = read_video(self._data(answer, doing))
        if video is None:
            raise TryAgainError(f"Kinescope's answer cannot be read (asked to {doing}).", request_id=answer.request_id)
        return video

    def delete_video(self, video_id: str) -> None:
        """Deletes the video; harmless when there is none.

        Raises:
            LessonFailedError: The token lacks the right to delete.
        """
        doing = f"delete video {video_id}"
        answer = self._ask("DELETE", f"/v1/videos/{video_id}", doing=doing)
        match interpret(Request.API, answer):
            case Meaning.DONE | Meaning.GONE:
                return
            case Meaning.RIGHT_MISSING:
                raise LessonFailedError(
                    f"The unfinished video {video_id} is in the way, and the token may not delete it.",
                    "Give the token the right to delete, or delete that video at Kinescope; then run again.",
                    request_id=answer.request_id,
                )
            case meaning:
                raise error_for(meaning, answer, doing=doing, now=self._service.now())

    def may_delete(self, unused_id: str) -> bool | None:
        """Whether the token may delete videos; None where the answer does not tell.

        One request, and a second one where the first is refused: a service that also refuses to look for such an id
        says nothing about the right.

        Args:
            unused_id: An id that no video has, so that nothing is deleted.
        """
        path, doing = f"/v1/videos/{unused_id}", "tell whether videos may be deleted"
        answer = self._ask("DELETE", path, doing=doing)
        match interpret(Request.API, answer):
            case Meaning.DONE | Meaning.GONE:
                return True
            case Meaning.RIGHT_MISSING:
                looked = self._ask("GET", path, doing="look for a video")
                return False if interpret(Request.API, looked) is Meaning.GONE else None
            case Meaning.FINAL:
                return None
            case meaning:
                raise error_for(meaning, answer, doing=doing, now=self._service.now())

    def token_facts(self) -> TokenFacts:
        """What the list of access tokens tells of our own token; `NOTHING_TOLD` where the list is refused.

        Raises:
            TryAgainError: No answer, or none now.
        """
        doing, page = "list the access tokens", (("page", "1"), ("per_page", str(_PER_PAGE)))
        answer = self._ask("GET", "/v1/access-tokens", doing=doing, params=page)
        match interpret(Request.API, answer):
            case Meaning.DONE:
                return token_facts(answer.json)
            case (Meaning.THROTTLED | Meaning.TROUBLE | Meaning.LOCKED) as meaning:
                raise error_for(meaning, answer, doing=doing, now=self._service.now())
            case _:
                return NOTHING_TOLD

    def projects(self) -> tuple[Project, ...]:
        """The projects that the token can see."""
        items = self._pages("/v1/projects", (), doing="list the projects")
        return tuple(project for item in items if (project := read_project(item)))

    def folders(self, project_id: str) -> tuple[Folder, ...]:
        """The folders of a project.

        Raises:
            UsageError: Kinescope knows no such project.
        """
        items = self._pages(f"/v1/projects/{project_id}/folders", (), doing="list the project's folders")
        try:
            return tuple(folder for item in items if (folder := read_folder(item)))
        except AbsentError as error:
            raise UsageError(
                f"Kinescope knows no project {project_id}.",
                "Check KINESCOPE_PROJECT_ID; `kupload doctor` lists the projects.",
                request_id=error.request_id,
            ) from error

    def create_folder(self, project_id: str, name: str) -> Folder:
        """Makes a folder at the project's root.

        Raises:
            TryAgainError: Also where the name is taken: an earlier request whose answer was lost may have made the
                folder, so look for it before you ask again.
        """
        doing = f'make the folder "{name}"'
        new = {"name": name, "parent_id": project_id}
        answer = self._ask("POST", f"/v1/projects/{project_id}/folders", doing=doing, json=new)
        if interpret(Request.API, answer) is Meaning.NAME_TAKEN:
            raise TryAgainError(
                f'Kinescope says that there is a folder "{name}" already, and does not list it.',
                request_id=answer.request_id,
            )
        folder = read_folder(self._data(answer, doing))
        if folder is None:
            raise TryAgainError(f"Kinescope's answer cannot be read (asked to {doing}).", request_id=answer.request_id)
        return folder

    def _pages(self, path: str, query: tuple[tuple[str, str], ...], *, doing: str) -> Iterator[object]:
        page, seen = 1, 0
        before: list[object] = []
        while True:
            params = (*query, ("page", str(page)), ("per_page", str(_PER_PAGE)))
            answer = self._ask("GET", path, doing=doing, params=params)
            items = self._data(answer, doing)
            if not isinstance(items, list):
                raise TryAgainError(
                    f"Kinescope's answer cannot be read (asked to {doing}).", request_id=answer.request_id
                )
            if items and items == before:  # there is no such page; a list of pages that never change has no end
                if _total(answer) is None:
                    return
                what = f"Kinescope shows the same page again and tells of {_total(answer)} entries (asked to {doing})."
                raise TryAgainError(what, request_id=answer.request_id)
            yield from items
            seen, before = seen + len(items), items
            if not items or seen == _total(answer):
                return
            page += 1

    def _ask(
        self, method: str, path: str, *, doing: str, params: tuple[tuple[str, str], ...] = (), json: object = None
    ) -> Answer:
        return self._service.ask(
            Call(kind=Request.API, method=method, url=f"{self._api_url}{path}", doing=doing, params=params, json=json)
        )

    def _data(self, answer: Answer, doing: str) -> object:
        meaning = interpret(Request.API, answer)
        if meaning is not Meaning.DONE:
            raise error_for(meaning, answer, doing=doing, now=self._service.now())
        match answer.json:
            case {"data": data}:
                return data
            case _:
                return None


def _is_absent(answer: Answer) -> bool:
    return interpret(Request.API, answer) is Meaning.GONE


def _lacks_route(answer: Answer) -> bool:
    """Whether there is no such request, or no such thing."""
    return answer.status in {404, 405} or answer.error_code == _NO_SUCH_METHOD


def _total(answer: Answer) -> int | None:
    match answer.json:
        case {"meta": {"pagination": {"total": int(total)}}}:
            return total
        case _:
            return None
