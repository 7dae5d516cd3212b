"""From the status, the headers and the error code of an answer to a reading. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from kinescope_upload.commands.doctor.readings.outcome import Found, NotTold, NotTried, Outcome
from kinescope_upload.commands.doctor.readings.table import reading_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kinescope_upload.kinescope.tus import Answer

_VALIDATION: Final = 402402
_NO_AUTHORIZATION: Final = 100101
_DENIED: Final = frozenset({100102, 100103})
_MISSING: Final = object()


def is_success(answer: Answer) -> bool:
    """Whether the answer is of the class 2xx."""
    return 200 <= answer.status < 300  # noqa: PLR2004 - the class of success


def words_of(answer: Answer) -> str:
    """The answer in words: its status, and Kinescope's code and text where there are any."""
    code = "" if answer.error_code is None else f" code {answer.error_code}"
    text = f" {answer.error_text}" if answer.error_text else ""
    return f"HTTP {answer.status}{code}{text}"


def needs_token(answer: Answer) -> bool:
    """Whether a request without a token was refused for the lack of it."""
    return answer.status in {401, 403} or answer.error_code == _NO_AUTHORIZATION


def access_denied(answer: Answer) -> bool:
    """Whether the token lacks the right."""
    return answer.status == 403 or answer.error_code in _DENIED  # noqa: PLR2004 - Forbidden


def decide_no_token(answer: Answer) -> Outcome:
    """`no-token`, from a request to the API without `Authorization`."""
    return _by_status("no-token", answer)


def decide_tokens(answer: Answer) -> Outcome:
    """`tokens`, from `GET /v1/access-tokens`."""
    match answer.json:
        case {"data": [_]} if is_success(answer):
            return Found(name="tokens", value="one")
        case {"data": [_, *_]} if is_success(answer):
            return Found(name="tokens", value="several")
        case _:
            return _by_status("tokens", answer)


def decide_not_found(answer: Answer) -> Outcome:
    """`not-found`, from a `GET` of a video that does not exist."""
    if answer.status != 404:  # noqa: PLR2004 - Not Found
        return NotTold(name="not-found", why=f"an id that no video has is answered with {words_of(answer)}")
    return Found(name="not-found", value="plain" if answer.error_code is None else "envelope")


def decide_options(answer: Answer) -> Outcome:
    """`options`, from `OPTIONS` on the uploader."""
    if is_success(answer) and "tus-extension" in answer.headers:
        return Found(name="options", value="tus", remark=answer.headers["tus-extension"])
    if is_success(answer):
        return NotTold(name="options", why=f"answered with {words_of(answer)} and no Tus-Extension")
    return _by_status("options", answer)


def decide_terminate(answer: Answer) -> Outcome:
    """`terminate`, from `DELETE` on the URL of an open upload."""
    return _by_status("terminate", answer)


def decide_head(answer: Answer) -> Outcome:
    """`head`, from `HEAD` on the URL of an open upload."""
    if is_success(answer) and answer.offset is not None:
        return Found(name="head", value="works")
    if is_success(answer):
        return NotTold(name="head", why=f"answered with {words_of(answer)} and no Upload-Offset")
    return _by_status("head", answer)


def decide_upload_token(patch: Answer) -> Outcome:
    """`upload-token`, from a `PATCH` of the first bytes without a token."""
    if is_success(patch):
        return Found(name="upload-token", value="ignored")
    if needs_token(patch):
        return Found(name="upload-token", value="needed")
    return NotTold(name="upload-token", why=f"a chunk without the token is answered with {words_of(patch)}")


def decide_expires(answers: Iterable[Answer]) -> Outcome:
    """`expires`, from the answers to init, HEAD and PATCH of an open upload."""
    texts = [text for answer in answers if (text := answer.headers.get("upload-expires"))]
    if texts:
        return Found(name="expires", value="present", remark=texts[0])
    return Found(name="expires", value="absent")


def decide_validation_status(answers: Iterable[Answer]) -> Outcome:
    """`validation-status`, from answers to requests that are wrong on purpose; the first with code 402402 counts."""
    made = tuple(answers)
    for answer in made:
        if answer.error_code == _VALIDATION:
            return _by_status("validation-status", answer)
    words = "; ".join(dict.fromkeys(map(words_of, made)))
    return NotTold(name="validation-status", why=f"no wrong request is answered with code {_VALIDATION} ({words})")


def decide_folder_parent(answer: Answer) -> Outcome:
    """`folder-parent`, from the request for a folder without `parent_id`."""
    if is_success(answer):
        return Found(name="folder-parent", value="optional")
    if answer.error_code == _VALIDATION or answer.status == 422:  # noqa: PLR2004 - Unprocessable Content
        return Found(name="folder-parent", value="required", remark=words_of(answer))
    return NotTold(name="folder-parent", why=f"answered with {words_of(answer)}")


def decide_root_parent(folders: Sequence[object], *, project_id: str) -> Outcome:
    """`root-parent`, from the project's folders as they came: those that name no other folder lie at the root."""
    shown = [folder for folder in folders if isinstance(folder, Mapping)]
    values = {_root_value(folder.get("parent_id", _MISSING), project_id) for folder in shown}
    match sorted(value for value in values if value):
        case [value]:
            return Found(name="root-parent", value=value)
        case []:
            return NotTold(name="root-parent", why="every folder of the project names another as its parent")
        case several:
            return NotTold(name="root-parent", why=f"folders differ: {', '.join(several)}")


def _root_value(parent_id: object, project_id: str) -> str | None:
    if parent_id is _MISSING:
        return "absent"
    if parent_id is None or parent_id == "":
        return "null"
    return "project" if isinstance(parent_id, str) and parent_id.lower() == project_id else None


def decide_rate_scope(api: Sequence[Answer], uploader: Sequence[Answer]) -> Outcome:
    """`rate-scope`, from many requests at once to the API, then to the uploader."""
    refused = 429
    if not any(answer.status == refused for answer in api):
        return NotTold(name="rate-scope", why=f"{len(api)} requests at once to the API, and none was refused with 429")
    is_counted = any(answer.status == refused for answer in uploader)
    return Found(name="rate-scope", value="all" if is_counted else "api", remark=f"{len(uploader)} to the uploader")


def decide_delete_unknown(answer: Answer, *, may_delete: bool) -> Outcome:
    """`delete-unknown`, from `DELETE` of an id that no video has.

    Args:
        answer: The answer.
        may_delete: Whether the token has the right.
    """
    name = "delete-unknown"
    if may_delete:
        return NotTried(name=name, why="the token may delete; only one that may not can tell")
    return Found(name=name, value="403") if access_denied(answer) else _by_status(name, answer)


def _by_status(name: str, answer: Answer) -> Outcome:
    """The value that is the answer's status, where the reading has such a value."""
    value = str(answer.status)
    if value in reading_named(name).values:
        return Found(name=name, value=value)
    return NotTold(name=name, why=f"answered with {words_of(answer)}")
