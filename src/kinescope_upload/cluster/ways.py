"""How each command of kupload works where several machines share the work.

A command that is not in the table works as on one machine, library by library where it looks at files.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack, suppress
from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

import typer

from kinescope_upload.cluster.settings import check_rows, cluster_of, libraries_of
from kinescope_upload.command_line import options
from kinescope_upload.errors import KuploadError, UsageError
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.extras import install_hint
from kinescope_upload.text.hints import Hint, remember

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kinescope_upload.config import Settings
    from kinescope_upload.output.options import DisplayOptions
    from kinescope_upload.progress import AllProgress
    from kinescope_upload.text.hints import Command


def across(context: typer.Context, settings: Settings) -> Settings:
    """Does the command where machines do it together; else gives the settings with which it goes on.

    Args:
        context: The command's.
        settings: The settings as they were read.

    Returns:
        The settings, with the library that --library names; where none is known, with the first.

    Raises:
        UsageError: [cluster] says something wrong, the extra is not installed, or one machine alone can do this.
        typer.Exit: The command is done.
    """
    known = cluster_of(settings).libraries
    check_installed()
    before = {name: f"first {_BACK}" for name, way in _WAYS.items() if way is _refuse}
    remember(replace(options.typed_options(context), before=before))
    name = context.info_name or "" if context.parent else ""
    library = known.get(context.params.get("library") or "")
    if library is None and settings.library is None and (len(known) == 1 or name not in _OF_ALL):
        library = next(iter(known.values()))
    if library is not None:  # else KUPLOAD_LIBRARY stays, which is one machine's that works alone
        settings = replace(settings, library=library)
    way = _WAYS.get(name)
    code = way(context, settings) if way else None
    if code is not None:
        raise typer.Exit(code)
    return settings


def check_installed() -> None:
    """Returns where the engine is installed.

    Raises:
        UsageError: It is not.
    """
    if find_spec("procrastinate") is None:
        raise UsageError(
            "Sharing the work needs the extra cluster, which is not installed: procrastinate is missing.",
            install_hint("cluster"),
        )


def in_each_library(settings: Settings, act: Callable[[Settings, AllProgress | None], int]) -> int:
    """Does something in each library of this machine, or in the one that --library names; returns the worst exit code.

    Raises:
        KuploadError: The database refuses, or does not answer.
    """
    from kinescope_upload.cluster.all_progress import each_library

    away: list[str] = []
    codes = [0]
    with each_library(settings, away.append) as libraries:
        for words in away:
            typer.echo(f"{words} It is left out here.", err=True)
            codes.append(ExitCode.NOT_DONE)
        for name, here, records in libraries:
            if len(cluster_of(settings).libraries) > 1:
                typer.echo(f"Library {name}; of what other libraries have, no file is looked at here:", err=True)
            codes.append(act(here, records))
    return max(codes)


def _dry_run(context: typer.Context, settings: Settings, display: DisplayOptions) -> int:
    """Shows what would be written down, library by library; changes nothing."""
    from kinescope_upload.commands.dry_run import dry_run

    check_rows(settings)

    def look(here: Settings, records: AllProgress | None) -> int:
        return dry_run(here, display, sys.stdout, is_offline=context.params["offline"], progress=records)

    return in_each_library(settings, look)


def _run(context: typer.Context, settings: Settings) -> int:
    """What `kupload` itself does: a run, or a look at what one would do, or at how far everything is."""
    from kinescope_upload.cluster.commands import run
    from kinescope_upload.cluster.overview import show_overview, watch_overview
    from kinescope_upload.commands.upload import Screen
    from kinescope_upload.side_by_side import share_one_heap

    display = options.display_options(settings)
    if context.params["status"]:
        show = watch_overview if context.params["watch"] else show_overview
        return show(settings, display, sys.stdout)
    if context.params["dry_run"]:
        return _dry_run(context, settings, display)
    if context.params["order"] and settings.limit is None:
        raise UsageError("--order means nothing where machines share the work: the queue has its own.", "Leave it out.")
    share_one_heap()
    settings.check_for_upload()
    return run(settings, Screen(display, sys.stdout, sys.stderr))


def _stop(context: typer.Context, settings: Settings) -> int:
    from kinescope_upload.cluster.orders import stop

    return stop(settings, sys.stdout, machine=context.params["machine"], drains=context.params["drain"])


def _tell(context: typer.Context, settings: Settings) -> int:
    from kinescope_upload.cluster.orders import tell_machines

    code, lines = tell_machines(settings, context.meta["change"], context.params["machine"])
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return code


def _doctor(context: typer.Context, settings: Settings) -> int | None:
    """Looks at the cluster's tables, too; a trial on Kinescope is one machine's."""
    from kinescope_upload.cluster.all_progress import each_library
    from kinescope_upload.cluster.checkup import cluster_checks
    from kinescope_upload.commands.doctor.command import run_doctor

    if any(context.params[name] for name in ("try_in", "thorough", "max_wait")):
        return None
    display, libraries = options.display_options(settings), list[tuple["Settings", "AllProgress"]]()
    with ExitStack() as stack:
        with suppress(KuploadError):  # its own check says it
            libraries = [(here, records) for _, here, records in stack.enter_context(each_library(settings))]
        return run_doctor(settings, display, sys.stdout, cluster_checks(settings), libraries)


def _map(context: typer.Context, settings: Settings) -> None:
    """Checks that one library is meant where a map file is written: each has its own, with paths in there."""
    if (path := context.params["write"]) is not None:
        _check_one(settings, "and each has a map file of its own", ("map", "--write", str(path)))


def _repair(context: typer.Context, settings: Settings) -> None:
    """Checks what needs one library, and what only progress files need."""
    given = context.params
    if given["by_file"] or given["by_journal"] or given["set_aside"]:
        raise UsageError(
            "The records are in the cluster's database: no progress file is unreadable or contradicts its journal.",
            Hint(("verify",), " compares all sides."),
        )
    if given["delete_unknown"]:
        named = [word for video in given["videos"] or () for word in ("--video", video)]
        _check_one(settings, "and one is to be compared", ("repair", "--delete-unknown", *named))


def _check_one(settings: Settings, why: str, command: Command) -> None:
    """Returns where one library is meant."""
    libraries = libraries_of(settings)
    if len(libraries) > 1:
        raise UsageError(
            f"This machine has {len(libraries)} libraries ({', '.join(libraries)}), {why}.",
            Hint("Name one: ", (*command, "--library", next(iter(libraries))), "."),
        )


def _report(context: typer.Context, settings: Settings) -> int | None:
    """Tells of all machines' lessons; the old system's file is one machine's."""
    from kinescope_upload.cluster.report import report

    return report(settings, sys.stdout, context.params["html"]) if context.params["file"] is None else None


def _history(_context: typer.Context, _settings: Settings) -> None:
    typer.echo("The work is shared: these are this machine's runs.", err=True)


def _refuse(context: typer.Context, _settings: Settings) -> None:
    """Refuses what changes records of the progress folder alone."""
    raise UsageError(
        f"{context.info_name} is for one machine alone, and this one shares its work: kupload.toml has [cluster].",
        Hint("Go back to one first: ", *_BACK.parts, ". Then type it again."),
    )


_BACK: Final = Hint(("stop",), ", then ", ("cluster", "export"), ", then take [cluster] out of kupload.toml")
"""How one machine goes on alone."""
_OF_ALL: Final = frozenset({"folders"})
"""What looks at one library, and without one tells of all courses."""

_WAYS: Final[Mapping[str, Callable[[typer.Context, Settings], int | None]]] = {
    "": _run,
    "bwlimit": _tell,
    "doctor": _doctor,
    "history": _history,
    "import-progress": _refuse,
    "jobs": _tell,
    "map": _map,
    "pause": _tell,
    "repair": _repair,
    "replace": _refuse,
    "report": _report,
    "resume": _tell,
    "stop": _stop,
    "unlink": _refuse,
}
"""By the command's name; "" is `kupload` itself. None lets the command go on as on one machine."""
