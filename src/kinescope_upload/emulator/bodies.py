"""What requests carry besides bytes: JSON objects, numbers, pages; and the lists that answer them."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from kinescope_upload.emulator.errors import ErrorCode, Refusal

__all__ = ["json_object", "media_type", "page_of", "text_of"]

_PER_PAGE = 10
_PER_PAGE_MAX = 100

Item = TypeVar("Item")


def media_type(request: Request) -> str:
    """Return the Content-Type in lower case, without its parameters (RFC 9110, 8.3.1); empty when there is none."""
    return request.headers.get("Content-Type", "").partition(";")[0].strip().lower()


async def json_object(request: Request) -> dict[str, Any]:
    """Return the JSON object that the request carries.

    Raises:
        Refusal: It is no JSON, or no object.
    """
    try:
        data = json.loads(await request.body())
    except ValueError:
        raise Refusal(ErrorCode.JSON_SYNTAX) from None
    if not isinstance(data, dict):
        raise Refusal(ErrorCode.JSON_TYPE, "an object is expected")
    return data


def text_of(data: Mapping[str, Any], key: str) -> str:
    """Return a text of a JSON object; empty when it is missing or null.

    Raises:
        Refusal: It is something else.
    """
    value = data.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Refusal(ErrorCode.JSON_TYPE, f"{key} must be a string")
    return value


def page_of(request: Request, items: Sequence[Item], render: Callable[[Item], dict[str, Any]]) -> Response:
    """Answer with the page that the request asks for.

    Raises:
        Refusal: `page` or `per_page` is out of range.
    """
    page = _number(request, "page", default=1)
    per_page = _number(request, "per_page", default=_PER_PAGE)
    if per_page > _PER_PAGE_MAX:
        raise Refusal(ErrorCode.VALIDATION, f"per_page must be at most {_PER_PAGE_MAX}")
    begin = (page - 1) * per_page
    pagination = {"page": page, "per_page": per_page, "total": len(items)}
    data = [render(item) for item in items[begin : begin + per_page]]
    return JSONResponse({"meta": {"pagination": pagination}, "data": data})


def _number(request: Request, name: str, *, default: int) -> int:
    text = request.query_params.get(name, str(default))
    if not (text.isascii() and text.isdigit()) or int(text) < 1:
        raise Refusal(ErrorCode.UNEXPECTED_VALUE, f"{name} must be a positive number")
    return int(text)
