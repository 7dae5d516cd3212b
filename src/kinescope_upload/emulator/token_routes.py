"""`/v1/access-tokens`: the workspace's tokens and their rights."""

import uuid
from typing import Any

from starlette.responses import Response

from kinescope_upload.emulator.bodies import page_of
from kinescope_upload.emulator.errors import ErrorCode, Refusal
from kinescope_upload.emulator.exchange import Exchange, authorise
from kinescope_upload.emulator.facts import Right, Token
from kinescope_upload.emulator.settings import Settings

__all__ = ["access_tokens"]


async def access_tokens(exchange: Exchange) -> Response:
    """Answer with a page of the tokens, the asking one last; none tells its value (reading `tokens`)."""
    own, settings = authorise(exchange), exchange.service.settings
    match settings.reading("tokens"):
        case "403":
            raise Refusal(ErrorCode.ACCESS_DENIED, "the token may not read tokens")
        case "404":
            raise Refusal(ErrorCode.NO_SUCH_ENTITY, "no such path")
        case "several":
            tokens = (*settings.other_tokens, own)
        case _:
            tokens = (own,)
    return page_of(exchange.request, tokens, lambda token: _render(token, settings))


def _render(token: Token, settings: Settings) -> dict[str, Any]:
    may_upload, may_delete = Right.UPLOAD in token.rights, Right.DELETE in token.rights
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_OID, token.value)),
        "name": f"…{token.value[-4:]}",
        "workspace_id": token.workspace_id or settings.workspace_id,
        "scope": {
            "api": {"permissions": ["read", "write", *(["delete"] if may_delete else [])]},
            "upload": {
                "permissions": ["write"] if may_upload else [],
                "entities": ["video"] if may_upload else [],
            },
        },
    }
