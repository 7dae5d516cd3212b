"""The upload URL of an open upload: with and without the token, HEAD, chunks, and its end."""

from __future__ import annotations

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
from kinescope_upload.commands.doctor.readings.of_videos import decide_pending_assets
from kinescope_upload.commands.doctor.readings.outcome import Found
from kinescope_upload.commands.doctor.trial.opening import Wish, chunk_call, open_upload, upload_call
from kinescope_upload.commands.doctor.trial.session import SIZE, against, good, not_told, note
from kinescope_upload.commands.doctor.trial.tiny_mp4 import tiny_mp4
from kinescope_upload.kinescope.tus import Request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kinescope_upload.commands.doctor.trial.opening import OpenUpload
    from kinescope_upload.commands.doctor.trial.session import Item, Session
    from kinescope_upload.kinescope.tus import Answer

_PART: Final = SIZE // 4


def use_upload_url(session: Session) -> Iterator[Item]:
    """Sends a quarter of a file, looks at the video meanwhile, and ends the upload."""
    upload = open_upload(session, Wish(title=session.scratch.title("upload URL")))
    yield note("init headers", f"Init answers with HTTP {upload.answer.status} and {_names(upload.answer)}.")
    content = tiny_mp4(SIZE, seed=upload.video_id)
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
