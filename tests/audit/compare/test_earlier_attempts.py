"""A video that an earlier attempt of kupload left is known as ours, whatever became of the lesson since."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kinescope_upload.audit.compare import Comparison, Kind, Lesson, TargetFolder, summary_of
from kinescope_upload.kinescope.video import Video
from kinescope_upload.model import LessonRow
from kinescope_upload.upload import Dialect, Record, Stage

FORMER, CURRENT = "0f0e0d0c-0000-4000-8000-000000000001", "0f0e0d0c-0000-4000-8000-000000000002"
PLACE = TargetFolder(course="c", project_id="p", folder_ids=("f",))


def _lesson(*, stage: Stage, row_id: str | None) -> Lesson:
    record = Record(
        lesson_id="c_001",
        course="c",
        path="c/001.mp4",
        size=10,
        modified_ns=1,
        parent_id="f",
        title="One",
        dialect=Dialect.TUS,
        video_id=CURRENT,
        stage=stage,
        attempted_at=None if stage is Stage.PLANNED else datetime(2026, 5, 1, tzinfo=UTC),
        lost_marks=(FORMER,),
    )
    row = LessonRow(lesson_id="c_001", course="c", title="One", video_id=row_id)
    return Lesson(lesson_id="c_001", course="c", title="One", row=row, summary=summary_of(record))


@pytest.mark.parametrize("columns", [(CURRENT, f"https://a.example/{FORMER}"), (None, f'<iframe src="//a/{FORMER}">')])
def test_a_video_that_a_row_names_by_its_address_is_not_unknown(columns: tuple[str | None, str]) -> None:
    row = LessonRow.of("c_001", "c", "One", columns)
    lesson = Lesson(lesson_id="c_001", course="c", title="One", row=row)
    comparison = Comparison({"c_001": lesson}, {"c": PLACE}, has_database=True)
    comparison.see(Video(id=FORMER, title="One", status="done", project_id="p", folder_id="f"))
    assert comparison.unknown_videos() == ()
    assert [one.kind for one in comparison.report().findings if one.video_id == FORMER] == []


@pytest.mark.parametrize(
    ("stage", "row_id", "kind", "video_ids"),
    [
        (Stage.PLANNED, None, Kind.UNKNOWN_VIDEO, (FORMER, None)),
        (Stage.CREATED, None, Kind.TWO_VIDEOS, (CURRENT, FORMER)),
        (Stage.LINKED, CURRENT, Kind.TWO_VIDEOS, (CURRENT, FORMER)),
    ],
)
def test_a_video_of_an_earlier_attempt_is_named_with_its_lesson(
    stage: Stage, row_id: str | None, kind: Kind, video_ids: tuple[str | None, ...]
) -> None:
    comparison = Comparison({"c_001": _lesson(stage=stage, row_id=row_id)}, {"c": PLACE}, has_database=True)
    comparison.see(Video(id=FORMER, title="One", status="uploading", project_id="p", folder_id="f"))
    [finding] = [found for found in comparison.report().findings if FORMER in {found.video_id, found.other_id}]
    assert (finding.kind, finding.lesson_id, finding.video_id, finding.other_id) == (kind, "c_001", *video_ids)
    assert "earlier attempt of kupload" in finding.reason
