"""`kupload map`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from kinescope_upload.cli import options


def show_mapping(
    context: typer.Context,
    *,
    write: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a map file, to be corrected and handed to --map.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace that file if it is there already.")] = False,
    courses: options.CourseOption = None,
    library: options.LibraryOption = None,
    map_file: options.MapOption = None,
    env_file: options.EnvFileOption = None,
    no_db: options.NoDbOption = False,
    json: options.JsonOption = False,
) -> None:
    """Show which file belongs to which lesson.

    Each file with the place where that was read, and what is in doubt.

    Exit codes: 0 nothing is in doubt; 1 some lessons stay undone because of a doubt.
    """
    from kinescope_upload.commands.map import show_map

    settings = options.load(context)
    raise typer.Exit(show_map(settings, options.display_options(settings), sys.stdout, write=write, force=force))
