"""`kupload verify`: compares files, progress, rows and videos, lesson by lesson."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kinescope_upload.audit.inspection import inspect, open_tools
from kinescope_upload.audit.mark_verified import mark_verified
from kinescope_upload.audit.waiting import wait_until_done

if TYPE_CHECKING:
    from kinescope_upload.audit.compare import Report
    from kinescope_upload.audit.compare.events import Emit
    from kinescope_upload.config import Settings

LONGEST_WAIT: Final = 12 * 3600.0
"""Seconds that `--wait` waits at most, unless the user sets another limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyOptions:
    """The options of `verify`.

    Attributes:
        waits: Whether to wait until Kinescope has processed every video.
        longest_wait: The limit of that wait in seconds.
        is_deep: Whether to read every file again for its MD5.
    """

    waits: bool = False
    longest_wait: float = LONGEST_WAIT
    is_deep: bool = False


def verify(settings: Settings, options: VerifyOptions, emit: Emit) -> Report:
    """Reports what disagrees, and marks what agrees as `verified` in the progress files.

    Raises:
        KuploadError: A side cannot be read.
    """
    with open_tools(settings, emit) as tools:
        comparison = inspect(tools, is_deep=options.is_deep)
        if options.waits:
            wait_until_done(tools, comparison, longest=options.longest_wait)
        report = comparison.report()
        mark_verified(settings.progress, report.verified, tools.client.now(), emit)
        return report
