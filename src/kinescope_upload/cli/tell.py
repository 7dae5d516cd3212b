"""`kupload pause`, `resume`, `bwlimit` and `jobs`: what the run at work is told."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from kinescope_upload.command_line import options
from kinescope_upload.errors import UsageError
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.text.hints import Hint, shown

if TYPE_CHECKING:
    from kinescope_upload.config import Settings
    from kinescope_upload.monitor.state import RunState
    from kinescope_upload.monitor.wishes import Wishes

_T = TypeVar("_T")


def pause(
    context: typer.Context,
    *,
    duration: Annotated[
        str | None, typer.Argument(metavar="[TIME]", help="How long: 90s, 45m, 2h. Else until it is resumed.")
    ] = None,
    machine: options.MachineOption = None,
    progress: options.ProgressOption = None,
    env_file: options.EnvFileOption = None,
) -> None:
    """Pause the run at work: no byte is sent, every upload keeps those it has, and rows are still written."""
    from kinescope_upload.commands.tell import pause_answer
    from kinescope_upload.config.values import parse_duration
    from kinescope_upload.policy.pacing import LONGEST_PAUSE

    seconds = _parsed(parse_duration("m", above_zero=True), duration) if duration else LONGEST_PAUSE
    _nobody(_tell(context, lambda wishes: wishes.paused(seconds), pause_answer))


def resume(
    context: typer.Context,
    *,
    machine: options.MachineOption = None,
    courses: options.CourseOption = None,
    library: options.LibraryOption = None,
    progress: options.ProgressOption = None,
    map_file: options.MapOption = None,
    env_file: options.EnvFileOption = None,
    no_db: options.NoDbOption = False,
    trust_scan: options.TrustScanOption = False,
    json: options.JsonOption = False,
    verbose: options.VerboseOption = False,
) -> None:
    """End the pause of the run at work. Where no run is at work, start one, which goes on where the last one was."""
    from kinescope_upload.commands.tell import resume_answer

    settings = _tell(context, lambda wishes: wishes.paused(0), resume_answer)
    from kinescope_upload.cli.run import start_run

    typer.echo(
        "No run is at work: this one goes on where the last one was, with the settings as they are now.", err=True
    )
    raise typer.Exit(start_run(settings, asks=True))


def bwlimit(
    context: typer.Context,
    *,
    rates: Annotated[
        list[str],
        typer.Argument(metavar="RATE", help='2M, off, or a timetable: "Mon-Fri-08:00,2M Mon-Fri-19:00,off".'),
    ],
    machine: options.MachineOption = None,
    progress: options.ProgressOption = None,
    env_file: options.EnvFileOption = None,
) -> None:
    """Set how fast all uploads of the run at work may send together, until it ends."""
    from kinescope_upload.commands.tell import limit_answer
    from kinescope_upload.config.rates import parse_bwlimit

    text = str(_parsed(parse_bwlimit, " ".join(rates)))
    _nobody(_tell(context, lambda wishes: wishes.limited(text), limit_answer))


def jobs(
    context: typer.Context,
    *,
    number: Annotated[str, typer.Argument(metavar="N", help="1 to 32, or auto: as many as the line takes.")],
    machine: options.MachineOption = None,
    progress: options.ProgressOption = None,
    env_file: options.EnvFileOption = None,
) -> None:
    """Set how many lessons the run at work uploads at a time, until it ends. One that has begun comes to its end."""
    from kinescope_upload.commands.tell import jobs_answer
    from kinescope_upload.config.values import parse_jobs

    parsed = _parsed(parse_jobs, number)
    wanted = None if isinstance(parsed, str) else parsed
    _nobody(_tell(context, lambda wishes: wishes.at_a_time(wanted), jobs_answer(wanted)))


def _tell(
    context: typer.Context, change: "Callable[[Wishes], Wishes]", answer: "Callable[[RunState, RunState], str]"
) -> "Settings":
    """Tells the run at work what is wanted, and ends the command; gives the settings where no run is at work here.

    With [cluster], `cluster/ways.py` tells machines and ends the command.
    """
    from kinescope_upload.commands.tell import tell_runs

    context.meta["change"] = change
    settings = options.load(context)
    if (said := tell_runs(settings.progress, change, answer)) is None:
        return settings
    code, lines = said
    sys.stdout.writelines(f"{line}\n" for line in lines)
    raise typer.Exit(code)


def _nobody(settings: "Settings") -> None:
    """Without a run there is nobody to tell anything, which is exit code 1."""
    hint = Hint(f"No run is at work on {settings.progress}; ", (), " starts one.")
    sys.stdout.write(f"{shown(hint)}\n")
    raise typer.Exit(ExitCode.NOT_DONE)


def _parsed(parse: Callable[[str], _T], text: str) -> _T:
    try:
        return parse(text)
    except ValueError as error:
        raise UsageError(f'"{text}" {error}') from None
