"""The four sides held against each other: files, progress, rows and videos. Pure.

::

    comparison ──► judgement ──► videos     a lesson, and what is wrong with its video
        │   └────► strays                   videos of no lesson
        └────────► report                   findings, counts, what is proven
    lessons                                 files, rows and progress become lessons
    mending ──► remedies                    what is provably right
        └─────► choices                     what a person may choose
    facts · kinds · events
"""

from kinescope_upload.comparison.choices import Choice, Commands, has_choices
from kinescope_upload.comparison.comparison import Comparison
from kinescope_upload.comparison.facts import Finding, Lesson, Place, Trace, trace_of
from kinescope_upload.comparison.judgement import Sight
from kinescope_upload.comparison.kinds import Kind
from kinescope_upload.comparison.lessons import (
    Sides,
    findings_of_folders,
    findings_of_sides,
    lessons_of,
)
from kinescope_upload.comparison.mending import MendingPlan, Undecided, plan_mending
from kinescope_upload.comparison.remedies import Action, Mending
from kinescope_upload.comparison.report import Counts, Report

__all__ = [
    "Action",
    "Choice",
    "Commands",
    "Comparison",
    "Counts",
    "Finding",
    "Kind",
    "Lesson",
    "Mending",
    "MendingPlan",
    "Place",
    "Report",
    "Sides",
    "Sight",
    "Trace",
    "Undecided",
    "findings_of_folders",
    "findings_of_sides",
    "has_choices",
    "lessons_of",
    "plan_mending",
    "trace_of",
]
