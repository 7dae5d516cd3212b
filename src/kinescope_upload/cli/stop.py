"""`kupload stop`."""

from typing import Annotated

import typer

from kinescope_upload.command_line import options
from kinescope_upload.exit_codes import ExitCode


def stop(
    context: typer.Context,
    *,
    machine: options.MachineOption = None,
    drain: Annotated[
        bool, typer.Option("--drain", help="With [cluster]: first end the lessons that are in hand.")
    ] = False,
    progress: options.ProgressOption = None,
    env_file: options.EnvFileOption = None,
) -> None:
    """Ask the run on this progress folder to stop, as Ctrl+C would; with [cluster], all machines.

    Exit code 1: no run is at work.
    """
    from kinescope_upload.commands.tell import ask_to_stop

    folder = options.load(context).progress
    courses, beginning = ask_to_stop(folder)
    if courses:
        typer.echo(f"Asked the run on {', '.join(courses)} to stop.")
    for process_id in beginning:
        typer.echo(f"Asked the run that begins (process {process_id}) to stop.")
    if not (courses or beginning):
        typer.echo(f"No run is at work on {folder}.")
        raise typer.Exit(ExitCode.NOT_DONE)
