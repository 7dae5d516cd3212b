"""Holds the results of a run and words them for people. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.model import Doubt
from kinescope_upload.text import count, first_few, format_bytes, format_duration, joined
from kinescope_upload.text.hints import Hint, command_line, typed_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kinescope_upload.events import LessonFailed
    from kinescope_upload.text.hints import Command

_REQUEST_ID: Final = re.compile(r" \(X-Request-ID [^()]*\)")
_SHOWN: Final = 20
_STOPPED: Final = "Stopped "
_OF_A_RUN: Final = {"--web", "--yes", "-y"}
_WITH_LESSON: Final = len(("replace", "LESSON"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Holds what a run cost; sizes in bytes, times in seconds.

    Attributes:
        sent_bytes: Bytes that reached Kinescope, as far as its offsets show it, those included that it lost.
        needed_bytes: Bytes that the run had to send when it began.
        accepted_bytes: Bytes of those that the server acknowledged.
        breaks: Transfers that broke off after bytes had been sent.
        resumes: Earlier uploads that were resumed.
        retries: Requests that were retried.
        retry_seconds: Waits before the retries, summed over all workers.
        stalled_seconds: From the last byte that moved to the break, summed over all breaks.
        network_seconds: Waits of the batch for the network.
        throttled_seconds: Waits of the batch because Kinescope asked for them.
        database_seconds: Waits of the batch for the database.
        paused_seconds: Pauses that somebody asked for.
        unanswered_bytes: Bytes on their way: Kinescope has not acknowledged them, and may have them.
        unfinished_bytes: Acknowledged bytes of uploads that are not complete.
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
    paused_seconds: float = 0.0
    unanswered_bytes: int = 0
    unfinished_bytes: int = 0

    @property
    def sent_per_needed(self) -> float | None:
        """Bytes sent for each needed byte, at least 1.0; None until all of those are accepted."""
        is_all_there = 0 < self.needed_bytes == self.accepted_bytes
        return self.sent_bytes / self.needed_bytes if is_all_there else None

    @property
    def sent_per_accepted(self) -> float | None:
        """Bytes sent for each accepted byte, at least 1.0; None when none was accepted."""
        return self.sent_bytes / self.accepted_bytes if self.accepted_bytes else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Holds the results of a run.

    Attributes:
        lessons: Lessons to do.
        uploaded: Lessons whose video became complete in this run.
        linked: Lessons whose row this run wrote.
        unlinked: Lessons whose video is complete and whose row a later run will write.
        skipped: Selected lessons with nothing to do.
        skipped_unlinked: Those of them whose row a run with the database will write.
        later: Selected lessons beyond the limit.
        left: Lessons that the run did not finish.
        failures: Lessons that failed.
        in_doubt: Lessons that a person has to decide about.
        doubts: What belongs to no lesson, or to no file.
        ignored: The number of files that look like videos and were ignored.
        orphans_removed: The number of unfinished videos that were deleted because no lesson would use them.
        cost: Bytes and waits.
        seconds: The duration.
        exit_code: The exit code of the process.
        reason: Why the batch was stopped; None when it ran to its end.
        hint: What to do about that; without a reason, what to type next.
    """

    lessons: int
    uploaded: int
    linked: int
    unlinked: int
    skipped: int
    skipped_unlinked: int
    later: int
    left: int
    failures: tuple[LessonFailed, ...]
    in_doubt: tuple[LessonFailed, ...]
    doubts: tuple[Doubt, ...]
    ignored: int
    orphans_removed: int
    cost: Cost
    seconds: float
    exit_code: int
    reason: str | None
    hint: str


def stopped_sentence(reason: str, hint: str) -> str:
    """Words why a run was stopped, and what to do about that; says "stopped" once."""
    told = joined(reason, hint)
    return told if told.startswith(_STOPPED) else f"stopped: {told}"


def next_command(summary: Summary, command: Command) -> str:
    """Chooses the command to type next; none where a person has to do first what the reason's hint says.

    Args:
        summary: The results of the run.
        command: What was typed for this run.
    """
    if summary.exit_code == ExitCode.STOPPED:
        return ""
    if isinstance(summary.hint, Hint) and not summary.reason:
        return command_line(summary.hint.commands[0])
    if summary.exit_code == ExitCode.INTERRUPTED or summary.reason or summary.failures or summary.left or summary.later:
        return typed_line(command)
    if publish := _publishing(summary):
        return command_line(publish)
    if summary.in_doubt or any(doubt.blocking for doubt in summary.doubts):
        return typed_line(_looking(command))
    return typed_line(_with_database(command)) if summary.unlinked else command_line(("verify",))


def _publishing(summary: Summary) -> Command:
    """The command that publishes new files, where nothing else is in doubt than what it settles; else empty."""
    hints = [one.hint for one in summary.in_doubt]
    commands = [hint.commands[0] for hint in hints if isinstance(hint, Hint) and len(hint.commands) == 1]
    is_all = len(commands) == len(hints) and all(len(one) == _WITH_LESSON and one[0] == "replace" for one in commands)
    if not (commands and is_all) or any(doubt.blocking for doubt in summary.doubts):
        return ()
    return commands[0] if len(commands) == 1 else ("replace", "--changed")


def _looking(command: Command) -> Command:
    """The dry run of this run: without its page, which is that of a run, and without the answer to its question."""
    kept = []
    for before, word in pairwise(("", *command)):
        is_port = before == "--web" and word.isdigit()
        if not (is_port or word.partition("=")[0] in _OF_A_RUN):
            kept.append(word)
    return (*([] if kept[:1] == ["cluster"] else kept[kept[:1] == ["resume"] :]), "--dry-run")


def _with_database(command: Command) -> Command:
    """The command of this run without the options that go without the database."""
    return tuple(word for word in command if word not in {"--no-db", "--trust-scan"})


def one_line(summary: Summary) -> str:
    """Words the whole run in one line, for --quiet."""
    counts = {
        "linked": summary.linked,
        "uploaded, not linked": summary.unlinked,
        "failed": len(summary.failures),
        "in doubt": len(summary.in_doubt),
        "left": summary.left,
        "already done": summary.skipped,
    }
    numbers = ", ".join(f"{number:,} {what}" for what, number in counts.items() if number or what == "linked")
    return f"{numbers}; {format_bytes(summary.cost.accepted_bytes)} in {format_duration(summary.seconds)}"


def summary_rows(summary: Summary, command: Command) -> list[tuple[str, str]]:
    """Words the summary as (label, text); a row that continues the one above has no label. Not yet made printable."""
    already = summary.skipped - summary.skipped_unlinked
    is_same = next_command(summary, command) == typed_line(command)
    goes_on = "; run the same command to continue" if is_same else ""
    rows = [
        ("Uploaded", _uploaded(summary)),
        ("Linked", count(summary.linked, "lesson", "lessons") + _and_unlinked(summary.unlinked)),
        ("Already linked", f"{already:,}{_and_unlinked(summary.skipped_unlinked)}" if summary.skipped else ""),
        ("Beyond --limit", f"{summary.later:,}; run the same command to continue" if summary.later else ""),
        ("Left", f"{summary.left:,}{goes_on}" if summary.left else ""),
        *_listed("Failed", summary.failures),
        *_listed("In doubt", summary.in_doubt),
        *_listed("Unmatched", summary.doubts),
        ("Ignored", count(summary.ignored, "file", "files") if summary.ignored else ""),
        ("Deleted", _deleted(summary.orphans_removed) if summary.orphans_removed else ""),
        ("Sent", _sent(summary.cost)),
        ("Time", format_duration(summary.seconds)),
        ("Stopped", joined(summary.reason, summary.hint).removeprefix(_STOPPED) if summary.reason else ""),
        ("Next", next_command(summary, command)),
    ]
    return [(label, text) for label, text in rows if text]


def _uploaded(summary: Summary) -> str:
    cost = summary.cost
    rest = {"of others arrived": cost.unfinished_bytes, "more were on their way": cost.unanswered_bytes}
    size = format_bytes(cost.accepted_bytes - cost.unfinished_bytes)
    more = [f"{format_bytes(number)} {what}" for what, number in rest.items() if number]
    return "; ".join([f"{count(summary.uploaded, 'video', 'videos')}, {size}", *more])


def _and_unlinked(number: int) -> str:
    return f"; {number:,} more uploaded, not linked" if number else ""


def _deleted(number: int) -> str:
    return f"{count(number, 'unfinished video', 'unfinished videos')} that no lesson would use"


def _listed(label: str, causes: Sequence[LessonFailed | Doubt]) -> Iterator[tuple[str, str]]:
    """Counts what failed or is in doubt, and shows the first reasons, each once."""
    yield label, f"{len(causes):,}" if causes else ""
    texts = [f"{names}: {why}" for names, why in by_reason((_name(one), one.reason, one.hint) for one in causes)]
    for text in texts[:_SHOWN]:
        yield "", text
    if len(texts) > _SHOWN:
        yield "", f"and {len(texts) - _SHOWN:,} more"


def _name(cause: LessonFailed | Doubt) -> str:
    return cause.subject if isinstance(cause, Doubt) else cause.lesson_id


def by_reason(causes: Iterable[tuple[str, str, str]]) -> list[tuple[str, str]]:
    """Words each reason once: who it concerns, and what it is with its hint.

    Args:
        causes: Who, why, and what to do about it.
    """
    return [(first_few(names), joined(reason, hint)) for names, reason, hint in grouped(causes)]


def grouped(causes: Iterable[tuple[str, str, str]]) -> list[tuple[list[str], str, str]]:
    """Puts together who has the same reason and hint: reasons that differ in Kinescope's request id alone are the same.

    Args:
        causes: Who, why, and what to do about it.

    Returns:
        Those concerned, the first one's reason, and the hint.
    """
    found: dict[tuple[str, str], tuple[list[str], str, str]] = {}
    for name, reason, hint in causes:
        names, *_ = found.setdefault((_REQUEST_ID.sub("", reason), hint), ([], reason, hint))
        names.append(name)
    return list(found.values())


def _sent(cost: Cost) -> str:
    ratio = cost.sent_per_needed
    about = "about " if cost.sent_bytes != cost.accepted_bytes else ""  # what was lost is known by offsets alone
    waits = {
        "stalled": cost.stalled_seconds,
        "slowed down by Kinescope": cost.throttled_seconds,
        "without a connection": cost.network_seconds,
        "without the database": cost.database_seconds,
        "paused": cost.paused_seconds,
    }
    facts = [
        about + format_bytes(cost.sent_bytes) + (f" ({ratio:.2f} times what was needed)" if ratio else ""),
        count(cost.breaks, "break", "breaks"),
        count(cost.resumes, "resume", "resumes"),
        *(f"{format_duration(seconds)} {what}" for what, seconds in waits.items() if seconds),
    ]
    return ", ".join(facts)
