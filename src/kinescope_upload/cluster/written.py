"""What machines have written down already, as it bears on one library's plan."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kinescope_upload.cluster import statements
from kinescope_upload.cluster.doubts import WrittenFile, doubt_other_file
from kinescope_upload.plan.decision import SENT, Decision, PlanDecision

if TYPE_CHECKING:
    from kinescope_upload.cluster.holds import Holds
    from kinescope_upload.cluster.line import Line
    from kinescope_upload.plan import Plan, PlannedLesson


def kept_elsewhere(line: Line, library: str) -> dict[str, tuple[str, int]]:
    """The lessons that other libraries have, each with that library and its file's size in bytes."""
    return {one: (of, size) for one, of, size in line.ask(statements.OF_OTHER_LIBRARIES, library=library)}


def without_kept(line: Line, plan: Plan, library: str) -> Plan:
    """The plan, in which lessons are left to libraries that have them, and are in doubt where the files differ."""
    others = kept_elsewhere(line, library)

    def kept(lesson: PlannedLesson) -> PlannedLesson:
        if lesson.decision not in SENT or lesson.lesson_id not in others:
            return lesson
        name, size = others[lesson.lesson_id]
        if size == lesson.file.size:
            return replace(lesson, planned=PlanDecision(Decision.SKIP, f"library {name} has it, too, and keeps it"))
        reason = f"library {name} has it, too, and the two files differ in size"
        hint = "Take the wrong one away."
        return replace(lesson, planned=PlanDecision(Decision.IN_DOUBT, reason, hint))

    return replace(plan, lessons=tuple(kept(lesson) for lesson in plan.lessons))


def doubt_other_files(holds: Holds, plan: Plan, library: str) -> Plan:
    """The plan, in which files are in doubt that are not those that other machines wrote down."""
    rows = holds.line.ask(statements.WRITTEN_BY_OTHERS, library=library, machine=holds.machine, patience=120)
    written = {lesson_id: WrittenFile(*facts) for lesson_id, *facts in rows}

    def doubted(lesson: PlannedLesson) -> PlannedLesson:
        known = written.get(lesson.lesson_id)
        if lesson.decision not in SENT or known is None or known.may_be(lesson.file, lesson.record):
            return lesson
        return replace(lesson, planned=doubt_other_file(lesson.file, lesson.course, known))

    return replace(plan, lessons=tuple(doubted(lesson) for lesson in plan.lessons))
