"""An upload whose connection breaks, and that nobody resumes: what becomes of its video and of its URL."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Final

from kinescope_upload.commands.doctor.readings.of_answers import is_success, words_of
from kinescope_upload.commands.doctor.readings.of_videos import decide_broken_upload
from kinescope_upload.commands.doctor.readings.outcome import Found, NotTold
from kinescope_upload.commands.doctor.trial.opening import Wish, chunk_call, open_upload, upload_call
from kinescope_upload.commands.doctor.trial.session import SIZE, Watch, not_told
from kinescope_upload.commands.doctor.trial.tiny_mp4 import tiny_mp4
from kinescope_upload.errors import UnreachableError
from kinescope_upload.kinescope.tus import Request

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kinescope_upload.commands.doctor.readings.outcome import Outcome
    from kinescope_upload.commands.doctor.trial.opening import OpenUpload
    from kinescope_upload.commands.doctor.trial.session import Item, Session
    from kinescope_upload.kinescope.tus import Answer

_HALF: Final = SIZE // 2
_CONFLICT: Final = 409
_GONE: Final = frozenset({404, 410})


def break_an_upload(session: Session) -> Iterator[Item]:
    """Sends half of a file, cuts the connection, and watches what becomes of it."""
    wish = Wish(title=session.scratch.title("broken upload"))
    upload = open_upload(session, wish)
    content = tiny_mp4(SIZE, seed=upload.video_id)
    if not _break(session, upload, content):
        yield from not_told(("broken-upload", "suspended-upload"), "the upload could not be broken")
        return
    broken_at = session.waits.now()

    def look(*, is_last: bool) -> Sequence[Outcome]:
        video = session.video(upload.video_id)
        waited = session.waits.now() - broken_at
        status = decide_broken_upload(video, waited=waited, is_last=is_last)
        return [] if status is None else [status, _url_outcome(session, upload, content)]

    yield Watch(
        what="Kinescope to notice the broken upload",
        begun=broken_at,
        at_most=inf,
        look=look,
    )


def _break(session: Session, upload: OpenUpload, content: bytes) -> bool:
    """Cuts the connection in mid-chunk; whether that worked."""

    def blocks() -> Iterator[bytes]:
        yield content[:_HALF]
        session.sender.cut()
        yield content[_HALF:]

    with_token = session.uploads_need_token
    try:
        session.sender.ask_once(chunk_call(upload, 0, blocks, length=SIZE, with_token=with_token))
    except UnreachableError:
        return True
    return False


def _url_outcome(session: Session, upload: OpenUpload, content: bytes) -> Outcome:
    """`suspended-upload`, from the rest of the file sent to the URL."""
    answer = _rest_sent(session, upload, content)
    if is_success(answer):
        return Found(name="suspended-upload", value="open", remark="it takes the rest of the file")
    if answer.status in _GONE:
        return Found(name="suspended-upload", value="gone", remark=f"HTTP {answer.status}")
    return NotTold(name="suspended-upload", why=f"the rest of the file is answered with {words_of(answer)}")


def _rest_sent(session: Session, upload: OpenUpload, content: bytes) -> Answer:
    """The answer to the rest of the file; a conflict that names the offset corrects it."""
    with_token = session.uploads_need_token
    message = session.sender.send(upload_call(Request.HEAD, upload, with_token=with_token))
    offset = message.offset if is_success(message) and message.offset is not None else 0
    answer = _sent_from(session, upload, content, offset)
    if answer.status == _CONFLICT and answer.offset is not None:
        return _sent_from(session, upload, content, answer.offset)
    return answer


def _sent_from(session: Session, upload: OpenUpload, content: bytes, offset: int) -> Answer:
    rest = content[offset:]
    call = chunk_call(upload, offset, lambda: (rest,), length=len(rest), with_token=session.uploads_need_token)
    return session.sender.ask_once(call)
