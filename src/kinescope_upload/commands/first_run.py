"""The question before the first run of a library: what it is about to do, in five lines."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING

from kinescope_upload.commands.dry_run import PlanAnswer, size_sentence, time_sentence
from kinescope_upload.plan import Decision
from kinescope_upload.policy.pacing import minute_of_week
from kinescope_upload.progress.last_rate import read_rate
from kinescope_upload.text import count, first_few, format_bytes
from kinescope_upload.text.hints import Hint
from kinescope_upload.upload.titles import fit_title

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kinescope_upload.config import Settings
    from kinescope_upload.model import LessonRow
    from kinescope_upload.plan import Plan


def is_first_run(plan: Plan, rows: Mapping[str, LessonRow] | None) -> bool:
    """Whether nothing was ever uploaded from this library, as far as rows tell, and something is to be done now.

    Args:
        plan: What the run does.
        rows: The database's lessons by id; None goes without them.
    """
    is_linked = any(row.video_id is not None for row in (rows or {}).values())
    return bool(plan.work) and not is_linked


def first_run_lines(plan: Plan, settings: Settings) -> list[str]:
    """The plan in five lines: what is new, how much, an example, what is not done, how long it takes.

    Args:
        plan: What the run does; not empty.
        settings: Where progress and library are.
    """
    minute = minute_of_week(datetime.now().astimezone())
    answer = PlanAnswer(plan=plan, rate=read_rate(settings.progress), limit=settings.bwlimit, minute=minute)
    lesson = plan.work[0]
    courses = [f"{course} ({number:,})" for course, number in Counter(one.course for one in plan.work).most_common()]
    no_rows = "" if settings.no_db else ", and no row has a video"
    videos = f"{count(len(plan.work), 'video', 'videos')}, {format_bytes(plan.bytes_to_send)}"
    return [
        f"The first run of this library: {settings.progress} holds no progress{no_rows}.",
        f"{videos}, in {count(len(courses), 'course', 'courses')}: {first_few(courses)}.",
        f'For example {lesson.file.path} → {lesson.lesson_id} "{fit_title(lesson.title)}".',
        _not_done(plan),
        f"{time_sentence(answer)} {size_sentence(answer)}",
    ]


def _not_done(plan: Plan) -> str:
    doubts = len(plan.in_doubt) + sum(doubt.blocking for doubt in plan.doubts)
    counts = {
        "in doubt": doubts,
        "skipped": plan.counts[Decision.SKIP],
        "beyond --limit": plan.counts[Decision.LATER],
        "ignored": len(plan.ignored),
    }
    told = ", ".join(f"{number:,} {what}" for what, number in counts.items() if number)
    return Hint(f"Not done: {told or 'nothing'}. ", ("--dry-run",), " shows every file and why.")
