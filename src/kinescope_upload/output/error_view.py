"""Writes the error that ends a command."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TextIO

from kinescope_upload.errors import MissingSettingsError
from kinescope_upload.output.json_text import json_line
from kinescope_upload.output.terminal_output import SYSTEM_CLOCK, escape_unencodable, laid_out
from kinescope_upload.text import pad, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kinescope_upload.errors import KuploadError
    from kinescope_upload.output.json_text import JsonFields
    from kinescope_upload.output.terminal_output import Clock

_TOKEN: Final = re.compile(r"(Bearer )[^\s'\"]+")
_PASSWORD: Final = re.compile(r"(://[^:@/\s'\"]*:)[^@\s'\"]+@")


def print_error(error: KuploadError, stderr: TextIO) -> None:
    """Writes the error for people: one line, and several missing settings as a list."""
    settings = error.settings if isinstance(error, MissingSettingsError) else ()
    text = _list_of(settings, error.hint) if len(settings) > 1 else printable(str(error))
    stderr = escape_unencodable(stderr)
    stderr.write(laid_out(f"kupload: {text}", stderr) + "\n")
    stderr.flush()


def _list_of(settings: Sequence[tuple[str, str]], hint: str) -> str:
    width = max(len(name) for name, _ in settings)
    lines = (f"  {pad(name, width)}  {meaning}" for name, meaning in settings)
    return "\n".join(["These settings are missing:", *lines, printable(hint)])


def print_error_object(error: KuploadError, exit_code: int, stdout: TextIO, *, clock: Clock = SYSTEM_CLOCK) -> None:
    """Writes the error as one JSON line for scripts, in place of the command's answer (docs/json.md)."""
    fields: JsonFields = {"reason": error.reason, "hint": error.hint, "exit_code": exit_code}
    stdout.write(json_line("error", fields, clock))
    stdout.flush()


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """Masks the secrets, and tokens and passwords in addresses; for tracebacks, which may hold anything."""
    for secret in filter(None, secrets):
        text = text.replace(secret, "…")
    return _PASSWORD.sub(r"\1…@", _TOKEN.sub(r"\1…", text))
