"""`kupload cluster`: the commands for several machines; `entry` loads them when one is typed."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from kinescope_upload.cluster.ways import check_installed
from kinescope_upload.command_line import options

if TYPE_CHECKING:
    from kinescope_upload.config import Settings

cluster = typer.Typer(rich_markup_mode=None)

LibrariesOption = Annotated[
    list[str] | None,
    typer.Option("--library", metavar="NAME", help="Only this library, by its name in kupload.toml; repeatable."),
]


def _loaded(context: typer.Context) -> "Settings":
    """The settings, once it is sure that the rest of `cluster/` can be loaded."""
    settings = options.load(context)
    check_installed()
    return settings


@cluster.command(short_help="Make the tables that all machines share")
def init(
    context: typer.Context,
    *,
    print_sql: Annotated[
        bool, typer.Option("--print-sql", help="Print the SQL for an administrator; change nothing.")
    ] = False,
    progress: options.ProgressOption = None,
    env_file: options.EnvFileOption = None,
) -> None:
    """Make the tables that all machines share, and take this machine's progress over. Run again after an update."""
    settings = _loaded(context)
    from kinescope_upload.cluster.commands import init as run_init

    raise typer.Exit(run_init(settings, sys.stdout, only_print=print_sql))


@cluster.command(short_help="Write down what is to be done")
def enqueue(
    context: typer.Context,
    *,
    courses: options.CourseOption = None,
    limit: Annotated[str | None, typer.Option(metavar="N", help="At most N lessons, the first in order.")] = None,
    libraries: LibrariesOption = None,
    env_file: options.EnvFileOption = None,
    create_folders: Annotated[
        bool, typer.Option("--create-folders", help="Make missing course folders on Kinescope.")
    ] = False,
    json: options.JsonOption = False,
) -> None:
    """Write down what is to be done in this machine's libraries; any machine that has them does it."""
    settings = _loaded(context)
    from kinescope_upload.cluster.commands import enqueue as run_enqueue
    from kinescope_upload.commands.upload import Screen

    screen = Screen(options.display_options(settings), sys.stdout, sys.stderr)
    raise typer.Exit(run_enqueue(settings, screen, libraries or ()))


@cluster.command(short_help="Upload what is enqueued")
def worker(
    context: typer.Context,
    *,
    libraries: LibrariesOption = None,
    jobs: Annotated[
        str | None, typer.Option(metavar="N", help="Uploads at a time; auto follows the line [default: auto].")
    ] = None,
    bwlimit: Annotated[
        str | None, typer.Option(metavar="RATE", help="Bytes a second for all of this machine's together.")
    ] = None,
    until_empty: Annotated[
        bool, typer.Option("--until-empty", help="End when nothing is left to do in these libraries.")
    ] = False,
    env_file: options.EnvFileOption = None,
    json: options.JsonOption = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only failures and the result.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Every step and every id.")] = False,
) -> None:
    """Upload lessons whose turn it is, until Ctrl+C or `kupload stop`."""
    settings = _loaded(context)
    from kinescope_upload.cluster.settings import libraries_of
    from kinescope_upload.cluster.worker import work
    from kinescope_upload.commands.upload import Screen

    screen = Screen(options.display_options(settings), sys.stdout, sys.stderr)
    here = libraries_of(settings, libraries or ())
    raise typer.Exit(work(settings, screen, libraries=here, until_empty=until_empty))


@cluster.command(short_help="Take what waits off the queue")
def cancel(
    context: typer.Context, *, courses: options.CourseOption = None, env_file: options.EnvFileOption = None
) -> None:
    """Take lessons that wait off the queue. What is in hand goes on; records and begun uploads stay."""
    settings = _loaded(context)
    from kinescope_upload.cluster.commands import cancel as run_cancel

    raise typer.Exit(run_cancel(settings, sys.stdout))


@cluster.command(short_help="Write all records back into a progress folder")
def export(
    context: typer.Context, *, progress: options.ProgressOption = None, env_file: options.EnvFileOption = None
) -> None:
    """Write all records back into this machine's progress folder, to go on with one machine alone."""
    settings = _loaded(context)
    from kinescope_upload.cluster.commands import export as run_export

    raise typer.Exit(run_export(settings, sys.stdout))
