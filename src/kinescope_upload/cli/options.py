"""Options that several commands share, and what every command makes of its options."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kinescope_upload.output.options import DisplayOptions

if TYPE_CHECKING:
    from kinescope_upload.config import Settings

__all__ = [
    "CourseOption",
    "EnvFileOption",
    "JsonOption",
    "LibraryOption",
    "MapOption",
    "NoDbOption",
    "ProgressOption",
    "TrustScanOption",
    "VerboseOption",
    "display_options",
    "load",
]

CourseOption = Annotated[list[str] | None, typer.Option("--course", metavar="NAME", help="Only this; repeatable.")]
LibraryOption = Annotated[
    str | None, typer.Option("--library", metavar="DIR", help="The folder that holds the courses.")
]
ProgressOption = Annotated[
    str | None, typer.Option("--progress", metavar="DIR", help="Where progress is kept [default: progress/].")
]
MapOption = Annotated[str | None, typer.Option("--map", metavar="FILE", help="Which file belongs to which lesson.")]
EnvFileOption = Annotated[
    str | None, typer.Option("--env-file", metavar="FILE", help="Secrets and settings [default: .env].")
]
NoDbOption = Annotated[bool, typer.Option("--no-db", help="Go without the database.")]
TrustScanOption = Annotated[bool, typer.Option("--trust-scan", help="With --no-db: vouch for the files' order.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object per line, for scripts.")]
VerboseOption = Annotated[bool, typer.Option("--verbose", "-v", help="Everything there is to tell.")]


def load(options: dict[str, object]) -> Settings:
    """The settings of this process, from the options and everything around it."""
    from kinescope_upload.config import load_settings

    return load_settings(options, directory=Path.cwd(), environment=os.environ)


def display_options(settings: Settings) -> DisplayOptions:
    """How the settings want things shown; the command to go on with is the typed one, which may have asked to look."""
    command = shlex.join(("kupload", *(word for word in sys.argv[1:] if word != "--status")))
    return DisplayOptions(as_json=settings.json, quiet=settings.quiet, verbose=settings.verbose, command=command)
