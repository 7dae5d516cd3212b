"""Reads an HTTP answer as it comes, within limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kinescope_upload.errors import ForeignAnswerError
from kinescope_upload.kinescope.trust import host_of
from kinescope_upload.kinescope.tus import Answer

if TYPE_CHECKING:
    from kinescope_upload.kinescope.lean_httpx import httpx


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerLimits:
    """The most that one answer of Kinescope may take.

    Attributes:
        size: Bytes of the decoded body.
        seconds: Seconds from its first byte to its last.
    """

    size: int = 16 * 1024 * 1024
    seconds: float = 120.0


USUAL_LIMITS: Final = AnswerLimits()


def read_answer(response: httpx.Response, limits: AnswerLimits) -> Answer:
    """Reads the answer with its decoded body.

    Raises:
        ForeignAnswerError: It is larger than an answer of Kinescope may be.
    """
    body = bytearray()
    for block in response.iter_bytes():
        body += block
        if len(body) > limits.size:
            host = host_of(str(response.url))
            raise ForeignAnswerError(f"{host} gives an answer without end (HTTP {response.status_code})")
    return Answer(status=response.status_code, headers=dict(response.headers), body=bytes(body), url=str(response.url))
