"""`kupload import-progress`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from kinescope_upload.cli.options import (
    EnvFileOption,
    JsonOption,
    LibraryOption,
    MapOption,
    NoDbOption,
    ProgressOption,
    TrustScanOption,
    VerboseOption,
    display_options,
    load,
)

__all__ = ["import_old_progress"]


def import_old_progress(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="kinescope-upload-progress.json")],
    *,
    library: LibraryOption = None,
    progress: ProgressOption = None,
    map_file: MapOption = None,
    env_file: EnvFileOption = None,
    no_db: NoDbOption = False,
    trust_scan: TrustScanOption = False,
    json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Take over the old system's progress.

    What kupload's own progress knows already stays as it is.

    Exit codes: 0 every uploaded lesson is known now; 1 some entries were not taken, and are named.
    """
    from kinescope_upload.commands.import_progress.command import import_progress

    settings = load(context)
    raise typer.Exit(import_progress(settings, display_options(settings), sys.stdout, file=file))
