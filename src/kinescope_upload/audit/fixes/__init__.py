"""Turns findings into fixes and choices (pure), and applies the fixes.

::

    plan_fixes ──► rules ──► fix    what is certain, so that `repair` can do it
        └────────► choices          what only a person can decide
    fixer · records                 applies a fix, and changes the lesson's record
"""

from kinescope_upload.audit.fixes.choices import Choice
from kinescope_upload.audit.fixes.fix import (
    AdoptVideo,
    ClearRow,
    DeleteDuplicate,
    DeleteLeftover,
    DeleteOldVideo,
    Fix,
    LinkVideo,
    MoveRecords,
    MoveVideo,
    RenameVideo,
    StartOver,
    SwitchRow,
    explanation_of,
)
from kinescope_upload.audit.fixes.plan_fixes import FixPlan, ManualChoice, hint_of, is_for_repair, plan_fixes

__all__ = [
    "AdoptVideo",
    "Choice",
    "ClearRow",
    "DeleteDuplicate",
    "DeleteLeftover",
    "DeleteOldVideo",
    "Fix",
    "FixPlan",
    "LinkVideo",
    "ManualChoice",
    "MoveRecords",
    "MoveVideo",
    "RenameVideo",
    "StartOver",
    "SwitchRow",
    "explanation_of",
    "hint_of",
    "is_for_repair",
    "plan_fixes",
]
