"""Keeps a token from elsewhere away from addresses that only the working directory's files name. Pure.

Whoever starts kupload in somebody else's folder must not lose the token to an address in that folder's `.env` or
kupload.toml.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kinescope_upload.config.settings import Origin, Source, UntrustedAddress
from kinescope_upload.kinescope.trust import host_of, is_kinescopes, matches

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["find_untrusted"]

_NOT_BESIDE_TOKEN: Final = {
    Source.ENVIRONMENT: frozenset({Source.ENV_FILE, Source.TOML}),
    Source.ENV_FILE: frozenset({Source.TOML}),
}
"""Which files may be somebody else's, by where the token stands; one `.env` that lies elsewhere holds both."""


def find_untrusted(
    addresses: Mapping[str, str], origins: Mapping[str, Origin], trusted: Sequence[str]
) -> tuple[UntrustedAddress, ...]:
    """The addresses that the token must not go to.

    Args:
        addresses: The configured addresses, by the setting's name.
        origins: Where each setting stands; a token in a `.env` is one that lies outside of the working directory.
        trusted: The hosts that the environment and the options trust or name themselves.
    """
    doubtful = _NOT_BESIDE_TOKEN.get(origins["api_key"].place.source, frozenset())
    named = ((name, host_of(url) or url) for name, url in addresses.items())
    return tuple(
        UntrustedAddress(host=host, place=origins[name].place)
        for name, host in named
        if origins[name].place.source in doubtful
        and not is_kinescopes(host)
        and not any(matches(host, one) for one in trusted)
    )
