"""`kupload emulator`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import typer

from kinescope_upload.errors import UsageError
from kinescope_upload.extras import install_hint

if TYPE_CHECKING:
    from pathlib import Path

    from kinescope_upload.emulator import Emulator

LATENESS = 8.0
"""Seconds that "late" means (readings `deleted-id`, `search`): longer than kupload waits before it asks again (5 s),
and longer than `kupload doctor --try` may take for its first question."""
_SUSPENDS_AFTER = 5.0
"""Seconds after which a broken upload's video shows it: long enough to see a client resume before."""


def run_emulator(folder: Path, port: int, readings: list[str]) -> None:
    """Runs the emulator in the foreground until Ctrl+C and says how to use it.

    It keeps Kinescope's published rate limit, and a broken upload's video shows it after some seconds. The bytes of the
    videos stay in the folder; a restart knows none of them.

    Args:
        folder: Where the bytes of the videos go.
        port: Where it listens; 0: a free port.
        readings: How it answers open questions about Kinescope, each as NAME=VALUE.

    Raises:
        UsageError: The extra is not installed, a reading does not exist, the port is taken, or the folder cannot be
            made.
    """
    try:
        from kinescope_upload.emulator import Rate, Settings, parse_readings, serve
    except ImportError as error:
        raise UsageError(f"The emulator needs {error.name}.", install_hint("demo")) from error
    try:
        settings = Settings(
            readings=parse_readings(readings),
            rate=Rate(),
            suspends_after=_SUSPENDS_AFTER,
            deleted_id_lingers=LATENESS,
            search_lag=LATENESS,
        )
    except ValueError as error:
        raise UsageError(
            f"--reading: {error}.", 'docs/kinescope.md, "Open readings", says what each of them means.'
        ) from error
    _make(folder)
    try:
        serve(folder, settings, port=port, ready=partial(_tell, folder))
    except OSError as error:
        raise UsageError(
            f"Port {port} cannot be used: {error.strerror or error}.", "Name another: --port N."
        ) from error


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = f"--folder: {folder} cannot be made ({error.strerror or error})."
        raise UsageError(what, "Name another: --folder DIR.") from error


def _tell(folder: Path, emulator: Emulator) -> None:
    typer.echo(f"The bytes of the videos go to {folder}; they stay there, and the next start knows none of them.")
    typer.echo("The emulator of Kinescope runs until Ctrl+C. Put this into .env to use it:")
    for name, value in (
        ("KINESCOPE_API_URL", emulator.url),
        ("KINESCOPE_UPLOADER_URL", emulator.url),
        ("KINESCOPE_API_KEY", emulator.token),
        ("KINESCOPE_WORKSPACE_ID", emulator.workspace_id),
        ("KINESCOPE_PROJECT_ID", emulator.project_id),
    ):
        typer.echo(f"{name}={value}")
