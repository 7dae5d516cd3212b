"""`kupload repair`: fixes what the four sides disagree about, where the correct state is certain."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kinescope_upload.audit.compare.events import FixApplied, FixFailed
from kinescope_upload.audit.fixes import (
    ClearRow,
    DeleteDuplicate,
    DeleteLeftover,
    DeleteOldVideo,
    FixPlan,
    MoveVideo,
    RenameVideo,
    StartOver,
    plan_fixes,
)
from kinescope_upload.audit.fixes.fix import WRITES_ROW
from kinescope_upload.audit.fixes.fixer import Fixer
from kinescope_upload.audit.inspection import inspect, open_tools, read_files
from kinescope_upload.audit.sides import courses_in_question, survey_all_rows
from kinescope_upload.errors import LessonFailedError, TryAgainError
from kinescope_upload.progress import forget_others_rows
from kinescope_upload.survey import check_alone

if TYPE_CHECKING:
    from collections.abc import Callable

    from kinescope_upload.audit.compare.events import Emit
    from kinescope_upload.config import Settings
    from kinescope_upload.progress import AllProgress

_Destructive = DeleteDuplicate | DeleteLeftover | StartOver | ClearRow
_Independent = MoveVideo | RenameVideo | DeleteOldVideo
"""Any other fix of a lesson needs the fixes before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairResult:
    """The result of a repair.

    Attributes:
        plan: What was to be changed.
        was_agreed: Whether it was to be applied; False in a dry run, and when the user said no.
        fixed: How many fixes were applied.
        failed: How many fixes failed.
    """

    plan: FixPlan
    was_agreed: bool
    fixed: int = 0
    failed: int = 0


def repair(
    settings: Settings,
    emit: Emit,
    agree: Callable[[FixPlan], bool],
    *,
    is_dry_run: bool,
    progress: AllProgress | None = None,
) -> RepairResult:
    """Compares, plans, asks, and applies the fixes.

    Args:
        settings: The settings; the database is needed.
        emit: Takes the events.
        agree: Shows the plan before anything is changed, and returns whether to apply it.
        is_dry_run: Whether nothing is written anywhere.
        progress: What is recorded; None is the progress folder.

    Raises:
        UsageError: Another run is at work on a course.
        BatchStoppedError: Rows or progress cannot be written, which is found before anything is asked or changed.
        KuploadError: A side cannot be read.
    """
    with ExitStack() as stack:
        tools = stack.enter_context(open_tools(settings, emit, progress))
        database = tools.database
        assert database is not None  # noqa: S101 - `repair` has no --no-db
        survey = survey_all_rows(settings, database, tools.client)
        store = None
        courses = courses_in_question(tools, survey)
        check_alone(settings, courses, database)
        if not is_dry_run:  # from here on nobody else changes the progress of these courses
            store = stack.enter_context(tools.progress.open(courses))
            tools.client.listen(store)
        else:
            tools = replace(tools, remember=lambda _read: None)
        comparison = inspect(tools, survey)
        read_files(tools, comparison, comparison.to_be_read())
        plan = plan_fixes(comparison, tools.client.now())
        rows = [fix.lesson.lesson_id for fix in plan.fixes if isinstance(fix, WRITES_ROW)]
        if store is not None:
            database.check_writable(rows, so_far="Nothing was changed.")
            records = store.records
            store.check_room(records[lesson_id] for lesson_id in rows if lesson_id in records)
        if not agree(plan) or store is None:
            return RepairResult(plan=plan, was_agreed=False)
        tools.client.begin_changes(store)
        fixer = Fixer(tools=tools, database=database, store=store, places=comparison.places)
        forget_others_rows(settings.progress, rows)
        return _apply(plan, fixer)


def _apply(plan: FixPlan, fixer: Fixer) -> RepairResult:
    tools = fixer.tools
    if any(isinstance(fix, _Destructive) for fix in plan.fixes):
        tools.client.pause(tools.settings.orphan_wait)  # a video that is gone is looked for twice, with time in between
    failed: list[str] = []
    for fix in plan.fixes:
        lesson_id = fix.lesson.lesson_id
        tools.client.check()
        try:
            if lesson_id in failed and not isinstance(fix, _Independent):
                raise LessonFailedError("The change that it needs failed.")  # noqa: TRY301 - handled like any failure
            fixer.apply(fix)
        except (LessonFailedError, TryAgainError) as error:
            failed.append(lesson_id)
            tools.emit(FixFailed(fix=fix, reason=error.what, hint=error.hint))
        else:
            tools.emit(FixApplied(fix=fix))
    return RepairResult(plan=plan, was_agreed=True, fixed=len(plan.fixes) - len(failed), failed=len(failed))
