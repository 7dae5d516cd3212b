"""When a lesson's file counts as another than the one that was sent."""

from __future__ import annotations

import pytest

from kinescope_upload.audit.compare import Kind, Lesson, RecordSummary
from kinescope_upload.audit.compare.videos import problems_of
from kinescope_upload.kinescope.video import Video
from kinescope_upload.model import VideoFile
from kinescope_upload.upload import Stage

SENT = RecordSummary(
    course="c", path="c/001.mp4", size=100, modified_ns=5, stage=Stage.LINKED, video_id="v", md5="a", title="t"
)


@pytest.mark.parametrize(
    ("size", "md5", "video_size", "video_md5", "told"),
    [
        pytest.param(100, "b", None, None, Kind.FILE_CHANGED, id="Kinescope shows nothing"),
        pytest.param(101, None, None, None, Kind.FILE_CHANGED, id="another size"),
        pytest.param(100, "b", 100, None, Kind.FILE_CHANGED, id="Kinescope shows the size alone"),
        pytest.param(101, None, 100, None, Kind.FILE_CHANGED, id="another size than Kinescope shows"),
        pytest.param(100, "b", 100, "a", Kind.FILE_CHANGED, id="Kinescope shows both"),
        pytest.param(100, "b", 100, "c", Kind.MD5_DIFFERS, id="the video is not what was sent either"),
        pytest.param(100, "a", None, None, None, id="it is what was sent"),
        pytest.param(100, None, None, None, None, id="nobody has read it"),
    ],
)
@pytest.mark.parametrize("status", ["done", "processing"])
def test_a_file_is_held_against_what_was_sent_where_kinescope_does_not_show_it(
    size: int, md5: str | None, video_size: int | None, video_md5: str | None, told: Kind | None, status: str
) -> None:
    file = VideoFile(path="c/001.mp4", size=size, modified_ns=5)
    lesson = Lesson(lesson_id="c_001", course="c", title="t", file=file, summary=SENT, file_md5=md5)
    video = Video(id="v", title="t", status=status, size=video_size, md5=video_md5)
    found = {one.kind for one in problems_of(lesson, video, None)} - {Kind.PROCESSING, Kind.NOT_COMPARED}
    assert found == ({told} if told else set())


def test_another_video_than_the_one_that_was_sent_is_held_against_nothing_that_is_recorded() -> None:
    file = VideoFile(path="c/001.mp4", size=101, modified_ns=5)
    lesson = Lesson(lesson_id="c_001", course="c", title="t", file=file, summary=SENT, file_md5="b")
    found = {one.kind for one in problems_of(lesson, Video(id="w", title="t", status="done"), None)}
    assert Kind.FILE_CHANGED not in found
