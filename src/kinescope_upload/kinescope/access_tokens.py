"""What Kinescope's list of access tokens (`GET /v1/access-tokens`) tells of our own token. Pure.

The list does not say which entry is the asking token (docs/kinescope.md). So a fact counts only where there is one
entry, or where all entries agree on it. The JSON is not trusted: what cannot be read tells nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["NOTHING_TOLD", "TokenFacts", "agreed_facts", "read_token", "token_facts"]

_DELETE: Final = "delete"
_WRITE: Final = "write"
_VIDEO: Final = "video"
_Fact = TypeVar("_Fact")


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenFacts:
    """What is told of a token; None where a fact is not told.

    Attributes:
        may_delete: Whether it may delete videos.
        may_upload: Whether it may upload videos.
        workspace_id: Its workspace, a lower-case UUID.
    """

    may_delete: bool | None = None
    may_upload: bool | None = None
    workspace_id: str | None = None


NOTHING_TOLD: Final = TokenFacts()


def token_facts(answer: object) -> TokenFacts:
    """What a whole answer tells of our own token; `NOTHING_TOLD` where it shows only some of the tokens."""
    match answer:
        case {"data": [*entries]} if not _hides_entries(answer, len(entries)):
            return agreed_facts([read_token(entry) for entry in entries])
        case _:
            return NOTHING_TOLD


def _hides_entries(answer: object, shown: int) -> bool:
    match answer:
        case {"meta": {"pagination": {"total": int(total)}}}:
            return total > shown
        case _:
            return False


def agreed_facts(tokens: Sequence[TokenFacts]) -> TokenFacts:
    """The facts on which all tokens agree: they hold for ours, whichever it is."""
    return TokenFacts(
        may_delete=_agreed(token.may_delete for token in tokens),
        may_upload=_agreed(token.may_upload for token in tokens),
        workspace_id=_agreed(token.workspace_id for token in tokens),
    )


def _agreed(facts: Iterable[_Fact | None]) -> _Fact | None:
    different = set(facts)
    return different.pop() if len(different) == 1 else None


def read_token(entry: object) -> TokenFacts:
    """One entry of the list; a part that is missing or not understood tells nothing."""
    match entry:
        case Mapping():
            workspace_id = _workspace_id(entry.get("workspace_id"))
        case _:
            return NOTHING_TOLD
    match entry.get("scope"):
        case Mapping() as scope:
            may_delete, may_upload = _may_delete(scope.get("api")), _may_upload(scope.get("upload"))
            return TokenFacts(may_delete=may_delete, may_upload=may_upload, workspace_id=workspace_id)
        case _:
            return TokenFacts(workspace_id=workspace_id)


def _may_delete(api: object) -> bool | None:
    """Whether `scope.api` grants "delete" (documented: "read", "write", "delete")."""
    permissions = _words(api, "permissions")
    return None if permissions is None else _DELETE in permissions


def _may_upload(upload: object) -> bool | None:
    """Whether `scope.upload` grants uploads. Its words are not documented: only the plain cases count."""
    permissions, entities = _words(upload, "permissions"), _words(upload, "entities")
    match permissions, entities:
        case [], _:
            return False
        case [*words], [*kinds] if _WRITE in words and _VIDEO in kinds:
            return True
        case _:
            return None


def _words(scope: object, key: str) -> list[str] | None:
    match scope:
        case Mapping():
            words = scope.get(key)
        case _:
            return None
    if isinstance(words, list) and all(isinstance(word, str) for word in words):
        return words
    return None


def _workspace_id(value: object) -> str | None:
    try:
        return str(uuid.UUID(value)) if isinstance(value, str) else None
    except ValueError:
        return None
