"""Parses the values of settings. Pure; a `ValueError` holds the rest of the sentence `"abc" …`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit
from uuid import UUID

from kinescope_upload.config.secret import Secret
from kinescope_upload.kinescope.trust import host_of
from kinescope_upload.plan.order import Order
from kinescope_upload.policy.jobs import Auto
from kinescope_upload.upload import Dialect

if TYPE_CHECKING:
    from collections.abc import Callable

SMALLEST_CHUNK: Final = 256 * 1024
"""The smallest chunk in bytes: with smaller ones, the answers would take most of the time."""

_LONGEST_SHOWN = 80
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_SIZE = re.compile(r"(\d{1,15}(?:\.\d{1,6})?)\s*([KMGT]?I?B?)", re.IGNORECASE | re.ASCII)
_DURATION = re.compile(
    r"(?:(\d{1,9}(?:\.\d{1,6})?)d)?(?:(\d{1,9}(?:\.\d{1,6})?)h)?"
    r"(?:(\d{1,9}(?:\.\d{1,6})?)m)?(?:(\d{1,9}(?:\.\d{1,6})?)s)?",
    re.ASCII,
)
_NUMBER = re.compile(r"\d{1,9}(?:\.\d{1,6})?", re.ASCII)
_POWERS: Final = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}
_HOST = re.compile(r"(?:\*\.)?[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?|[0-9a-f:]+", re.ASCII)
_SERVICE = re.compile(r"[a-z][a-z0-9+.-]{0,30}://[^\s\x00-\x1f]+", re.IGNORECASE)
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_MONTH = 30 * 86400.0
_UNITS: Final = {"d": "days", "m": "minutes", "s": "seconds"}


def shown(text: str) -> str:
    """Quotes the text for a message: on one line, control characters escaped, cut to 80 characters."""
    cut = text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"
    plain = "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in cut)
    return f'"{plain}"'


def is_uuid(text: str) -> bool:
    """Tells whether the text is a UUID in its usual form: 32 hexadecimal digits in five groups."""
    return _UUID.fullmatch(text) is not None


def parse_uuid(text: str) -> str:
    """Parses a UUID into lower case."""
    if not is_uuid(text):
        raise ValueError("is not a UUID. It looks like 01234567-89ab-cdef-0123-456789abcdef.")
    return str(UUID(text))


def parse_api_key(text: str) -> Secret:
    """Parses Kinescope's token, which must fit into a request's header."""
    if text.lower().startswith("bearer"):
        raise ValueError('begins with the word "Bearer". Give the token alone.')
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("has a space or a character that no token has. Copy the token again from Kinescope.")
    return Secret(text)


def parse_connection_string(text: str) -> Secret:
    """Takes the database's connection string as it is: the database room parses it."""
    return Secret(text, has_tail=False)


def parse_notify(text: str) -> Secret:
    """Takes the addresses of services that send messages, separated by spaces; each holds a secret."""
    if not all(_SERVICE.fullmatch(word) for word in text.split()):
        raise ValueError("is not an address of a service, which looks like tgram://TOKEN/CHAT. See docs/notify.md.")
    return Secret(text, has_tail=False)


def parse_dialect(text: str) -> Dialect:
    """Parses how uploads are created."""
    try:
        return Dialect(text.lower())
    except ValueError:
        raise ValueError('is neither "tus" nor "json".') from None


def parse_order(text: str) -> Order:
    """Parses the order of the lessons."""
    try:
        return Order(text.lower())
    except ValueError:
        raise ValueError(f"is not an order. Known are {', '.join(Order)}.") from None


def bytes_in(text: str) -> int | None:
    """Parses a text like "64MiB" to bytes; None when it is not a size."""
    match = _SIZE.fullmatch(text)
    if match is None:
        return None
    number, unit = match[1], match[2].upper()
    step = 1000 if unit.endswith("B") and not unit.endswith("IB") else 1024
    return int(float(number) * step ** _POWERS[unit.rstrip("IB")])


def parse_size(text: str) -> int:
    """Parses a size of at least 256 KiB to bytes: 67108864, 64MiB, 64M (the same), 64MB (64,000,000 bytes).

    KiB, MiB, GiB and K, M, G count in steps of 1,024; KB, MB, GB in steps of 1,000.
    """
    size = bytes_in(text)
    if size is None:
        raise ValueError("is not a size. Write it like 64MiB, 100MB or 67108864.")
    if size < SMALLEST_CHUNK:
        raise ValueError("is too small. The smallest chunk is 256KiB.")
    return size


def parse_duration(unit: str, *, above_zero: bool = False) -> Callable[[str], float]:
    """Makes a parser of durations to seconds: "90m", "1h", "1h30m", "45s", "7d", or a number in `unit`.

    Args:
        unit: "d", "m" or "s".
        above_zero: Whether zero is not allowed.
    """

    def parse(text: str) -> float:
        seconds = _seconds(f"{text}{unit}" if _NUMBER.fullmatch(text) else text.lower().replace(" ", ""))
        if seconds is None:
            raise ValueError(f"is not a duration. Write it like 90s, 15m or 1h; a number alone means {_UNITS[unit]}.")
        if above_zero and seconds <= 0:
            raise ValueError("must be more than zero.")
        if seconds > _MONTH:
            raise ValueError("is more than 30 days.")
        return seconds

    return parse


def _seconds(text: str) -> float | None:
    match = _DURATION.fullmatch(text)
    if match is None or not text:
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return days * 86400 + hours * 3600 + minutes * 60 + seconds


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """Makes a parser of whole numbers between `least` and `most`, both included."""

    def parse(text: str) -> int:
        if re.fullmatch(r"[+-]?[0-9]{1,12}", text) is None:
            raise ValueError("is not a whole number.")
        if not least <= int(text) <= most:
            raise ValueError(f"is not between {least} and {most}.")
        return int(text)

    return parse


def parse_jobs(text: str) -> int | Auto:
    """Parses a number of uploads at a time, 1 to 32, or `auto`."""
    return Auto.AUTO if text.lower() == Auto.AUTO else whole_number(1, 32)(text)


def parse_yes_or_no(text: str) -> bool:
    """Parses yes or no, as people and programs write it."""
    match text.lower():
        case "true" | "yes" | "on" | "1":
            return True
        case "false" | "no" | "off" | "0":
            return False
        case _:
            raise ValueError("is neither yes nor no. Write true or false.")


def parse_path(directory: Path) -> Callable[[str], Path]:
    """Makes a parser of paths: `~` means the home directory, a relative path is below `directory`."""

    def parse(text: str) -> Path:
        if "\0" in text:
            raise ValueError("has a zero byte.")
        try:
            return directory / Path(text).expanduser()
        except RuntimeError:
            raise ValueError("names a home directory that does not exist.") from None

    return parse


def parse_url(text: str) -> str:
    """Parses an address of the service, without a slash at the end: https, or http to this machine."""
    if not text.isprintable() or " " in text:
        raise ValueError("is not a web address.")
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        raise ValueError("is not a web address.") from None
    if parts.scheme not in {"https", "http"} or not host or (host_of(text) is None and "@" not in parts.netloc):
        raise ValueError("is not a web address. It looks like https://api.kinescope.io.")
    if parts.scheme == "http" and host not in _LOOPBACK:
        raise ValueError("is not encrypted: others could read the token. Use https.")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError("has more than a host and a path.")
    return f"{parts.scheme}://{parts.netloc.lower()}{parts.path.rstrip('/')}"


def parse_hosts(text: str) -> tuple[str, ...]:
    """Parses host names, separated by commas or spaces; "*.example.com" means every host below example.com."""
    hosts = tuple(dict.fromkeys(word.lower().removesuffix(".") for word in re.split(r"[,\s]+", text) if word))
    for host in hosts:
        if not _HOST.fullmatch(host) or host in {"*", "*."}:
            raise ValueError(
                f"is not a list of hosts: {shown(host)}. Write names like uploads.example.com, without https://."
            )
    return hosts
