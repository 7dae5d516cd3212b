"""Reads what our own token may do from Kinescope's list of access tokens (`GET /v1/access-tokens`). Pure.

The list does not say which entry is our token (docs/kinescope.md). So a fact counts only when there is one entry, or
when all entries agree on it. The JSON is not trusted: what cannot be read says nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from kinescope_upload.kinescope.documented_answers import total_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_DELETE: Final = "delete"
_WRITE: Final = "write"
_VIDEO: Final = "video"
_Fact = TypeVar("_Fact")


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenFacts:
    """Holds what is known of a token; None where a fact is unknown.

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
    """Reads a whole answer; `NOTHING_TOLD` when it shows only some of the tokens."""
    match answer:
        case {"data": [*entries]} if (total_of(answer) or 0) <= len(entries):
            return agreed_facts([read_token(entry) for entry in entries])
        case _:
            return NOTHING_TOLD


def workspaces_of(entries: Iterable[object]) -> tuple[str, ...]:
    """Lists the workspaces that the tokens of the list belong to, each once; ours is one of them."""
    found = (read_token(entry).workspace_id for entry in entries)
    return tuple(dict.fromkeys(workspace for workspace in found if workspace))


def agreed_facts(tokens: Sequence[TokenFacts]) -> TokenFacts:
    """Keeps the facts on which all tokens agree: they hold for ours, whichever it is."""
    return TokenFacts(
        may_delete=_agreed(token.may_delete for token in tokens),
        may_upload=_agreed(token.may_upload for token in tokens),
        workspace_id=_agreed(token.workspace_id for token in tokens),
    )


def _agreed(facts: Iterable[_Fact | None]) -> _Fact | None:
    different = set(facts)
    return different.pop() if len(different) == 1 else None


def read_token(entry: object) -> TokenFacts:
    """Reads one entry of the list; a part that is missing or not understood says nothing."""
    if not isinstance(entry, Mapping):
        return NOTHING_TOLD
    scope = entry.get("scope")
    rights = scope if isinstance(scope, Mapping) else {}
    return TokenFacts(
        may_delete=_may_delete(rights.get("api")),
        may_upload=_may_upload(rights.get("upload")),
        workspace_id=_workspace_id(entry.get("workspace_id")),
    )


def _may_delete(api: object) -> bool | None:
    """Tells whether `scope.api` grants "delete" (documented: "read", "write", "delete")."""
    permissions = _texts(api, "permissions")
    return None if permissions is None else _DELETE in permissions


def _may_upload(upload: object) -> bool | None:
    """Tells whether `scope.upload` grants uploads. Its values are not documented: only the clear cases count."""
    permissions, entities = _texts(upload, "permissions"), _texts(upload, "entities")
    match permissions, entities:
        case [], _:
            return False
        case [*rights], [*kinds] if _WRITE in rights and _VIDEO in kinds:
            return True
        case _:
            return None


def _texts(scope: object, key: str) -> list[str] | None:
    texts = scope.get(key) if isinstance(scope, Mapping) else None
    return texts if isinstance(texts, list) and all(isinstance(text, str) for text in texts) else None


def _workspace_id(value: object) -> str | None:
    try:
        return str(uuid.UUID(value)) if isinstance(value, str) else None
    except ValueError:
        return None
