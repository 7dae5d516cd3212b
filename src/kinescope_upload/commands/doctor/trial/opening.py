"""Creating an upload, with its raw answer."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal
from urllib.parse import urljoin

from kinescope_upload.commands.doctor.readings.of_answers import is_success, words_of
from kinescope_upload.commands.doctor.trial.bench import FILE_NAME
from kinescope_upload.commands.doctor.trial.session import SIZE, Session, new_id
from kinescope_upload.errors import LessonFailedError
from kinescope_upload.kinescope import tus
from kinescope_upload.kinescope.http_client import ApiRequest
from kinescope_upload.kinescope.tus import Answer, Request
from kinescope_upload.kinescope.tus_client import named_by
from kinescope_upload.upload import Dialect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What init is asked for.

    Attributes:
        title: The video's title.
        size: Bytes of the file.
        description: The video's description; empty names none.
        video_id: The id that is chosen; None where the server chooses it.
    """

    title: str
    size: int = SIZE
    description: str = ""
    video_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenUpload:
    """An upload that takes bytes. Its URL is a secret while it does."""

    video_id: str
    url: str = field(repr=False)
    answer: Answer = field(repr=False)


def open_upload(session: Session, wish: Wish) -> OpenUpload:
    """Creates an upload.

    Raises:
        LessonFailedError: Kinescope refuses.
        KuploadError: There is no answer.
    """
    return opened(session, wish, ask_init(session, wish))


def ask_init(session: Session, wish: Wish) -> Answer:
    """The answer to init, in the dialect that is documented; in the other one where only that can be used."""
    is_json = Dialect.JSON in session.benches and wish.video_id is None
    video_id = None if is_json else wish.video_id or new_id()
    is_new = video_id not in session.scratch.made
    if video_id:
        session.scratch.made[video_id] = wish.title
    session.scratch.is_init_open = True
    answer = session.sender.send(_creation(session, wish, video_id))
    session.scratch.is_init_open = False
    if video_id and is_new and not is_success(answer):
        del session.scratch.made[video_id]
    elif is_json and (named := named_by(answer)[0]):
        session.scratch.made[named] = wish.title
    return answer


def opened(session: Session, wish: Wish, answer: Answer) -> OpenUpload:
    """The upload that an answer to init names.

    Raises:
        LessonFailedError: It names none.
    """
    if not is_success(answer):
        raise LessonFailedError(f"Kinescope refuses to create an upload ({words_of(answer)}).")
    video_id, address = named_by(answer)
    if video_id is None:
        address = answer.headers.get("location")
        video_id = wish.video_id or next(reversed(session.scratch.made))
    if not address:
        raise LessonFailedError("Kinescope says that the upload is created and does not say where.")
    return OpenUpload(video_id=video_id, url=urljoin(session.init_url, address), answer=answer)


def upload_call(kind: Literal[Request.HEAD, Request.TERMINATE], upload: OpenUpload, *, with_token: bool) -> ApiRequest:
    """Asks for the offset, or ends the upload."""
    method, action = ("HEAD", "tell the offset") if kind is Request.HEAD else ("DELETE", "end the upload")
    headers = tus.core_headers()
    return ApiRequest(kind=kind, method=method, url=upload.url, action=action, headers=headers, with_token=with_token)


def chunk_call(
    upload: OpenUpload, offset: int, blocks: Callable[[], Iterable[bytes]], *, length: int, with_token: bool
) -> ApiRequest:
    """Sends one chunk of `length` bytes from `offset` on."""
    return ApiRequest(
        kind=Request.PATCH,
        method="PATCH",
        url=upload.url,
        action="take a chunk",
        headers=tus.chunk_headers(offset=offset, length=length),
        body=blocks,
        with_token=with_token,
    )


def _creation(session: Session, wish: Wish, video_id: str | None) -> ApiRequest:
    """Creates an upload, with our id by Tus; without one, in the JSON dialect."""
    call = ApiRequest(kind=Request.INIT, method="POST", url=session.init_url, action="create an upload")
    fields = {
        "type": "video",
        "parent_id": session.scratch.folder_id,
        "title": wish.title,
        "filename": FILE_NAME,
        **({"description": wish.description} if wish.description else {}),
    }
    if video_id is None:
        return replace(call, json={**fields, "filesize": wish.size})
    metadata = {**fields, "init_id": video_id, "filesize": str(wish.size)}
    headers = tus.creation_headers(workspace_id=session.workspace_id or "", length=wish.size, metadata=metadata)
    return replace(call, headers=headers)
