"""Uploads a library of course videos to Kinescope, exactly once, and points every lesson's row at its video.

The rooms (docs/architecture.md has more):

    api           the same for programs (docs/api.md)
    cli/          options of each command -> one call
    commands/     what each command does, in order; doctor/, import_progress/
    audit/        verify and repair
    batch/        a run at work: workers, linking
    retries/      tries again, waits out outages
    display/      a run as it goes: bars, lines, JSON
    output/       how answers are written
    survey        library + mapping + rows + records -> plan
    connect       opens the database and Kinescope
    config/       settings          progress/    progress files, journals, locks
    kinescope/    HTTP client, management API, Tus, trust, pace
    database/     the lessons' table
    library/      finds and reads the files
    mapping/      which file belongs to which lesson
    plan/         what a run does with each lesson
    upload/       one lesson's upload: record, events, table, steps
    policy/       retry, pacing, sizing
    media/        what a video file holds
    events · model · errors · exit_codes · extras · text · video_ids
    demo/, emulator/   houses of their own
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kinescope_upload.api import (
        BatchStoppedError,
        Event,
        InterruptedRunError,
        KuploadError,
        Listener,
        Settings,
        TryAgainError,
        UsageError,
        ask_to_stop,
        make_plan,
        read_settings,
        read_status,
        run,
        verify,
    )

__all__ = [
    "BatchStoppedError",
    "Event",
    "InterruptedRunError",
    "KuploadError",
    "Listener",
    "Settings",
    "TryAgainError",
    "UsageError",
    "__version__",
    "ask_to_stop",
    "make_plan",
    "read_settings",
    "read_status",
    "run",
    "verify",
]

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Gives what docs/api.md names; its modules are imported when it is first asked for."""
    if name in __all__:
        return getattr(import_module("kinescope_upload.api"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
