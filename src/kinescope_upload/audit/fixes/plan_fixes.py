"""From findings to a plan of mending: what is put right, what a person has to decide, and the rest. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kinescope_upload.audit.compare.judgement import SeenVideo
from kinescope_upload.audit.compare.kinds import Kind
from kinescope_upload.audit.fixes.choices import Choice, Commands, choices_of
from kinescope_upload.audit.fixes.fixes import Action, Facts, Fix, fixes_for

if TYPE_CHECKING:
    from collections.abc import Collection

    from kinescope_upload.audit.compare.comparison import Comparison
    from kinescope_upload.audit.compare.facts import Finding
    from kinescope_upload.audit.compare.report import Report

__all__ = ["FixPlan", "ManualChoice", "plan_fixes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualChoice:
    """A finding that only a person can decide about, and the ways to go on."""

    finding: Finding
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FixPlan:
    """What follows from a comparison. Each finding is in one of three places: `fixed`, `undecided` or `rest`.

    Attributes:
        fixes: What is put right, in this order.
        manual: What a person has to decide.
        rest: Findings that are not for `repair`; each says itself what to do.
    """

    fixes: tuple[Fix, ...]
    manual: tuple[ManualChoice, ...] = ()
    rest: tuple[Finding, ...] = ()

    @property
    def fixed(self) -> tuple[Finding, ...]:
        """The findings that the mendings put right, each once."""
        return tuple(dict.fromkeys(finding for one in self.fixes for finding in (one.finding, *one.also)))


def plan_fixes(report: Report, comparison: Comparison, commands: Commands) -> FixPlan:
    """Decides about every finding.

    Args:
        report: The findings.
        comparison: What they were found in.
        commands: How commands are spelt here.
    """
    facts = Facts(
        comparison=comparison,
        is_strange_workspace=_is_strange_workspace(report, comparison),
        kinds=_kinds_by_lesson(report),
    )
    fixes: dict[tuple[Action, str, str], Fix] = {}
    manual, rest = [], []
    for finding in report.findings:
        found = tuple(fixes_for(finding, facts))
        for one in found:
            key = (one.action, one.lesson.lesson_id, one.video_id)
            fixes[key] = _also_for(fixes[key], finding) if key in fixes else one
        if found:
            continue
        choices = choices_of(finding, commands)
        if choices:
            manual.append(ManualChoice(finding=finding, choices=choices))
        else:
            rest.append(finding)
    order = {action: number for number, action in enumerate(Action)}
    ordered = sorted(_without_restarts(fixes.values()), key=lambda one: order[one.action])
    return FixPlan(fixes=tuple(ordered), manual=tuple(manual), rest=tuple(rest))


def _kinds_by_lesson(report: Report) -> dict[str, set[Kind]]:
    found: dict[str, set[Kind]] = {}
    for one in report.findings:
        if one.lesson_id is not None:
            found.setdefault(one.lesson_id, set()).add(one.kind)
    return found


def _is_strange_workspace(report: Report, comparison: Comparison) -> bool:
    """Whether not one of several videos is where it is named: rather the token or the project is another's."""
    lost = sum(one.kind in {Kind.ROW_POINTS_NOWHERE, Kind.VIDEO_GONE} for one in report.findings)
    named = (video_id for lesson in comparison.in_question for video_id in lesson.ids)
    return lost > 1 and all(comparison.look(video_id) is SeenVideo.GONE for video_id in named)


def _without_restarts(fixes: Collection[Fix]) -> list[Fix]:
    """A lesson that another video is found for is not uploaded again; the video that it finds fixes the loss, too."""
    adopted = {one.lesson.lesson_id for one in fixes if one.action is Action.ADOPT}
    left_out = {
        one.lesson.lesson_id: one.finding
        for one in fixes
        if one.action is Action.RESTART and one.lesson.lesson_id in adopted
    }
    return [
        _also_for(one, left_out[one.lesson.lesson_id])
        if one.action is Action.ADOPT and one.lesson.lesson_id in left_out
        else one
        for one in fixes
        if one.action is not Action.RESTART or one.lesson.lesson_id not in adopted
    ]


def _also_for(fix: Fix, finding: Finding) -> Fix:
    return fix if fix.finding == finding else replace(fix, also=(*fix.also, finding))
