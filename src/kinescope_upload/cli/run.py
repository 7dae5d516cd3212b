"""Starts a run: for `kupload` itself, and for `kupload resume` where no run is at work."""

import sys
from typing import TYPE_CHECKING

import typer

from kinescope_upload.command_line import options
from kinescope_upload.output.terminal_output import escape_unencodable, is_terminal, laid_out
from kinescope_upload.text import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kinescope_upload.config import Settings


def start_run(settings: "Settings", *, asks: bool) -> int:
    """Runs `kupload` with these settings, and returns the exit code; `asks` tells that the user may be asked."""
    from kinescope_upload.connect import lessons_ahead
    from kinescope_upload.side_by_side import share_one_heap

    share_one_heap()
    settings.check_for_upload()
    display = options.display_options(settings)
    may_ask = asks and not display.as_json and is_terminal(sys.stdin) and is_terminal(sys.stdout)
    with lessons_ahead(settings) as lessons:  # the rest of the program is loaded while the database answers
        from kinescope_upload.commands.upload import Screen, upload

        return upload(settings, Screen(display, sys.stdout, sys.stderr), _agree if may_ask else None, lessons)


def _agree(lines: "Sequence[str]") -> bool:
    """Shows the plan of a first run, and asks whether to carry it out."""
    typer.echo(laid_out("\n".join(map(printable, lines)), escape_unencodable(sys.stdout)))
    is_agreed = typer.confirm("Upload them?", default=False)
    if not is_agreed:
        typer.echo("Nothing was sent.")
    return is_agreed
