"""Findings become fixes and choices (pure); the fixer acts.

::

    plan_fixes ──► fixes       what is certain, so that `repair` can do it
        └────────► choices     what only a person can decide
    fixer · records            does a fix, and changes the lesson's record
"""

from kinescope_upload.audit.fixes.choices import Choice, Commands, has_choices
from kinescope_upload.audit.fixes.fixes import Action, Fix
from kinescope_upload.audit.fixes.plan_fixes import FixPlan, ManualChoice, plan_fixes

__all__ = ["Action", "Choice", "Commands", "Fix", "FixPlan", "ManualChoice", "has_choices", "plan_fixes"]
