"""Finds addresses that only files of the working directory name, for a token from elsewhere. Pure.

A user who starts kupload in another user's folder must not lose the token to an address in that folder's `.env` or
kupload.toml.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kinescope_upload.config.settings import Origin, Source, UntrustedAddress
from kinescope_upload.kinescope.trust import host_of, is_kinescopes, matches

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_NOT_BESIDE_TOKEN: Final = {
    Source.ENVIRONMENT: frozenset({Source.ENV_FILE, Source.TOML}),
    Source.ENV_FILE: frozenset({Source.TOML}),
}
"""The sources that may be another user's, by the token's source; a `.env` elsewhere holds both token and addresses."""


def find_untrusted(
    addresses: Mapping[str, str], origins: Mapping[str, Origin], trusted: Sequence[str]
) -> tuple[UntrustedAddress, ...]:
    """Finds the addresses that the token must not go to.

    Args:
        addresses: The configured addresses, by the setting's name.
        origins: The origin of each setting; a token from a `.env` is from one outside of the working directory.
        trusted: The hosts that the environment and the options trust or name themselves.
    """
    doubtful = _NOT_BESIDE_TOKEN.get(origins["api_key"].place.source, frozenset())
    named = ((name, host_of(url) or url) for name, url in addresses.items())
    return tuple(
        UntrustedAddress(host=host, place=origins[name].place)
        for name, host in named
        if origins[name].place.source in doubtful
        and not is_kinescopes(host)
        and not any(matches(host, pattern) for pattern in trusted)
    )
