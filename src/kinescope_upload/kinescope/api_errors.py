"""Decides what Kinescope's answers mean: by its own error code, else by the HTTP status. Pure.

Sources: docs/kinescope.md (Kinescope's codes), the Tus protocol 1.0.0 (404, 409, 410, 412, 423, 460), RFC 9110.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Request(StrEnum):
    """The kinds of requests; the same answer means different things to each."""

    INIT = "init"
    HEAD = "head"
    PATCH = "patch"
    TERMINATE = "terminate"
    API = "api"

    @property
    def is_to_upload_url(self) -> bool:
        """Tells whether it goes to the URL of one upload, which is a secret and needs no token."""
        return self in {Request.HEAD, Request.PATCH, Request.TERMINATE}


class Meaning(StrEnum):
    """What an answer means for the caller."""

    DONE = "done"
    TAKEN = "taken"
    NAME_TAKEN = "name taken"
    GONE = "gone"
    CONFLICT = "conflict"
    OFFSET_REFUSED = "offset refused"
    LOCKED = "locked"
    DAMAGED = "damaged"
    THROTTLED = "throttled"
    TROUBLE = "trouble"
    TOKEN_REFUSED = "token refused"  # noqa: S105 - a meaning, not a token
    UNPAID = "unpaid"
    EMAIL_UNCONFIRMED = "e-mail unconfirmed"
    RIGHT_MISSING = "right missing"
    FINAL = "final"


_BY_CODE: Final[dict[int, Meaning]] = {
    100101: Meaning.TOKEN_REFUSED,  # no authorization header
    100102: Meaning.TOKEN_REFUSED,  # unauthorized
    100103: Meaning.RIGHT_MISSING,  # access denied
    100104: Meaning.RIGHT_MISSING,  # documented by number only; of the family of the two around it
    100105: Meaning.RIGHT_MISSING,  # documented by number only
    100106: Meaning.UNPAID,  # limit reached
    100107: Meaning.RIGHT_MISSING,  # not the owner
    400101: Meaning.FINAL,  # JSON syntax
    400102: Meaning.FINAL,  # JSON type
    400201: Meaning.FINAL,  # taken
    400203: Meaning.NAME_TAKEN,
    400207: Meaning.UNPAID,  # not enough money
    400208: Meaning.UNPAID,  # no billing account
    400209: Meaning.UNPAID,  # no payment method
    400210: Meaning.UNPAID,  # product used up
    400211: Meaning.UNPAID,  # not in a trial
    400212: Meaning.UNPAID,  # subscription not paid
    400213: Meaning.EMAIL_UNCONFIRMED,
    400216: Meaning.FINAL,  # order field
    400301: Meaning.FINAL,  # invalid UUID
    400400: Meaning.FINAL,  # unexpected value
    400405: Meaning.FINAL,  # method not allowed
    400419: Meaning.FINAL,  # already exists
    402402: Meaning.FINAL,  # validation error: of this one request, whatever the status
    404404: Meaning.GONE,  # no such entity
    500500: Meaning.TROUBLE,  # internal
}
"""Kinescope's own error codes (docs/kinescope.md): all that are known."""

_STATUS_OF_ITS_OWN: Final = 100
"""The first three digits of codes that do not begin with their status."""

_BY_REQUEST_AND_CODE: Final[dict[tuple[Request, int], Meaning | None]] = {
    (Request.INIT, 400419): Meaning.TAKEN,
    (Request.API, 400201): Meaning.NAME_TAKEN,  # there is nothing but a name that could be taken
    (Request.INIT, 404404): Meaning.FINAL,  # the folder is gone, not an upload
    (Request.PATCH, 400419): None,  # a 409 stays what the Tus protocol says it is
} | {
    (request, code): None  # what is refused is this one upload: the status says what follows
    for request in (Request.HEAD, Request.PATCH, Request.TERMINATE)
    for code in (100103, 100104, 100105, 100107, 404404)
}
"""Codes that mean something else to one kind of request; None leaves it to the status."""

NOT_UNDERSTOOD: Final = frozenset({400101, 400102, 400216, 400405})
"""Codes that a correct client never meets: the request itself was malformed."""

_BY_STATUS: Final[dict[int, Meaning]] = {
    401: Meaning.TOKEN_REFUSED,
    402: Meaning.UNPAID,
    408: Meaning.TROUBLE,
    423: Meaning.LOCKED,
    425: Meaning.TROUBLE,
    429: Meaning.THROTTLED,
    460: Meaning.DAMAGED,
    501: Meaning.FINAL,
}
_BY_REQUEST_AND_STATUS: Final[dict[tuple[Request, int], Meaning]] = {
    (Request.INIT, 403): Meaning.RIGHT_MISSING,
    (Request.HEAD, 400): Meaning.OFFSET_REFUSED,
    (Request.HEAD, 401): Meaning.OFFSET_REFUSED,  # with the token, too: a chunk tells more, in a body
    (Request.HEAD, 403): Meaning.OFFSET_REFUSED,
    (Request.HEAD, 404): Meaning.GONE,
    (Request.HEAD, 405): Meaning.OFFSET_REFUSED,
    (Request.HEAD, 410): Meaning.GONE,
    (Request.HEAD, 501): Meaning.OFFSET_REFUSED,
    (Request.PATCH, 401): Meaning.FINAL,  # without a code: what is refused is this one upload
    (Request.PATCH, 404): Meaning.GONE,
    (Request.PATCH, 409): Meaning.CONFLICT,
    (Request.PATCH, 410): Meaning.GONE,
    (Request.TERMINATE, 401): Meaning.FINAL,
    (Request.TERMINATE, 404): Meaning.GONE,
    (Request.TERMINATE, 410): Meaning.GONE,
    (Request.API, 403): Meaning.RIGHT_MISSING,
    (Request.API, 404): Meaning.GONE,
    (Request.API, 410): Meaning.GONE,
}
_NO_AUTHORIZATION: Final = frozenset({100101, 100102, 100103})


def meaning_of(request: Request, status: int, code: int | None, *, names_wait: bool = False) -> Meaning:
    """Decides what an answer to such a request means. Only 404 and 410 say that an upload is gone.

    Args:
        request: The kind of request.
        status: The HTTP status.
        code: Kinescope's own error code; None when the answer has none.
        names_wait: Whether the answer has `Retry-After`.
    """
    if 200 <= status < 300:  # noqa: PLR2004 - the class of success
        return Meaning.DONE
    if status == 429 or (status == 503 and names_wait):  # noqa: PLR2004 - the two requests to slow down (RFC 9110)
        return Meaning.THROTTLED
    return _by_code(request, code) or _by_status(request, status)


def is_code(code: int, status: int) -> bool:
    """Tells whether this is a code of Kinescope's: a known one, or one of six digits that fits the status.

    The first three digits are the status; the family 100xxx has others (docs/kinescope.md, Errors).
    """
    return code in _BY_CODE or code // 1000 in {status, _STATUS_OF_ITS_OWN}


def _by_code(request: Request, code: int | None) -> Meaning | None:
    if code is None:
        return None
    special = (request, code)
    return _BY_REQUEST_AND_CODE[special] if special in _BY_REQUEST_AND_CODE else _BY_CODE.get(code)


def _by_status(request: Request, status: int) -> Meaning:
    server_side = Meaning.TROUBLE if status >= 500 else Meaning.FINAL  # noqa: PLR2004 - the class of server errors
    return _BY_REQUEST_AND_STATUS.get((request, status)) or _BY_STATUS.get(status) or server_side


def is_token_wanted(request: Request, status: int, code: int | None) -> bool:
    """Tells whether an upload URL refused a request because it came without the token.

    Kinescope answers a missing token with 400 and code 100101, with 401 or with 403; the 400 to a HEAD has no body.
    """
    if not request.is_to_upload_url:
        return False
    return status in {401, 403} or code in _NO_AUTHORIZATION or (request is Request.HEAD and status == 400)  # noqa: PLR2004
