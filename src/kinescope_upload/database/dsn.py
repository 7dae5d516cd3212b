"""Converts connection strings as Prisma writes them to those that libpq understands. Pure: connects to nothing."""

from __future__ import annotations

import locale
import re
import sys
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final
from urllib.parse import unquote

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import Conninfo

from kinescope_upload.errors import UsageError

if sys.platform == "win32":
    # libpq ends a value at every byte that the locale calls a space; on a Russian or Western Windows that is also 0xa0,
    # half of a letter in UTF-8 ("Р", "à"). Python itself asks Windows by other ways.
    locale.setlocale(locale.LC_CTYPE, "C")

_PRISMA: Final = frozenset(
    {
        "connection_limit",
        "max_connection_lifetime",
        "max_idle_connection_lifetime",
        "pgbouncer",
        "pool_timeout",
        "schema",
        "single_use_connections",
        "socket_timeout",
        "sslaccept",
        "sslidentity",
        "statement_cache_size",
    }
)
"""Parameters that only Prisma knows. `sslcert` and `sslpassword` mean different things to Prisma and libpq."""

_DEFAULTS: Final = {
    "connect_timeout": "10",
    "client_encoding": "UTF8",
    "application_name": "kupload",
    "keepalives": "1",
    "keepalives_idle": "15",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}
"""Parameters that kupload adds unless the string has them; libpq ignores those that a Unix socket does not have."""

_HINT: Final = (
    "It looks like postgresql://user:password@host:5432/database; special characters in the password are written as "
    "%40 for @, %3A for :, %2F for /, %23 for #, %25 for %."
)
_SCHEME = re.compile(r"postgres(?:ql)?://", re.IGNORECASE)
_PAIR = re.compile(r"\s*(\w+)\s*=\s*('(?:[^'\\]|\\.)*'|(?:[^\s'\\]|\\.)*)(?=\s|$)", re.DOTALL)
_MASK = "***"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dsn:
    """Holds a connection string that libpq understands.

    Attributes:
        conninfo: In libpq's key=value form, with the password: never shown.
        schema: The schema in Prisma's parameter; None when it has none.
        place: The address of the database, for messages: "db.example:5432/postgres".
        user: The user name; empty when the system decides.
        taken_out: Removed parameters that libpq does not know, ordered by name.
    """

    conninfo: str = field(repr=False)
    schema: str | None
    place: str
    user: str
    taken_out: tuple[str, ...] = ()


def clean_dsn(url: str, *, name: str = "DATABASE_URL") -> Dsn:
    """Removes what only Prisma understands from the connection string, and adds a bound for every wait.

    Args:
        url: `postgresql://…`, `postgres://…` or libpq's `key=value …`.
        name: The setting that holds the string, for the message.

    Raises:
        UsageError: The string is malformed; the message shows no part of it.
    """
    given = _parameters(url.strip(), name)
    _refuse_typing_errors(given, name)
    known = _known_to_libpq()
    kept = {key: value for key, value in _with_libpq_meaning(given).items() if key in known}
    return Dsn(
        conninfo=make_conninfo("", **{**_DEFAULTS, **kept}),
        schema=given.get("schema", "").strip() or None,
        place=_place(kept),
        user=kept.get("user", ""),
        taken_out=tuple(sorted(set(given) - set(kept))),
    )


def masked(url: str) -> str:
    """Masks the password and removes the parameters, for messages."""
    try:
        dsn = clean_dsn(url)
    except UsageError:
        return _MASK
    user = f"{dsn.user}:{_MASK}@" if dsn.user else ""
    return f"postgresql://{user}{dsn.place}"


def _parameters(text: str, name: str) -> dict[str, str]:
    scheme = _SCHEME.match(text)
    parameters = _of_uri(text[scheme.end() :]) if scheme else _of_pairs(text)
    if (
        parameters is None
        or "\0" in text
        or not _are_ports(parameters.get("port", ""))
        or not _are_hosts(parameters.get("host", ""))
    ):
        raise UsageError(f"{name} is not a PostgreSQL connection string.", _HINT)
    if re.fullmatch(r"\[[A-Z -]+\]", parameters.get("password", "")):
        raise UsageError(f"{name} still holds a placeholder in brackets.", "Put the database's password in its place.")
    return parameters


def _of_uri(rest: str) -> dict[str, str] | None:
    """Parses `user:password@host:port/database?key=value&…`; libpq parses the part before "?"."""
    user = re.match(r"[^/@]*@", rest)
    place = rest[user.end() :] if user else rest
    if "@" in place:  # a password that is not percent-encoded: its rest would be read as host, port or database
        return None
    base, _, query = place.partition("?")
    try:
        parameters = conninfo_to_dict(f"postgresql://{user[0] if user else ''}{base}")
        return {key: str(value) for key, value in parameters.items()} | _of_query(query)
    except (psycopg.Error, ValueError):  # ValueError: also percent-encoded bytes that are not UTF-8
        return None


def _of_query(query: str) -> dict[str, str]:
    parameters: dict[str, str] = {}
    for pair in filter(None, query.split("&")):
        key, equals, value = pair.partition("=")
        if not equals or not re.fullmatch(r"\w+", key) or re.search(r"%(?![0-9A-Fa-f]{2})|%00", value):
            raise ValueError("not a query")
        parameters[key] = unquote(value, errors="strict")
    return parameters


def _are_ports(text: str) -> bool:
    return all(not port or re.fullmatch(r"[0-9]{1,5}", port) for port in text.split(","))


def _are_hosts(text: str) -> bool:
    """Tells whether these are paths of sockets, or names that can be looked up."""
    try:
        for host in text.split(","):
            if not host.startswith("/"):
                host.encode("idna")
    except UnicodeError:
        return False
    return "@" not in text


def _of_pairs(text: str) -> dict[str, str] | None:
    parameters: dict[str, str] = {}
    end = 0
    while end < len(text):
        pair = _PAIR.match(text, end)
        if pair is None:
            return None
        value = pair[2][1:-1] if pair[2].startswith("'") else pair[2]
        parameters[pair[1]] = re.sub(r"\\(.)", r"\1", value, flags=re.DOTALL)
        end = pair.end()
    return parameters or None


def _known_to_libpq() -> frozenset[str]:
    return frozenset(option.keyword.decode() for option in Conninfo.get_defaults())


def _refuse_typing_errors(given: dict[str, str], name: str) -> None:
    """Refuses misspelt parameters: a misspelt `sslmode` must not be ignored as an unknown one."""
    known = _known_to_libpq() | _PRISMA | {"ssl"}
    for key in given:
        if key not in known and (near := get_close_matches(key.lower(), known, n=1, cutoff=0.8)):
            raise UsageError(f"{name} has a parameter {key!r}, which PostgreSQL does not know.", f"Is it {near[0]}?")


def _with_libpq_meaning(given: dict[str, str]) -> dict[str, str]:
    """Translates Prisma's TLS parameters to libpq's.

    Prisma's `sslcert` is the server's certificate (libpq: `sslrootcert`), unless a `sslkey` beside it shows that
    libpq's client certificate is meant. Its `sslpassword` belongs to a PKCS 12 file that libpq cannot read. Its
    `sslaccept=strict` is libpq's `sslmode=verify-full`.
    """
    result = dict(given)
    if "sslkey" not in result:
        result.pop("sslpassword", None)
        certificate = result.pop("sslcert", None)
        if certificate:
            result.setdefault("sslrootcert", certificate)
    if result.pop("ssl", "").lower() == "true":
        result.setdefault("sslmode", "require")
    if result.get("sslaccept") == "strict" and result.get("sslmode") != "disable":
        result["sslmode"] = "verify-full"
        result.setdefault("sslrootcert", "system")
    if result.get("connect_timeout", "").strip("0") == "":  # for Prisma: no limit
        result.pop("connect_timeout", None)
    return {key: value for key, value in result.items() if value != ""}


def _place(parameters: dict[str, str]) -> str:
    hosts = (parameters.get("host") or parameters.get("hostaddr") or "localhost").split(",")
    ports = parameters.get("port", "").split(",")
    ports = ports if len(ports) == len(hosts) else ports[:1] * len(hosts)
    places = ",".join(f"{host}:{port or '5432'}" for host, port in zip(hosts, ports, strict=True))
    return f"{places}/{parameters.get('dbname') or parameters.get('user') or '?'}"
