"""`kupload check`."""

import sys
from functools import partial
from typing import Annotated

import typer

from kinescope_upload.cluster.entry import in_each_library
from kinescope_upload.command_line import options


def check(
    context: typer.Context,
    *,
    courses: options.CourseOption = None,
    deep: Annotated[bool, typer.Option("--deep", help="Read files of one size for their MD5.")] = False,
    library: options.LibraryOption = None,
    progress: options.ProgressOption = None,
    map_file: options.MapOption = None,
    env_file: options.EnvFileOption = None,
    json: options.JsonOption = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, only the answer.")] = False,
    verbose: options.VerboseOption = False,
) -> None:
    """Look into the files before anything is sent, and name those that no player can show.

    Exit codes: 0 none is broken; 1 some are, or cannot be read.
    """
    from kinescope_upload.commands.check import check as run_check

    settings = options.load(context)
    display = options.display_options(settings)
    look = partial(run_check, options=display, is_deep=deep, stdout=sys.stdout, stderr=sys.stderr)
    raise typer.Exit(in_each_library(settings, look))
