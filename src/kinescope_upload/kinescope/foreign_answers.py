"""Decides whether an answer is Kinescope's, and words what answered instead. Pure.

Sources: docs/kinescope.md, "Whose answer it is"; the Tus protocol 1.0.0 (`Tus-Resumable` is in every answer).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from kinescope_upload.kinescope.api_errors import Request
from kinescope_upload.kinescope.documented_answers import Form, is_documented
from kinescope_upload.kinescope.tus import shortened

if TYPE_CHECKING:
    from kinescope_upload.kinescope.tus import Answer

_TUS_MARKS: Final = frozenset({"tus-resumable", "upload-offset"})
_GATEWAY_TROUBLE: Final = frozenset({502, 503, 504})
GONE: Final = frozenset({404, 410})
_MAY_SAY_GONE: Final = frozenset({Request.HEAD, Request.TERMINATE})
"""Their 404 and 410 count whoever says them: HEAD has no body that could tell, and what is gone needs no end."""
_NO_OPTIONS: Final = frozenset({405, 501})
_TITLE: Final = re.compile(rb"<title[^>]*>([^<]{1,400})", re.IGNORECASE)
_TAG: Final = re.compile(rb"<(script|style).*?</\1\s*>|<[^>]*>", re.IGNORECASE | re.DOTALL)
_LOOKED_AT: Final = 16 * 1024
_LONGEST_REASON: Final = 200
"""Bytes; a longer plain text is no reason for a refusal."""


def foreign_words(kind: Request, answer: Answer, form: Form = Form.OPEN) -> str | None:
    """Words what answered instead of Kinescope; None when the answer counts as Kinescope's.

    Args:
        kind: The kind of request. Only answers to the management API and to init hold `data` and `meta`.
        answer: The answer.
        form: The form that Kinescope documents for a success of the management API or of init.

    Returns:
        Words that follow the host: `is answered by nginx (HTTP 502, an HTML page: "Bad gateway") instead of Kinescope`.
    """
    if _is_success_of_kinescope_itself(kind, answer):
        return None if _is_documented(answer, form) else _words(answer)
    if _counts_whoever_says_it(kind, answer) or not _TUS_MARKS.isdisjoint(answer.headers):
        return None
    if 300 <= answer.status < 400:  # noqa: PLR2004 - the class of redirects, which Kinescope does not use
        return f"is answered by a redirect to {_leads_to(answer)} (HTTP {answer.status}) instead of Kinescope"
    return None if _is_kinescopes(kind, answer) else _words(answer)


def can_be_reached(answer: Answer) -> bool:
    """Tells whether an answer to OPTIONS shows that Kinescope, and nobody else, can be reached.

    How Kinescope answers OPTIONS is an open reading, so that `X-Request-ID` is enough, which every answer of Kinescope
    carries, or a refusal of the method.
    """
    if answer.status in _GATEWAY_TROUBLE:
        return False
    if answer.is_marked or answer.status in _NO_OPTIONS or not _TUS_MARKS.isdisjoint(answer.headers):
        return True
    is_redirect = 300 <= answer.status < 400  # noqa: PLR2004 - the class of redirects
    is_empty = not answer.body.strip() and not _is_page(answer) and not is_redirect
    return is_empty or foreign_words(Request.API, answer) is None


def _is_success_of_kinescope_itself(kind: Request, answer: Answer) -> bool:
    """Tells whether it is a success of the management API or of init, whose forms are documented."""
    return 200 <= answer.status < 300 and not kind.is_to_upload_url  # noqa: PLR2004 - the class of success


def _is_documented(answer: Answer, form: Form) -> bool:
    is_of_tus = form is Form.UPLOAD and "tus-resumable" in answer.headers
    return (is_of_tus or not _is_page(answer)) and is_documented(form, answer)


def _words(answer: Answer) -> str:
    said = f"(HTTP {answer.status}, {_form(answer)})"
    if answer.is_marked and answer.status < 300:  # noqa: PLR2004 - the class of success
        return f"is answered in a form that is none of Kinescope's {said}"
    server = shortened(answer.headers.get("server", "")) or "somebody else"
    return f"is answered by {server} {said} instead of Kinescope"


def _counts_whoever_says_it(kind: Request, answer: Answer) -> bool:
    """Tells whether it asks to slow down or to send smaller chunks, or says that an upload is gone.

    One such answer to HEAD proves nothing; the driver asks again, and asks the API (`upload/chunk_sender.py`).
    """
    slows_down = answer.status == 429 or (answer.status == 503 and "retry-after" in answer.headers)  # noqa: PLR2004
    is_hops_limit = kind is Request.PATCH and answer.status == 413  # noqa: PLR2004 - a hop's limit of a request
    return slows_down or is_hops_limit or (kind in _MAY_SAY_GONE and answer.status in GONE)


def _is_kinescopes(kind: Request, answer: Answer) -> bool:
    if _is_page(answer):
        return False
    match answer.json:
        case {"error": {"code": _} | {"message": _}}:
            return answer.is_marked or answer.error_code is not None
        case _ if _is_reason(answer):
            return answer.is_marked and not kind.is_to_upload_url
        case _ if kind is Request.API and answer.status in GONE:
            return False  # it would prove an absence, and has neither the error object nor the text of a reading
        case {"data": _} | {"meta": _}:
            return not kind.is_to_upload_url
        case _:
            return not answer.body.strip() and (kind.is_to_upload_url or answer.is_marked)


def _is_page(answer: Answer) -> bool:
    """Tells whether the body is an HTML page; of an answer to HEAD, whether it would be one."""
    would_be = answer.headers.get("content-length") != "0" and "html" in answer.headers.get("content-type", "").lower()
    return would_be or answer.body.lstrip()[:1] == b"<"


def _is_reason(answer: Answer) -> bool:
    kind = answer.headers.get("content-type", "").lower()
    return kind.startswith("text/plain") and 0 < len(answer.body.strip()) <= _LONGEST_REASON


def _leads_to(answer: Answer) -> str:
    try:
        host = urlsplit(answer.headers.get("location", "")).hostname
    except ValueError:
        host = None
    return shortened(host or "") or "another page"


def _form(answer: Answer) -> str:
    body = answer.body[:_LOOKED_AT]
    if _is_page(answer):
        title = _TITLE.search(body)
        return _quoted("an HTML page", title[1] if title else _TAG.sub(b" ", body))
    if not body.strip():
        return "without a body"
    form = "JSON of another form" if answer.body.lstrip()[:1] in {b"{", b"["} else "a text"
    return _quoted(form, body)


def _quoted(form: str, text: bytes) -> str:
    words = shortened(text.decode(errors="replace"))
    return f'{form}: "{words}"' if words else form
