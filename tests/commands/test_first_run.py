"""What is said before the first run of a library, and when a run is the first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kinescope_upload.commands.first_run import first_run_lines, is_first_run
from kinescope_upload.config import Settings
from kinescope_upload.model import LessonRow
from kinescope_upload.plan import Plan
from support.display_cases import MB, lesson, small_plan

if TYPE_CHECKING:
    from pathlib import Path


def _row(video_id: str | None) -> LessonRow:
    return LessonRow(lesson_id="a_001", course="01_analytics", title="A title", video_id=video_id)


@pytest.mark.parametrize(
    ("plan", "rows", "is_first"),
    [
        (Plan(lessons=(lesson("a_001", MB),)), {"a_001": _row(None)}, True),
        (Plan(lessons=(lesson("a_001", MB),)), None, True),
        (Plan(lessons=(lesson("a_001", MB),)), {"a_001": _row(None), "a_002": _row("v")}, False),
        (Plan(lessons=()), {"a_001": _row(None)}, False),
    ],
    ids=["new", "without rows", "a linked row", "nothing to do"],
)
def test_a_run_is_the_first_while_no_row_has_a_video(
    plan: Plan, rows: dict[str, LessonRow] | None, is_first: bool
) -> None:
    assert is_first_run(plan, rows) is is_first


def test_the_plan_is_told_in_five_lines(tmp_path: Path) -> None:
    lines = first_run_lines(small_plan(), Settings(progress=tmp_path))
    assert lines[:3] == [
        f"The first run of this library: {tmp_path} holds no progress, and no row has a video.",
        "4 videos, 274 MB, in 1 course: 01_analytics (4).",
        'For example 01_analytics/001_Начало.mp4 → a_001 "A title".',
    ]
    not_done = "Not done: 2 in doubt, 3 skipped, 1 beyond --limit, 1 ignored."
    assert lines[3] == f"{not_done} `kupload --dry-run` shows every file and why."
    assert lines[4].startswith(
        "Time: not known; no run from here has measured it yet. Will take about 673 MB to 748 MB"
    )
    assert len(lines) == 5


def test_without_the_database_no_row_is_spoken_of(tmp_path: Path) -> None:
    first = first_run_lines(small_plan(), Settings(progress=tmp_path, no_db=True))[0]
    assert first == f"The first run of this library: {tmp_path} holds no progress."
