"""Decides which addresses requests, and the token with them, may go to. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from urllib.parse import SplitResult

_KINESCOPE: Final = "kinescope.io"
_IN_A_HOST: Final = frozenset("-._:[]")
"""Allowed beside letters and digits; other characters mean a password, or what two parsers may read differently."""
_THIS_MACHINE: Final = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedAddresses:
    """Holds the addresses that requests may go to.

    Attributes:
        configured: The addresses of the uploader and of the management API.
        hosts: The hosts in `KINESCOPE_TRUSTED_HOSTS`: names, or `*.example.com` for every host below that name.
    """

    configured: tuple[str, ...]
    hosts: tuple[str, ...] = ()

    def allow(self, url: str) -> bool:
        """Tells whether a request, and the token with it, may go to this address.

        Its host must be a configured one, one of `hosts`, or below kinescope.io while a host of Kinescope is configured
        (upload URLs lead to `eu-ams-uploader.kinescope.io`). The connection must not be less safe than the configured
        one: no change from https to http, and http only within this machine.
        """
        there = _split(url)
        if there is None:
            return False
        return any(self._allows(there, here) for url in self.configured if (here := _split(url)))

    def _allows(self, there: SplitResult, here: SplitResult) -> bool:
        host, known = _host(there), _host(here)
        if there.scheme == "http" and here.scheme != "http":
            return False
        if host == known:
            return True
        if there.scheme == "http" and host not in _THIS_MACHINE:
            return False
        return (is_kinescopes(known) and is_kinescopes(host)) or any(matches(host, pattern) for pattern in self.hosts)


def matches(host: str, pattern: str) -> bool:
    """Tells whether the pattern names this host; `*.example.com` names every host below example.com."""
    if pattern.startswith("*."):
        return host.endswith(pattern[1:]) and host != pattern[1:]
    return host == pattern


def is_kinescopes(host: str) -> bool:
    """Tells whether the host is Kinescope's own: kinescope.io or below it."""
    return host == _KINESCOPE or host.endswith(f".{_KINESCOPE}")


def host_of(url: str) -> str | None:
    """Gives the host of an address in lower case; None when the address is not valid."""
    there = _split(url)
    return _host(there) if there else None


def _split(url: str) -> SplitResult | None:
    """Splits a web address; None when it is not valid or holds a user name and password."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    is_plain = all(sign.isalnum() or sign in _IN_A_HOST for sign in parts.netloc) and all(_host(parts).split("."))
    return parts if parts.scheme in {"https", "http"} and is_plain else None


def _host(parts: SplitResult) -> str:
    return (parts.hostname or "").removesuffix(".")
