"""`kupload verify`: files, progress, rows and videos held against each other, lesson by lesson."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kinescope_upload.audit.inspection import inspect, open_tools
from kinescope_upload.audit.mark_verified import mark_verified
from kinescope_upload.audit.waiting import Waiting, wait_until_done

if TYPE_CHECKING:
    from kinescope_upload.audit.compare import Report
    from kinescope_upload.audit.compare.events import EmitAudit
    from kinescope_upload.config import Settings

__all__ = ["LONGEST_WAIT", "VerifyOptions", "verify"]

LONGEST_WAIT: Final = 12 * 3600.0
"""Seconds that `--wait` waits at most, unless the user says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyOptions:
    """How it is to be done.

    Attributes:
        waits: Whether to wait until Kinescope has processed everything.
        longest_wait: For how long at most, in seconds.
        is_deep: Whether to read every file again for its MD5.
    """

    waits: bool = False
    longest_wait: float = LONGEST_WAIT
    is_deep: bool = False


def verify(settings: Settings, wishes: VerifyOptions, tell: EmitAudit) -> Report:
    """Looks at all four sides and tells what disagrees; what agrees becomes `verified` in the progress files.

    Raises:
        KuploadError: A side cannot be looked at.
    """
    with open_tools(settings, tell) as tools:
        inspection = inspect(tools, is_deep=wishes.is_deep)
        if wishes.waits:
            waiting = Waiting(interval=settings.retry_base, longest=wishes.longest_wait)
            wait_until_done(tools.api, inspection.comparison, waiting, tell)
        report = inspection.report()
        mark_verified(settings.progress, report.verified, tools.service.now(), tell)
        return report
