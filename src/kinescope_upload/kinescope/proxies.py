"""Decides which proxy a request goes through. Pure.

`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` are read as curl reads them
(https://everything.curl.dev/usingproxies/env.html).
"""

from __future__ import annotations

import ipaddress
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

_USUAL_PORTS: Final = {"http": 80, "https": 443}


def proxy_for(url: str, proxies: Mapping[str, str]) -> str | None:
    """The proxy for a request to this address; None where it goes there directly.

    Args:
        url: The address.
        proxies: Proxies by scheme, "all" for every scheme, and under "no" the hosts that need none, as
            `urllib.request.getproxies` gives them.
    """
    address = urlsplit(url)
    proxy = proxies.get(address.scheme) or proxies.get("all")
    host = (address.hostname or "").rstrip(".")
    port = address.port or _USUAL_PORTS.get(address.scheme)
    if not proxy or any(_matches(name, host, port) for name in proxies.get("no", "").replace(",", " ").split()):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedProxy:
    """A proxy for people: its address without user and password, and the setting that names it."""

    address: str
    setting: str


def named_proxy(url: str, proxies: Mapping[str, str]) -> NamedProxy | None:
    """Names the proxy for a request to this address; None where it goes there directly."""
    proxy, scheme = proxy_for(url, proxies), urlsplit(url).scheme
    if proxy is None:
        return None
    return NamedProxy(address=shown_proxy(proxy), setting=f"{scheme.upper() if proxies.get(scheme) else 'ALL'}_PROXY")


def _matches(name: str, host: str, port: int | None) -> bool:
    """Whether a name of `NO_PROXY` means this host: a domain and all below it, an address, or a network (CIDR)."""
    if name == "*":
        return True
    with suppress(ValueError):
        return ipaddress.ip_address(host) in ipaddress.ip_network(name.strip("[]"), strict=False)
    with suppress(ValueError):
        parts = urlsplit(f"//{name}")
        if parts.port not in {None, port}:
            return False
        name = parts.hostname or name
    name = name.lower().strip(".[]")
    return bool(name) and (host == name or host.endswith(f".{name}"))


def shown_proxy(proxy: str) -> str:
    """The proxy's address without user and password, for people."""
    head, at, tail = proxy.rpartition("@")
    scheme, separator, _ = head.partition("://")
    return f"{scheme}{separator}{tail}" if at and separator else tail
