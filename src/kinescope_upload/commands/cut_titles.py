"""Tells which videos get only the beginning of their lesson's title. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kinescope_upload.plan import Decision
from kinescope_upload.text import count
from kinescope_upload.text.hints import Hint
from kinescope_upload.upload.titles import LONGEST_TITLE, fit_title, is_too_long

if TYPE_CHECKING:
    from kinescope_upload.plan import Plan, PlannedLesson


def cut_titles_warning(plan: Plan) -> str:
    """Says how many videos get a cut title; empty when none does."""
    if not (lessons := lessons_with_cut_titles(plan)):
        return ""
    titles = count(len(lessons), "title has", "titles have")
    first = f'the video of {lessons[0].lesson_id} is called "{fit_title(lessons[0].title)}"'
    is_sent = "is" if len(lessons) == 1 else "are"
    told = f"{titles} more than {LONGEST_TITLE} characters and {is_sent} sent cut: {first}. "
    return Hint(told, ("--dry-run",), " shows all.")


def lessons_with_cut_titles(plan: Plan) -> list[PlannedLesson]:
    """The lessons whose videos are yet to be created and get only the beginning of the lesson's title."""
    new = (one for one in plan.work if one.decision is Decision.UPLOAD)
    return [one for one in new if is_too_long(one.title)]
