"""`kupload doctor`."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from kinescope_upload.command_line import options
from kinescope_upload.errors import UsageError

if TYPE_CHECKING:
    from kinescope_upload.config import Settings


def doctor(
    context: typer.Context,
    *,
    library: options.LibraryOption = None,
    progress: options.ProgressOption = None,
    map_file: options.MapOption = None,
    env_file: options.EnvFileOption = None,
    no_db: options.NoDbOption = False,
    trust_scan: options.TrustScanOption = False,
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
    json: options.JsonOption = False,
    verbose: options.VerboseOption = False,
) -> None:
    """Check everything before the first byte.

    Nothing is changed: rights are asked for without making or deleting anything real. With --try, files of a few kB
    are uploaded into a folder that is there for nothing else, and deleted again; what was found is written into a file.

    Exit codes: 0 nothing is wrong; 2 something is wrong here (settings, files, folders); 3 something else would stop
    a run (token, payment, rights, network, database, disk). With --try: 0 everything was told; 1 something could not be
    told, or stays on Kinescope, or is against kupload; 2 bad usage, nothing was touched; 3 token or network.
    """
    from kinescope_upload.commands.doctor.command import run_doctor

    settings = options.load(context)
    if try_in is not None:
        raise typer.Exit(_try(settings, try_in, is_thorough=thorough, max_wait=max_wait))
    if thorough or max_wait is not None:
        raise UsageError("--thorough and --max-wait mean something only with --try.", "Name a folder: --try FOLDER_ID.")
    raise typer.Exit(run_doctor(settings, options.display_options(settings), sys.stdout))


def _try(settings: "Settings", folder_id: str, *, is_thorough: bool, max_wait: str | None) -> int:
    from kinescope_upload.commands.doctor.trial.beginning import TrialOptions
    from kinescope_upload.commands.doctor.trial.run import LONGEST_WAIT, run_trial

    wish = TrialOptions(
        folder_id=folder_id,
        directory=options.working_directory(),
        is_thorough=is_thorough,
        longest_wait=min(LONGEST_WAIT, options.parse_max_wait(max_wait, LONGEST_WAIT, above_zero=True)),
    )
    return run_trial(settings, wish, options.display_options(settings), stdout=sys.stdout, stderr=sys.stderr)
