"""`kupload report`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from kinescope_upload.command_line import options


def report(
    context: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="The old system's kinescope-upload-progress.json, to report on instead."),
    ] = None,
    *,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write one HTML file for others (extra: report).")
    ] = None,
    courses: options.CourseOption = None,
    library: options.LibraryOption = None,
    progress: options.ProgressOption = None,
    map_file: options.MapOption = None,
    env_file: options.EnvFileOption = None,
) -> None:
    """Tell how it all went: courses, sizes, rate, outages and what they cost, failures, what is left.

    Asks neither Kinescope nor the database: it goes by the progress folder, the files and the runs remembered here.
    """
    from kinescope_upload.commands.report.command import report as make_report

    settings = options.load(context)
    raise typer.Exit(make_report(settings, sys.stdout, old_file=file, html=html))
