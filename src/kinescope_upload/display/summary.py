"""What became of a run, as facts and as the rows that a person reads. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kinescope_upload.text import count, format_bytes, format_duration, joined

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kinescope_upload.model import Doubt

__all__ = ["Cost", "FailedLesson", "Summary", "next_command", "one_line", "summary_rows"]

_SHOWN: Final = 20
_EXIT_INTERRUPTED: Final = 130


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedLesson:
    """A lesson that is not done, why, and what to do about it."""

    lesson_id: str
    reason: str
    hint: str = ""
    is_in_doubt: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a run cost; sizes in bytes, times in seconds.

    Attributes:
        sent_bytes: Handed to the system to be sent, those that were lost included: the most that the line carried.
        needed_bytes: What the whole work needed when the run began.
        accepted_bytes: What of that the server acknowledged.
        breaks: Transfers that broke off after bytes had been sent.
        resumes: Uploads, begun earlier, that went on.
        retries: Requests that were tried again.
        retry_seconds: Waits before those, added up over all workers.
        stalled_seconds: From the last byte that moved to the break, added up over all breaks.
        network_seconds: The batch waited for the network.
        throttled_seconds: The batch waited because Kinescope asked for it.
        database_seconds: The batch waited for the database.
    """

    sent_bytes: int
    needed_bytes: int
    accepted_bytes: int
    breaks: int
    resumes: int
    retries: int
    retry_seconds: float
    stalled_seconds: float
    network_seconds: float
    throttled_seconds: float
    database_seconds: float

    @property
    def sent_per_needed(self) -> float | None:
        """Bytes sent for each byte that was needed: 1.0 is the least. None while one of those is missing."""
        is_all_there = 0 < self.needed_bytes == self.accepted_bytes
        return self.sent_bytes / self.needed_bytes if is_all_there else None

    @property
    def sent_per_accepted(self) -> float | None:
        """Bytes sent for each byte that arrived: 1.0 is the least. None when none arrived."""
        return self.sent_bytes / self.accepted_bytes if self.accepted_bytes else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What became of a run.

    Attributes:
        lessons: Lessons that the run set out to do.
        uploaded: Lessons whose video became complete in this run.
        linked: Lessons whose row this run wrote.
        unlinked: Lessons whose video is complete while their row waits for another run.
        skipped: Selected lessons with nothing to do.
        later: Selected lessons beyond the limit.
        left: Lessons that the run did not come to an end with.
        failures: Lessons that failed.
        in_doubt: Lessons that only a person can decide about.
        doubts: What belongs to no lesson, or to no file.
        ignored: How many files that look like videos were left alone.
        orphans_removed: Videos of ours that no lesson would have used, deleted.
        cost: What it cost.
        seconds: How long it took.
        exit_code: What the process exits with.
        reason: Why the batch was stopped; None when it ran to its end.
        hint: What to do about that.
    """

    lessons: int
    uploaded: int
    linked: int
    unlinked: int
    skipped: int
    later: int
    left: int
    failures: tuple[FailedLesson, ...]
    in_doubt: tuple[FailedLesson, ...]
    doubts: tuple[Doubt, ...]
    ignored: int
    orphans_removed: int
    cost: Cost
    seconds: float
    exit_code: int
    reason: str | None
    hint: str


def next_command(summary: Summary, command: str) -> str:
    """What to type next.

    Args:
        summary: What became of the run.
        command: The command of this run, "kupload --course 01_analytics".
    """
    if summary.exit_code == _EXIT_INTERRUPTED or summary.reason or summary.failures or summary.left or summary.later:
        return command
    is_in_doubt = summary.in_doubt or any(doubt.blocking for doubt in summary.doubts)
    if is_in_doubt:
        return f"{command} --dry-run"
    return "kupload --status" if summary.unlinked else "kupload verify"


def one_line(summary: Summary) -> str:
    """The whole run in one line, for those who asked for quiet."""
    counts = {
        "linked": summary.linked,
        "uploaded, not linked": summary.unlinked,
        "failed": len(summary.failures),
        "in doubt": len(summary.in_doubt),
        "not reached": summary.left,
        "skipped": summary.skipped,
    }
    told = ", ".join(f"{number:,} {what}" for what, number in counts.items() if number or what == "linked")
    return f"{told}; {format_bytes(summary.cost.accepted_bytes)} in {format_duration(summary.seconds)}"


def summary_rows(summary: Summary, command: str) -> list[tuple[str, str]]:
    """The summary as (label, text); rows that go on with the one above have an empty label. Not yet made printable."""
    return [
        ("Uploaded", f"{count(summary.uploaded, 'video', 'videos')}, {format_bytes(summary.cost.accepted_bytes)}"),
        ("Linked", _linked(summary)),
        *_if(summary.skipped, "Skipped", lambda: f"{summary.skipped:,} that had nothing to do"),
        *_if(summary.later, "Later", lambda: f"{summary.later:,} beyond the limit"),
        *_if(summary.left, "Not reached", lambda: f"{summary.left:,}; the next run goes on from there"),
        *_named("Failed", summary.failures),
        *_named("In doubt", summary.in_doubt),
        *_no_lesson(summary),
        *_if(summary.orphans_removed, "Removed", lambda: _orphans(summary.orphans_removed)),
        ("Cost", _cost(summary)),
        ("Time", format_duration(summary.seconds)),
        *_if(summary.reason, "Stopped", lambda: joined(summary.reason or "", summary.hint)),
        ("Next", next_command(summary, command)),
    ]


def _if(fact: object, label: str, text: Callable[[], str]) -> list[tuple[str, str]]:
    return [(label, text())] if fact else []


def _linked(summary: Summary) -> str:
    told = count(summary.linked, "lesson", "lessons")
    return f"{told}; {summary.unlinked:,} uploaded and not linked" if summary.unlinked else told


def _orphans(number: int) -> str:
    return f"{count(number, 'orphan', 'orphans')} (videos of ours that no lesson would have used)"


def _named(label: str, lessons: tuple[FailedLesson, ...]) -> list[tuple[str, str]]:
    if not lessons:
        return []
    texts = [f"{one.lesson_id}: {joined(one.reason, one.hint)}" for one in lessons[:_SHOWN]]
    return [(label, f"{len(lessons):,}"), *(("", text) for text in _with_rest(texts, len(lessons)))]


def _with_rest(texts: Iterable[str], total: int) -> Iterable[str]:
    yield from texts
    if total > _SHOWN:
        yield f"and {total - _SHOWN:,} more"


def _no_lesson(summary: Summary) -> list[tuple[str, str]]:
    doubts = summary.doubts
    texts = [f"{one.subject}: {joined(one.reason, one.hint)}" for one in doubts[:_SHOWN]]
    ignored = f"{count(summary.ignored, 'file', 'files')} ignored"
    if not doubts:
        return [("No lesson", ignored)] if summary.ignored else []
    head = f"{len(doubts):,}; {ignored}" if summary.ignored else f"{len(doubts):,}"
    return [("No lesson", head), *(("", text) for text in _with_rest(texts, len(doubts)))]


def _cost(summary: Summary) -> str:
    cost = summary.cost
    ratio = cost.sent_per_needed
    facts = [
        f"{format_bytes(cost.sent_bytes)} sent" + (f" ({ratio:.2f} times what was needed)" if ratio else ""),
        f"{count(cost.breaks, 'break', 'breaks')}",
        f"{count(cost.resumes, 'resume', 'resumes')}",
    ]
    waits = {
        "stalled": cost.stalled_seconds,
        "throttled": cost.throttled_seconds,
        "waited for the network": cost.network_seconds,
        "waited for the database": cost.database_seconds,
    }
    return ", ".join([*facts, *(f"{what} {format_duration(wait)}" for what, wait in waits.items() if wait)])
