"""Why nothing can be done about a course that somebody named, and which library was probably meant."""

from __future__ import annotations

import pytest

from kinescope_upload.mapping.idle_courses import LibraryGround, doubt_of_foreign_library, doubt_of_idle_course

_COURSES = ("01_analytics", "02_ads", "Йога")


def _ground(root: str, *paths: str, courses: tuple[str, ...] | None = _COURSES, has_map: bool = False) -> LibraryGround:
    parent, _, name = root.rpartition("/")
    return LibraryGround(root=root, parent=parent, name=name, paths=paths, courses=courses, has_map_file=has_map)


@pytest.mark.parametrize(
    ("course", "ground", "said"),
    [
        (
            "03_new",
            _ground("/lib", "03_new/m/1.mp4", "03_new/2.mp4"),
            ("2 files of it", "database no lesson", "Add its"),
        ),
        ("02_adds", _ground("/lib", "02_adds/m/1.mp4"), ("1 file of it", "it has 02_ads")),
        ("01_analytics", _ground("/lib", "02_ads/m/1.mp4"), ("no file of it", "--library")),
        ("03_new", _ground("/lib", courses=None), ("no file of it", "--library")),
        ("03_new", _ground("/lib", "x.mp4", has_map=True), ("map file names no file", "leave --map out")),
        (
            "m01",
            _ground("/data/01_analytics", "m01/1.mp4", "m02/1.mp4"),
            ("the folder above it: `kupload --dry-run --library /data",),
        ),
        (
            "01_analytics",
            _ground("/data/01_analytics", "m01/1.mp4"),
            ("the folder above it: `kupload --dry-run --library /data",),
        ),
        ("01_analytics", _ground("/my data", "lib/01_analytics/m/1.mp4"), ('--library "/my data/lib"',)),
        (
            "lib",
            _ground("/data", "lib/01_analytics/m/1.mp4", "lib/02_ads/m/1.mp4"),
            ("name it: `kupload --dry-run --library /data/lib",),
        ),
        ("Йога", _ground("/data", "lib/И\u0306ога/m/1.mp4"), ("no file of it",)),
    ],
)
def test_the_reason_and_the_way_out(course: str, ground: LibraryGround, said: tuple[str, ...]) -> None:
    doubt = doubt_of_idle_course(course, ground)
    assert (doubt.course, doubt.subject, doubt.blocking) == (course, course, True)
    for words in said:
        assert words in f"{doubt.reason}. {doubt.hint}"


def test_two_folders_that_hold_courses_are_no_answer() -> None:
    doubt = doubt_of_idle_course("x", _ground("/data", "a/01_analytics/1.mp4", "b/02_ads/1.mp4", "x/1.mp4"))
    assert "holds the courses" not in doubt.hint


def test_a_folder_of_a_course_that_is_named_like_a_course_moves_no_library() -> None:
    doubt = doubt_of_idle_course("x", _ground("/data", "01_analytics/02_ads/1.mp4", "x/1.mp4"))
    assert "holds the courses" not in doubt.hint


@pytest.mark.parametrize(
    ("ground", "said"),
    [
        (_ground("/data/01_analytics", "m01/1.mp4"), "the folder above it: `kupload --dry-run --library /data"),
        (_ground("/data", "lib/01_analytics/m/1.mp4"), "--library /data/lib"),
        (_ground("/data", "photos/1.mp4"), "It has 01_analytics, 02_ads, Йога."),
        (_ground("/data", "photos/1.mp4", courses=()), "It has none."),
    ],
)
def test_a_library_of_which_no_folder_is_a_course_is_said(ground: LibraryGround, said: str) -> None:
    doubt = doubt_of_foreign_library(ground)
    assert (doubt.subject, said in doubt.hint) == (ground.root, True), doubt.hint
