"""The upload URL of an open upload: the token, HEAD, chunks, its end, and a break that nobody mends."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Final

from kinescope_upload.commands.doctor.readings.of_answers import (
    decide_expires,
    decide_head,
    decide_terminate,
    decide_upload_token,
    is_success,
    needs_token,
    words_of,
)
from kinescope_upload.commands.doctor.readings.of_videos import decide_broken_upload, decide_pending_assets
from kinescope_upload.commands.doctor.readings.outcome import Found, NotTold
from kinescope_upload.commands.doctor.trial.opening import Wish, chunk_call, open_upload, upload_call
from kinescope_upload.commands.doctor.trial.session import SIZE, Watch, against, good, not_told, note
from kinescope_upload.errors import UnreachableError
from kinescope_upload.kinescope.tus import Request
from kinescope_upload.media.sample_mp4 import make_mp4

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kinescope_upload.commands.doctor.readings.outcome import Outcome
    from kinescope_upload.commands.doctor.trial.opening import OpenUpload
    from kinescope_upload.commands.doctor.trial.session import Item, Session
    from kinescope_upload.kinescope.tus import Answer

_PART: Final = SIZE // 4
_HALF: Final = SIZE // 2
_CONFLICT: Final = 409
_GONE: Final = frozenset({404, 410})


def use_upload_url(session: Session) -> Iterator[Item]:
    """Sends a quarter of a file, looks at the video meanwhile, and ends the upload."""
    upload = open_upload(session, Wish(title=session.scratch.title("upload URL")))
    yield note("init headers", f"Init answers with HTTP {upload.answer.status} and {_names(upload.answer)}.")
    content = make_mp4(SIZE, seed=upload.video_id)
    patch = _chunk(session, upload, content, with_token=False)
    yield decide_upload_token(patch)
    session.uploads_need_token = session.uploads_need_token or needs_token(patch)
    if not is_success(patch):
        patch = _chunk(session, upload, content, with_token=True)
    if not is_success(patch):
        yield against("chunk", f"A chunk with the token is answered with {words_of(patch)}.")
    head = session.sender.send(upload_call(Request.HEAD, upload, with_token=session.uploads_need_token))
    yield decide_head(head)
    other = session.sender.send(upload_call(Request.HEAD, upload, with_token=not session.uploads_need_token))
    yield note("HEAD and token", _both(head, other, needs=session.uploads_need_token))
    video = session.video(upload.video_id)
    if video is None:
        yield from not_told(("pending-assets",), "Kinescope does not show a video while it is uploaded")
    else:
        yield decide_pending_assets(video)
    yield decide_expires((upload.answer, patch, head))
    end = upload_call(Request.TERMINATE, upload, with_token=session.uploads_need_token)
    ended = session.sender.ask_once(end)
    outcome = decide_terminate(ended)
    yield outcome
    if isinstance(outcome, Found) and is_success(ended):
        after = session.sender.send(upload_call(Request.HEAD, upload, with_token=session.uploads_need_token))
        yield good("after DELETE", f"The upload URL is then answered with {words_of(after)}.")


def _chunk(session: Session, upload: OpenUpload, content: bytes, *, with_token: bool) -> Answer:
    part = content[:_PART]
    return session.sender.ask_once(chunk_call(upload, 0, lambda: (part,), length=_PART, with_token=with_token))


def _both(one: Answer, other: Answer, *, needs: bool) -> str:
    with_token, without = (one, other) if needs else (other, one)
    return f"HEAD is answered with HTTP {with_token.status} with the token, {without.status} without it."


def _names(answer: Answer) -> str:
    """The names of the headers; their values may hold the upload URL."""
    return ", ".join(sorted(answer.headers))


def break_an_upload(session: Session) -> Iterator[Item]:
    """Sends half of a file, cuts the connection, and watches what becomes of it."""
    wish = Wish(title=session.scratch.title("broken upload"))
    upload = open_upload(session, wish)
    content = make_mp4(SIZE, seed=upload.video_id)
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
