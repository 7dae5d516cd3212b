"""What is there at the end: every lesson's row, its video, and the bytes of both sides compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kinescope_upload.demo.lessons import count_lessons, rows
from kinescope_upload.emulator import VideoStatus
from kinescope_upload.video_ids import is_same_video

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kinescope_upload.demo.lessons import DemoLesson, Row
    from kinescope_upload.demo.stage import Stage
    from kinescope_upload.emulator import VideoFact

__all__ = ["CourseFinding", "Findings", "find"]

_BLOCK: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseFinding:
    """One course: its lessons in the database, its videos on Kinescope.

    `videos` are those in the folder of the course's name, `done` those of them that are processed, `identical` the
    lessons whose video is byte for byte their file; `size` is of the videos' bytes.
    """

    course: str
    lessons: int
    linked: int
    videos: int
    done: int
    identical: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What was found, and what is not as it should be, a sentence each."""

    courses: tuple[CourseFinding, ...]
    problems: tuple[str, ...]

    @property
    def lessons(self) -> int:
        """The number of lessons."""
        return sum(one.lessons for one in self.courses)

    @property
    def linked(self) -> int:
        """The number of lessons whose row names a video."""
        return sum(one.linked for one in self.courses)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sides:
    """Both sides at one moment."""

    rows: dict[str, Row]
    videos: dict[str, VideoFact]
    folders: dict[str, str]


def find(stage: Stage, check: Callable[[], None]) -> Findings:
    """Looks at everything.

    Args:
        stage: What is looked at.
        check: Asked before each file; what it raises ends the demo.
    """
    sides = _Sides(
        rows={one.lesson_id: one for one in rows(stage.database_url)},
        videos={one.id: one for one in stage.emulator.videos()},
        folders={one.id: one.name for one in stage.emulator.folders()},
    )
    problems, identical = [], set()
    for lesson in stage.lessons:
        check()
        problem = _problem_of(lesson, sides, stage)
        if problem is None:
            identical.add(lesson.lesson_id)
        else:
            problems.append(f"{lesson.lesson_id} {problem}")
    return Findings(
        courses=_by_course(stage, sides, identical),
        problems=(*problems, *_leftovers(sides)),
    )


def _problem_of(lesson: DemoLesson, sides: _Sides, stage: Stage) -> str | None:
    row = sides.rows.get(lesson.lesson_id)
    if row is None or row.video_id is None:
        return "is not linked"
    if not is_same_video(row.video_url, row.video_id):
        return f"is linked, and its address is {row.video_url}"
    video = sides.videos.get(row.video_id)
    if video is None:
        return f"points at {row.video_id}, which is no video"
    return _problem_of_video(lesson, video, sides) or _difference(stage, lesson, video)


def _problem_of_video(lesson: DemoLesson, video: VideoFact, sides: _Sides) -> str | None:
    folder = sides.folders.get(video.folder_id or "")
    if folder != lesson.course:
        return f"has its video in {folder or 'the root of the project'}"
    if video.status is not VideoStatus.DONE:
        return f'has a video with status "{video.status}"'
    if video.title != lesson.title:
        return f'has a video called "{video.title}" instead of "{lesson.title}"'
    return None


def _difference(stage: Stage, lesson: DemoLesson, video: VideoFact) -> str | None:
    are_same = _are_same(stage.library / lesson.path, stage.emulator.bytes_of(video.id))
    return None if are_same else "has a video that is not byte for byte its file"


def _are_same(one: Path, other: Path) -> bool:
    """Whether two files hold the same bytes."""
    if one.stat().st_size != other.stat().st_size:
        return False
    with one.open("rb") as left, other.open("rb") as right:
        while block := left.read(_BLOCK):
            if block != right.read(_BLOCK):
                return False
    return True


def _leftovers(sides: _Sides) -> list[str]:
    """Videos that no lesson will ever use."""
    used = {row.video_id for row in sides.rows.values()}
    return [
        f'video {one.id} ("{one.title}") belongs to no lesson' for one in sides.videos.values() if one.id not in used
    ]


def _by_course(stage: Stage, sides: _Sides, identical: set[str]) -> tuple[CourseFinding, ...]:
    findings = []
    for counted in count_lessons(stage.database_url):
        videos = [one for one in sides.videos.values() if sides.folders.get(one.folder_id or "") == counted.course]
        findings.append(
            CourseFinding(
                course=counted.course,
                lessons=counted.lessons,
                linked=counted.linked,
                videos=len(videos),
                done=sum(one.status is VideoStatus.DONE for one in videos),
                identical=sum(one.course == counted.course and one.lesson_id in identical for one in stage.lessons),
                size=sum(one.received for one in videos),
            )
        )
    return tuple(findings)
