"""Refuses what only one machine alone can do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kinescope_upload.errors import UsageError
from kinescope_upload.text.hints import Hint

if TYPE_CHECKING:
    from kinescope_upload.config import Settings


def alone(settings: Settings, *command: str) -> Settings:
    """The settings of a machine that works alone.

    Args:
        settings: The settings.
        command: What does the same on all machines, at the command line.

    Raises:
        UsageError: The machine shares its work.
    """
    if settings.cluster is None:
        return settings
    raise UsageError(
        "The Python API is for one machine alone, and this one shares its work: kupload.toml has [cluster].",
        Hint("At the command line, ", command, " works across machines."),
    )
