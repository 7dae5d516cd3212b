"""Which addresses may be told the token. Pure."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from urllib.parse import SplitResult

__all__ = ["may_hear_token"]


def may_hear_token(url: str, configured: str) -> bool:
    """Whether the token that is meant for `configured` may go to `url` as well.

    It may when the host is the same or of the same domain (`eu-ams-uploader.kinescope.io` beside
    `uploader.kinescope.io`), and the way there is not less safe (https is never left for http).

    Args:
        url: Where a request would go.
        configured: An address from the configuration.
    """
    try:
        there, here = urlsplit(url), urlsplit(configured)
    except ValueError:
        return False
    if there.scheme not in {"https", here.scheme} or there.scheme not in {"https", "http"}:
        return False
    host, known = _host(there), _host(here)
    if not host or not known or there.username or there.password:
        return False
    return host == known or host.endswith("." + _domain(known))


def _host(address: SplitResult) -> str:
    return (address.hostname or "").removesuffix(".")


def _domain(host: str) -> str:
    """The part of a host's name that its siblings share; the whole of an IP address or of a name of two labels."""
    labels = host.split(".")
    return host if _is_address(host) or len(labels) <= 2 else ".".join(labels[1:])  # noqa: PLR2004 - name and domain


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
