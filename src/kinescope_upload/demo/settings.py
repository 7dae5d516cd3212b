"""The environment that the demo's commands get: its own settings, and nothing of the user's."""

from __future__ import annotations

import os
import shlex
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["SHORTENED", "command_environment", "export_lines", "outside_forgotten", "write_env_file"]

SHORTENED: Final = {
    "KUPLOAD_RETRY_BASE": "0.2",
    "KUPLOAD_ORPHAN_WAIT": "0.2",
    "KUPLOAD_SETTLE": "0",
    "KUPLOAD_API_RATE": "off",
}
"""Waits, in seconds, that nobody wants to watch; and the stand-in has no limit of requests to keep to."""

_OURS: Final = ("KINESCOPE_", "KUPLOAD_", "PG")
"""What such names mean to kupload and to PostgreSQL's library must not come from outside."""
_ALSO_OURS: Final = frozenset({"DATABASE_URL", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"})
_HERE: Final = "127.0.0.1,localhost"


def command_environment(variables: Mapping[str, str], outside: Mapping[str, str]) -> dict[str, str]:
    """The whole environment of a command. Pure.

    Args:
        variables: The demo's settings.
        outside: The demo's own environment.
    """
    kept = {name: value for name, value in outside.items() if not _is_ours(name.upper())}
    return {**kept, "NO_PROXY": _HERE, **variables}


@contextmanager
def outside_forgotten() -> Iterator[None]:
    """Meanwhile this process has no such settings itself: PostgreSQL's library looks for them in here, too."""
    forgotten = {name: os.environ.pop(name) for name in tuple(os.environ) if _is_ours(name.upper())}
    try:
        yield
    finally:
        os.environ.update(forgotten)


def _is_ours(name: str) -> bool:
    return name.startswith(_OURS) or name in _ALSO_OURS


def write_env_file(path: Path, variables: Mapping[str, str]) -> None:
    """Writes the settings as a `.env` that only its owner can read."""
    path.touch(mode=0o600)
    path.write_text("".join(f"{name}='{value}'\n" for name, value in variables.items()), encoding="utf-8")


def export_lines(variables: Mapping[str, str]) -> tuple[str, ...]:
    """The settings as a shell takes them."""
    return tuple(f"export {name}={shlex.quote(value)}" for name, value in variables.items())
