"""`kupload folders`."""

import sys
from typing import Annotated

import typer

from kinescope_upload.cli import options


def folders(
    context: typer.Context,
    *,
    create: Annotated[bool, typer.Option("--create", help="Make the missing ones.")] = False,
    courses: options.CourseOption = None,
    library: options.LibraryOption = None,
    map_file: options.MapOption = None,
    env_file: options.EnvFileOption = None,
    no_db: options.NoDbOption = False,
    json: options.JsonOption = False,
) -> None:
    """Show each course's folder on Kinescope.

    What is there, missing, ambiguous (two of one name) or pinned in kupload.toml.

    Exit codes: 0 every course has its folder; 1 some have none, or two of one name.
    """
    from kinescope_upload.commands.folders import show_folders

    settings = options.load(context)
    raise typer.Exit(show_folders(settings, options.display_options(settings), sys.stdout, create=create))
