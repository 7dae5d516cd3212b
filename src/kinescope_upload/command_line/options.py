"""Options that several commands share, and what every command makes of its options."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from kinescope_upload.command_line.completion import complete_courses
from kinescope_upload.errors import UsageError
from kinescope_upload.output.options import DisplayOptions
from kinescope_upload.text.hints import TypedOptions, remember

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kinescope_upload.config import Settings

_CARRIED: Final = {
    "library": "--library",
    "progress": "--progress",
    "map_file": "--map",
    "env_file": "--env-file",
    "no_db": "--no-db",
    "trust_scan": "--trust-scan",
}
"""The options that say where things are, by their parameters' names."""
_NOTIFY: Final = "--notify"
_WEB: Final = "--web"
_FREE_PORT: Final = 0
_SHARED: Final = ("machine", "drain")
"""The options that say which machines are meant, and how, by their parameters' names."""

CourseOption = Annotated[
    list[str] | None,
    typer.Option("--course", metavar="NAME", help="Only this course; repeatable.", autocompletion=complete_courses),
]
LibraryOption = Annotated[
    str | None, typer.Option("--library", metavar="DIR", help="The folder that holds the courses.")
]
ProgressOption = Annotated[
    str | None,
    typer.Option("--progress", metavar="DIR", help="Where progress is kept [default: ./progress, or beside the .env]."),
]
MapOption = Annotated[str | None, typer.Option("--map", metavar="FILE", help="Which file belongs to which lesson.")]
EnvFileOption = Annotated[
    str | None, typer.Option("--env-file", metavar="FILE", help="Secrets and settings [default: .env].")
]
MaxOutageOption = Annotated[
    str | None, typer.Option("--max-outage", metavar="TIME", help="Longest wait for the network [default: 60m].")
]
SendBrokenOption = Annotated[
    bool | None, typer.Option("--send-broken", help="Send files, too, that no player can show.")
]
MachineOption = Annotated[
    str | None, typer.Option("--machine", metavar="NAME", help="With [cluster]: only this machine, else all.")
]
LogFileOption = Annotated[
    str | None, typer.Option("--log-file", metavar="FILE", help="Where events go [default: log/ beside progress].")
]
NoLogOption = Annotated[bool | None, typer.Option("--no-log", help="Write no log of the events.")]
NotifyOption = Annotated[
    str | None, typer.Option("--notify", metavar="URL", help="Whom to tell; better KUPLOAD_NOTIFY in .env.")
]
WebOption = Annotated[
    str | None, typer.Option("--web", metavar="[PORT]", help="Show the run in a browser, too (extra: web).")
]
NoDbOption = Annotated[bool, typer.Option("--no-db", help="Go without the database.")]
TrustScanOption = Annotated[bool, typer.Option("--trust-scan", help="With --no-db: vouch for the files' order.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object per line, for scripts.")]
VerboseOption = Annotated[bool, typer.Option("--verbose", "-v", help="Everything there is to tell.")]


def with_port(words: Sequence[str]) -> list[str]:
    """The words of a command line with a free port after a `--web` that names none: Typer knows no such options."""
    pairs = zip_longest(words, words[1:], fillvalue="")
    return [f"{word}={_FREE_PORT}" if word == _WEB and not after[:1].isdigit() else word for word, after in pairs]


def load(context: typer.Context, *, makes_env_file: bool = False) -> Settings:
    """The settings of this process, from the command's options that are settings and everything around it.

    Where kupload.toml has [cluster], the function that the context carries decides: it gives the settings with which
    the command goes on, or does the command in its own way and ends it.

    Args:
        context: The command's.
        makes_env_file: Whether the command makes the file that --env-file names.
    """
    from kinescope_upload.config import OPTIONS, load_settings

    given = {name: value for name, value in context.params.items() if name in OPTIONS}
    remember(typed_options(context))
    settings = load_settings(
        given, directory=working_directory(), environment=os.environ, makes_env_file=makes_env_file
    )
    if "progress" in context.params and settings.cluster is None:
        _say_progress(settings)
    if settings.cluster is not None:
        settings = context.obj(context, settings)
    elif names := [name for name in _SHARED if context.params.get(name)]:
        raise UsageError(f"--{names[0]} means something only with [cluster] in kupload.toml.", "Leave it out.")
    return settings


def typed_options(context: typer.Context) -> TypedOptions:
    """The options that a command advised from here needs, too: they say where library, progress and settings are."""
    main = context.find_root().command
    commands = {"": main, **getattr(main, "commands", {})}
    accepted = {
        name: frozenset(option for parameter in command.params for option in parameter.opts)
        for name, command in commands.items()
    }
    words = {}
    for name, option in _CARRIED.items():
        value = context.params.get(name)
        if value:
            words[option] = (option,) if value is True else (option, str(value))
    return TypedOptions(words=words, accepted=accepted)


def _say_progress(settings: Settings) -> None:
    """Names the progress folder, in the first line of every command that reads or writes it."""
    from kinescope_upload.progress import courses_in
    from kinescope_upload.text import printable

    is_new = not courses_in(settings.progress)
    if is_new or not settings.quiet:
        line = f"progress: {printable(str(settings.progress))}{' (new)' if is_new else ''}\n"
        with suppress(OSError, ValueError):  # nobody reads it; and nothing is left in a buffer that cannot be written
            os.write(sys.stderr.fileno(), line.encode(sys.stderr.encoding, "backslashreplace"))


def working_directory() -> Path:
    """The directory that the command was typed in.

    Raises:
        UsageError: It has been deleted or moved away.
    """
    try:
        return Path.cwd()
    except FileNotFoundError:
        raise UsageError(
            "The working directory is gone.", "Change to a directory that exists, then try again."
        ) from None


def parse_max_wait(text: str | None, longest: float, *, above_zero: bool = False) -> float:
    """The seconds that `--max-wait` names; the longest where it is not given.

    Raises:
        UsageError: It is no duration.
    """
    from kinescope_upload.config.values import parse_duration

    try:
        return longest if text is None else parse_duration("m", above_zero=above_zero)(text)
    except ValueError as error:
        raise UsageError(f'--max-wait: "{text}" {error}') from None


def parse_keep(text: str) -> float:
    """The seconds that `--keep-old` names.

    Raises:
        UsageError: It is no duration.
    """
    from kinescope_upload.config.values import parse_duration

    try:
        return parse_duration("d")(text)
    except ValueError as error:
        raise UsageError(f'--keep-old: "{text}" {error}') from None


def _without_notify(words: Iterable[str]) -> Iterator[str]:
    """What was typed without the address of --notify: it is a secret, and what is typed next is shown."""
    words = iter(words)
    for word in words:
        if word == _NOTIFY:
            next(words, None)
        elif not word.startswith(f"{_NOTIFY}="):
            yield word


def display_options(settings: Settings) -> DisplayOptions:
    """How the settings want things shown; the command to go on with is the typed one, which may have asked to look."""
    command = tuple(word for word in _without_notify(sys.argv[1:]) if word not in {"--status", "--watch"})
    return DisplayOptions(as_json=settings.json, quiet=settings.quiet, verbose=settings.verbose, command=command)
