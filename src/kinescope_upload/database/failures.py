"""Converts the errors of PostgreSQL and libpq to kupload's. Pure."""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import Final

import psycopg

from kinescope_upload.errors import BatchStoppedError, DatabaseDownError, KuploadError


class Kind(Enum):
    """The kind of a failure, which decides what can be done about it."""

    DOWN = auto()
    LOGIN = auto()
    DATABASE = auto()
    CERTIFICATE = auto()
    SETTING = auto()
    NAMES = auto()
    RIGHTS = auto()
    VALUE = auto()
    UNKNOWN = auto()


_KINDS_OF_STATES: Final = {
    "08": Kind.DOWN,  # connection exception
    "25": Kind.DOWN,  # the server is read-only for now, or ended an idle transaction
    "40": Kind.DOWN,  # serialization failure, deadlock
    "53": Kind.DOWN,  # too many connections, out of memory, disk full
    "55": Kind.DOWN,  # a lock is not available, an object is in use
    "57": Kind.DOWN,  # statement timeout, shutting down, starting up
    "58": Kind.DOWN,  # system error
    "XX": Kind.DOWN,  # internal error; also what poolers say when they have no server
    "28": Kind.LOGIN,
    "3D": Kind.DATABASE,
    "3F000": Kind.NAMES,
    "42P01": Kind.NAMES,
    "42703": Kind.NAMES,
    "42501": Kind.RIGHTS,
    "22": Kind.VALUE,
    "23": Kind.VALUE,
    "P0": Kind.VALUE,  # a trigger refuses
}
"""The kinds by SQLSTATE, else by its class."""

_KINDS_OF_TEXTS: Final = (
    (Kind.LOGIN, r"(password|SASL|SCRAM|peer|ident|GSSAPI|certificate|RADIUS|LDAP) authentication failed"),
    (Kind.LOGIN, r"no password supplied|wrong password|no pg_hba\.conf entry|not permitted to log in|no such user"),
    (Kind.LOGIN, r"role .* does not exist"),
    (Kind.DATABASE, r"database .* does not exist|no such database|permission denied for database"),
    (Kind.CERTIFICATE, r"certificate verify failed|root certificate file|does not match host name"),
    (Kind.CERTIFICATE, r"server does not support SSL|certificate file .* does not exist|private key file"),
    (
        Kind.SETTING,
        r"unsupported startup parameter|unrecognized configuration parameter|invalid \S+ value|weak sslmode",
    ),
)
"""The kinds by the message: while it connects, libpq gives no SQLSTATE. Other messages count as temporary."""

_FULL: Final = re.compile(
    r"too many (connections|clients)|max\w* client\w*|connection slots are reserved|no more connections", re.IGNORECASE
)
"""What PostgreSQL and poolers (PgBouncer, Supavisor) say when all connections are in use."""

_PREFIX = re.compile(r"^(connection (failed|is bad): )?(connection to server .*? failed: )?((FATAL|ERROR): +)?")

_STOPPED: Final = {
    Kind.LOGIN: ("refuses the login", "Correct the user and the password in DATABASE_URL."),
    Kind.DATABASE: ("cannot be opened", "Correct the database's name at the end of DATABASE_URL."),
    Kind.CERTIFICATE: ("cannot be trusted", "Correct sslmode, sslrootcert or sslaccept in DATABASE_URL."),
    Kind.SETTING: ("cannot be connected to", "Correct the parameter in DATABASE_URL."),
    Kind.NAMES: ("lacks a name", "Set the names in kupload.toml under [database]."),
    Kind.RIGHTS: ("refuses what kupload needs", "Grant SELECT and UPDATE on the lessons' table to this role."),
    Kind.VALUE: ("refuses a value", "Compare the columns named in kupload.toml under [database] with the table."),
    Kind.UNKNOWN: ("refuses a statement", "Compare the table with the names in kupload.toml under [database]."),
}


def kind_of(error: psycopg.Error) -> Kind:
    """Decides the kind of a failure."""
    if error.sqlstate:
        return _KINDS_OF_STATES.get(error.sqlstate) or _KINDS_OF_STATES.get(error.sqlstate[:2], Kind.UNKNOWN)
    text = str(error)
    for kind, pattern in _KINDS_OF_TEXTS:
        if re.search(pattern, text, re.IGNORECASE):
            return kind
    return Kind.SETTING if isinstance(error, psycopg.ProgrammingError) else Kind.DOWN


def detail_of(error: psycopg.Error) -> str:
    """Extracts the error's own message: one line, without prefix and full stop."""
    sentence = error.diag.message_primary or (str(error).splitlines() or [""])[0]
    return _PREFIX.sub("", sentence.strip()).rstrip(". ") or "the connection was lost"


def error_of(error: psycopg.Error, place: str) -> KuploadError:
    """Converts the failure to one of kupload's errors.

    Args:
        error: The error of psycopg. It holds the password, so ours must not be raised from it.
        place: The address of the database, for the message.
    """
    kind, detail = kind_of(error), detail_of(error)
    if kind is Kind.DOWN:
        if _FULL.search(detail):
            return DatabaseDownError(f"The database {place} has no free connection: {detail}.", is_full=True)
        return DatabaseDownError(f"The database {place} is not available: {detail}.{_hint(detail)}")
    what, hint = _STOPPED[kind]
    return BatchStoppedError(f"The database {place} {what}: {detail}.", hint)


def _hint(detail: str) -> str:
    """Words the hint for Supabase's pooler, which finds no tenant when the project is paused or the user name wrong."""
    if "tenant" not in detail.lower():
        return ""
    return " Resume a paused project in Supabase's dashboard; the pooler's user is postgres.<project>."
