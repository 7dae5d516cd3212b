"""Texts from the service without what is secret or private: upload URLs, ids. Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from kinescope_upload.commands.doctor.readings.outcome import Found, NotTold, NotTried, Step

if TYPE_CHECKING:
    from kinescope_upload.commands.doctor.readings.outcome import Outcome

_URL: Final = re.compile(r"https?://[^\s'\"<>()]+", re.IGNORECASE)
_UPLOAD_PATH: Final = re.compile(r"(/v2/uploads?/)[^\s'\"<>()]+", re.IGNORECASE)
_UUID: Final = re.compile(
    r"(?<!X-Request-ID )\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{8}([0-9a-f]{4})\b", re.IGNORECASE
)


def masked(text: str) -> str:
    """The text with each URL as its host, and each UUID as its last four characters.

    A request's id stays: Kinescope's support asks for it, and it opens nothing.
    """
    without_urls = _UPLOAD_PATH.sub(r"\1…", _URL.sub(_host_of, text))
    return _UUID.sub(r"…\1", without_urls)


def _host_of(url: re.Match[str]) -> str:
    try:
        parts = urlsplit(url[0])
    except ValueError:
        return "…"
    return f"{parts.scheme}://{parts.hostname or ''}/…"


def masked_item(item: Outcome | Step) -> Outcome | Step:
    """What was found, with its words masked."""
    match item:
        case Found():
            return replace(item, remark=masked(item.remark))
        case NotTold() | NotTried():
            return replace(item, why=masked(item.why))
        case Step():
            return replace(item, message=masked(item.message))
