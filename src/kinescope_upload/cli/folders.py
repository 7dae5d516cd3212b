"""`kupload folders`."""

import sys
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

__all__ = ["folders"]


def folders(
    context: typer.Context,
    *,
    create: Annotated[bool, typer.Option("--create", help="Make the missing ones.")] = False,
    courses: CourseOption = None,
    library: LibraryOption = None,
    map_file: MapOption = None,
    env_file: EnvFileOption = None,
    no_db: NoDbOption = False,
    json: JsonOption = False,
) -> None:
    """Show each course's folder on Kinescope.

    What is there, missing, ambiguous (two of one name) or pinned in kupload.toml.

    Exit codes: 0 every course has its folder; 1 some have none, or two of one name.
    """
    from kinescope_upload.commands.folders import show_folders

    settings = load(context)
    raise typer.Exit(show_folders(settings, display_options(settings), sys.stdout, create=create))
