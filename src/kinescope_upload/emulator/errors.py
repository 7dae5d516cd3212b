"""The service's refusals: the documented error body with its codes, and the plain-text answers of the Tus part."""

from collections.abc import Mapping
from enum import IntEnum
from types import MappingProxyType

from starlette.responses import JSONResponse, PlainTextResponse, Response

from kinescope_upload.emulator.settings import Settings

__all__ = ["ErrorCode", "Refusal", "TusRefusal", "error_response"]

_NOT_FOUND = 404


class ErrorCode(IntEnum):
    """All codes that are known to stand in `{"error": {"code": …}}`; docs/kinescope.md lists them, too."""

    NO_AUTHORIZATION = 100101
    UNAUTHORIZED = 100102
    ACCESS_DENIED = 100103
    NOT_OWNER_100104 = 100104
    NOT_OWNER_100105 = 100105
    LIMIT_REACHED = 100106
    NOT_OWNER_100107 = 100107
    JSON_SYNTAX = 400101
    JSON_TYPE = 400102
    TAKEN = 400201
    NAME_TAKEN = 400203
    NOT_ENOUGH_MONEY = 400207
    NO_BILLING_ACCOUNT = 400208
    NO_PAYMENT_METHOD = 400209
    PRODUCT_USED_UP = 400210
    NOT_IN_TRIAL = 400211
    NOT_PAID = 400212
    EMAIL_UNCONFIRMED = 400213
    ORDER_FIELD = 400216
    INVALID_UUID = 400301
    UNEXPECTED_VALUE = 400400
    METHOD_NOT_ALLOWED = 400405
    ALREADY_EXISTS = 400419
    VALIDATION = 402402
    NO_SUCH_ENTITY = 404404
    INTERNAL = 500500


_ANSWERS: Mapping[ErrorCode, tuple[int, str]] = MappingProxyType(
    {
        ErrorCode.NO_AUTHORIZATION: (400, "no authorization header"),
        ErrorCode.UNAUTHORIZED: (401, "unauthorized"),
        ErrorCode.ACCESS_DENIED: (403, "access denied"),
        ErrorCode.NOT_OWNER_100104: (403, "not the owner"),
        ErrorCode.NOT_OWNER_100105: (403, "not the owner"),
        ErrorCode.LIMIT_REACHED: (402, "limit reached"),
        ErrorCode.NOT_OWNER_100107: (403, "not the owner"),
        ErrorCode.JSON_SYNTAX: (400, "json syntax error"),
        ErrorCode.JSON_TYPE: (400, "json type error"),
        ErrorCode.TAKEN: (400, "already taken"),
        ErrorCode.NAME_TAKEN: (400, "name already taken"),
        ErrorCode.NOT_ENOUGH_MONEY: (400, "not enough money"),
        ErrorCode.NO_BILLING_ACCOUNT: (400, "no billing account"),
        ErrorCode.NO_PAYMENT_METHOD: (400, "no payment method"),
        ErrorCode.PRODUCT_USED_UP: (400, "product used up"),
        ErrorCode.NOT_IN_TRIAL: (400, "not in a trial"),
        ErrorCode.NOT_PAID: (400, "subscription not paid"),
        ErrorCode.EMAIL_UNCONFIRMED: (400, "e-mail unconfirmed"),
        ErrorCode.ORDER_FIELD: (400, "invalid order field"),
        ErrorCode.INVALID_UUID: (400, "invalid uuid format"),
        ErrorCode.UNEXPECTED_VALUE: (400, "unexpected value"),
        ErrorCode.METHOD_NOT_ALLOWED: (400, "method not allowed"),
        ErrorCode.ALREADY_EXISTS: (400, "already exists"),
        ErrorCode.VALIDATION: (402, "validation error"),
        ErrorCode.NO_SUCH_ENTITY: (404, "no such entity"),
        ErrorCode.INTERNAL: (500, "internal error"),
    },
)
"""HTTP status (a code's first three digits, for all but the 100xxx) and message, by code."""

_STATUS_READINGS: Mapping[ErrorCode, str] = MappingProxyType(
    {ErrorCode.NO_AUTHORIZATION: "no-token", ErrorCode.VALIDATION: "validation-status"},
)
"""The readings that say the HTTP status instead."""


def error_response(status: int, code: int, message: str, detail: str = "") -> Response:
    """Return the documented error body; `detail` is left out when there is none."""
    error: dict[str, object] = {"code": code, "message": message}
    if detail:
        error["detail"] = detail
    return JSONResponse({"error": error}, status_code=status)


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an accident
    """A request ends here, with a documented error."""

    def __init__(self, code: ErrorCode, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail

    def response(self, settings: Settings) -> Response:
        """Return the answer that says so, as the readings of this service have it."""
        status, message = _ANSWERS[self.code]
        if self.code is ErrorCode.NO_SUCH_ENTITY and settings.reading("not-found") == "plain":
            return PlainTextResponse("404 page not found\n", status_code=_NOT_FOUND)
        if self.code in _STATUS_READINGS:
            status = int(settings.reading(_STATUS_READINGS[self.code]))
        return error_response(status, self.code, message, self.detail)


class TusRefusal(Refusal):
    """A request to an upload URL ends here, with a status that the Tus protocol gives a meaning to."""

    def __init__(self, status: int, reason: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(ErrorCode.UNEXPECTED_VALUE, reason)
        self.status = status
        self.headers = dict(headers or {})

    def response(self, settings: Settings) -> Response:  # noqa: ARG002 - no reading changes a Tus status
        """Return the reason as plain text, under the status."""
        return PlainTextResponse(self.detail + "\n", status_code=self.status, headers=self.headers)
