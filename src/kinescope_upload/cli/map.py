"""`kupload map`."""

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kinescope_upload.cluster.entry import in_each_library
from kinescope_upload.command_line import options
from kinescope_upload.errors import UsageError

if TYPE_CHECKING:
    from kinescope_upload.config import Settings
    from kinescope_upload.progress import AllProgress


def show_mapping(
    context: typer.Context,
    *,
    write: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a map file, to be corrected and handed to --map.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace that file if it is there already.")] = False,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Ask for each file that nothing proves to be a lesson's.")
    ] = False,
    forget: Annotated[
        list[str] | None,
        typer.Option("--forget", metavar="LESSON", help="Take what the map file says of this lesson out; repeatable."),
    ] = None,
    courses: options.CourseOption = None,
    library: options.LibraryOption = None,
    progress: options.ProgressOption = None,
    map_file: options.MapOption = None,
    env_file: options.EnvFileOption = None,
    no_db: options.NoDbOption = False,
    json: options.JsonOption = False,
) -> None:
    """Show which file belongs to which lesson, and what proves it.

    --confirm asks for each file that nothing proves to be a lesson's, and writes the answers into kupload-map.json in
    the library (or the file that KUPLOAD_MAP names), which every later command reads. --forget takes the pairs of a
    lesson out of it, also where lesson and file are gone.

    Exit codes: 0 nothing is in doubt; 1 some lessons stay undone because of a doubt.
    """
    from kinescope_upload.commands.map import show_map, write_map

    settings = options.load(context)
    display = options.display_options(settings)
    save = partial(write_map, write, replaces=force) if write is not None else None

    def act(here: "Settings", progress: "AllProgress | None" = None) -> int:
        if forget:
            return _forget(here, forget, is_alone=not confirm and write is None and not json)
        if confirm:
            return _confirm(here, progress, is_alone=write is None and not json)
        return show_map(here, display, sys.stdout, save=save, progress=progress)

    raise typer.Exit(in_each_library(settings, act))


def _forget(settings: "Settings", lessons: list[str], *, is_alone: bool) -> int:
    from kinescope_upload.commands.forget import forget_pairs
    from kinescope_upload.output.terminal_output import escape_unencodable, laid_out

    if not is_alone:
        raise UsageError("--forget only changes the map file.", "Leave --confirm, --write and --json out.")
    stdout = escape_unencodable(sys.stdout)
    return forget_pairs(settings, lessons, lambda line: print(laid_out(line, stdout), flush=True))  # noqa: T201


def _confirm(settings: "Settings", progress: "AllProgress | None", *, is_alone: bool) -> int:
    from kinescope_upload.commands.confirm import Dialogue, confirm_map
    from kinescope_upload.output.terminal_output import escape_unencodable, is_terminal, laid_out

    if not is_alone:
        raise UsageError("--confirm asks at a terminal and writes its own file.", "Leave --write and --json out.")
    if not (is_terminal(sys.stdin) and is_terminal(sys.stdout)):
        raise UsageError(
            "There is no terminal to ask on.",
            f'Run it at a terminal, or write the pairs into "{settings.map_of_pairs()}" (docs/library.md).',
        )
    stdout = escape_unencodable(sys.stdout)

    def ask(question: str) -> str:
        try:
            return input(laid_out(question, stdout))
        except EOFError:  # Ctrl+D: no more answers
            return "q"

    dialogue = Dialogue(
        ask=ask,
        tell=lambda line: print(laid_out(line, stdout), flush=True),  # noqa: T201
    )
    return confirm_map(settings, dialogue, progress)
