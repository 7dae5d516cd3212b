"""The rate limit, only when it was asked for: nothing else sends many requests."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from kinescope_upload.commands.doctor.readings.of_answers import decide_rate_scope
from kinescope_upload.commands.doctor.readings.outcome import NotTried
from kinescope_upload.commands.doctor.trial.opening import Wish, open_upload, upload_call
from kinescope_upload.commands.doctor.trial.session import new_id
from kinescope_upload.errors import UnreachableError
from kinescope_upload.kinescope.http_client import ApiRequest
from kinescope_upload.kinescope.tus import Request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kinescope_upload.commands.doctor.trial.session import Item, Session
    from kinescope_upload.kinescope.http_client import HttpClient
    from kinescope_upload.kinescope.tus import Answer

_AT_ONCE: Final = 40
"""Requests: four times what the API takes in a second."""
_WORKERS: Final = 10


def ask_too_often(session: Session) -> Iterator[Item]:
    """Sends 40 requests at once to the API, then to the uploader."""
    if not session.is_thorough:
        yield NotTried(name="rate-scope", why="only with --thorough: it takes many requests at once")
        return
    upload = open_upload(session, Wish(title=session.scratch.title("rate limit")))
    url = f"{session.api_url}/v1/videos/{new_id()}"
    with session.open_unpaced() as service:
        api = _asked_at_once(service, ApiRequest(kind=Request.API, method="GET", url=url, action="look for a video"))
        uploader = _asked_at_once(service, upload_call(Request.HEAD, upload, with_token=True))
    yield decide_rate_scope(api, uploader)


def _asked_at_once(service: HttpClient, call: ApiRequest) -> list[Answer]:
    def asked(_number: int) -> Answer | None:
        try:
            return service.send(call)
        except UnreachableError:
            return None

    with ThreadPoolExecutor(_WORKERS) as pool:
        return [answer for answer in pool.map(asked, range(_AT_ONCE)) if answer is not None]
