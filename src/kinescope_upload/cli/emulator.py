"""`kupload emulator`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from kinescope_upload.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from kinescope_upload.emulator import Emulator

__all__ = ["run_emulator"]

_LATE = 5.0
"""Seconds after which a broken upload's video shows it, a deleted id is free and a description is found (readings
`deleted-id=late`, `search=late`): longer than a client that keeps to the rate limit needs to look."""


def run_emulator(folder: Path, port: int, readings: list[str]) -> None:
    """Runs the emulator in the foreground until Ctrl+C and says how to use it.

    It keeps Kinescope's published rate limit, and a broken upload's video shows it after some seconds.

    Args:
        folder: Where the bytes of the videos go.
        port: Where it listens; 0: a free port.
        readings: How it answers open questions about Kinescope, each as NAME=VALUE.

    Raises:
        UsageError: The extra is not installed, a reading does not exist, or the port is taken.
    """
    try:
        from kinescope_upload.emulator import Rate, Settings, parse_readings, serve
    except ImportError as error:
        raise UsageError(
            f"The emulator needs {error.name}.", 'Install the extra: pip install "kupload[demo]".'
        ) from error
    try:
        settings = Settings(
            readings=parse_readings(readings),
            rate=Rate(),
            suspends_after=_LATE,
            deleted_id_lingers=_LATE,
            search_lag=_LATE,
        )
    except ValueError as error:
        raise UsageError(
            f"--reading: {error}.", 'docs/kinescope.md, "Open readings", says what each of them means.'
        ) from error
    try:
        serve(folder, settings, port=port, ready=lambda emulator: _tell(emulator, folder))
    except OSError as error:
        raise UsageError(
            f"Port {port} cannot be used: {error.strerror or error}.", "Name another: --port N."
        ) from error


def _tell(emulator: Emulator, folder: Path) -> None:
    typer.echo("The emulator of Kinescope runs until Ctrl+C. Put this into .env to use it:")
    for name, value in (
        ("KINESCOPE_API_URL", emulator.url),
        ("KINESCOPE_UPLOADER_URL", emulator.url),
        ("KINESCOPE_API_KEY", emulator.token),
        ("KINESCOPE_WORKSPACE_ID", emulator.workspace_id),
        ("KINESCOPE_PROJECT_ID", emulator.project_id),
    ):
        typer.echo(f"{name}={value}")
    typer.echo(f"The videos' bytes stay in the folder {folder}; a restart knows nothing of them.")
