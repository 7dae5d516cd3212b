"""A comparison and a plan of mending in words. Pure; names are not yet made printable."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from kinescope_upload.audit.fixes import has_choices
from kinescope_upload.text import count, format_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kinescope_upload.audit.compare import Counts, Finding, Report
    from kinescope_upload.audit.fixes import FixPlan, ManualChoice
    from kinescope_upload.upload import Stage

__all__ = ["Block", "finding_blocks", "next_after_repair", "next_after_verify", "plan_blocks", "report_rows"]

_SHOWN: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A heading, its items, and one thing to do about all of them (or nothing)."""

    title: str
    items: tuple[str, ...]
    hint: str = ""


def finding_blocks(findings: Sequence[Finding], *, names_all: bool) -> Iterator[Block]:
    """The findings, a block for each kind.

    Args:
        findings: Ordered by kind.
        names_all: Whether every one is named, not only the first twenty of a kind.
    """
    for kind, group in groupby(findings, key=lambda one: one.kind):
        of_kind = list(group)
        ways = {one.hint for one in of_kind}
        is_one_way = len(ways) == 1
        texts = [one.reason if is_one_way or not one.hint else f"{one.reason}. {one.hint}" for one in of_kind]
        title = f"{kind.value[0].upper()}{kind.value[1:]}: {len(of_kind):,}"
        yield Block(title=title, items=_first(texts, names_all=names_all), hint=ways.pop() if is_one_way else "")


def _first(texts: Sequence[str], *, names_all: bool) -> tuple[str, ...]:
    if names_all or len(texts) <= _SHOWN:
        return tuple(texts)
    return (*texts[:_SHOWN], f"and {len(texts) - _SHOWN:,} more (--verbose or --json names them)")


def report_rows(report: Report) -> list[tuple[str, str]]:
    """What there is on each of the four sides, and what it comes to, as (label, text)."""
    counts = report.counts
    return [
        ("On disk", f"{count(counts.files, 'file', 'files')}, {format_bytes(counts.file_bytes)}"),
        ("Progress", _listed(count(counts.recorded, "lesson", "lessons"), counts.stages)),
        ("Database", _rows(counts)),
        ("Kinescope", _listed(count(counts.videos, "video", "videos"), counts.statuses)),
        ("Agree", _agreement(report)),
        ("Differ", _differences(report)),
    ]


def _listed(head: str, numbers: Mapping[Stage, int] | Mapping[str, int]) -> str:
    told = ", ".join(f"{number:,} {name}" for name, number in numbers.items())
    return f"{head}: {told}" if told else head


def _rows(counts: Counts) -> str:
    if counts.rows is None:
        return "not asked"
    return f"{count(counts.rows, 'lesson', 'lessons')}, {counts.rows_with_video:,} with a video"


def _agreement(report: Report) -> str:
    counts = report.counts
    return (
        f"{counts.agreed:,} of {count(counts.lessons, 'lesson', 'lessons')}, {report.proven_count:,} of them verified"
    )


def _differences(report: Report) -> str:
    found = [one for one in report.findings if not one.kind.is_note]
    notes = len(report.findings) - len(found)
    told = count(len(found), "finding", "findings") if found else "nothing"
    return f"{told}; {count(notes, 'remark', 'remarks')}" if notes else told


def next_after_verify(report: Report) -> str:
    """What to type next; empty when all agree."""
    kinds = {one.kind for one in report.findings if not one.kind.is_note}
    codes = {kind.code for kind in kinds}
    if any(map(has_choices, kinds)):
        return "kupload repair"
    if codes & _FOR_UPLOAD:
        return "kupload"
    return "kupload verify --wait" if "processing" in codes else ""


_FOR_UPLOAD: Final = frozenset({"not_uploaded", "unfinished"})


def plan_blocks(plan: FixPlan, *, names_all: bool) -> Iterator[Block]:
    """What is put right, what a person has to decide, and what is not for `repair`."""
    if plan.fixes:
        numbered = [f"{number}. {one.explanation}" for number, one in enumerate(plan.fixes, start=1)]
        yield Block(title=f"To put right: {len(numbered):,}", items=tuple(numbered))
    for one in plan.manual:
        yield _choice(one)
    rest = tuple(one for one in plan.rest if not one.kind.is_note)
    for block in finding_blocks(rest, names_all=names_all):
        yield Block(title=f"Not for repair. {block.title}", items=block.items, hint=block.hint)


def _choice(one: ManualChoice) -> Block:
    kind = one.finding.kind.value
    items = [one.finding.reason]
    for choice in one.choices:
        items += [f"To {choice.explanation}:", f"$ {choice.command}"]
    return Block(title=f"Yours to decide: {kind}", items=tuple(items))


def next_after_repair(plan: FixPlan, *, is_done: bool) -> str:
    """What to type next; empty when nothing is left."""
    if not is_done:
        return "kupload repair" if plan.fixes else ""
    sends = {"restart", "clear"} & {one.action.value for one in plan.fixes}
    sends |= _FOR_UPLOAD & {one.kind.code for one in plan.rest}
    return "kupload" if sends else "kupload verify"
