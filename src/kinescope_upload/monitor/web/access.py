"""Decides who may see a run's page: addresses that work once, cookies, and the hosts that it is asked for."""

from __future__ import annotations

import hashlib
import secrets
import threading
from typing import Final
from urllib.parse import urlsplit

HOST: Final = "127.0.0.1"
"""The page listens here alone."""
_NAMES: Final = frozenset({HOST, "localhost"})
COOKIE_SECONDS: Final = 30 * 86400
"""Longer than a browser is open; the session itself ends with the run."""


def new_token() -> str:
    """A token that nobody guesses."""
    return secrets.token_urlsafe(24)


def address_of(token: str, host: str) -> str:
    """The address that lets a browser in.

    Args:
        token: The token.
        host: The host and port that the browser knows the page by.
    """
    return f"http://{host}/?token={token}"


def digest_of(token: str) -> str:
    """What may be known of a token to those who must not enter by it."""
    return hashlib.sha256(token.encode()).hexdigest()


class Access:
    """Gives addresses, each for one browser, and knows the browsers that came by one; every thread may use it.

    Args:
        port: The page's port.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._lock = threading.Lock()
        self._tokens: set[str] = set()
        self._used: set[str] = set()
        self._sessions: set[str] = set()

    @property
    def cookie(self) -> str:
        """The cookie's name: browsers tell no ports apart, and each run has a page of its own."""
        return f"kupload-{self._port}"

    def new_address(self, host: str | None = None) -> str:
        """A further address, which lets one browser in.

        Args:
            host: The host and port that the browser knows the page by; None means this machine's.
        """
        token = new_token()
        with self._lock:
            self._tokens.add(token)
        return address_of(token, host or f"{HOST}:{self._port}")

    def admits(self, token: str, asked: str = "") -> bool:
        """Whether an address lets a browser in; that uses nothing up: previews and scanners look at addresses, too.

        Args:
            token: The token of the address.
            asked: The `digest_of` the token that somebody on the progress folder made up (`kupload page`).
        """
        with self._lock:
            return token in self._tokens or self._is_asked(token, asked)

    def _is_asked(self, token: str, asked: str) -> bool:
        return bool(token and asked) and asked not in self._used and digest_of(token) == asked

    def enter(self, token: str, asked: str = "") -> str | None:
        """The session of a browser that comes by an address; None where that is unknown or was used already.

        Args:
            token: As for `admits`.
            asked: As for `admits`.
        """
        session = secrets.token_urlsafe(24)
        with self._lock:
            if token in self._tokens:
                self._tokens.remove(token)
            elif self._is_asked(token, asked):
                self._used.add(asked)
            else:
                return None
            self._sessions.add(session)
        return session

    def knows(self, session: str) -> bool:
        """Whether a browser with this cookie came by an address."""
        with self._lock:
            return session in self._sessions


def is_this_machine(host: str) -> bool:
    """Whether a request means this machine: a foreign name that leads here may be an attack (DNS rebinding).

    Any port will do: `ssh -L` gives the page another one.

    Args:
        host: The header `Host`.
    """
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    return name.lower() in _NAMES


def is_same_origin(host: str, origin: str) -> bool:
    """Whether the page itself sends a request, and no other page in the same browser.

    Args:
        host: The header `Host`.
        origin: The header `Origin`, which browsers add to each POST.
    """
    parts = urlsplit(origin)
    return parts.scheme == "http" and parts.netloc.lower() == host.lower()
