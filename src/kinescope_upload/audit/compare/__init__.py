"""Compares the four sides: files, progress, rows and videos. Pure.

::

    comparison ──► judgement ──► videos     a lesson, and what is wrong with its video
        │   └────► strays                   videos of no lesson
        └────────► report                   findings, counts, what is verified
    lessons ──► mixed_up · kept_files       files, rows and progress become lessons
    facts · kinds · events
"""

from kinescope_upload.audit.compare.comparison import Comparison
from kinescope_upload.audit.compare.facts import Finding, Lesson, TargetFolder
from kinescope_upload.audit.compare.judgement import SeenVideo
from kinescope_upload.audit.compare.kept_files import with_kept_files
from kinescope_upload.audit.compare.kinds import Kind
from kinescope_upload.audit.compare.lessons import (
    LocalSides,
    findings_of_folders,
    findings_of_sides,
    lessons_of,
    links_by_position,
)
from kinescope_upload.audit.compare.mixed_up import with_mixed_up
from kinescope_upload.audit.compare.report import Counts, Report
from kinescope_upload.audit.compare.strays import UnknownVideo
from kinescope_upload.audit.compare.summary import RecordSummary, summary_of

__all__ = [
    "Comparison",
    "Counts",
    "Finding",
    "Kind",
    "Lesson",
    "LocalSides",
    "RecordSummary",
    "Report",
    "SeenVideo",
    "TargetFolder",
    "UnknownVideo",
    "findings_of_folders",
    "findings_of_sides",
    "lessons_of",
    "links_by_position",
    "summary_of",
    "with_kept_files",
    "with_mixed_up",
]
