"""`kupload map`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from kinescope_upload.cli.options import (
    CourseOption,
    EnvFileOption,
    JsonOption,
    LibraryOption,
    MapOption,
    NoDbOption,
    display_options,
    load,
)

__all__ = ["show_mapping"]


def show_mapping(
    context: typer.Context,
    *,
    write: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a map file, to be corrected and handed to --map.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace that file if it is there already.")] = False,
    courses: CourseOption = None,
    library: LibraryOption = None,
    map_file: MapOption = None,
    env_file: EnvFileOption = None,
    no_db: NoDbOption = False,
    json: JsonOption = False,
) -> None:
    """Show which file belongs to which lesson.

    Each file with the place where that was read, and what is in doubt.

    Exit codes: 0 nothing is in doubt; 1 some lessons stay undone because of a doubt.
    """
    from kinescope_upload.commands.map import show_map

    settings = load(context)
    raise typer.Exit(show_map(settings, display_options(settings), sys.stdout, write=write, force=force))
