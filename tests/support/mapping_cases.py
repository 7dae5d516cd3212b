"""Small libraries for the tests of the mapping: by hand, and drawn by hypothesis."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from kinescope_upload.model import LessonRow, VideoFile

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kinescope_upload.model import Assignment

__all__ = ["libraries", "row", "rows_of", "table", "video", "videos"]


def video(path: str, *, size: int = 1_000) -> VideoFile:
    return VideoFile(path=path, size=size, modified_ns=0)


def videos(*paths: str) -> list[VideoFile]:
    return [video(path) for path in paths]


def row(lesson_id: str, course: str, *, video_id: str | None = None) -> LessonRow:
    return LessonRow(lesson_id=lesson_id, course=course, title=f"Урок {lesson_id}", video_id=video_id)


def table(rows: Iterable[LessonRow]) -> dict[str, LessonRow]:
    return {one.lesson_id: one for one in rows}


def rows_of(assignments: Iterable[Assignment]) -> dict[str, LessonRow]:
    """The rows of a database that agrees with the assignments."""
    return table(row(one.lesson_id, one.course) for one in assignments)


_PLAIN_NAMES = (
    "a",
    "b",
    "ab",
    "A",
    "1",
    "001",
    "a b",
    "1. Старт",
    "й",
    "и\u0306",
    "Ёлка",
    "é.",
    "🔥",
    "–",
    "b,c",
    "day–1",
)
_UNDERSCORED_NAMES = ("a_b", "b_a", "a_1", "_", "a_", "_001", "a_b_a", "й_й")


def libraries(*, underscores: bool = True, most: int = 25) -> st.SearchStrategy[list[VideoFile]]:
    """Libraries of files one to four folders deep, no two of whose paths look the same.

    Args:
        underscores: Whether folders have names that make the sections' names ambiguous.
        most: The most files.
    """
    names = st.sampled_from((*_PLAIN_NAMES, *_UNDERSCORED_NAMES))
    folders = names if underscores else st.sampled_from(_PLAIN_NAMES)
    paths = st.builds(
        lambda above, name: "/".join([*above, f"{name}.mp4"]), st.lists(folders, min_size=1, max_size=4), names
    )
    drawn = st.lists(paths, max_size=most, unique_by=lambda path: unicodedata.normalize("NFC", path))
    return (drawn | _crowded(most) if underscores else drawn).map(lambda paths: videos(*paths))


def _crowded(most: int) -> st.SearchStrategy[list[str]]:
    """Paths of few folders, whose names put together with "_" often give the same id."""
    folders = st.lists(st.sampled_from(("a", "b", "a_b", "b_a")), min_size=1, max_size=3)
    paths = st.builds(lambda above, name: "/".join([*above, f"{name}.mp4"]), folders, st.sampled_from(("x", "y")))
    return st.lists(paths, max_size=most, unique=True)
