"""Completes names of courses and ids of lessons: from library folder and progress, never from the network."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import typer  # noqa: TC002 - Typer reads the annotation

from kinescope_upload.library_paths import nfc

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kinescope_upload.config import Settings

_VARIABLE: Final = "_KUPLOAD_COMPLETE"
"""What the shells' scripts set: "complete_bash", "complete_powershell"."""
_GIVEN: Final = ("library", "progress", "env_file")


def complete_courses(context: typer.Context, incomplete: str) -> list[str]:
    """The courses whose names begin as typed, as the shell needs them quoted."""
    begun = nfc(incomplete.lstrip("'\""))
    write = _quoting(os.environ)
    return [_Written(write(name)) for name in _courses(context.params) if name.startswith(begun)]


def complete_order(incomplete: str) -> list[str]:
    """The orders of `--order` that begin as typed."""
    from kinescope_upload.plan.order import Order

    return [one.value for one in Order if one.value.startswith(incomplete)]


def complete_lessons(context: typer.Context, incomplete: str) -> list[str]:
    """The ids that begin as typed, of lessons that have progress: only those can be replaced or unlinked."""
    return [one for one in _lessons(context.params) if one.startswith(incomplete)]


class _Written(str):
    """A name as the shell needs it; Typer would leave out one that does not begin as typed, quotes and all."""

    __slots__ = ()

    def startswith(self, *_: object) -> bool:
        """Says yes: the name itself was compared."""
        return True


def _courses(params: Mapping[str, object]) -> list[str]:
    """The names that are known here; none where the settings cannot be read, which is no time to say so."""
    from kinescope_upload.errors import KuploadError
    from kinescope_upload.progress import courses_in

    found: set[str] = set()
    settings = _settings(params)
    if settings is None:
        return []
    with suppress(KuploadError, OSError):
        found.update(courses_in(settings.progress))
        if settings.library:
            found.update(entry.name for entry in os.scandir(settings.library) if entry.is_dir())
    return sorted(nfc(name) for name in found if not name.startswith("."))


def _lessons(params: Mapping[str, object]) -> list[str]:
    """The lessons with progress here; none where it cannot be read, which is no time to say so."""
    from kinescope_upload.errors import KuploadError
    from kinescope_upload.progress import read_records

    with suppress(KuploadError, OSError):
        if settings := _settings(params):
            return sorted(read_records(settings.progress))
    return []


def _settings(params: Mapping[str, object]) -> Settings | None:
    """The settings here; None where they cannot be read."""
    from kinescope_upload.command_line.options import working_directory
    from kinescope_upload.config import load_settings
    from kinescope_upload.errors import KuploadError

    with suppress(KuploadError, OSError):
        given = {name: params.get(name) for name in _GIVEN}
        return load_settings(given, directory=working_directory(), environment=os.environ)
    return None


def _quoting(environ: Mapping[str, str]) -> Callable[[str], str]:
    """How a name is written; zsh and fish quote by themselves."""
    from kinescope_upload.text.quoting import Shell, quoted

    match environ.get(_VARIABLE, "").rpartition("_")[2]:
        case "bash":
            return lambda name: re.sub(r"([^\w@%+=:,./-])", r"\\\1", name)
        case "powershell" | "pwsh":
            return lambda name: quoted(name, Shell.POWERSHELL)
        case _:
            return str
