"""How much Kinescope's duration of a video may differ from that of the file that was sent."""

from __future__ import annotations

import pytest

from kinescope_upload.audit.compare import Kind, Lesson, RecordSummary
from kinescope_upload.audit.compare.videos import problems_of
from kinescope_upload.kinescope.video import Video
from kinescope_upload.model import VideoFile
from kinescope_upload.upload import Stage

FILE = VideoFile(path="c/001.mp4", size=100, modified_ns=5)


def found(ours: float | None, theirs: float | None, *, status: str = "done", file: VideoFile | None = FILE) -> bool:
    summary = RecordSummary(
        course="c",
        path=FILE.path,
        size=FILE.size,
        modified_ns=FILE.modified_ns,
        stage=Stage.LINKED,
        video_id="v",
        md5=None,
        title="t",
        duration=ours,
    )
    lesson = Lesson(lesson_id="c_001", course="c", title="t", file=file, summary=summary)
    video = Video(id="v", title="t", status=status, size=FILE.size, duration=theirs)
    return Kind.DURATION_DIFFERS in {one.kind for one in problems_of(lesson, video, None)}


@pytest.mark.parametrize(
    ("ours", "theirs", "differs"),
    [
        (60.0, 60.0, False),
        (60.0, 62.0, False),
        (60.0, 58.0, False),
        (60.0, 62.1, True),
        (60.0, 57.9, True),
        (3600.0, 3636.0, False),
        (3600.0, 3637.0, True),
        (3600.0, 3563.0, True),
        (0.5, 2.5, False),
        (None, 60.0, False),
        (60.0, None, False),
        (60.0, 0.0, False),
    ],
)
def test_two_seconds_or_one_part_in_a_hundred_are_no_difference(
    ours: float | None, theirs: float | None, *, differs: bool
) -> None:
    assert found(ours, theirs) is differs


def test_nothing_is_compared_until_the_video_is_processed_or_once_the_file_is_another() -> None:
    assert found(60, 90)
    assert not found(60, 90, status="processing")
    assert not found(60, 90, file=VideoFile(path=FILE.path, size=100, modified_ns=10**13))
    assert found(60, 90, file=None)
