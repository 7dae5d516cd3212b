"""Decides what a run does with each lesson, and in which order. Pure.

::

    doubted_courses          takes out the courses that no video can be sent for
      └──► plan ──► decision      one lesson: what is done, and why
             ├────► renumbered    lessons whose rows are other lessons' now, as far as videos or files (places) prove it
             └────► order         in which order, and who takes what
"""

from kinescope_upload.plan.decision import Decision, PlanDecision
from kinescope_upload.plan.doubted_courses import doubt_courses
from kinescope_upload.plan.order import Selection
from kinescope_upload.plan.plan import Plan, PlannedLesson, make_plan

__all__ = ["Decision", "Plan", "PlanDecision", "PlannedLesson", "Selection", "doubt_courses", "make_plan"]
