"""Small worlds in which anything may disagree with anything: few ids, few sizes, few titles, so that they collide."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hypothesis import assume
from hypothesis import strategies as st

from kinescope_upload.comparison import (
    Action,
    Commands,
    Comparison,
    Lesson,
    Mending,
    MendingPlan,
    Place,
    Trace,
    plan_mending,
)
from kinescope_upload.model import LessonRow, LessonTable, VideoFile
from kinescope_upload.upload import Stage
from kinescope_upload.video import Video
from kinescope_upload.video_ids import short_id

if TYPE_CHECKING:
    from kinescope_upload.comparison import Report

COURSE, PROJECT, FOLDER, ELSEWHERE = "c", "project", "folder", "elsewhere"
PLACES = {COURSE: Place(course=COURSE, project_id=PROJECT, folder_ids=(FOLDER,))}
IDS = tuple(f"00000000-0000-4000-8000-00000000000{digit}" for digit in "123456")
SPELT = (short_id(IDS[0]), f"https://kinescope.io/{short_id(IDS[1])}", IDS[2].upper())
COMMANDS = Commands(api_url="https://api", table=LessonTable())


@dataclass(frozen=True, kw_only=True)
class SmallWorld:
    """Lessons and videos; both by id."""

    lessons: dict[str, Lesson]
    videos: dict[str, Video]

    def compared(self, order: list[Video] | None = None) -> Comparison:
        comparison = Comparison(dict(self.lessons), PLACES, has_database=True)
        videos = order if order is not None else list(self.videos.values())
        for video in videos:
            if video.folder_id == FOLDER:
                comparison.see(video)
        missing = set(comparison.missing())
        for video in videos:
            if video.id in missing:
                comparison.see(video)
        return comparison

    def report(self) -> Report:
        return self.compared().report()

    def plan(self) -> MendingPlan:
        comparison = self.compared()
        return plan_mending(comparison.report(), comparison, COMMANDS)

    def mended(self) -> SmallWorld:
        """The world after everything that is planned was done."""
        lessons, videos = dict(self.lessons), dict(self.videos)
        for mending in self.plan().mendings:
            _do(mending, lessons, videos)
        return SmallWorld(lessons=lessons, videos=videos)


def _do(mending: Mending, lessons: dict[str, Lesson], videos: dict[str, Video]) -> None:
    lesson = lessons[mending.lesson.lesson_id]
    match mending.action:
        case Action.DELETE:
            del videos[mending.video_id]
            if not mending.value:
                lesson = replace(lesson, trace=None)
        case Action.RESTART:
            lesson = replace(lesson, trace=None)
        case Action.CLEAR:
            assert mending.video_id not in videos
            lesson = replace(lesson, row=_row(lesson, None))
        case Action.ADOPT | Action.LINK:
            lesson = _linked(lesson, videos[mending.video_id])
        case Action.MOVE:
            videos[mending.video_id] = replace(videos[mending.video_id], folder_id=mending.value)
        case Action.RENAME:
            videos[mending.video_id] = replace(videos[mending.video_id], title=mending.value)
    lessons[lesson.lesson_id] = lesson


def _row(lesson: Lesson, video_id: str | None) -> LessonRow:
    assert lesson.row is not None
    return replace(lesson.row, video_id=video_id)


def _linked(lesson: Lesson, video: Video) -> Lesson:
    assert lesson.file is not None or lesson.trace is not None
    before = lesson.trace
    file = lesson.file
    if before is not None and before.video_id == video.id:
        trace = replace(before, stage=Stage.LINKED)
    else:
        assert file is not None
        trace = Trace(
            course=COURSE,
            path=file.path,
            size=file.size,
            modified_ns=file.modified_ns,
            stage=Stage.LINKED,
            video_id=video.id,
            md5=video.md5,
            title="",
        )
    return replace(lesson, row=_row(lesson, video.id), trace=trace)


_PARTIAL = ("pending", "uploading", "aborted")
_sizes = st.sampled_from((10, 20))
_md5s = st.sampled_from(("a" * 32, "b" * 32))
_titles = st.sampled_from(("One", "Two"))


@st.composite
def _traces(draw: st.DrawFn, file: VideoFile | None) -> Trace:
    stage = draw(st.sampled_from([one for one in Stage if one is not Stage.PLANNED]))
    size = file.size if file and draw(st.booleans()) else draw(_sizes)
    has_md5 = stage in {Stage.UPLOADED, Stage.LINKED, Stage.VERIFIED}
    return Trace(
        course=COURSE,
        path=file.path if file else "c/gone.mp4",
        size=size,
        modified_ns=draw(st.sampled_from((1, 2))),
        stage=stage,
        video_id=draw(st.sampled_from(IDS)),
        md5=draw(st.one_of(st.none(), _md5s)) if has_md5 else None,
        title="",
    )


@st.composite
def _lessons(draw: st.DrawFn, lesson_id: str) -> Lesson:
    path = f"c/{lesson_id}.mp4"
    file = VideoFile(path=path, size=draw(_sizes), modified_ns=1) if draw(st.integers(0, 3)) else None
    title = draw(_titles)
    video_id = draw(st.sampled_from((None, *IDS, *SPELT, "no id of Kinescope")))
    has_row = draw(st.integers(0, 3))
    row = LessonRow(lesson_id=lesson_id, course=COURSE, title=title, video_id=video_id) if has_row else None
    return Lesson(
        lesson_id=lesson_id,
        course=COURSE,
        title=title if row else None,
        file=file,
        row=row,
        trace=draw(st.one_of(st.none(), _traces(file))),
        file_md5=draw(_md5s) if file else None,
    )


@st.composite
def _videos(draw: st.DrawFn, video_id: str) -> Video:
    status = draw(st.sampled_from(("done", "done", "done", "processing", *_PARTIAL, "suspended", "error")))
    has_content = status not in _PARTIAL and (status != "suspended" or draw(st.booleans()))
    is_told = has_content and draw(st.integers(0, 4)) > 0  # originals may be switched off
    return Video(
        id=video_id,
        title=draw(_titles),
        status=status,
        project_id=PROJECT,
        folder_id=draw(st.sampled_from((FOLDER, FOLDER, ELSEWHERE, None))),
        size=draw(_sizes) if is_told else None,
        md5=draw(_md5s) if is_told else None,
        duration=5.0 if has_content else 0.0,
        has_assets=has_content,
    )


@st.composite
def small_worlds(draw: st.DrawFn) -> SmallWorld:
    """Up to four lessons and six videos."""
    lessons = {key: draw(_lessons(key)) for key in ("c_001", "c_002", "c_003", "c_004")[: draw(st.integers(0, 4))]}
    own = [one.own_id for one in lessons.values() if one.own_id]
    assume(len(own) == len(set(own)))  # every id is chosen once
    ids = draw(st.lists(st.sampled_from(IDS), unique=True))
    return SmallWorld(lessons=lessons, videos={key: draw(_videos(key)) for key in ids})
