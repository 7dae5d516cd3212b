"""Words the results of `verify` and `repair` for people, line by line. Pure; names are not yet made printable."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Final

from kinescope_upload.audit.compare import Kind
from kinescope_upload.audit.compare.events import AuditEvent, FilesRead, FixApplied, FixFailed, Processing, VideosListed
from kinescope_upload.audit.fixes import ClearRow, StartOver, explanation_of, hint_of, is_for_repair
from kinescope_upload.display.messages import wait_words
from kinescope_upload.events import WaitEnded, WaitStarted, Warned
from kinescope_upload.text import count, format_bytes, format_bytes_of, joined
from kinescope_upload.text.hints import Hint, command_line, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from kinescope_upload.audit.compare import Counts, Finding, Report
    from kinescope_upload.audit.fixes import FixPlan
    from kinescope_upload.audit.repair import RepairResult
    from kinescope_upload.output.options import DisplayOptions
    from kinescope_upload.output.terminal_output import Clock
    from kinescope_upload.text.hints import Command
    from kinescope_upload.upload import Stage

_SHOWN: Final = 20
_FOR_UPLOAD: Final = frozenset({Kind.NOT_UPLOADED, Kind.UNFINISHED})
_GOES_ON: Final = len(("replace", "LESSON"))
LABEL_WIDTH: Final = 11
"""Cells of the label before a figure."""


class Style(Enum):
    """How a line is laid out and coloured."""

    TEXT = auto()
    TITLE = auto()
    GOOD = auto()
    BAD = auto()
    ITEM = auto()
    GOOD_ITEM = auto()
    BAD_ITEM = auto()
    HINT = auto()
    COMMAND = auto()


@dataclass(frozen=True, slots=True)
class Line:
    """One line; all but titles and commands are broken at spaces; items, hints and commands are indented."""

    text: str
    style: Style = Style.TEXT


def report_lines(report: Report, options: DisplayOptions) -> Iterator[Line]:
    """Yields the findings, then the counts of all four sides and the next command."""
    if not options.quiet:
        hints = partial(hint_of, has_database=report.counts.rows is not None)
        yield from _finding_lines(report.findings, names_all=options.verbose, hints=hints)
    counts = report.counts
    files, lessons = count(counts.files, "file", "files"), count(counts.lessons, "lesson", "lessons")
    yield _row("On disk", f"{files}, {format_bytes(counts.file_bytes)}")
    yield _row("Progress", _listed(count(counts.recorded, "lesson", "lessons"), counts.stages))
    yield _row("Database", _rows(counts))
    yield _row("Kinescope", _listed(count(counts.videos, "video", "videos"), counts.statuses))
    yield _row("Agree", f"{counts.agreed:,} of {lessons}, {report.verified_count:,} of them verified")
    if report.by_position:
        links = count(len(report.by_position), "link rests", "links rest")
        yield _row("Positions", f"{links} on the file's position alone: no map file and no name says the same")
    yield _row("Differ", _differences(report), Style.GOOD if report.agrees else Style.BAD)
    yield from _next(next_after_verify(report))


def plan_lines(plan: FixPlan, options: DisplayOptions) -> Iterator[Line]:
    """Yields the changes, then what a person has to decide, then what `repair` cannot help with."""
    if plan.fixes:
        yield Line(f"Changes: {len(plan.fixes):,}", Style.TITLE)
        for number, fix in enumerate(plan.fixes, start=1):
            yield Line(f"{number}. {explanation_of(fix)}", Style.ITEM)
        yield Line("")
    for manual in plan.manual:
        yield Line(f"Needs your decision: {manual.finding.kind}", Style.TITLE)
        yield Line(manual.finding.reason, Style.ITEM)
        for choice in manual.choices:
            yield Line(f"To {choice.explanation}:", Style.ITEM)
            yield Line(command_line(choice.command), Style.COMMAND)
        yield Line("")
    rest = [finding for finding in plan.rest if not finding.kind.is_note]
    yield from _finding_lines(rest, names_all=options.verbose, prefix="Not for repair: ")
    if not plan.fixes:
        yield Line("There is nothing that kupload can fix by itself.")


def outcome_lines(event: FixApplied | FixFailed) -> Iterator[Line]:
    """Yields whether a fix was applied, and if not, why."""
    explanation = explanation_of(event.fix)
    match event:
        case FixApplied():
            yield Line(f"done: {explanation}", Style.GOOD_ITEM)
        case FixFailed():
            yield Line(f"failed: {explanation}. {joined(event.reason, event.hint)}", Style.BAD_ITEM)


def end_lines(result: RepairResult) -> Iterator[Line]:
    """Yields what a repair changed, and the next command."""
    if result.plan.fixes and result.was_agreed:
        yield Line("")
        failed = f"; {result.failed:,} failed" if result.failed else ""
        yield Line(f"Applied {count(result.fixed, 'change', 'changes')}{failed}")
    elif result.plan.fixes:
        yield Line("Nothing was changed.")
    yield from _next(next_after_repair(result))


def next_after_verify(report: Report) -> Command | None:
    """The command to type next; None when all agree, or when only what the hints name helps."""
    findings = [finding for finding in report.findings if not finding.kind.is_note]
    kinds = {finding.kind for finding in findings}
    if any(map(is_for_repair, findings)) and report.counts.rows is not None:
        return ("repair",)
    commands = _of_uploads(report.findings)
    if commands:
        return ("repair",) if ("repair",) in commands else ()
    return ("verify", "--wait") if Kind.PROCESSING in kinds else None


def next_after_repair(result: RepairResult) -> Command | None:
    """The command to type next; None where nothing was changed, and only a choice or a hint above helps."""
    plan = result.plan
    if plan.fixes and not result.was_agreed:
        return ("repair",)
    uploads = any(isinstance(fix, StartOver | ClearRow) for fix in plan.fixes)
    if uploads or _of_uploads(plan.rest):
        return ()
    return ("verify",) if plan.fixes else None


def _of_uploads(findings: Iterable[Finding]) -> set[Command]:
    """What is advised about uploads that are open; nothing where no command can go on with one."""
    hints = {finding.hint or Hint(()) for finding in findings if finding.kind in _FOR_UPLOAD}
    commands = {command for hint in hints if isinstance(hint, Hint) for command in hint.commands}
    return {one for one in commands if one in {(), ("repair",)} or (one[0] == "replace" and len(one) == _GOES_ON)}


def sentence_of(event: AuditEvent, clock: Clock) -> str:
    """Says how far a command is, or what it waits for; `clock` tells the time of day."""
    match event:
        case VideosListed():
            return f"{count(event.videos, 'video', 'videos')} listed"
        case FilesRead():
            return f"read {format_bytes_of(event.read_bytes, event.total_bytes)}"
        case Processing():
            failed = f", {event.failed:,} failed" if event.failed else ""
            return f"Kinescope: {event.done:,} done, {event.unfinished:,} still processing{failed}"
        case Warned():
            return f"note: {shown(event.message)}"
        case WaitStarted() | WaitEnded():
            return wait_words(event, clock, verbose=True)
        case FixApplied() | FixFailed():
            return explanation_of(event.fix)


def _finding_lines(
    findings: Sequence[Finding], *, names_all: bool, prefix: str = "", hints: Callable[[Finding], str] = hint_of
) -> Iterator[Line]:
    """Yields the findings, which are ordered by kind: a title and a list for each kind."""
    for kind, group in groupby(findings, key=lambda finding: finding.kind):
        of_kind = [(finding.reason, hints(finding)) for finding in group]
        only_hint = of_kind[0][1] if len({hint for _, hint in of_kind}) == 1 else None
        title = f"{prefix}{kind}: {len(of_kind):,}"
        yield Line(title[0].upper() + title[1:], Style.TITLE)
        listed = of_kind if names_all else of_kind[:_SHOWN]
        for reason, hint in listed:
            yield Line(joined(reason, hint if only_hint is None else ""), Style.ITEM)
        if len(listed) < len(of_kind):
            yield Line(f"and {len(of_kind) - len(listed):,} more (--verbose or --json names them)", Style.ITEM)
        if only_hint:
            yield Line(only_hint, Style.HINT)
        yield Line("")


def _row(label: str, text: str, style: Style = Style.TEXT) -> Line:
    return Line(f"{label:{LABEL_WIDTH}}{text}", style)


def _next(command: Command | None) -> Iterator[Line]:
    if command is not None:
        yield _row("Next", command_line(command), Style.TITLE)


def _listed(head: str, numbers: Mapping[Stage, int] | Mapping[str, int]) -> str:
    listed = ", ".join(f"{number:,} {name}" for name, number in numbers.items())
    return f"{head}: {listed}" if listed else head


def _rows(counts: Counts) -> str:
    if counts.rows is None:
        return "not asked"
    return f"{count(counts.rows, 'lesson', 'lessons')}, {counts.rows_with_video:,} with a video"


def _differences(report: Report) -> str:
    notes = sum(finding.kind.is_note for finding in report.findings)
    found = len(report.findings) - notes
    text = count(found, "finding", "findings") if found else "nothing"
    return f"{text}; {count(notes, 'remark', 'remarks')}" if notes else text
