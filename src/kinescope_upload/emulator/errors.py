"""The service's refusals: the documented error body with its codes, and the plain-text answers of the Tus part."""

from collections.abc import Mapping
from enum import IntEnum
from types import MappingProxyType

from starlette.responses import JSONResponse, PlainTextResponse, Response

__all__ = ["ErrorCode", "Refusal", "TusRefusal", "error_response"]


class ErrorCode(IntEnum):
    """The codes in `{"error": {"code": …}}`."""

    NO_AUTHORIZATION = 100101
    UNAUTHORIZED = 100102
    ACCESS_DENIED = 100103
    LIMIT_REACHED = 100106
    JSON_SYNTAX = 400101
    JSON_TYPE = 400102
    TAKEN = 400201
    NAME_TAKEN = 400203
    NOT_ENOUGH_MONEY = 400207
    NOT_PAID = 400212
    INVALID_UUID = 400301
    UNEXPECTED_VALUE = 400400
    ALREADY_EXISTS = 400419
    VALIDATION = 402402
    NO_SUCH_ENTITY = 404404
    INTERNAL = 500500


_ANSWERS: Mapping[ErrorCode, tuple[int, str]] = MappingProxyType(
    {
        ErrorCode.NO_AUTHORIZATION: (401, "no authorization header"),
        ErrorCode.UNAUTHORIZED: (401, "unauthorized"),
        ErrorCode.ACCESS_DENIED: (403, "access denied"),
        ErrorCode.LIMIT_REACHED: (402, "limit reached"),
        ErrorCode.JSON_SYNTAX: (400, "json syntax error"),
        ErrorCode.JSON_TYPE: (400, "json type error"),
        ErrorCode.TAKEN: (400, "already taken"),
        ErrorCode.NAME_TAKEN: (400, "name already taken"),
        ErrorCode.NOT_ENOUGH_MONEY: (402, "not enough money"),
        ErrorCode.NOT_PAID: (402, "subscription not paid"),
        ErrorCode.INVALID_UUID: (400, "invalid uuid format"),
        ErrorCode.UNEXPECTED_VALUE: (400, "unexpected value"),
        ErrorCode.ALREADY_EXISTS: (400, "already exists"),
        ErrorCode.VALIDATION: (422, "validation error"),
        ErrorCode.NO_SUCH_ENTITY: (404, "no such entity"),
        ErrorCode.INTERNAL: (500, "internal error"),
    },
)


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

    def response(self) -> Response:
        """Return the answer that says so."""
        status, message = _ANSWERS[self.code]
        return error_response(status, self.code, message, self.detail)


class TusRefusal(Refusal):
    """A request to an upload URL ends here, with a status that the Tus protocol gives a meaning to."""

    def __init__(self, status: int, reason: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(ErrorCode.UNEXPECTED_VALUE, reason)
        self.status = status
        self.headers = dict(headers or {})

    def response(self) -> Response:
        """Return the reason as plain text, under the status."""
        return PlainTextResponse(self.detail + "\n", status_code=self.status, headers=self.headers)
