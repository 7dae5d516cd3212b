"""`kupload verify`."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from kinescope_upload.cluster.entry import in_each_library
from kinescope_upload.command_line import options
from kinescope_upload.exit_codes import ExitCode

if TYPE_CHECKING:
    from kinescope_upload.config import Settings
    from kinescope_upload.progress import AllProgress


def verify(
    context: typer.Context,
    *,
    courses: options.CourseOption = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until Kinescope has processed every video.")] = False,
    max_wait: Annotated[
        str | None, typer.Option("--max-wait", metavar="TIME", help="The longest wait [default: 12h].")
    ] = None,
    deep: Annotated[bool, typer.Option("--deep", help="Read every file again for its MD5.")] = False,
    max_outage: options.MaxOutageOption = None,
    library: options.LibraryOption = None,
    progress: options.ProgressOption = None,
    map_file: options.MapOption = None,
    env_file: options.EnvFileOption = None,
    no_db: options.NoDbOption = False,
    json: options.JsonOption = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only the counts.")] = False,
    verbose: options.VerboseOption = False,
) -> None:
    """Compare files, progress, rows and videos, lesson by lesson, and report what disagrees.

    Lessons that agree are marked `verified` in the progress files. Exit codes: 0 all agree; 1 something disagrees.
    """
    from kinescope_upload.audit.show.progress import audit_progress
    from kinescope_upload.audit.show.view import AuditView
    from kinescope_upload.audit.verify import LONGEST_WAIT, VerifyOptions
    from kinescope_upload.audit.verify import verify as run_verify

    settings = options.load(context)
    how = VerifyOptions(waits=wait, longest_wait=options.parse_max_wait(max_wait, LONGEST_WAIT), is_deep=deep)
    display = options.display_options(settings)
    view = AuditView(display, sys.stdout)

    def compare(here: "Settings", records: "AllProgress | None" = None) -> int:
        with audit_progress(display, view, stdout=sys.stdout, stderr=sys.stderr) as tell:
            report = run_verify(here, how, tell, records)
        exit_code = ExitCode.DONE if report.agrees else ExitCode.NOT_DONE
        view.show_report(report, exit_code=exit_code)
        return exit_code

    raise typer.Exit(in_each_library(settings, compare))
