"""`kupload cluster`: several machines on one library."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from kinescope_upload.cli import options
from kinescope_upload.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from kinescope_upload.config import Settings
    from kinescope_upload.progress import AllProgress

cluster = typer.Typer(rich_markup_mode=None, no_args_is_help=True)

LibrariesOption = Annotated[
    list[str] | None,
    typer.Option("--library", metavar="NAME", help="Only this library, by its name in kupload.toml; repeatable."),
]


def load_cluster(context: typer.Context) -> "Settings":
    """The settings, with a cluster in them.

    Raises:
        UsageError: kupload.toml has no [cluster].
    """
    library = context.params.pop("library", None)
    settings = options.load(context)
    context.params["library"] = library
    if settings.cluster is None:
        raise UsageError(
            "This machine shares no work with others: kupload.toml has no [cluster].",
            'Add it, with where the library lies here: [cluster] libraries = { nas = "/mnt/nas/courses" }. '
            "See docs/cluster.md.",
        )
    return settings


def in_each_library(settings: "Settings", act: "Callable[[Settings, AllProgress | None], int]") -> int:
    """Does something in each library of this machine; returns the worst exit code. Without [cluster] there is one."""
    if settings.cluster is None:
        return act(settings, None)
    from kinescope_upload.cluster.all_progress import each_library

    codes = [0]
    with each_library(settings) as libraries:
        for name, here, records in libraries:
            if len(settings.cluster.libraries) > 1:
                typer.echo(f"Library {name}; of what other libraries have, no file is looked at here:", err=True)
            codes.append(act(here, records))
    return max(codes)


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
    from kinescope_upload.cluster.commands import init as run_init

    raise typer.Exit(run_init(load_cluster(context), sys.stdout, only_print=print_sql))


@cluster.command(short_help="Write down what is to be done")
def enqueue(
    context: typer.Context,
    *,
    courses: options.CourseOption = None,
    limit: Annotated[str | None, typer.Option(metavar="N", help="At most N lessons, the first in order.")] = None,
    library: LibrariesOption = None,
    env_file: options.EnvFileOption = None,
    create_folders: Annotated[
        bool, typer.Option("--create-folders", help="Make missing course folders on Kinescope.")
    ] = False,
    json: options.JsonOption = False,
) -> None:
    """Write down what is to be done in this machine's libraries; any machine that has them does it."""
    from kinescope_upload.cluster.commands import enqueue as run_enqueue

    settings = load_cluster(context)
    raise typer.Exit(run_enqueue(settings, options.display_options(settings), sys.stdout, library or ()))


@cluster.command(short_help="Upload what is enqueued")
def worker(
    context: typer.Context,
    *,
    library: LibrariesOption = None,
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
    from kinescope_upload.cluster.worker import libraries_of, work
    from kinescope_upload.commands.upload import Screen

    settings = load_cluster(context)
    screen = Screen(options.display_options(settings), sys.stdout, sys.stderr)
    libraries = libraries_of(settings, library or ())
    raise typer.Exit(work(settings, screen, libraries=libraries, until_empty=until_empty))


@cluster.command(short_help="Take what waits off the queue")
def cancel(
    context: typer.Context, *, courses: options.CourseOption = None, env_file: options.EnvFileOption = None
) -> None:
    """Take lessons that wait off the queue. What is in hand goes on; records and begun uploads stay."""
    from kinescope_upload.cluster.commands import cancel as run_cancel

    raise typer.Exit(run_cancel(load_cluster(context), sys.stdout))


@cluster.command(short_help="Write all records back into a progress folder")
def export(
    context: typer.Context, *, progress: options.ProgressOption = None, env_file: options.EnvFileOption = None
) -> None:
    """Write all records back into this machine's progress folder, to go on with one machine alone."""
    from kinescope_upload.cluster.commands import export as run_export

    raise typer.Exit(run_export(load_cluster(context), sys.stdout))
