"""`kupload doctor`."""

import sys
from typing import TYPE_CHECKING, Annotated

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
    parse_max_wait,
    working_directory,
)
from kinescope_upload.errors import UsageError

if TYPE_CHECKING:
    from kinescope_upload.config import Settings

__all__ = ["doctor"]


def doctor(
    context: typer.Context,
    *,
    library: LibraryOption = None,
    progress: ProgressOption = None,
    map_file: MapOption = None,
    env_file: EnvFileOption = None,
    no_db: NoDbOption = False,
    trust_scan: TrustScanOption = False,
    try_in: Annotated[
        str | None,
        typer.Option("--try", metavar="FOLDER_ID", help="Go the whole way on Kinescope, in this scratch folder."),
    ] = None,
    thorough: Annotated[
        bool, typer.Option("--thorough", help="With --try: also meet the rate limit, by many requests at once.")
    ] = False,
    max_wait: Annotated[
        str | None, typer.Option("--max-wait", metavar="TIME", help="With --try: all waits together [default: 10m].")
    ] = None,
    json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Check everything before the first byte.

    Nothing is changed: rights are asked for without making or deleting anything real. With --try, files of a few kB
    are uploaded into a folder that is there for nothing else, and deleted again; what was found is written into a file.

    Exit codes: 0 nothing is wrong; 2 something is wrong here (settings, files, folders); 3 something else would stop
    a run (token, payment, rights, network, database, disk). With --try: 0 everything was told; 1 something could not be
    told, or stays on Kinescope, or is against kupload; 2 bad usage, nothing was touched; 3 token or network.
    """
    from kinescope_upload.commands.doctor.command import run_doctor

    settings = load(context)
    if try_in is not None:
        raise typer.Exit(_try(settings, try_in, is_thorough=thorough, max_wait=max_wait))
    if thorough or max_wait is not None:
        raise UsageError("--thorough and --max-wait mean something only with --try.", "Name a folder: --try FOLDER_ID.")
    raise typer.Exit(run_doctor(settings, display_options(settings), sys.stdout))


def _try(settings: "Settings", folder_id: str, *, is_thorough: bool, max_wait: str | None) -> int:
    from kinescope_upload.commands.doctor.trial.run import LONGEST_WAIT, TrialOptions, run_trial

    wish = TrialOptions(
        folder_id=folder_id,
        directory=working_directory(),
        is_thorough=is_thorough,
        longest_wait=min(LONGEST_WAIT, parse_max_wait(max_wait, LONGEST_WAIT, above_zero=True)),
    )
    return run_trial(settings, wish, display_options(settings), stdout=sys.stdout, stderr=sys.stderr)
