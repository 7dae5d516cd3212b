"""Converts what the HTTP library raises into the errors of kupload, worded for people."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from kinescope_upload.errors import ForeignAnswerError, LessonFailedError, UnreachableError
from kinescope_upload.kinescope.lean_httpx import httpx
from kinescope_upload.kinescope.trust import host_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kinescope_upload.kinescope.http_client import ApiRequest
    from kinescope_upload.kinescope.proxies import NamedProxy

_WITHOUT_END: Final = ("Receive buffer too long", "the answer takes longer than")
"""How h11 words headers that do not end (100 kB), and our stream an answer that drips."""


@contextmanager
def outside_errors(call: ApiRequest, proxy: NamedProxy | None) -> Iterator[None]:
    """Converts the exceptions of httpx; an error that the body itself raises passes through.

    An `UnreachableError` gets the address, so that the wait for its end asks there.

    Args:
        call: The request that is sent meanwhile.
        proxy: The proxy that it goes through; None where it goes directly.
    """
    try:
        with _httpx_errors(call, proxy):
            yield
    except UnreachableError as error:
        error.url = call.url
        raise


@contextmanager
def _httpx_errors(call: ApiRequest, proxy: NamedProxy | None) -> Iterator[None]:
    try:
        yield
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        through = f" through the proxy {proxy.address} of {proxy.setting}" if proxy else ""
        what = f"{host_of(call.url)} cannot be reached{through} ({_reason(error)})."
        raise UnreachableError(what, was_sent=False) from error
    except httpx.TimeoutException as error:
        raise UnreachableError(f"The connection stalled (asked to {call.action}).") from error
    except (httpx.TransportError, httpx.DecodingError) as error:
        if (reason := _reason(error)).startswith(_WITHOUT_END):
            asked = f"asked to {call.action}: {reason}"
            raise ForeignAnswerError(f"{host_of(call.url)} gives an answer without end", asked) from error
        raise UnreachableError(f"The connection broke (asked to {call.action}: {reason}).") from error
    except httpx.InvalidURL:
        raise LessonFailedError(f"Kinescope named an address that is not valid, to {call.action}.") from None


def _reason(error: Exception) -> str:
    """Gives the text of the exception; for an answer that is not HTTP, without the quoted part of that answer."""
    text = str(error).removeprefix("('").removesuffix("',)") or type(error).__name__  # so Windows's TLS errors are
    return text.partition(":")[0] if isinstance(error, httpx.RemoteProtocolError) else text
