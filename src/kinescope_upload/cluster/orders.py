"""Asks machines to stop, to pause, for another rate or number of lessons; each hears it at its next beat."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TextIO

from kinescope_upload.cluster import statements
from kinescope_upload.cluster.heart import DRAIN, NOW
from kinescope_upload.cluster.store import opened
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.monitor.facts_json import from_json, to_json
from kinescope_upload.monitor.wishes import Wishes
from kinescope_upload.text import first_few, format_duration

if TYPE_CHECKING:
    from collections.abc import Callable

    from kinescope_upload.cluster.line import Line
    from kinescope_upload.config import Settings
    from kinescope_upload.database.connection import BoundedConnection


def stop(settings: Settings, stdout: TextIO, *, machine: str | None, drains: bool) -> int:
    """Asks machines to stop: at once, or after what they have in hand.

    Raises:
        KuploadError: The database refuses, or does not answer.
    """

    def ask(line: Line, lease: float) -> list[str]:
        how = DRAIN if drains else NOW
        return [name for (name,) in line.ask(statements.ASK_TO_STOP, name=machine, lease=lease, how=how)]

    return _ask(settings, stdout, machine, "to stop after what they have in hand" if drains else "to stop", ask)


def tell(
    settings: Settings, stdout: TextIO, what: str, change: Callable[[Wishes], Wishes], machine: str | None = None
) -> int:
    """Tells machines what is wanted of them, as `kupload pause`, `resume`, `bwlimit` and `jobs` tell a single one.

    Args:
        settings: Where the cluster is.
        stdout: Takes the answer.
        what: The wish in words, after "Asked NAME".
        change: Adds the wish.
        machine: The only machine that is meant; None means all.

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

    return _ask(settings, stdout, machine, what, ask)


def _ask(
    settings: Settings, stdout: TextIO, machine: str | None, what: str, ask: Callable[[Line, float], list[str]]
) -> int:
    with opened(settings) as progress:
        lease = progress.holds.lease
        names = ask(progress.holds.line, lease.seconds)
    if not names:
        stdout.write(f"No machine{f' named {machine}' if machine else ''} is at work.\n")
        return ExitCode.NOT_DONE
    asked = first_few(sorted(set(names)))
    stdout.write(f"Asked {asked} {what}; they hear it within {format_duration(max(1.0, lease.beat))}.\n")
    return ExitCode.DONE
