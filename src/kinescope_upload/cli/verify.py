"""`kupload verify`."""

import sys
from typing import Annotated

import typer

from kinescope_upload.cli.options import (
    CourseOption,
    EnvFileOption,
    JsonOption,
    LibraryOption,
    MapOption,
    NoDbOption,
    ProgressOption,
    VerboseOption,
    display_options,
    load,
)
from kinescope_upload.config.values import parse_duration
from kinescope_upload.errors import UsageError
from kinescope_upload.exit_codes import ExitCode

__all__ = ["verify"]


def verify(  # noqa: PLR0913 - one argument an option
    *,
    course: CourseOption = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until Kinescope has processed every video.")] = False,
    max_wait: Annotated[
        str | None, typer.Option("--max-wait", metavar="TIME", help="The longest wait [default: 12h].")
    ] = None,
    deep: Annotated[bool, typer.Option("--deep", help="Read every file again for its MD5.")] = False,
    library: LibraryOption = None,
    progress: ProgressOption = None,
    map_file: MapOption = None,
    env_file: EnvFileOption = None,
    no_db: NoDbOption = False,
    json: JsonOption = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only the counts.")] = False,
    verbose: VerboseOption = False,
) -> None:
    """Compare files, progress, rows and videos, lesson by lesson, and report what disagrees.

    Lessons that agree are marked `verified` in the progress files. Exit codes: 0 all agree; 1 something disagrees.
    """
    from kinescope_upload.audit.show.progress import audit_progress
    from kinescope_upload.audit.show.view import AuditView
    from kinescope_upload.audit.verify import LONGEST_WAIT, VerifyOptions
    from kinescope_upload.audit.verify import verify as run_verify

    settings = load(
        {
            "courses": tuple(course or ()),
            "library": library,
            "progress": progress,
            "map_file": map_file,
            "env_file": env_file,
            "no_db": no_db,
            "json": json,
            "quiet": quiet,
            "verbose": verbose,
        }
    )
    longest = LONGEST_WAIT if max_wait is None else _duration(max_wait)
    how = VerifyOptions(waits=wait, longest_wait=longest, is_deep=deep)
    options = display_options(settings)
    view = AuditView(options, sys.stdout)
    with audit_progress(options, view, stdout=sys.stdout, stderr=sys.stderr) as tell:
        report = run_verify(settings, how, tell)
    exit_code = ExitCode.DONE if report.agrees else ExitCode.NOT_DONE
    view.show_report(report, exit_code=exit_code)
    raise typer.Exit(exit_code)


def _duration(text: str) -> float:
    try:
        return parse_duration("m")(text)
    except ValueError as error:
        raise UsageError(f'--max-wait: "{text}" {error}') from None
