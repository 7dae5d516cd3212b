"""Which courses there are, and which one was meant."""

from __future__ import annotations

import pytest

from kinescope_upload.errors import UsageError
from kinescope_upload.mapping import (
    assign_by_scan_rule,
    check_courses,
    check_sections,
    is_video_name,
    known_courses,
    nearest_names,
    without_video_suffix,
)
from support.mapping_cases import row, table, videos
from support.real_library import COURSE_COUNTS


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("01_analitics", "01_analytics"),
        ("analytics", "01_analytics"),
        ("01_ANALYTICS", "01_analytics"),
        ("ozon", "05_ozon"),
        ("ai", "03_ai"),
        ("workshop", "04_workshops"),
        ("06_expres", "06_express"),
    ],
)
def test_the_nearest_course_comes_first(name: str, nearest: str) -> None:
    assert nearest_names(name, COURSE_COUNTS)[0] == nearest


@pytest.mark.parametrize("name", ["", "zzzzzz"])
def test_nothing_is_near_to_nonsense(name: str) -> None:
    assert nearest_names(name, COURSE_COUNTS) == ()


def test_an_unknown_course_is_refused_with_the_nearest_names() -> None:
    with pytest.raises(UsageError, match='There is no course "01_analitics"') as caught:
        check_courses(["02_ads", "01_analitics"], COURSE_COUNTS)

    assert caught.value.hint == "Did you mean 01_analytics?"


def test_an_unknown_course_that_is_near_to_none_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(UsageError) as caught:
        check_courses(["zzzzzz"], [f"{number:02d}_a" for number in range(12)])

    assert caught.value.hint.startswith("There are: 00_a, 01_a")
    assert caught.value.hint.endswith("and 2 more.")


def test_without_any_course_the_refusal_says_so() -> None:
    with pytest.raises(UsageError, match="Neither the library nor the database has any course"):
        check_courses(["a"], [])


def test_known_courses_pass() -> None:
    check_courses(["02_ads", "03_ai"], COURSE_COUNTS)


def test_courses_of_assignments_doubts_and_rows_are_known_and_foreign_folders_are_not() -> None:
    files = videos("a/s/a.mp4", "b/s/a.mp4", "scripts/s/a.mp4")
    rows = table([row("a_s_001", "a"), row("b_s_002", "b"), row("d_s_001", "d", video_id="v")])

    assert known_courses(check_sections(assign_by_scan_rule(files), rows), rows) == ("a", "b", "d")
    assert known_courses(check_sections(assign_by_scan_rule(files), rows)) == ("a", "b")


@pytest.mark.parametrize(
    ("name", "without"),
    [
        ("1. Как пройти курс.mp4", "1. Как пройти курс"),
        ("bidder._nastroika..MP4", "bidder._nastroika."),
        ("a.mp4.mov", "a.mp4"),
        ("1. Начало", "1. Начало"),
        ("no dot", "no dot"),
        ("a.txt", "a.txt"),
    ],
)
def test_one_trailing_video_suffix_is_no_part_of_a_title(name: str, without: str) -> None:
    assert without_video_suffix(name) == without


@pytest.mark.parametrize("suffix", [".mp4", ".MKV", ".Avi", ".mov", ".webm", ".m4v"])
def test_a_video_is_told_by_its_suffix_in_any_case(suffix: str) -> None:
    assert is_video_name(f"a{suffix}")
    assert not is_video_name(f"a{suffix}x")
    assert not is_video_name(suffix[1:])
