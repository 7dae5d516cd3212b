"""Sorts findings into fixes, choices for a person, and the rest. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, get_args

from kinescope_upload.audit.compare.judgement import SeenVideo
from kinescope_upload.audit.compare.kinds import Kind
from kinescope_upload.audit.fixes.choices import Choice, check_again, choices_of, has_choices
from kinescope_upload.audit.fixes.fix import AdoptVideo, Fix, StartOver
from kinescope_upload.audit.fixes.rules import Facts, can_fix, fixes_for
from kinescope_upload.audit.fixes.shared import is_only_owner, unshare
from kinescope_upload.mapping.naming import is_named_otherwise
from kinescope_upload.mapping.proposals import title_key
from kinescope_upload.text.hints import Hint, both

if TYPE_CHECKING:
    from datetime import datetime

    from kinescope_upload.audit.compare.comparison import Comparison
    from kinescope_upload.audit.compare.facts import Finding, Lesson
    from kinescope_upload.audit.compare.report import Report

_Key = tuple[type[Fix], str, str]
_ORDER: Final = get_args(Fix)


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualChoice:
    """A finding that only a person can decide about, and the choices."""

    finding: Finding
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FixPlan:
    """What `repair` makes of a report. Each finding is in exactly one of `fixed`, `manual` and `rest`.

    Attributes:
        fixes: What it changes, in this order.
        manual: What a person has to decide.
        rest: Findings that `repair` cannot help with; each has a hint of its own.
    """

    fixes: tuple[Fix, ...]
    manual: tuple[ManualChoice, ...] = ()
    rest: tuple[Finding, ...] = ()

    @property
    def is_left(self) -> bool:
        """Whether something disagrees that its fixes do not settle; remarks do not count."""
        return bool(self.manual) or any(not finding.kind.is_note for finding in self.rest)

    @property
    def fixed(self) -> tuple[Finding, ...]:
        """The findings that the fixes settle, each once."""
        return tuple(dict.fromkeys(finding for fix in self.fixes for finding in (fix.finding, *fix.also)))


def is_for_repair(finding: Finding) -> bool:
    """Whether `repair` fixes findings of this kind where that is certain, or lists choices for this one."""
    return has_choices(finding.kind) and (can_fix(finding.kind) or bool(choices_of(finding)))


def hint_of(finding: Finding, *, has_database: bool = True) -> str:
    """What to do about a finding, and what `repair` does about its kind; empty when nothing needs doing.

    Args:
        finding: The finding.
        has_database: Whether the database was read; `repair` needs it.
    """
    if not is_for_repair(finding):
        return finding.hint
    if not has_database:
        return both(finding.hint, "kupload can repair it where DATABASE_URL names the database.")
    if can_fix(finding.kind):
        repair = Hint(("repair",), " fixes it where that is certain, or lists the choices.")
    else:
        repair = Hint(("repair",), " lists the choices.")
    return both(finding.hint, repair)


def plan_fixes(comparison: Comparison, now: datetime) -> FixPlan:
    """Decides about every finding.

    Args:
        comparison: Everything that was compared.
        now: The time (UTC).
    """
    report = comparison.report()
    kinds = defaultdict[str, set[Kind]](set)
    for finding in report.findings:
        if finding.lesson_id is not None:
            kinds[finding.lesson_id].add(finding.kind)
    is_other = _is_other_workspace(report, comparison)
    facts = Facts(comparison=comparison, is_other_workspace=is_other, kinds=kinds, now=now)
    fixes: dict[_Key, Fix] = {}
    manual, rest = [], []
    for finding in report.findings:
        found = tuple(fixes_for(finding, facts))
        for fix in found:
            key = (type(fix), fix.lesson.lesson_id, fix.video_id)
            fixes[key] = _also_for(fixes[key], finding) if key in fixes else fix
        if found:
            continue
        if choices := _choices(finding, comparison):
            manual.append(ManualChoice(finding=finding, choices=choices))
        else:
            rest.append(finding)
    _drop_restarts(fixes)
    ordered = sorted(fixes.values(), key=lambda fix: _ORDER.index(type(fix)))
    return FixPlan(fixes=tuple(ordered), manual=tuple(manual), rest=tuple(rest))


def _is_other_workspace(report: Report, comparison: Comparison) -> bool:
    """Whether several videos are named and none exists: then token or project are probably another workspace's."""
    lost = sum(finding.kind in {Kind.ROW_POINTS_NOWHERE, Kind.VIDEO_GONE} for finding in report.findings)
    named = (video_id for lesson in comparison.in_question for video_id in lesson.ids)
    return lost > 1 and all(comparison.look(video_id) is SeenVideo.GONE for video_id in named)


def _is_recorded(finding: Finding, lesson: Lesson) -> bool:
    """Whether the progress names the lesson's video; where the title is in question, that very video."""
    if finding.kind is Kind.TITLE_DIFFERS:
        return finding.video_id == lesson.own_id
    return lesson.summary is not None


def _choices(finding: Finding, comparison: Comparison) -> tuple[Choice, ...]:
    """What a person may choose from; nothing that takes away what viewers see and another lesson's record holds."""
    lesson = comparison.lessons.get(finding.lesson_id or "")
    if lesson and finding.kind is Kind.SHARED_VIDEO and not _whose(lesson, comparison):
        sharers = comparison.sharers(lesson)
        if not is_only_owner(lesson, sharers):
            return (unshare(finding, lesson, sharers),)
    is_recorded = lesson is None or _is_recorded(finding, lesson)
    choices = choices_of(finding, is_recorded=is_recorded)
    if lesson and not is_recorded and not _may_be_its_own(lesson, comparison):
        choices = tuple(one for one in choices if one.command[0] != "replace")
    if lesson and lesson.row and lesson.row.has_address_only and comparison.recorded_for(lesson):
        return tuple(one for one in choices if "--delete" not in one.command)  # no player shows an address without id
    if lesson and choices and lesson.lesson_id in comparison.renumbered.unclear:
        return choices if finding.kind is Kind.RENUMBERED else ()  # what is recorded of it may be another lesson's
    why = _why_kept(lesson, comparison) if lesson and choices else ""
    if not why:
        return choices
    kept = tuple(one for one in choices if one.command[0] != "unlink")
    return kept or (check_again(finding, f"check again once the rows are right: {why}"),)


def _may_be_its_own(lesson: Lesson, comparison: Comparison) -> bool:
    """Whether a person wrote down whose the lesson's file is, or its name has something of the lesson's title."""
    if lesson.file is None or lesson.title is None or lesson.lesson_id in comparison.said:
        return True
    name = lesson.file.stem
    return not (is_named_otherwise(name, lesson.title) or title_key(name).isdecimal())


def _why_kept(lesson: Lesson, comparison: Comparison) -> str:
    """Why no choice takes the video that viewers see away; empty where one may."""
    if comparison.is_shared(lesson) and (lesson.own_id == lesson.row_id or lesson.file is None):
        return "each must name a video of its own, and this one loses nothing"
    return _whose(lesson, comparison)


def _whose(lesson: Lesson, comparison: Comparison) -> str:
    """For which other lesson the row's video was uploaded, or whose row shows this one's; empty where neither is so."""
    if holder := comparison.recorded_for(lesson):
        return f"its row names what was uploaded for {holder}"
    if shown_by := comparison.shown_by(lesson):
        return f"what was uploaded for it is what viewers of {shown_by} see"
    return ""


def _drop_restarts(fixes: dict[_Key, Fix]) -> None:
    """Drops the new upload of a lesson that adopts another video; adopting settles the loss too."""
    adoptions = {fix.lesson.lesson_id: key for key, fix in fixes.items() if isinstance(fix, AdoptVideo)}
    for key, fix in tuple(fixes.items()):
        if isinstance(fix, StartOver) and (adoption := adoptions.get(fix.lesson.lesson_id)):
            fixes[adoption] = _also_for(fixes[adoption], fix.finding)
            del fixes[key]


def _also_for(fix: Fix, finding: Finding) -> Fix:
    return fix if fix.finding == finding else replace(fix, also=(*fix.also, finding))
