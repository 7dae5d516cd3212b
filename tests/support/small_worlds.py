"""Small worlds in which anything may disagree with anything: few ids, few sizes, few titles, so that they collide."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hypothesis import assume
from hypothesis import strategies as st

from kinescope_upload.audit.compare import Comparison, Lesson, RecordSummary, TargetFolder
from kinescope_upload.audit.fixes import (
    AdoptVideo,
    ClearRow,
    DeleteDuplicate,
    DeleteLeftover,
    DeleteOldVideo,
    Fix,
    FixPlan,
    LinkVideo,
    MoveVideo,
    RenameVideo,
    StartOver,
    plan_fixes,
)
from kinescope_upload.kinescope.video import Video
from kinescope_upload.model import LessonRow, VideoFile
from kinescope_upload.upload import Stage
from kinescope_upload.video_ids import short_id

if TYPE_CHECKING:
    from kinescope_upload.audit.compare import Report

COURSE, PROJECT, FOLDER, ELSEWHERE = "c", "project", "folder", "elsewhere"
PLACES = {COURSE: TargetFolder(course=COURSE, project_id=PROJECT, folder_ids=(FOLDER,))}
IDS = tuple(f"00000000-0000-4000-8000-00000000000{digit}" for digit in "123456")
SPELT = (short_id(IDS[0]), f"https://kinescope.io/{short_id(IDS[1])}", IDS[2].upper())
ADDRESSES = (f"https://kinescope.io/embed/{IDS[0]}", f"https://a.example/{IDS[3]}", "https://youtu.be/dQw4w9WgXcQ")
NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)


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

    def plan(self) -> FixPlan:
        return plan_fixes(self.compared(), NOW)

    def fixed(self) -> SmallWorld:
        """The world after everything that is planned was done."""
        lessons, videos = dict(self.lessons), dict(self.videos)
        for fix in self.plan().fixes:
            _do(fix, lessons, videos)
        return SmallWorld(lessons=lessons, videos=videos)


def _do(fix: Fix, lessons: dict[str, Lesson], videos: dict[str, Video]) -> None:  # noqa: C901 - a flat match
    lesson = lessons[fix.lesson.lesson_id]
    match fix:
        case DeleteDuplicate():
            del videos[fix.video_id]
        case DeleteLeftover():
            del videos[fix.video_id]
            lesson = replace(lesson, summary=None)
        case StartOver():
            lesson = replace(lesson, summary=None)
        case ClearRow():
            assert fix.video_id not in videos
            lesson = replace(lesson, row=_row(lesson, None))
        case AdoptVideo() | LinkVideo():
            lesson = _linked(lesson, videos[fix.video_id])
        case MoveVideo():
            videos[fix.video_id] = replace(videos[fix.video_id], folder_id=fix.parent_id)
        case RenameVideo():
            videos[fix.video_id] = replace(videos[fix.video_id], title=fix.title)
        case DeleteOldVideo():
            del videos[fix.video_id]
            left = tuple(old for old in lesson.old_videos if old.video_id != fix.video_id)
            lesson = replace(lesson, summary=lesson.summary and replace(lesson.summary, old_videos=left))
    lessons[lesson.lesson_id] = lesson


def _row(lesson: Lesson, video_id: str | None) -> LessonRow:
    assert lesson.row is not None
    return replace(lesson.row, video_id=video_id)


def _linked(lesson: Lesson, video: Video) -> Lesson:
    assert lesson.file is not None or lesson.summary is not None
    before = lesson.summary
    file = lesson.file
    if before is not None and before.video_id == video.id:
        summary = replace(before, stage=Stage.LINKED)
    else:
        assert file is not None
        summary = RecordSummary(
            course=COURSE,
            path=file.path,
            size=file.size,
            modified_ns=file.modified_ns,
            stage=Stage.LINKED,
            video_id=video.id,
            md5=video.md5,
            title="",
        )
    return replace(lesson, row=_row(lesson, video.id), summary=summary)


_PARTIAL = ("pending", "uploading", "aborted")
_sizes = st.sampled_from((10, 20))
_md5s = st.sampled_from(("a" * 32, "b" * 32))
_titles = st.sampled_from(("One", "Two"))


@st.composite
def _summaries(draw: st.DrawFn, file: VideoFile | None) -> RecordSummary:
    stage = draw(st.sampled_from([one for one in Stage if one is not Stage.PLANNED]))
    size = file.size if file and draw(st.booleans()) else draw(_sizes)
    has_md5 = stage in {Stage.UPLOADED, Stage.LINKED, Stage.VERIFIED}
    return RecordSummary(
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
    address = draw(st.sampled_from((None, None, None, *ADDRESSES)))
    has_row = draw(st.integers(0, 3))
    row = LessonRow.of(lesson_id, COURSE, title, (video_id, address)) if has_row else None
    return Lesson(
        lesson_id=lesson_id,
        course=COURSE,
        title=title if row else None,
        file=file,
        row=row,
        summary=draw(st.one_of(st.none(), _summaries(file))),
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


KEYS = ("c_001", "c_002", "c_003", "c_004")
TWINS = IDS[len(KEYS) :]


@st.composite
def _any_worlds(draw: st.DrawFn) -> SmallWorld:
    """Up to four lessons and six videos that have nothing to do with each other, but for their ids."""
    lessons = {key: draw(_lessons(key)) for key in KEYS[: draw(st.integers(0, 4))]}
    ids = draw(st.lists(st.sampled_from(IDS), unique=True))
    return SmallWorld(lessons=lessons, videos={key: draw(_videos(key)) for key in ids})


@st.composite
def _near_worlds(draw: st.DrawFn) -> SmallWorld:
    """Lessons that agree on all four sides, but for up to four things that happened to them."""
    keys = KEYS[: draw(st.integers(1, 4))]
    pairs = {key: _agreeing(draw, key, video_id) for key, video_id in zip(keys, IDS, strict=False)}
    lessons = {key: lesson for key, (lesson, _) in pairs.items()}
    videos = {video.id: video for _, video in pairs.values()}
    for _ in range(draw(st.sampled_from((0, 1, 1, 2, 2, 3, 4)))):
        draw(st.sampled_from(_HAPPENINGS))(draw, draw(st.sampled_from(keys)), lessons, videos)
    return SmallWorld(lessons=lessons, videos=videos)


def _agreeing(draw: st.DrawFn, key: str, video_id: str) -> tuple[Lesson, Video]:
    size, title = draw(_sizes), draw(_titles)
    md5 = draw(st.sampled_from((key[-1] * 32, key[-1] * 32, "a" * 32)))
    video = Video(
        id=video_id,
        title=title,
        status="done",
        project_id=PROJECT,
        folder_id=FOLDER,
        size=size,
        md5=md5,
        duration=5.0,
        has_assets=True,
    )
    file = VideoFile(path=f"c/{key}.mp4", size=size, modified_ns=1)
    row = LessonRow(lesson_id=key, course=COURSE, title=title, video_id=None)
    lesson = Lesson(lesson_id=key, course=COURSE, title=title, file=file, row=row, file_md5=md5)
    return _linked(lesson, video), video


_Lessons = dict[str, Lesson]
_Videos = dict[str, Video]


def _row_changes(draw: st.DrawFn, key: str, lessons: _Lessons, _: _Videos) -> None:
    if lessons[key].row is not None:
        named = draw(st.sampled_from((None, None, *IDS, *SPELT, "no id of Kinescope")))
        lessons[key] = replace(lessons[key], row=_row(lessons[key], named))


def _row_is_emptied(_: st.DrawFn, key: str, lessons: _Lessons, _videos: _Videos) -> None:
    if lessons[key].row is not None:
        lessons[key] = replace(lessons[key], row=_row(lessons[key], None))


def _row_goes(_: st.DrawFn, key: str, lessons: _Lessons, _videos: _Videos) -> None:
    lessons[key] = replace(lessons[key], row=None, title=None)


def _progress_goes(_: st.DrawFn, key: str, lessons: _Lessons, _videos: _Videos) -> None:
    lessons[key] = replace(lessons[key], summary=None)


def _file_goes(_: st.DrawFn, key: str, lessons: _Lessons, _videos: _Videos) -> None:
    lessons[key] = replace(lessons[key], file=None, file_md5=None)


def _lesson_is_another(draw: st.DrawFn, key: str, lessons: _Lessons, _: _Videos) -> None:
    lessons[key] = draw(_lessons(key))


def _video_changes(draw: st.DrawFn, key: str, lessons: _Lessons, videos: _Videos) -> None:
    own = lessons[key].own_id
    if own in videos:
        now = draw(_videos(own))
        name = draw(st.sampled_from(("title", "status", "folder_id", "size", "md5")))
        is_told = now.size is not None and videos[own].size is not None  # Kinescope tells size and MD5, or neither
        changed = {name: getattr(now, name)} if is_told else {"size": now.size, "md5": now.md5}
        videos[own] = now if name == "status" else replace(videos[own], **changed)


def _video_is_misplaced(draw: st.DrawFn, key: str, lessons: _Lessons, videos: _Videos) -> None:
    own = videos.get(lessons[key].own_id or "")
    if own is not None and draw(st.booleans()):
        videos[own.id] = replace(own, folder_id=draw(st.sampled_from((ELSEWHERE, None))))
    elif own is not None:
        videos[own.id] = replace(own, title="den_1")


def _video_goes(_: st.DrawFn, key: str, lessons: _Lessons, videos: _Videos) -> None:
    videos.pop(lessons[key].own_id or "", None)


def _original_goes(_: st.DrawFn, key: str, lessons: _Lessons, videos: _Videos) -> None:
    own = videos.get(lessons[key].own_id or "")
    if own is not None:
        videos[own.id] = replace(own, size=None, md5=None)


def _row_names_a_twin(draw: st.DrawFn, key: str, lessons: _Lessons, videos: _Videos) -> None:
    """Two runs uploaded the same file."""
    lesson = lessons[key]
    own = videos.get(lesson.own_id or "")
    if own is not None and lesson.row is not None:
        twin = draw(st.sampled_from(TWINS))
        videos[twin] = replace(own, id=twin)
        lessons[key] = replace(lesson, row=_row(lesson, twin))


def _row_names_a_twin_of_an_unfinished_one(draw: st.DrawFn, key: str, lessons: _Lessons, videos: _Videos) -> None:
    """The same, and of the one that the progress file names, not all bytes are there."""
    _row_names_a_twin(draw, key, lessons, videos)
    lesson = lessons[key]
    own = videos.get(lesson.own_id or "")
    if own is not None and lesson.summary is not None:
        videos[own.id] = Video(id=own.id, title=own.title, status="uploading", project_id=PROJECT, folder_id=FOLDER)
        lessons[key] = replace(lesson, summary=replace(lesson.summary, stage=Stage.CREATED, md5=None))


def _only_a_twin_is_left(draw: st.DrawFn, key: str, lessons: _Lessons, videos: _Videos) -> None:
    """The lesson's video is gone; another with its content is there, and nobody names it."""
    own = videos.pop(lessons[key].own_id or "", None)
    if own is not None:
        twin = draw(st.sampled_from(TWINS))
        videos[twin] = replace(own, id=twin)
        if lessons[key].row is not None and draw(st.booleans()):
            lessons[key] = replace(lessons[key], row=_row(lessons[key], None))


_HAPPENINGS = (
    _row_is_emptied,
    _row_names_a_twin,
    _row_names_a_twin_of_an_unfinished_one,
    _video_is_misplaced,
    _original_goes,
    _row_changes,
    _row_goes,
    _progress_goes,
    _file_goes,
    _lesson_is_another,
    _video_changes,
    _video_goes,
    _only_a_twin_is_left,
)


@st.composite
def small_worlds(draw: st.DrawFn) -> SmallWorld:
    """Up to four lessons and six videos: some in which nothing fits, more in which nearly all does."""
    world = draw(_near_worlds() if draw(st.sampled_from((True, True, True, True, False))) else _any_worlds())
    own = [one.own_id for one in world.lessons.values() if one.own_id]
    assume(len(own) == len(set(own)))  # every id is chosen once
    return world
