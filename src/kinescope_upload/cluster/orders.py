"""Asks machines to stop, to pause, for another rate or number of lessons; each hears it at its next beat."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TextIO

from kinescope_upload.cluster import statements
from kinescope_upload.cluster.heart import DRAIN, NOW
from kinescope_upload.cluster.store import opened
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.monitor.facts_json import from_json, to_json
from kinescope_upload.monitor.wishes import JobsWish, LimitWish, PauseWish, StopWish, Wishes
from kinescope_upload.text import first_few, format_duration

if TYPE_CHECKING:
    from collections.abc import Callable

    from kinescope_upload.cluster.line import Line
    from kinescope_upload.config import Settings
    from kinescope_upload.database.connection import BoundedConnection
    from kinescope_upload.monitor.wishes import Wish


def stop(settings: Settings, stdout: TextIO, *, machine: str | None, drains: bool) -> int:
    """Asks machines to stop: at once, or after what they have in hand.

    Raises:
        KuploadError: The database refuses, or does not answer.
    """

    def ask(line: Line, lease: float) -> list[str]:
        how = DRAIN if drains else NOW
        return [name for (name,) in line.ask(statements.ASK_TO_STOP, name=machine, lease=lease, how=how)]

    code, lines = _ask(settings, machine, "to stop after what they have in hand" if drains else "to stop", ask)
    stdout.writelines(f"{line}\n" for line in lines)
    return code


def tell_machines(
    settings: Settings, change: Callable[[Wishes], Wishes], machine: str | None = None
) -> tuple[int, list[str]]:
    """Tells machines what is wanted of them, as `kupload pause`, `resume`, `bwlimit` and `jobs` tell a single one.

    Args:
        settings: Where the cluster is.
        change: Adds the wish.
        machine: The only machine that is meant; None means all.

    Returns:
        The exit code, and what to say.

    Raises:
        KuploadError: The database refuses, or does not answer.
    """

    def ask(line: Line, lease: float) -> list[str]:
        def question(connection: BoundedConnection) -> list[str]:
            values = {"name": machine, "lease": lease}
            rows = connection.execute(line.named(statements.WISHES), values).fetchall()
            for row, _, known in rows:
                wishes = json.dumps(to_json(change(from_json(Wishes, known))))
                connection.execute(line.named(statements.SET_WISHES), {"id": row, "wishes": wishes})
            return [name for _, name, _ in rows]

        return line.together(question)

    [wish] = change(Wishes()).after(0)
    return _ask(settings, machine, _words(wish), ask)


def with_wish(wish: Wish, wishes: Wishes) -> Wishes:
    """These wishes with this one, which was made to all machines, after them."""
    match wish:
        case PauseWish():
            return wishes.paused(wish.seconds)
        case LimitWish():
            return wishes.limited(wish.bwlimit)
        case JobsWish():
            return wishes.at_a_time(wish.jobs)
        case StopWish():
            return wishes.stopped()


def _words(wish: Wish) -> str:
    """What is wished, after "Asked NAME"."""
    match wish:
        case PauseWish():
            return "to pause" if wish.seconds else "to go on"
        case LimitWish():
            return f"for --bwlimit {wish.bwlimit}"
        case JobsWish():
            return f"for --jobs {wish.jobs or 'auto'}"
        case StopWish():
            return "to stop"


def _ask(
    settings: Settings, machine: str | None, what: str, ask: Callable[[Line, float], list[str]]
) -> tuple[int, list[str]]:
    with opened(settings) as progress:
        lease = progress.holds.lease
        names = ask(progress.holds.line, lease.seconds)
    if not names:
        return ExitCode.NOT_DONE, [f"No machine{f' named {machine}' if machine else ''} is at work."]
    asked = first_few(sorted(set(names)))
    return ExitCode.DONE, [f"Asked {asked} {what}; they hear it within {format_duration(max(1.0, lease.beat))}."]
