"""Begun replacements: which file calls one off, and what only a person can say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import pytest

from kinescope_upload.model import Assignment, LessonRow, MappingSource, VideoFile
from kinescope_upload.plan import Decision, Selection, make_plan
from kinescope_upload.plan.known import FileMd5s
from kinescope_upload.upload import Dialect, LeftBecause, OldVideo, Record, Stage

if TYPE_CHECKING:
    from kinescope_upload.plan import PlannedLesson

_NOW: Final = datetime(2024, 5, 1, tzinfo=UTC)
_SHOWN, _NEXT = "3f6d0a94-58c1-4e27-9b0e-7d1c42a5e8f1", "3f6d0a94-58c1-4e27-9b0e-7d1c42a5e8f2"
_OLD: Final = VideoFile(path="c/s/001.mp4", size=100, modified_ns=5)
_NEW: Final = VideoFile(path="c/s/new.mp4", size=200, modified_ns=6)
_NAMED: Final = VideoFile(path="c/s/named.mp4", size=100, modified_ns=5)
_RECORD: Final = Record(
    lesson_id="c_s_001",
    course="c",
    path=_NEW.path,
    size=_NEW.size,
    modified_ns=_NEW.modified_ns,
    parent_id="p",
    title="A",
    dialect=Dialect.TUS,
    video_id=_NEXT,
    stage=Stage.CREATED,
    attempted_at=_NOW,
)


def _planned(file: VideoFile, *, sent_md5: str | None, read_md5: str | None) -> PlannedLesson:
    """The lesson whose replacement is begun from the new file, and of which a person names this file."""
    old = OldVideo(
        video_id=_SHOWN,
        path=_OLD.path,
        size=_OLD.size,
        modified_ns=_OLD.modified_ns,
        md5=sent_md5,
        why=LeftBecause.REPLACED,
        keep=0,
    )
    said = Assignment(lesson_id="c_s_001", course="c", file=file, source=MappingSource.MAP_FILE)
    [lesson] = make_plan(
        [said],
        rows={"c_s_001": LessonRow(lesson_id="c_s_001", course="c", title="A", video_id=_SHOWN)},
        records={"c_s_001": replace(_RECORD, old_videos=(old,))},
        selection=Selection(),
        files=[_OLD, _NEW, _NAMED],
        md5s=FileMd5s(known=lambda _: None, read=lambda _: read_md5),
    ).lessons
    return lesson


@pytest.mark.parametrize(
    ("file", "sent_md5", "read_md5", "is_called_off"),
    [
        pytest.param(_OLD, None, None, True, id="the old file in its place"),
        pytest.param(_NAMED, "a", "a", True, id="a copy of it"),
        pytest.param(_NAMED, "a", "b", False, id="another content of its size and time"),
        pytest.param(_NAMED, "a", None, False, id="its size and time, and it cannot be read"),
        pytest.param(_NAMED, None, "a", False, id="its size and time, and it was sent without checksums"),
    ],
)
def test_a_begun_replacement_is_called_off_by_the_old_file_or_its_content_alone(
    file: VideoFile, sent_md5: str | None, read_md5: str | None, *, is_called_off: bool
) -> None:
    lesson = _planned(file, sent_md5=sent_md5, read_md5=read_md5)

    assert (lesson.calls_off, lesson.decision) == (is_called_off, Decision.SKIP if is_called_off else Decision.IN_DOUBT)
    if not is_called_off:
        assert f"`kupload replace c_s_001 {file.path}`" in lesson.hint
        assert "`kupload replace c_s_001 --drop`" in lesson.hint
