"""The commands and their options."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kinescope_upload import __version__
from kinescope_upload.cli.check import check
from kinescope_upload.cli.doctor import doctor
from kinescope_upload.cli.folders import folders
from kinescope_upload.cli.help import AFTER, AT_WORK, BEGIN, WITHOUT_KINESCOPE, GroupedHelp, PlainUsage, examples_of
from kinescope_upload.cli.history import history
from kinescope_upload.cli.import_progress import import_old_progress
from kinescope_upload.cli.map import show_mapping
from kinescope_upload.cli.notify import notify as notify_services
from kinescope_upload.cli.page import page
from kinescope_upload.cli.repair import repair
from kinescope_upload.cli.replace import replace
from kinescope_upload.cli.report import report
from kinescope_upload.cli.run import start_run
from kinescope_upload.cli.setup import setup
from kinescope_upload.cli.stop import stop
from kinescope_upload.cli.tell import bwlimit, jobs, pause, resume
from kinescope_upload.cli.unlink import unlink
from kinescope_upload.cli.verify import verify
from kinescope_upload.cluster.entry import SEVERAL, across, cluster
from kinescope_upload.command_line import options
from kinescope_upload.command_line.completion import complete_order
from kinescope_upload.errors import UsageError
from kinescope_upload.text.hints import Hint

if TYPE_CHECKING:
    from collections.abc import Callable

    from kinescope_upload.config import Settings

app = typer.Typer(
    name="kupload",
    cls=GroupedHelp,
    epilog=examples_of(""),
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(*, wanted: bool) -> None:
    if wanted:
        typer.echo(f"kupload {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def main_command(
    context: typer.Context,
    *,
    courses: options.CourseOption = None,
    limit: Annotated[str | None, typer.Option(metavar="N", help="At most N lessons, the first in order.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what a run would do; write nothing anywhere.")
    ] = False,
    offline: Annotated[bool, typer.Option("--offline", help="With --dry-run: do not ask Kinescope.")] = False,
    status: Annotated[bool, typer.Option("--status", help="Show how far each course is; no network needed.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="With --status: show it again until Ctrl+C.")] = False,
    library: options.LibraryOption = None,
    progress: options.ProgressOption = None,
    map_file: options.MapOption = None,
    env_file: options.EnvFileOption = None,
    jobs: Annotated[
        str | None, typer.Option(metavar="N", help="Uploads at a time; auto follows the line [default: auto].")
    ] = None,
    jobs_max: Annotated[str | None, typer.Option(metavar="N", help="With auto: at most N [default: 16].")] = None,
    chunk_size: Annotated[
        str | None, typer.Option(metavar="SIZE", help="Bytes a request [default: 64MiB, more on a fast line].")
    ] = None,
    order: Annotated[
        str | None,
        typer.Option(
            metavar="ORDER",
            help="size, lesson, size-desc or mixed [default: size, small first].",
            autocompletion=complete_order,
        ),
    ] = None,
    bwlimit: Annotated[
        str | None,
        typer.Option(metavar="RATE", help='Bytes a second for all together: 5M, or "08:00,2M 23:00,off".'),
    ] = None,
    no_checksum: Annotated[bool, typer.Option("--no-checksum", help="Take no MD5 of what is sent.")] = False,
    retries: Annotated[
        str | None,
        typer.Option(metavar="N", help="Tries after a failure without progress [default: 3]."),
    ] = None,
    max_outage: options.MaxOutageOption = None,
    settle: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="How long a file must not have changed [default: 10s; 0: off]."),
    ] = None,
    replace_wait: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Longest wait for Kinescope's `done` of new cuts [default: 2h]."),
    ] = None,
    let_sleep: Annotated[bool, typer.Option("--let-sleep", help="Do not keep the machine awake.")] = False,
    send_broken: options.SendBrokenOption = None,
    log_file: options.LogFileOption = None,
    no_log: options.NoLogOption = None,
    notify: options.NotifyOption = None,
    web: options.WebOption = None,
    no_db: Annotated[bool, typer.Option("--no-db", help="Go without the database: upload, link nothing.")] = False,
    trust_scan: options.TrustScanOption = False,
    create_folders: Annotated[
        bool,
        typer.Option("--create-folders", help="Make missing course folders on Kinescope."),
    ] = False,
    new_progress: Annotated[
        bool,
        typer.Option("--new-progress", help="Begin a new progress folder although unfinished uploads are there."),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before a library's first run.")] = False,
    json: options.JsonOption = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only failures and the result.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Every step and every id.")] = False,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Show the version and exit.",
            is_eager=True,
            callback=lambda value: _print_version(wanted=value),
        ),
    ] = False,
) -> None:
    """Get a library of course videos to Kinescope, exactly once, and point every lesson's row at its video.

    Exit codes: 0 all that was selected is linked; 1 some lessons are not done; 2 bad usage or configuration; 3 the
    batch was stopped (network, token, payment, rights, database, disk); 130 interrupted.
    """
    context.obj = across
    if context.invoked_subcommand is not None:
        _refuse_options(context)
        return
    if offline and not dry_run:
        raise UsageError("--offline means nothing without --dry-run.", Hint(("--dry-run", "--offline")))
    if watch and not status:
        raise UsageError("--watch means nothing without --status.", Hint(("--status", "--watch")))
    if status and dry_run:
        raise UsageError("--dry-run means nothing with --status, which changes nothing.", Hint(("--status",)))
    if web is not None and (dry_run or status):
        look = ("--status", "--watch") if status else ("--dry-run",)
        raise UsageError(
            f"--web means nothing with {look[0]}: the page is that of a run, and none is begun.",
            Hint("On the terminal: ", look, "."),
        )
    settings = options.load(context)
    if dry_run:
        raise typer.Exit(_dry_run(settings, is_offline=offline))
    if status:
        raise typer.Exit(_status(settings, watches=watch))
    raise typer.Exit(start_run(settings, asks=not yes))


def _refuse_options(context: typer.Context) -> None:
    """Options of the main command mean nothing to the others; `--dry-run` above all must not be passed over."""
    sources = {one: context.get_parameter_source(one.name or "") for one in context.command.params}
    given = " ".join(one.opts[0] for one, source in sources.items() if source and source.name == "COMMANDLINE")
    if given:
        command = context.invoked_subcommand
        raise UsageError(
            f"`{given}` before `{command}` would mean nothing.",
            Hint("Options stand after the command's name; ", (command or "", "--help"), " lists them."),
        )


def _dry_run(settings: "Settings", *, is_offline: bool) -> int:
    from kinescope_upload.commands.dry_run import dry_run

    return dry_run(settings, options.display_options(settings), sys.stdout, is_offline=is_offline)


def _status(settings: "Settings", *, watches: bool) -> int:
    if watches:
        from kinescope_upload.commands.watch_status import watch_status

        return watch_status(settings, options.display_options(settings), sys.stdout)
    from kinescope_upload.commands.status import show_status

    return show_status(settings, options.display_options(settings), sys.stdout)


def emulator(
    port: Annotated[
        int, typer.Option(metavar="N", min=0, max=65535, help="The port on 127.0.0.1; 0 takes a free one.")
    ] = 0,
    folder: Annotated[
        Path, typer.Option(metavar="DIR", help="Where the bytes of the videos go; they stay there when it ends.")
    ] = Path("kinescope-emulator"),
    reading: Annotated[
        list[str] | None,
        typer.Option(
            "--reading",
            metavar="NAME=VALUE",
            help="How the stand-in answers one open question about Kinescope; may be repeated. "
            'docs/kinescope.md, "Open readings", lists the names and values.',
        ),
    ] = None,
) -> None:
    """Run a stand-in for Kinescope on this machine (extra: demo). It begins empty each time it starts."""
    from kinescope_upload.cli.emulator import run_emulator

    run_emulator(folder, port, reading or [])


def demo(
    *,
    keep: Annotated[bool, typer.Option("--keep", help="Leave everything running until Ctrl+C.")] = False,
    faults: Annotated[
        bool, typer.Option("--faults", help="Also let things disagree, and show how that is found and put right.")
    ] = False,
    story: Annotated[
        str | None, typer.Option(metavar="NAME", help="growing: a library that gets new files among old ones.")
    ] = None,
    library: Annotated[Path | None, typer.Option(metavar="DIR", help="Your own files instead of made ones.")] = None,
) -> None:
    """Show the whole thing on this machine, with nothing to configure (extra: demo)."""
    from kinescope_upload.demo import run_demo

    raise typer.Exit(run_demo(library=library, keep=keep, faults=faults, story=story))


def _add(function: "Callable[..., None]", group: str, summary: str, name: str | None = None) -> None:
    """Adds a command; its summary is one line of `kupload --help`."""
    known = name or function.__name__
    add = app.command(known, cls=PlainUsage, rich_help_panel=group, short_help=summary, epilog=examples_of(known))
    add(function)


# In the order of use, which is that of `kupload --help`.
_add(setup, BEGIN, "Set up this folder: token, project, database, library")
_add(doctor, BEGIN, "Check everything before the first byte")
_add(show_mapping, BEGIN, "Show which file belongs to which lesson, and why", "map")
_add(folders, BEGIN, "Show each course's folder on Kinescope")
_add(check, BEGIN, "Look into the files, and name those that cannot be played")
_add(import_old_progress, BEGIN, "Take over the old system's progress", "import-progress")
_add(pause, AT_WORK, "Pause the run at work, for a time or until it is resumed")
_add(resume, AT_WORK, "Go on: end the pause, or start a run where none is at work")
_add(bwlimit, AT_WORK, "Set how fast the run at work may send")
_add(jobs, AT_WORK, "Set how many lessons it uploads at a time")
_add(stop, AT_WORK, "Ask the run at work to stop, as Ctrl+C would")
_add(page, AT_WORK, "Give a further address of its page (--web)")
_add(notify_services, AT_WORK, "Show who is told of runs, and send a test", "notify")
_add(verify, AFTER, "Compare files, progress, rows and videos, lesson by lesson")
_add(repair, AFTER, "Fix what verify reports, where it is certain what is right")
_add(replace, AFTER, "Publish new cuts of lessons, without a gap for viewers")
_add(unlink, AFTER, "Take videos away from lessons, to upload them again")
_add(history, AFTER, "Show the runs of the past")
_add(report, AFTER, "Tell how it all went, as text or as a page for others")
_add(demo, WITHOUT_KINESCOPE, "Show the whole thing on this machine (extra: demo)")
_add(emulator, WITHOUT_KINESCOPE, "Run a stand-in for Kinescope (extra: demo)")
app.add_typer(cluster, rich_help_panel=SEVERAL, epilog=examples_of("cluster"))
