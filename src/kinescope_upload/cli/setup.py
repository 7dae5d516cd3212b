"""`kupload setup`."""

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from kinescope_upload.command_line import options
from kinescope_upload.errors import InterruptedRunError, MissingSettingsError, UsageError
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.output.options import DisplayOptions
from kinescope_upload.output.terminal_output import escape_unencodable, is_terminal, laid_out
from kinescope_upload.text.hints import Hint

if TYPE_CHECKING:
    from collections.abc import Callable

    from kinescope_upload.commands.setup.command import SetupEnd
    from kinescope_upload.commands.setup.dialogue import Dialogue
    from kinescope_upload.config import Settings

_NOTHING_WRITTEN = "Stopped. Nothing was written."


def setup(
    context: typer.Context,
    *,
    example: Annotated[bool, typer.Option("--example", help="Print a .env to fill in, and ask nothing.")] = False,
    env_file: options.EnvFileOption = None,
) -> None:
    """Set up this folder: asks for token, project, database and library, and tests them.

    Writes .env (secrets, for you alone; --env-file names another file) and kupload.toml, in the working directory; what
    stands there and is not asked for stays as it is. Nothing is written before you agree. At the end it checks
    everything, as doctor does.

    Exit codes: those of doctor; 1 nothing was written; 2 no terminal; 130 ended by Ctrl+C, and nothing was written.
    """
    if example:
        from kinescope_upload.config.example import env_example

        typer.echo(env_example(), nl=False)
        return
    settings = options.load(context, makes_env_file=True)
    if not (is_terminal(sys.stdin) and is_terminal(sys.stdout)):
        raise _without_terminal(settings)
    raise typer.Exit(_check(_ask(settings, env_file), env_file))


def _without_terminal(settings: "Settings") -> UsageError:
    from kinescope_upload.config.needs import NEEDED

    hint = Hint(("setup", "--example"), " prints a .env to fill in; docs/configuration.md says where each is found.")
    if absent := [words for name, words in NEEDED.items() if getattr(settings, name) is None]:
        return MissingSettingsError(absent, hint)
    what = "There is no terminal to ask on; all that is needed is set already."
    return UsageError(what, Hint(("doctor",), " tests it."))


def _ask(settings: "Settings", env_file: str | None) -> "SetupEnd":
    from kinescope_upload.commands.setup.changes import ENV_FILE
    from kinescope_upload.commands.setup.command import run_setup

    try:
        return run_setup(settings, options.working_directory(), _dialogue(), env_file or ENV_FILE)
    except (EOFError, KeyboardInterrupt):
        typer.echo()
        raise InterruptedRunError(_NOTHING_WRITTEN) from None


def _dialogue() -> "Dialogue":
    from getpass import getpass

    from kinescope_upload.commands.setup.dialogue import Dialogue

    stdout = escape_unencodable(sys.stdout)

    def tell(text: str) -> None:
        typer.echo(laid_out(text, stdout))

    def asking(read: "Callable[[str], str]") -> "Callable[[str], str]":
        return lambda question: read(laid_out(question, stdout))

    return Dialogue(ask=asking(input), ask_secret=asking(getpass), tell=tell)


def _check(end: "SetupEnd", env_file: str | None) -> int:
    """Checks everything as `doctor` does; the exit code."""
    from kinescope_upload.commands.doctor.command import run_doctor
    from kinescope_upload.commands.setup.command import SetupEnd
    from kinescope_upload.config import load_settings

    if end is SetupEnd.REFUSED:
        typer.echo("Nothing was written.")
        return ExitCode.NOT_DONE
    given = {"no_db": end is SetupEnd.SET_WITHOUT_DATABASE, "env_file": env_file}
    settings = load_settings(given, directory=options.working_directory(), environment=os.environ)
    typer.echo()
    return run_doctor(settings, DisplayOptions(), sys.stdout)
