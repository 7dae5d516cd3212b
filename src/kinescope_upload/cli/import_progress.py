"""`kupload import-progress`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from kinescope_upload.command_line import options


def import_old_progress(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="kinescope-upload-progress.json")],
    *,
    library: options.LibraryOption = None,
    progress: options.ProgressOption = None,
    map_file: options.MapOption = None,
    env_file: options.EnvFileOption = None,
    no_db: options.NoDbOption = False,
    trust_scan: options.TrustScanOption = False,
    json: options.JsonOption = False,
    verbose: options.VerboseOption = False,
) -> None:
    """Take over the old system's progress.

    What kupload's own progress knows already stays as it is.

    Exit codes: 0 every uploaded lesson is known now; 1 some entries were not taken, and are named.
    """
    from kinescope_upload.commands.import_progress.command import import_progress

    settings = options.load(context)
    raise typer.Exit(import_progress(settings, options.display_options(settings), sys.stdout, file=file))
