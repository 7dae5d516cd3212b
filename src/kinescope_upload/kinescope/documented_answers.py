"""Decides whether a success has the form that Kinescope documents for the request. Pure.

Unknown further keys and headers are allowed everywhere. Sources: docs/kinescope.md, "Creating an upload", "Videos",
"Whose answer it is".
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from kinescope_upload.kinescope.tus import Answer

_CREATED: Final = 201
_NO_CONTENT: Final = 204
_UPLOADS_MARKS: Final = 2
"""How many of 201, `Location` and a mark of Kinescope's show that an upload was created: others may say one of them."""


class Form(StrEnum):
    """The forms of a success of init and of the management API."""

    UPLOAD = "upload"
    """`Location` is the URL of the upload: init in the dialect `tus`."""
    NAMED_UPLOAD = "named upload"
    """`data` holds the id of the video: init in the dialect `json`."""
    ENTITY = "entity"
    """`data` holds the id of one video or folder."""
    PAGE = "page"
    """`data` is a list, and `meta.pagination` tells of its pages, or `X-Request-ID` whose it is."""
    DELETION = "deletion"
    """204 without a body, or `{"data":{"success":true}}`."""
    OPEN = "open"
    """No form is documented: nothing is believed of it but that it is Kinescope's."""


def is_documented(form: Form, answer: Answer) -> bool:
    """Tells whether a success has this form. Whether its body is a page is not asked here."""
    match form:
        case Form.UPLOAD:
            is_marked = answer.is_marked or "tus-resumable" in answer.headers
            return (answer.status == _CREATED) + ("location" in answer.headers) + is_marked >= _UPLOADS_MARKS
        case Form.DELETION if not answer.body.strip():
            return answer.status == _NO_CONTENT and answer.is_marked
        case Form.OPEN if not answer.body.strip():
            return True
        case Form.PAGE if answer.is_marked and isinstance(_data_of(answer.json), list):
            return True
        case _:
            return _is_documented_json(form, answer.json)


def total_of(page: object) -> int | None:
    """How many entries a list has on all its pages; None where that is not told."""
    match page:
        case {"meta": {"pagination": {"total": int(total)}}}:
            return total
        case _:
            return None


def _data_of(body: object) -> object:
    return body.get("data") if isinstance(body, dict) else None


def _is_documented_json(form: Form, body: object) -> bool:
    match form, body:
        case ((Form.NAMED_UPLOAD | Form.ENTITY), {"data": {"id": str(entity_id)}}):
            return bool(entity_id)
        case Form.PAGE, {"data": [*_], "meta": {"pagination": {}}}:
            return True
        case Form.DELETION, {"data": {"success": success}}:
            return success is True
        case Form.OPEN, {"data": None, "errors": _}:  # GraphQL's way to say that it failed
            return False
        case Form.OPEN, {"data": _} | {"meta": _}:
            return True
        case _:
            return False
