"""The lessons' database of the demo: tables as Prisma makes them, a row for each file, and what is in them later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import psycopg

from kinescope_upload.config import load_settings
from kinescope_upload.errors import UsageError
from kinescope_upload.kinescope.video import embed_url
from kinescope_upload.survey import survey_library

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = [
    "COUNT_LESSONS",
    "CourseCount",
    "DemoLesson",
    "Row",
    "add_lesson",
    "add_lessons",
    "count_lessons",
    "lessons_of",
    "point_row",
    "rows",
]

_TABLES: Final = """
CREATE TABLE "Course" (id text PRIMARY KEY, title text NOT NULL, "order" int NOT NULL DEFAULT 0);
CREATE TABLE "Lesson" (
  id text PRIMARY KEY,
  "courseId" text NOT NULL REFERENCES "Course"(id) ON DELETE CASCADE,
  title text NOT NULL,
  "videoUrl" text,
  "videoId" text,
  "order" int NOT NULL DEFAULT 0,
  "isHidden" boolean NOT NULL DEFAULT false
);
"""
COUNT_LESSONS: Final = 'SELECT "courseId", count(*), count("videoId") FROM "Lesson" GROUP BY 1 ORDER BY 1'
_ADD_COURSE: Final = 'INSERT INTO "Course" (id, title, "order") VALUES (%s, %s, %s)'
_ADD_LESSON: Final = 'INSERT INTO "Lesson" (id, "courseId", title, "order") VALUES (%s, %s, %s, %s)'
_POINT_ROW: Final = 'UPDATE "Lesson" SET "videoId" = %s, "videoUrl" = %s WHERE id = %s'
_ROWS: Final = 'SELECT id, "videoId", "videoUrl" FROM "Lesson" ORDER BY id'


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoLesson:
    """A lesson and the file that its video has to come from; `path` is relative to the library root."""

    lesson_id: str
    course: str
    title: str
    path: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseCount:
    """How many lessons a course has in the database, and how many of them have a video's id."""

    course: str
    lessons: int
    linked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What a lesson's row says of its video."""

    lesson_id: str
    video_id: str | None
    video_url: str | None


def lessons_of(library: Path, titles: Mapping[str, str], desk: Path) -> tuple[DemoLesson, ...]:
    """The lessons that the library's files stand for, by the ids that kupload itself gives them.

    Args:
        library: The library root.
        titles: What lessons are called, by their file's path; others are called as their file.
        desk: An empty folder, so that no settings are found.

    Raises:
        UsageError: The library cannot be read, or has no video file in a course.
    """
    settings = load_settings({"library": str(library)}, directory=desk, environment={})
    lessons = {
        one.lesson_id: DemoLesson(
            lesson_id=one.lesson_id,
            course=one.course,
            title=titles.get(one.file.path) or one.title or one.file.stem,
            path=one.file.path,
            size=one.file.size,
        )
        for one in survey_library(settings).unchecked.assignments
    }
    if not lessons:
        raise UsageError(
            f'The library "{library}" has no video file in a course.',
            "Name the folder that holds the courses' folders, or leave --library out.",
        )
    return tuple(lessons.values())


def add_lessons(url: str, lessons: Sequence[DemoLesson], course_titles: Mapping[str, str]) -> None:
    """Makes the tables and fills them; no lesson has a video yet."""
    courses = dict.fromkeys(sorted(one.course for one in lessons))
    with psycopg.connect(url, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute(_TABLES)
        cursor.executemany(
            _ADD_COURSE, [(course, course_titles.get(course, course), place) for place, course in enumerate(courses)]
        )
        cursor.executemany(
            _ADD_LESSON, [(one.lesson_id, one.course, one.title, place) for place, one in enumerate(lessons)]
        )


def add_lesson(url: str, lesson: DemoLesson) -> None:
    """Adds a lesson without a video to a course that there is."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_ADD_LESSON, [lesson.lesson_id, lesson.course, lesson.title, 0])


def point_row(url: str, lesson_id: str, video_id: str | None) -> None:
    """Writes another video's id into a row, as somebody else would; None empties it."""
    values = [video_id, video_id and embed_url(video_id), lesson_id]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_POINT_ROW, values)


def count_lessons(url: str) -> tuple[CourseCount, ...]:
    """What the database says of each course, by `COUNT_LESSONS`."""
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute(COUNT_LESSONS).fetchall()
    return tuple(CourseCount(course=course, lessons=lessons, linked=linked) for course, lessons, linked in found)


def rows(url: str) -> tuple[Row, ...]:
    """Every lesson's row."""
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute(_ROWS).fetchall()
    return tuple(Row(lesson_id=one[0], video_id=one[1], video_url=one[2]) for one in found)
