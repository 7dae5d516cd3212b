"""What is remembered of lessons that somebody else linked."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unicodedata import normalize

from kinescope_upload.progress import (
    Found,
    Standing,
    forget_others_rows,
    read_doubts,
    read_found,
    read_others_rows,
    remember_doubts,
    remember_gone,
    remember_others_rows,
    row_key,
)

if TYPE_CHECKING:
    from pathlib import Path

FILE = "rows.others"


def test_what_a_run_finds_takes_the_place_of_what_was_known_of_its_courses_alone(tmp_path: Path) -> None:
    remember_others_rows(tmp_path, {"a": ["a_1", "a_2"], "b": ["b_1"]})
    remember_others_rows(tmp_path, {"a": ["a_2"], "c": []})
    assert read_others_rows(tmp_path) == {"a_2", "b_1"}
    forget_others_rows(tmp_path, ["a_2", "a_9"])
    assert read_others_rows(tmp_path) == {"b_1"}


def test_a_lesson_is_known_in_both_spellings_and_with_a_tab_in_its_id(tmp_path: Path) -> None:
    remember_others_rows(tmp_path, {normalize("NFD", "Курсй"): [normalize("NFD", "урок й\t1")]})
    assert row_key("урок й\t1") in read_others_rows(tmp_path)
    remember_others_rows(tmp_path, {"Курсй": []})
    assert read_others_rows(tmp_path) == frozenset()


def test_where_nothing_is_found_no_file_is_made(tmp_path: Path) -> None:
    remember_others_rows(tmp_path / "new", {"a": []})
    assert not (tmp_path / "new").exists()


def test_a_file_that_cannot_be_written_or_understood_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    remember_others_rows(tmp_path, {"a": ["a_1"]})
    assert read_others_rows(tmp_path) == frozenset()
    (tmp_path / FILE).rmdir()
    (tmp_path / FILE).write_text("something else\na_1\ta\n")
    assert read_others_rows(tmp_path) == frozenset()


def test_which_lessons_have_no_row_is_remembered_beside_what_is_in_doubt(tmp_path: Path) -> None:
    remember_doubts(tmp_path, {"a": {"a_1": Found(Standing.IN_DOUBT), "a_2": Found(Standing.NO_ROW)}})
    remember_gone(tmp_path, {"a": ["a_1", "a_3"], "b": ["b_1"]})
    remember_gone(tmp_path, {"b": []})
    found = read_found(tmp_path)
    assert [found(one) for one in ("a_1", "a_2", "a_3", "b_1")] == [Standing.IN_DOUBT, None, Standing.NO_ROW, None]
    remember_doubts(tmp_path, {"a": {}})
    assert read_doubts(tmp_path) == {}


def test_what_a_run_could_do_nothing_about_takes_the_place_of_what_was_known_of_its_courses(tmp_path: Path) -> None:
    remember_others_rows(tmp_path, {"a": ["a_9"]})
    remember_doubts(tmp_path, {"a": {"a_1": Found(Standing.IN_DOUBT), "a_2": Found(Standing.NO_LESSON)}, "b": {}})
    remember_doubts(tmp_path, {"b": {"b_1": Found(Standing.IN_DOUBT)}})
    found = read_found(tmp_path)
    assert [found(one) for one in ("a_1", "a_2", "b_1", "a_9", "c")] == [
        Standing.IN_DOUBT,
        Standing.NO_LESSON,
        Standing.IN_DOUBT,
        Standing.ELSEWHERE,
        None,
    ]
    forget_others_rows(tmp_path, ["a_1", "a_9"])
    remember_doubts(tmp_path, {"b": {}})
    assert read_doubts(tmp_path) == {"a_2": Found(Standing.NO_LESSON)}
    assert read_others_rows(tmp_path) == frozenset()


def test_a_doubt_is_answered_once_what_is_known_of_the_lesson_is_another(tmp_path: Path) -> None:
    remember_others_rows(tmp_path, {"a": ["a_2"]})
    remember_doubts(tmp_path, {"a": {one: Found(Standing.IN_DOUBT, "as it was") for one in ("a_1", "a_2", "a_3")}})
    found = read_found(tmp_path, lambda lesson_id: "as it was" if lesson_id == "a_3" else "as it is")
    assert [found(one) for one in ("a_1", "a_2", "a_3")] == [None, Standing.ELSEWHERE, Standing.IN_DOUBT]


def test_a_file_of_a_lesson_that_is_done_elsewhere_is_known_as_long_as_that_lesson_is(tmp_path: Path) -> None:
    remember_others_rows(tmp_path, {"a": ["a\t3", "a_4"]})
    files = {"a/1.mp4": Found(Standing.ELSEWHERE, row_key("a\t3")), "a/2.mp4": Found(Standing.ELSEWHERE, "a_4")}
    remember_doubts(tmp_path, {"a": files})
    assert [read_found(tmp_path)(path) for path in files] == [Standing.ELSEWHERE] * 2
    forget_others_rows(tmp_path, ["a\t3"])
    assert [read_found(tmp_path)(path) for path in files] == [None, Standing.ELSEWHERE]
