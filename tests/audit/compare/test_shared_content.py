"""Unknown videos of one content: each lesson whose file has that content takes one, by its title where that tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kinescope_upload.audit.compare import Comparison, Kind, Lesson, TargetFolder
from kinescope_upload.kinescope.video import Video
from kinescope_upload.model import LessonRow, VideoFile

if TYPE_CHECKING:
    from collections.abc import Sequence

_PLACE = TargetFolder(course="c", project_id="p", folder_ids=("f",))


def _id(number: int) -> str:
    return f"0f0e0d0c-0000-4000-8000-00000000000{number}"


def _lesson(number: int, *, md5: str | None = "a", video: int | None = None) -> Lesson:
    lesson_id = f"c_00{number}"
    row = LessonRow(lesson_id=lesson_id, course="c", title=f"T{number}", video_id=_id(video) if video else None)
    file = VideoFile(path=f"c/00{number}_x.mp4", size=10, modified_ns=1)
    return Lesson(lesson_id=lesson_id, course="c", title=f"T{number}", file=file, row=row, file_md5=md5)


def _video(number: int, title: str, *, status: str = "done") -> Video:
    return Video(id=_id(number), title=title, status=status, project_id="p", folder_id="f", size=10, md5="a")


@pytest.mark.parametrize(
    ("lessons", "videos", "taken"),
    [
        pytest.param([_lesson(1), _lesson(2)], [_video(1, "002_x"), _video(2, "001_x")], {1: 2, 2: 1}, id="file names"),
        pytest.param([_lesson(1), _lesson(2)], [_video(1, "T2"), _video(2, "T1")], {1: 2, 2: 1}, id="titles"),
        pytest.param([_lesson(1), _lesson(2)], [_video(1, "T2"), _video(2, "?")], {1: 2, 2: 1}, id="one title"),
        pytest.param([_lesson(1), _lesson(2)], [_video(1, "?"), _video(2, "?")], {1: 1, 2: 2}, id="no title"),
        pytest.param([_lesson(1), _lesson(2)], [_video(1, "T2")], {1: 2}, id="one video, with a title"),
        pytest.param([_lesson(1), _lesson(2)], [_video(1, "?")], {}, id="one video"),
        pytest.param([_lesson(1)], [_video(1, "T1"), _video(2, "?")], {}, id="two videos for one lesson"),
        pytest.param([_lesson(1), _lesson(2, md5=None)], [_video(1, "T1"), _video(2, "T2")], {}, id="a file not read"),
        pytest.param([_lesson(1), _lesson(2, video=9)], [_video(1, "?")], {1: 1}, id="the other has a video"),
        pytest.param([_lesson(1), _lesson(2)], [_video(1, "T1", status="uploading")], {}, id="unfinished"),
    ],
)
def test_lessons_of_one_content_take_the_videos_of_it(
    lessons: Sequence[Lesson], videos: Sequence[Video], taken: dict[int, int]
) -> None:
    comparison = Comparison({one.lesson_id: one for one in lessons}, {"c": _PLACE}, has_database=True)
    for video in (*videos, *(_video(9, "T2") for one in lessons if one.row_id == _id(9))):
        comparison.see(video)
    found = [one for one in comparison.report().findings if one.kind is Kind.ROW_EMPTY]

    assert {one.video_id: one.lesson_id for one in found} == {_id(key): f"c_00{to}" for key, to in taken.items()}
