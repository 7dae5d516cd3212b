"""Decides what a run does with each lesson, and in which order. Pure."""

from kinescope_upload.plan.plan import Decision, Plan, PlannedLesson, Selection, make_plan

__all__ = ["Decision", "Plan", "PlannedLesson", "Selection", "make_plan"]
