"""Which addresses requests may go to, and which of them may be told the token. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from urllib.parse import SplitResult

__all__ = ["TrustedAddresses", "host_of", "is_kinescopes", "matches"]

_KINESCOPE: Final = "kinescope.io"
_IN_A_HOST: Final = frozenset("-._:[]")
"""Beside letters and digits; anything else is a name and password, or what two readers may understand differently."""
_THIS_MACHINE: Final = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedAddresses:
    """Where requests may go.

    Attributes:
        configured: The addresses of the uploader and of the management API.
        hosts: What `KINESCOPE_TRUSTED_HOSTS` adds: names of hosts, or `*.example.com` for every host below that name.
    """

    configured: tuple[str, ...]
    hosts: tuple[str, ...] = ()

    def allow(self, url: str) -> bool:
        """Whether a request, and the token with it, may go to this address.

        It may when its host is a configured one, one of `hosts`, or of kinescope.io while Kinescope itself is
        configured (upload URLs lead to `eu-ams-uploader.kinescope.io`). The way there must not be less safe than
        what is configured: https is never left for http, and http never leaves this machine.
        """
        there = _split(url)
        if there is None:
            return False
        return any(self._allows(there, here) for one in self.configured if (here := _split(one)))

    def _allows(self, there: SplitResult, here: SplitResult) -> bool:
        host, known = _host(there), _host(here)
        if there.scheme == "http" and here.scheme != "http":
            return False
        if host == known:
            return True
        if there.scheme == "http" and host not in _THIS_MACHINE:
            return False
        return (is_kinescopes(known) and is_kinescopes(host)) or any(matches(host, one) for one in self.hosts)


def matches(host: str, pattern: str) -> bool:
    """Whether a host is the one that the pattern names, or below `example.com` for `*.example.com`."""
    if pattern.startswith("*."):
        return host.endswith(pattern[1:]) and host != pattern[1:]
    return host == pattern


def is_kinescopes(host: str) -> bool:
    """Whether the host is Kinescope's own: kinescope.io or below it."""
    return host == _KINESCOPE or host.endswith(f".{_KINESCOPE}")


def host_of(url: str) -> str | None:
    """The host that an address names, in lower case; None when it names none."""
    there = _split(url)
    return _host(there) if there else None


def _split(url: str) -> SplitResult | None:
    """The parts of a web address; None for what is none, or holds a name and password."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    is_plain = all(sign.isalnum() or sign in _IN_A_HOST for sign in parts.netloc) and all(_host(parts).split("."))
    return parts if parts.scheme in {"https", "http"} and is_plain else None


def _host(parts: SplitResult) -> str:
    return (parts.hostname or "").removesuffix(".")
