"""Writes the headers of Tus 1.0.0 requests and reads the answers. Pure.

Sources: the Tus resumable upload protocol 1.0.0 (core, creation, expiration, termination;
https://tus.io/protocols/resumable-upload) and docs/kinescope.md for what Kinescope adds.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from kinescope_upload.kinescope.api_errors import Meaning, Request, is_code, meaning_of

__all__ = [
    "TUS_VERSION",
    "Answer",
    "Meaning",
    "Request",
    "chunk_headers",
    "core_headers",
    "creation_headers",
    "encode_metadata",
    "interpret",
    "parse_date",
    "retry_after",
    "shortened",
]

TUS_VERSION: Final = "1.0.0"
_LONGEST_WORDS: Final = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Holds an HTTP answer; header names in lower case. `url` is the address that was asked."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    url: str | None = None

    @property
    def request_id(self) -> str | None:
        """Kinescope's id of this request, which its support asks for."""
        return self.headers.get("x-request-id")

    @property
    def offset(self) -> int | None:
        """`Upload-Offset` in bytes; None when it is absent or not a number."""
        return _whole_number(self.headers.get("upload-offset"))

    @property
    def length(self) -> int | None:
        """`Upload-Length` in bytes; None when it is absent or not a number."""
        return _whole_number(self.headers.get("upload-length"))

    @property
    def expires_at(self) -> datetime | None:
        """`Upload-Expires` in UTC; None when it is absent or not a date."""
        return parse_date(self.headers.get("upload-expires"))

    @property
    def json(self) -> object:
        """The body as JSON; None when it is not JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    @property
    def error_code(self) -> int | None:
        """Kinescope's own error code, such as 400419; None when the body has none, or somebody else's."""
        code = self._error.get("code")
        return code if isinstance(code, int) and is_code(code, self.status) else None

    @property
    def is_marked(self) -> bool:
        """Whether it carries the `X-Request-ID` that every answer of Kinescope has (docs/kinescope.md)."""
        return self.request_id is not None

    @property
    def error_text(self) -> str:
        """Kinescope's own text for the error, or the plain text of a server on the way; empty when there is neither."""
        texts = (self._error.get(key) for key in ("message", "detail"))
        return ": ".join(text for text in texts if isinstance(text, str) and text) or self._plain_text

    @property
    def _plain_text(self) -> str:
        """The body, shortened, where it is a plain text."""
        kind = self.headers.get("content-type", "text/plain").lower()
        if not kind.startswith("text/plain") or self.body.lstrip()[:1] in {b"<", b"{", b"["}:
            return ""
        try:
            return shortened(self.body.decode())
        except UnicodeDecodeError:
            return ""

    @property
    def _error(self) -> Mapping[str, object]:
        match self.json:
            case {"error": Mapping() as error}:
                return error
            case _:
                return {}


def shortened(text: str) -> str:
    """Keeps the printable characters of somebody's text, at most 80 of them."""
    words = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return words if len(words) <= _LONGEST_WORDS else f"{words[: _LONGEST_WORDS - 1]}…"


def _whole_number(text: str | None) -> int | None:
    return int(text) if text is not None and re.fullmatch(r"[0-9]{1,18}", text) else None


def parse_date(text: str | None) -> datetime | None:
    """Reads an HTTP date (RFC 9110, section 5.6.7) as UTC; None when the text is not a date."""
    if not text:
        return None
    try:
        moment = parsedate_to_datetime(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def retry_after(answer: Answer, now: datetime) -> float | None:
    """Reads the seconds to wait from `Retry-After`, which holds seconds or a date (RFC 9110, section 10.2.3).

    Args:
        answer: The answer.
        now: The server's present time (UTC), which a date is compared with.
    """
    text = answer.headers.get("retry-after", "").strip()
    if (seconds := _whole_number(text)) is not None:
        return float(seconds)
    moment = parse_date(text)
    return max(0.0, (moment - now).total_seconds()) if moment else None


def encode_metadata(values: Mapping[str, str]) -> str:
    """Writes `Upload-Metadata`: pairs of a key and its value in base64 of UTF-8 (Tus, creation, Upload-Metadata).

    Raises:
        ValueError: A key is empty or holds a space, a comma or a character outside ASCII.
    """
    for key in values:
        if not re.fullmatch(r"[!-+\--~]+", key):
            raise ValueError(f"{key!r} cannot be a key of Upload-Metadata")
    pairs = (f"{key} {base64.b64encode(value.encode()).decode('ascii')}" for key, value in values.items())
    return ",".join(pairs)


def core_headers() -> dict[str, str]:
    """Writes the headers of HEAD and DELETE (Tus, core and termination)."""
    return {"Tus-Resumable": TUS_VERSION}


def creation_headers(*, workspace_id: str, length: int, metadata: Mapping[str, str]) -> dict[str, str]:
    """Writes the headers that create an upload of `length` bytes (Tus, creation)."""
    return core_headers() | {
        "X-Workspace-ID": workspace_id,
        "Upload-Length": str(length),
        "Upload-Metadata": encode_metadata(metadata),
    }


def chunk_headers(*, offset: int, length: int, closes: bool = False) -> dict[str, str]:
    """Writes the headers of a chunk of `length` bytes from `offset` on (Tus, core, PATCH).

    Args:
        offset: The first byte.
        length: The number of bytes.
        closes: Whether the connection ends with the answer (RFC 9112, section 9.6).
    """
    last = {"Connection": "close"} if closes else {}
    return (
        core_headers()
        | last
        | {
            "Upload-Offset": str(offset),
            "Content-Type": "application/offset+octet-stream",
            "Content-Length": str(length),
        }
    )


def interpret(request: Request, answer: Answer) -> Meaning:
    """Decides what an answer to such a request means: by Kinescope's own code, else by the HTTP status."""
    names_wait = "retry-after" in answer.headers
    return meaning_of(request, answer.status, answer.error_code, names_wait=names_wait)
