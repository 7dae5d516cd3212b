"""Remembers how fast the last run sent, in one file of the progress folder; losing it costs an estimate."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from kinescope_upload.progress.atomic import write_whole

if TYPE_CHECKING:
    from pathlib import Path

RATE_FILE: Final = "last.rate"
_HEAD: Final = "kupload rate 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRate:
    """How fast a run sent: bytes per second of all its workers together, and when it ended (UTC).

    `jobs` is how many uploads at a time it came to by itself; None where it did not look for that.
    """

    rate: int
    at: datetime
    jobs: int | None = None

    def seconds_for(self, size: int) -> float:
        """How long so many bytes take at this rate, in seconds."""
        return size / self.rate


def read_rate(folder: Path) -> KnownRate | None:
    """Reads the rate of the last run that measured one; None where there is none, or it cannot be read."""
    with suppress(OSError, ValueError):
        head, rate, at, *more = (folder / RATE_FILE).read_text("utf-8").splitlines()
        moment = datetime.fromisoformat(at)
        if head == _HEAD and int(rate) > 0 and moment.tzinfo is not None:
            jobs = int(more[0]) if more and more[0].isdecimal() else None
            return KnownRate(rate=int(rate), at=moment.astimezone(UTC), jobs=jobs)
    return None


def remember_rate(folder: Path, known: KnownRate) -> None:
    """Writes the rate down.

    Raises:
        OSError: It cannot be written; what was remembered stays.
    """
    facts = (_HEAD, known.rate, known.at.isoformat(timespec="seconds"), *([known.jobs] if known.jobs else []))
    write_whole(folder / RATE_FILE, "".join(f"{fact}\n" for fact in facts).encode())
