"""Uploads by Tus: sends what `tus` writes and converts the answers to events of `upload`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from kinescope_upload.errors import (
    AbsentError,
    BatchStoppedError,
    ForeignAnswerError,
    LessonFailedError,
    TryAgainError,
    UnavailableError,
    UnreachableError,
)
from kinescope_upload.kinescope import tus
from kinescope_upload.kinescope.documented_answers import Form
from kinescope_upload.kinescope.error_messages import error_for
from kinescope_upload.kinescope.foreign_answers import GONE
from kinescope_upload.kinescope.http_client import ApiRequest
from kinescope_upload.kinescope.trust import host_of
from kinescope_upload.kinescope.tus import Answer, Meaning, Request, interpret
from kinescope_upload.policy.retry import request_deadline, transfer_time
from kinescope_upload.text import distinct_bytes
from kinescope_upload.text.hints import Hint
from kinescope_upload.upload import Dialect, marked_description
from kinescope_upload.upload.events import (
    AlreadyExists,
    ChunkRefused,
    Created,
    Event,
    InitUnanswered,
    LengthReached,
    OffsetAccepted,
    OffsetLost,
    OffsetRefused,
    OffsetUnknown,
    UploadGone,
)
from kinescope_upload.video_ids import video_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kinescope_upload.kinescope.http_client import HttpClient
    from kinescope_upload.upload import Record

_TOO_LARGE = 413


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Describes the bytes of one PATCH.

    Attributes:
        offset: The first byte.
        length: The number of bytes.
        blocks: Reads them; each call does so again.
        closes: Whether the connection ends with the answer.
    """

    offset: int
    length: int
    blocks: Callable[[], Iterable[bytes]]
    closes: bool = False


class TusClient:
    """Creates uploads and sends chunks.

    Args:
        service: The HTTP client.
        uploader_url: The address of the uploader.
        workspace_id: The workspace; None while it is unknown, or when only the JSON dialect is used.
    """

    def __init__(self, service: HttpClient, *, uploader_url: str, workspace_id: str | None) -> None:
        self._service = service
        self._uploader_url = uploader_url
        self._workspace_id = workspace_id

    @property
    def probe_url(self) -> str:
        """The address that creates uploads; it answers whenever the uploader can be reached."""
        return f"{self._uploader_url}/v2/init"

    def use_workspace(self, workspace_id: str) -> None:
        """Sets the workspace for new uploads (Tus dialect)."""
        self._workspace_id = workspace_id

    def create(self, record: Record) -> Created | AlreadyExists | InitUnanswered:
        """Creates the upload in the record's dialect.

        Raises:
            KuploadError: The answer is no success, or none came and a second request with the same id is safe.
        """
        call = self._tus_creation(record) if record.dialect is Dialect.TUS else self._json_creation(record)
        try:
            answer = self._service.send(call)
        except UnreachableError as error:
            if record.dialect is Dialect.JSON and error.was_sent:
                return InitUnanswered(cause=error)
            raise
        match interpret(Request.INIT, answer):
            case Meaning.DONE:
                return _created(record, call.url, answer)
            case Meaning.TAKEN:
                return AlreadyExists()
            case Meaning.TROUBLE as meaning if record.dialect is Dialect.JSON:
                trouble = error_for(meaning, answer, action=call.action, now=self._service.now())
                return InitUnanswered(cause=trouble if isinstance(trouble, TryAgainError) else None)
            case Meaning.RIGHT_MISSING if record.dialect is Dialect.TUS:
                raise BatchStoppedError(
                    f"The token may not create uploads in workspace {self._workspace_id} "
                    f"({f'{answer.status} {answer.error_text}'.strip()}).",
                    Hint("Check KINESCOPE_WORKSPACE_ID and the token's rights: ", ("doctor",), " shows both."),
                    request_id=answer.request_id,
                )
            case meaning:
                refusal = error_for(meaning, answer, action=call.action, now=self._service.now())
                if isinstance(refusal, AbsentError):
                    create = ("folders", "--create", "--course", record.course)
                    refusal.hint = Hint("Is the course's folder gone? ", create, " makes it again.")
                raise refusal

    def ask_offset(self, record: Record) -> Event:
        """Asks how many bytes the server holds (Tus, core, HEAD).

        Returns:
            `OffsetAccepted` or, when it holds all of them, `LengthReached` without an MD5; `OffsetRefused` when the
            server does not answer the question; `UploadGone`.

        Raises:
            KuploadError: Any other answer, or none.
        """
        action = "report the offset"
        call = ApiRequest(kind=Request.HEAD, method="HEAD", url=_url(record), action=action, headers=tus.core_headers())
        answer = self._service.send(call)
        match interpret(Request.HEAD, answer):
            case Meaning.DONE if answer.offset is not None:
                return _accepted(record, answer.offset, answer)
            case Meaning.DONE | Meaning.OFFSET_REFUSED:
                return OffsetRefused()
            case Meaning.GONE:
                return UploadGone()
            case meaning:
                raise error_for(meaning, answer, action=action, now=self._service.now())

    def send(self, record: Record, chunk: Chunk) -> Event:
        """Sends one chunk (Tus, core, PATCH).

        Returns:
            `OffsetAccepted`, or `LengthReached` without an MD5; `OffsetUnknown` or `OffsetLost` after a conflict that
            does not name the offset; `ChunkRefused`; `UploadGone`.

        Raises:
            KuploadError: Any other answer, or none: bytes may have arrived, so ask for the offset.
        """
        action = "take a chunk"
        is_last = chunk.offset + chunk.length == record.size
        call = ApiRequest(
            kind=Request.PATCH,
            method="PATCH",
            url=_url(record),
            action=action,
            headers=tus.chunk_headers(offset=chunk.offset, length=chunk.length, closes=chunk.closes),
            body=chunk.blocks,
            # A server that finishes a file takes its time, and a hop may pass on slowly what it took at once.
            patience=request_deadline(chunk.length) if is_last else transfer_time(chunk.length),
        )
        answer = self._sent(call)
        match interpret(Request.PATCH, answer):
            case Meaning.DONE if answer.offset is None:
                what = f"{host_of(call.url)} took a chunk without telling the offset, which no Tus server does."
                raise UnavailableError(what, url=call.url, request_id=answer.request_id)
            case Meaning.DONE | Meaning.CONFLICT if answer.offset is not None:
                return _accepted(record, answer.offset, answer)
            case Meaning.CONFLICT:
                return OffsetLost() if record.offset_refused else OffsetUnknown()
            case Meaning.GONE:
                return UploadGone()
            case Meaning.FINAL if answer.status == _TOO_LARGE and answer.error_code is None:
                return ChunkRefused()
            case meaning:
                raise error_for(meaning, answer, action=action, now=self._service.now())

    def _sent(self, call: ApiRequest) -> Answer:
        """The answer to a chunk. Somebody's page that says 404 of one URL tells nothing of the host: that is asked."""
        try:
            return self._service.send(call)
        except ForeignAnswerError as error:
            if error.status in GONE:
                error.url = self.probe_url
            raise

    def terminate(self, record: Record) -> None:
        """Ends an unfinished upload (Tus, termination), as far as the server supports that.

        Raises:
            TryAgainError: No answer, or a temporary refusal.
        """
        action = "end the upload"
        call = ApiRequest(
            kind=Request.TERMINATE, method="DELETE", url=_url(record), action=action, headers=tus.core_headers()
        )
        answer = self._service.send(call)
        meaning = interpret(Request.TERMINATE, answer)
        if meaning in {Meaning.LOCKED, Meaning.THROTTLED, Meaning.TROUBLE, Meaning.TOKEN_REFUSED}:
            raise error_for(meaning, answer, action=action, now=self._service.now())

    def _tus_creation(self, record: Record) -> ApiRequest:
        if self._workspace_id is None:
            raise AssertionError(f"lesson {record.lesson_id} is uploaded by Tus, and no workspace is known")
        metadata = {
            "parent_id": record.parent_id,
            "init_id": record.video_id or "",
            "type": "video",
            "title": record.title,
            "filename": _file_name(record),
            "filesize": str(record.size),
        }
        headers = tus.creation_headers(workspace_id=self._workspace_id, length=record.size, metadata=metadata)
        return replace(self._creation, headers=headers, form=Form.UPLOAD)

    def _json_creation(self, record: Record) -> ApiRequest:
        body: dict[str, object] = {
            "type": "video",
            "parent_id": record.parent_id,
            "title": record.title,
            "filename": _file_name(record),
            "filesize": record.size,
        }
        if record.mark:
            body["description"] = marked_description(record.mark)
        return replace(self._creation, json=body, form=Form.NAMED_UPLOAD)

    @property
    def _creation(self) -> ApiRequest:
        return ApiRequest(kind=Request.INIT, method="POST", url=self.probe_url, action="create the upload")


def _file_name(record: Record) -> str:
    return (record.path or "").rpartition("/")[2]


def _url(record: Record) -> str:
    if record.upload_url is None:
        raise AssertionError(f"lesson {record.lesson_id} has no upload URL at stage {record.stage}")
    return record.upload_url


def _created(record: Record, url: str, answer: Answer) -> Created:
    video_id, address = named_by(answer) if record.dialect is Dialect.JSON else (None, answer.headers.get("location"))
    try:
        upload_url = urljoin(url, address) if address else ""
    except ValueError:  # not a valid address
        upload_url = ""
    if not upload_url:
        raise LessonFailedError(
            f"Kinescope created the upload and gave no address for it ({answer.status}).",
            "Run the same command again; it looks for the video first.",
            request_id=answer.request_id,
        )
    return Created(upload_url=upload_url, video_id=video_id, expires_at=answer.expires_at)


def named_by(answer: Answer) -> tuple[str | None, str | None]:
    """Reads the video's id and the upload URL of the JSON dialect."""
    match answer.json:
        case {"data": {"id": str(video_id), "endpoint": str(endpoint)}}:
            return video_key(video_id) or video_id, endpoint
        case _:
            return None, None


def _accepted(record: Record, offset: int, answer: Answer) -> OffsetAccepted | LengthReached:
    if offset > record.size or (answer.length is not None and answer.length != record.size):
        held, whole = distinct_bytes(offset if offset > record.size else answer.length or 0, record.size)
        raise LessonFailedError(
            f"Kinescope's upload has {held}, and the file has {whole}.", request_id=answer.request_id
        )
    if offset == record.size:
        return LengthReached(md5=None)
    return OffsetAccepted(offset=offset, expires_at=answer.expires_at)
