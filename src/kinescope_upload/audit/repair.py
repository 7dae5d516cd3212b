"""`kupload repair`: what the four sides disagree about is put right, as far as it is provable what is right."""

from __future__ import annotations

import time
import uuid
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kinescope_upload.audit.compare.events import EmitAudit, Mended, MendingFailed
from kinescope_upload.audit.fixes import Action, Commands, FixPlan, plan_fixes
from kinescope_upload.audit.fixes.fixer import Fixer
from kinescope_upload.audit.inspection import inspect, open_tools
from kinescope_upload.audit.sides import courses_in_question, look_around
from kinescope_upload.errors import LessonFailedError, TryAgainError
from kinescope_upload.progress import ProgressStore

if TYPE_CHECKING:
    from collections.abc import Callable

    from kinescope_upload.audit.fixes import Fix
    from kinescope_upload.audit.inspection import Audit, Tools
    from kinescope_upload.config import Settings
    from kinescope_upload.database import LessonsDatabase

__all__ = ["RepairResult", "repair"]

_DESTRUCTIVE: Final = frozenset({Action.DELETE, Action.RESTART, Action.CLEAR})
_INDEPENDENT: Final = frozenset({Action.MOVE, Action.RENAME})
"""Of the other actions for one lesson each needs those before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairResult:
    """What became of a repair.

    Attributes:
        plan: What was to be done.
        was_agreed: Whether it was to be done at all; False for a dry run and for those who said no.
        fixed: How many things were put right.
        failed: How many were not, although they were tried.
    """

    plan: FixPlan
    was_agreed: bool
    fixed: int = 0
    failed: int = 0


def repair(settings: Settings, tell: EmitAudit, agree: Callable[[FixPlan], bool], *, is_dry_run: bool) -> RepairResult:
    """Looks, plans, asks and mends.

    Args:
        settings: The settings; the database cannot be gone without.
        tell: Hears what happens.
        agree: Shown the plan, before anything is changed; whether it may be done.
        is_dry_run: Whether nothing is written anywhere.

    Raises:
        UsageError: Another run is at work on a course.
        KuploadError: A side cannot be looked at.
    """
    with ExitStack() as stack:
        tools = stack.enter_context(open_tools(settings, tell))
        database = tools.database
        assert database is not None  # noqa: S101 - `repair` has no --no-db
        ground = look_around(settings, database, tools.patience)
        store = None
        if not is_dry_run:  # from here on nobody else changes the progress of these courses
            store = stack.enter_context(ProgressStore(settings.progress, courses_in_question(settings, ground)))
        inspection = inspect(tools, ground)
        inspection.read_files(tools, inspection.comparison.to_be_read())
        plan = _plan(settings, inspection)
        if not agree(plan) or store is None:
            return RepairResult(plan=plan, was_agreed=False)
        return _mend_all(tools, _mender(tools, database, store, inspection), plan)


def _plan(settings: Settings, inspection: Audit) -> FixPlan:
    commands = Commands(api_url=settings.api_url, table=settings.table)
    return plan_fixes(inspection.report(), inspection.comparison, commands)


def _mender(tools: Tools, database: LessonsDatabase, store: ProgressStore, inspection: Audit) -> Fixer:
    return Fixer(
        tools=tools,
        database=database,
        store=store,
        places=inspection.comparison.places,
        new_id=lambda: str(uuid.uuid4()),
    )


def _mend_all(tools: Tools, mender: Fixer, plan: FixPlan) -> RepairResult:
    if any(one.action in _DESTRUCTIVE for one in plan.fixes):
        time.sleep(tools.settings.orphan_wait)  # what is gone is looked for twice, and not in the same moment
    failed: list[Fix] = []
    for fix in plan.fixes:
        stuck = {one.lesson.lesson_id for one in failed}
        try:
            if fix.lesson.lesson_id in stuck and fix.action not in _INDEPENDENT:
                raise LessonFailedError("What has to be done before it could not be done.")  # noqa: TRY301 - one way out
            mender.mend(fix)
        except (LessonFailedError, TryAgainError) as error:
            failed.append(fix)
            tools.tell(MendingFailed(fix=fix, reason=error.what, hint=error.hint))
        else:
            tools.tell(Mended(fix=fix))
    return RepairResult(plan=plan, was_agreed=True, fixed=len(plan.fixes) - len(failed), failed=len(failed))
