"""What the service says to a token, to none, of things that do not exist, and to many requests at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from kinescope_upload.commands.doctor.readings.of_answers import (
    access_denied,
    decide_delete_unknown,
    decide_no_token,
    decide_not_found,
    decide_options,
    decide_rate_scope,
)
from kinescope_upload.commands.doctor.readings.outcome import NotTried
from kinescope_upload.commands.doctor.trial.opening import Wish, open_upload, upload_call
from kinescope_upload.commands.doctor.trial.session import StoppedError, new_id
from kinescope_upload.errors import UnreachableError
from kinescope_upload.kinescope import tus
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
MAY_NOT_DELETE = "The token may not delete videos, so everything that this try makes would stay."
GIVE_RIGHT = "Give the token the right to delete at Kinescope, then run the same command again."


def ask_without_token(session: Session) -> Iterator[Item]:
    """Asks for the projects without a token."""
    yield decide_no_token(session.sender.api("GET", "/v1/projects", action="list the projects", with_token=False))


def ask_for_nothing(session: Session) -> Iterator[Item]:
    """Asks for a video that does not exist."""
    yield decide_not_found(session.sender.api("GET", f"/v1/videos/{new_id()}", action="look for a video"))


def ask_for_options(session: Session) -> Iterator[Item]:
    """Asks the uploader what it can do."""
    call = ApiRequest(
        kind=Request.INIT,
        method="OPTIONS",
        url=session.init_url,
        action="tell what it can do",
        headers=tus.core_headers(),
        with_token=False,
    )
    yield decide_options(session.sender.send(call))


def ask_to_delete_nothing(session: Session) -> Iterator[Item]:
    """Deletes a video that does not exist: without the right to delete, nothing may be made.

    Raises:
        StoppedError: The token may not delete.
    """
    path = f"/v1/videos/{new_id()}"
    answer = session.sender.api("DELETE", path, action="delete a video that does not exist")
    session.unknown_delete = answer
    if not session.is_told_not_to_delete and not _is_right_missing(session, path, answer):
        return  # the first video that is made and deleted tells whether that is the right or the unknown id
    yield decide_delete_unknown(answer, may_delete=False)
    raise StoppedError(f"{MAY_NOT_DELETE} Nothing was made.", GIVE_RIGHT)


def _is_right_missing(session: Session, path: str, answer: Answer) -> bool:
    """Whether the answer is about the right; whoever refuses to look for such an id says nothing about it."""
    if not access_denied(answer):
        return False
    return not access_denied(session.sender.api("GET", path, action="look for a video"))


def ask_too_often(session: Session) -> Iterator[Item]:
    """Sends 40 requests at once to the API, then to the uploader."""
    if not session.is_thorough:
        yield NotTried(name="rate-scope", why="only with --thorough: it takes many requests at once")
        return
    upload = open_upload(session, Wish(title=session.scratch.title("rate limit")))
    url = f"{session.settings.api_url}/v1/videos/{new_id()}"
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
