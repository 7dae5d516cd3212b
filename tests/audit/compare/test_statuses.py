"""What is said of a video that is not done, by what the progress file knows of it."""

from __future__ import annotations

import pytest

from kinescope_upload.audit.compare import Kind, Lesson, RecordSummary
from kinescope_upload.audit.compare.judgement import LessonContext, SeenVideo, judge
from kinescope_upload.audit.compare.videos import is_broken, is_unfinished, problems_of
from kinescope_upload.audit.fixes import hint_of
from kinescope_upload.kinescope.video import Video
from kinescope_upload.model import LessonRow
from kinescope_upload.upload import Stage

VIDEO = "0f0e0d0c-0000-4000-8000-000000000001"


def _lesson(stage: Stage | None) -> Lesson:
    summary = None
    if stage is not None:
        summary = RecordSummary(
            course="c", path="c/001.mp4", size=10, modified_ns=1, stage=stage, video_id=VIDEO, md5=None, title=""
        )
    row = LessonRow(lesson_id="c_001", course="c", title="One", video_id=VIDEO)
    return Lesson(lesson_id="c_001", course="c", title="One", row=row, summary=summary)


def _video(status: str, *, has_content: bool = False) -> Video:
    return Video(id=VIDEO, title="One", status=status, has_assets=has_content, duration=5.0 if has_content else 0.0)


@pytest.mark.parametrize(
    ("stage", "video", "kind"),
    [
        (Stage.CREATED, _video("suspended"), Kind.UNFINISHED),
        (Stage.CREATED, _video("aborted"), Kind.UNFINISHED),
        (Stage.CREATED, _video("uploading"), Kind.UNFINISHED),
        (Stage.LINKED, _video("suspended"), Kind.STATUS_STUCK),
        (Stage.LINKED, _video("uploading"), Kind.STATUS_STUCK),
        (Stage.LINKED, _video("aborted"), Kind.STATUS_ABORTED),
        (None, _video("suspended"), Kind.STATUS_STUCK),
        (Stage.CREATED, _video("suspended", has_content=True), Kind.STATUS_SUSPENDED),
        (Stage.LINKED, _video("suspended", has_content=True), Kind.STATUS_SUSPENDED),
        (None, _video("suspended", has_content=True), Kind.STATUS_SUSPENDED),
        (Stage.LINKED, _video("on holiday", has_content=True), Kind.STATUS_UNKNOWN),
        (Stage.LINKED, _video("processing"), Kind.PROCESSING),
        (Stage.LINKED, _video("error"), Kind.STATUS_ERROR),
    ],
)
def test_what_a_status_means_to_a_lesson(stage: Stage | None, video: Video, kind: Kind) -> None:
    [finding] = problems_of(_lesson(stage), video, None)
    assert finding.kind is kind
    assert hint_of(finding)


@pytest.mark.parametrize(
    ("video", "is_awaited", "is_given_up"),
    [
        (_video("pending"), True, False),
        (_video("uploading"), True, False),
        (_video("processing"), True, False),
        (_video("done"), False, False),
        (_video("aborted"), False, True),
        (_video("error"), False, True),
        (_video("suspended"), False, True),
        (_video("suspended", has_content=True), False, False),
        (_video("on holiday"), False, False),
    ],
)
def test_what_is_waited_for(video: Video, is_awaited: bool, is_given_up: bool) -> None:
    assert (is_unfinished(video), is_broken(video)) == (is_awaited, is_given_up)


@pytest.mark.parametrize(
    ("stage", "seen", "kinds"),
    [
        (Stage.CREATED, SeenVideo.GOOD, [Kind.UNFINISHED]),
        (Stage.CREATED, _video("uploading"), [Kind.UNFINISHED]),
        (Stage.LINKED, SeenVideo.GOOD, []),
    ],
)
def test_progress_that_is_behind_its_row_is_told_once(stage: Stage, seen: Video | SeenVideo, kinds: list[Kind]) -> None:
    context = LessonContext(lesson=_lesson(stage), place=None, has_database=True, look=lambda _: seen)
    assert [finding.kind for finding in judge(context) if finding.kind is not Kind.LESSON_WITHOUT_FILE] == kinds
