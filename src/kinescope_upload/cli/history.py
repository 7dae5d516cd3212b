"""`kupload history`."""

import sys
from typing import Annotated

import typer

from kinescope_upload.command_line import options


def history(
    context: typer.Context,
    *,
    limit: Annotated[str | None, typer.Option(metavar="N", help="At most N runs [default: 20].")] = None,
    env_file: options.EnvFileOption = None,
    json: options.JsonOption = False,
) -> None:
    """Show the runs of the past: when, how much, what broke, how they ended."""
    from kinescope_upload.commands.history import show_history

    settings = options.load(context)
    raise typer.Exit(show_history(settings, options.display_options(settings), sys.stdout))
