"""`kupload notify`."""

import sys
from typing import Annotated

import typer

from kinescope_upload.command_line import options


def notify(
    context: typer.Context,
    *,
    test: Annotated[bool, typer.Option("--test", help="Send each service a message.")] = False,
    env_file: options.EnvFileOption = None,
) -> None:
    """Show which services are told of runs (KUPLOAD_NOTIFY), and try them.

    Exit codes: 0 all is well; 1 a service did not take the message.
    """
    from kinescope_upload.commands.notify import notify as notify_services

    raise typer.Exit(notify_services(options.load(context), sys.stdout, is_test=test))
