"""`kupload page`."""

import typer

from kinescope_upload.command_line import options


def page(
    context: typer.Context,
    *,
    progress: options.ProgressOption = None,
    env_file: options.EnvFileOption = None,
) -> None:
    """Give an address of the page of the run at work (--web), which lets one browser in, on the run's machine.

    Exit code 1: no run is at work, or it has no page.
    """
    from kinescope_upload.commands.page import page_addresses

    code, lines = page_addresses(options.load(context).progress)
    for line in lines:
        typer.echo(line)
    raise typer.Exit(code)
