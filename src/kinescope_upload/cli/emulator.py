"""`kupload emulator`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from kinescope_upload.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from kinescope_upload.emulator import Emulator

__all__ = ["run_emulator"]


def run_emulator(folder: Path, port: int) -> None:
    """Runs the emulator in the foreground until Ctrl+C and says how to use it.

    Raises:
        UsageError: The extra is not installed, or the port is taken.
    """
    try:
        from kinescope_upload.emulator import serve
    except ImportError as error:
        raise UsageError(
            f"The emulator needs {error.name}.", 'Install the extra: pip install "kupload[demo]".'
        ) from error
    try:
        serve(folder, port=port, ready=_tell)
    except OSError as error:
        raise UsageError(
            f"Port {port} cannot be used: {error.strerror or error}.", "Name another: --port N."
        ) from error


def _tell(emulator: Emulator) -> None:
    typer.echo("The emulator of Kinescope runs until Ctrl+C. Put this into .env to use it:")
    for name, value in (
        ("KINESCOPE_API_URL", emulator.url),
        ("KINESCOPE_UPLOADER_URL", emulator.url),
        ("KINESCOPE_API_KEY", emulator.token),
        ("KINESCOPE_WORKSPACE_ID", emulator.workspace_id),
        ("KINESCOPE_PROJECT_ID", emulator.project_id),
    ):
        typer.echo(f"{name}={value}")
