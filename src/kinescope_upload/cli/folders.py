"""`kupload folders`."""

import sys
from typing import Annotated

import typer

from kinescope_upload.command_line import options


def folders(
    context: typer.Context,
    *,
    create: Annotated[bool, typer.Option("--create", help="Make the missing ones.")] = False,
    pin: Annotated[
        list[str] | None,
        typer.Option("--pin", metavar="COURSE=ID", help="Set a course's folder in kupload.toml; repeatable."),
    ] = None,
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
    from kinescope_upload.commands.pins import Pins

    settings = options.load(context)
    pins = Pins.parse(pin, options.working_directory()) if pin else None
    display = options.display_options(settings)
    raise typer.Exit(show_folders(settings, display, sys.stdout, create=create, pins=pins))
