"""Decides what a run does with each lesson, and in which order. Pure.

::

    plan ──► decision      one lesson: what is done, and why
      └────► order         in which order, and who takes what
"""

from kinescope_upload.plan.decision import Decision
from kinescope_upload.plan.plan import Plan, PlannedLesson, Selection, make_plan

__all__ = ["Decision", "Plan", "PlannedLesson", "Selection", "make_plan"]
