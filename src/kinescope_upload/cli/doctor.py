"""`kupload doctor`."""

import sys

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

__all__ = ["doctor"]


def doctor(  # noqa: PLR0913 - one argument an option
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
    """Check everything before the first byte.

    Nothing is changed: rights are asked for without making or deleting anything real.

    Exit codes: 0 nothing is wrong; 2 something is wrong here (settings, files, folders); 3 something else would stop
    a run (token, payment, rights, network, database, disk).
    """
    from kinescope_upload.chores.doctor import run_doctor

    settings = load(
        {
            "library": library,
            "progress": progress,
            "map_file": map_file,
            "env_file": env_file,
            "no_db": no_db,
            "trust_scan": trust_scan,
            "json": json,
            "verbose": verbose,
        }
    )
    raise typer.Exit(run_doctor(settings, display_options(settings), sys.stdout))
