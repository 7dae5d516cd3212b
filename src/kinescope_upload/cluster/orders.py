"""Asks machines to stop, to pause and to go on; each hears it at its next beat."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from kinescope_upload.cluster import statements
from kinescope_upload.cluster.heart import DRAIN, NOW
from kinescope_upload.cluster.store import opened
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.text import first_few, format_duration

if TYPE_CHECKING:
    from collections.abc import Mapping

    from psycopg.sql import SQL

    from kinescope_upload.config import Settings


def stop(settings: Settings, stdout: TextIO, *, machine: str | None, drains: bool) -> int:
    """Asks machines to stop: at once, or after what they have in hand.

    Raises:
        KuploadError: The database refuses, or does not answer.
    """
    how = "after what they have in hand" if drains else "now"
    asked = f"Asked {{}} to stop {how}; they hear it within {{}}."
    values: dict[str, str | float | None] = {"name": machine, "how": DRAIN if drains else NOW}
    return _tell(settings, stdout, statements.ASK_TO_STOP, asked, values)


def pause(settings: Settings, stdout: TextIO, seconds: float, machine: str | None = None) -> int:
    """Asks machines to send nothing for so many seconds; 0 lets them go on.

    Raises:
        KuploadError: The database refuses, or does not answer.
    """
    asked = "Asked {} to pause; they hear it within {}." if seconds else "Asked {} to go on; they hear it within {}."
    return _tell(settings, stdout, statements.PAUSE, asked, {"name": machine, "seconds": seconds})


def _tell(
    settings: Settings, stdout: TextIO, statement: SQL, asked: str, values: Mapping[str, str | float | None]
) -> int:
    assert settings.cluster is not None  # noqa: S101 - the caller looked
    lease = settings.cluster.lease
    with opened(settings) as progress:
        rows = progress.holds.line.ask(statement, patience=None, lease=lease, **values)
        beat = format_duration(max(1.0, progress.holds.lease.beat))
    if not rows:
        named = f" named {values['name']}" if values["name"] else ""
        stdout.write(f"No machine{named} is at work.\n")
        return ExitCode.NOT_DONE
    stdout.write(f"{asked.format(first_few(sorted({name for name, _ in rows})), beat)}\n")
    return ExitCode.DONE
