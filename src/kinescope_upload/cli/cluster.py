"""`kupload cluster`: several machines on one library."""

import sys
from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from kinescope_upload.cli import options
from kinescope_upload.errors import UsageError
from kinescope_upload.exit_codes import ExitCode

if TYPE_CHECKING:
    from kinescope_upload.config import Settings

cluster = typer.Typer(rich_markup_mode=None, no_args_is_help=True)


def load_cluster(context: typer.Context) -> "Settings":
    """The settings, with a cluster in them.

    Raises:
        UsageError: kupload.toml has no [cluster], or the extra is not installed.
    """
    from importlib.util import find_spec

    from kinescope_upload.extras import install_hint

    settings = options.load(context)
    if settings.cluster is None:
        raise UsageError(
            "This machine shares no work with others: kupload.toml has no [cluster].",
            'Add it, with where the library lies here: [cluster] libraries = { nas = "/mnt/nas/courses" }. '
            "See docs/cluster.md.",
        )
    if find_spec("procrastinate") is None:
        raise UsageError("Work is shared by a part of kupload that is not installed.", install_hint("cluster"))
    return settings


@cluster.command("init", short_help="Make the tables that all machines share; run it once, from any machine")
def init(
    context: typer.Context,
    *,
    print_sql: Annotated[
        bool, typer.Option("--print-sql", help="Print the SQL for an administrator; change nothing.")
    ] = False,
    env_file: options.EnvFileOption = None,
) -> None:
    """Make the tables that all machines share. Run again, it changes nothing, or brings them up to date."""
    from kinescope_upload.cluster.line import line_of
    from kinescope_upload.cluster.schema import install, script_of

    with closing(line_of(load_cluster(context))) as line:
        if print_sql:
            sys.stdout.write(script_of(line))
            raise typer.Exit(ExitCode.DONE)
        done = "is made" if install(line) else "is there already, and up to date"
    typer.echo(f'The cluster in schema "{line.schema}" of {line.place} {done}.')
