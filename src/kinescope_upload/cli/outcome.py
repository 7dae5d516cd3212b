"""From whatever happened to one message and one exit code."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from contextlib import suppress
from threading import Event
from typing import TYPE_CHECKING, Final, NoReturn, Protocol, runtime_checkable

import typer

from kinescope_upload.errors import (
    TRY_LATER,
    BatchStoppedError,
    InterruptedRunError,
    KuploadError,
    LessonFailedError,
    TryAgainError,
    UsageError,
)
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.output.error_view import print_error, print_error_object, without_secrets
from kinescope_upload.output.terminal_output import escape_unencodable, is_output_fault, is_reader_gone
from kinescope_upload.text.hints import use_shell
from kinescope_upload.text.quoting import shell_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

_STOPPED: Final = "Stopped. Nothing was begun that is not saved."


@runtime_checkable
class _CommandLineError(Protocol):
    """An error of click, by its shape: Typer may bring a click of its own."""

    exit_code: int

    def show(self) -> None:
        """Prints the error with the usage."""


def run_command(command: Callable[[], object]) -> int:
    """Runs a command and tells what went wrong, if anything did.

    Returns:
        The process's exit code.
    """
    _open_streams()
    use_shell(shell_of(sys.platform, os.environ))
    interrupted = _end_like_ctrl_c()
    code = _run(command, interrupted)
    _end_output()
    return code


def _run(command: Callable[[], object], interrupted: Event) -> int:
    try:
        result = command()
    except KuploadError as error:
        return _told(error)
    except (KeyboardInterrupt, typer.Abort):
        return _told(InterruptedRunError(_STOPPED))
    except Exception as error:  # noqa: BLE001 - the last place before the user
        if isinstance(error, OSError) and is_output_fault(error):
            return _unwritten(error)
        if isinstance(error, _CommandLineError):
            error.show()
            return error.exit_code
        _tell_bug()
        return ExitCode.BUG
    if result == ExitCode.INTERRUPTED and interrupted.is_set():  # Typer makes a mere exit code of Ctrl+C
        return _told(InterruptedRunError(_STOPPED))
    return result if isinstance(result, int) else 0


def _end_like_ctrl_c() -> Event:
    """Until a batch takes the signals over, each of them ends the command as Ctrl+C does.

    Returns:
        Set as soon as one of them did.
    """
    interrupted = Event()

    def interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
        interrupted.set()
        raise KeyboardInterrupt

    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
        number = getattr(signal, name, None)
        if number is None or (name == "SIGHUP" and signal.getsignal(number) is signal.SIG_IGN):  # under `nohup`
            continue
        with suppress(ValueError):  # not in the main thread
            signal.signal(number, interrupt)
    return interrupted


def _exit_code(error: KuploadError) -> int:
    match error:
        case UsageError():
            return ExitCode.USAGE
        case BatchStoppedError() | TryAgainError():
            return ExitCode.STOPPED
        case InterruptedRunError():
            return ExitCode.INTERRUPTED
        case LessonFailedError() | _:
            return ExitCode.NOT_DONE


def _told(error: KuploadError) -> int:
    """Tells the error, to scripts too; its exit code."""
    code = _exit_code(error)
    if isinstance(error, TryAgainError):
        error.hint = error.hint or TRY_LATER
    if "--json" in sys.argv:
        with suppress(OSError):  # nobody reads it
            print_error_object(error, code, sys.stdout)
    with suppress(OSError):
        print_error(error, sys.stderr)
    return code


def _tell_bug() -> None:
    secrets = (os.environ.get(name, "") for name in ("KINESCOPE_API_KEY", "DATABASE_URL", "KUPLOAD_NOTIFY"))
    text = without_secrets(traceback.format_exc(), secrets)
    print(  # noqa: T201
        f"{text}\nThis is a bug in kupload, not in what you did. Everything is saved. Please report it with the lines "
        "above (see the README, “Bugs”).",
        file=sys.stderr,
    )


def _unwritten(error: OSError) -> int:
    if is_reader_gone(error):
        return ExitCode.NOT_DONE
    what = f"The answer cannot be written ({error.strerror})."
    return _told(KuploadError(what, "Make room, or send the output elsewhere."))


def _open_streams() -> None:
    """Gives the process its three streams: an input at its end, and outputs that take every character.

    It may have none, closed by whoever started it, or in a Python without a console. They are opened in their order, so
    that no other file gets their numbers.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123 - open to the end
    for stream in (sys.stdout, sys.stderr):
        escape_unencodable(stream)


def _end_output() -> None:
    """Writes what is left; where the reader is gone or the disk is full, Python's own last flush must not fail."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
